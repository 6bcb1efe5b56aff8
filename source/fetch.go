package source

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Request is one question to a publisher. It only asks: a POST is a query too long for an address.
type Request struct {
	Name    string // of the answer within its source, in ASCII: metadata, data-01
	Method  string // GET when empty
	Address string
	Body    string // of a POST, as JSON
	Form    Form   // what the answer must be
	Accept  string // the media type to ask for, where the form's own won't do
}

// A Form is what an answer must be, and how its file is named.
type Form string

// The forms that are told apart. An answer in another form than asked for, such as a page of a proxy's in the place of JSON, is an error.
const (
	JSON  Form = "json"
	CSV   Form = "csv"
	PX    Form = "px"
	XML   Form = "xml"
	XLSX  Form = "xlsx"
	GPKG  Form = "gpkg"
	ZIP   Form = "zip"
	HTML  Form = "html"
	Other Form = "bin"
)

// check tells whether bytes can be of the form. What is in them is for their reader.
func (f Form) check(b []byte) error {
	start := bytes.TrimLeft(bytes.TrimPrefix(b[:min(len(b), 512)], []byte("\ufeff")), " \t\r\n")
	lower := bytes.ToLower(start)
	page := bytes.HasPrefix(lower, []byte("<!doctype html")) || bytes.HasPrefix(lower, []byte("<html"))
	switch {
	case len(b) == 0:
		return errors.New("the answer is empty")
	case page != (f == HTML):
		if f == HTML {
			return errors.New("the answer is no web page")
		}
		return fmt.Errorf("a web page came where %s was asked for", f)
	case f == JSON && !json.Valid(bytes.TrimPrefix(b, []byte("\ufeff"))):
		return errors.New("the answer is not JSON, or ends too early")
	case f == XML && !bytes.HasPrefix(start, []byte("<")):
		return errors.New("the answer is not XML")
	case (f == XLSX || f == ZIP) && !bytes.HasPrefix(b, []byte("PK")):
		return fmt.Errorf("the answer is no %s file", f)
	case f == GPKG && !bytes.HasPrefix(b, []byte("SQLite format 3\x00")):
		return errors.New("the answer is no GeoPackage")
	}
	return nil
}

// A Reply is what a publisher answered.
type Reply struct {
	Body    []byte
	Media   string    // as the publisher named it
	Updated string    // when it was last changed, if the publisher says so of the answer (Last-Modified), as RFC 3339
	Fetched time.Time // UTC, whole seconds
}

// A Limit is how many calls a host takes in a window of time.
type Limit struct {
	Calls  int
	Window time.Duration
}

// polite is the limit of a host that has not told its own.
var polite = Limit{10, 10 * time.Second}

// A Fetcher asks publishers. It holds to each host's limit, waits when told to, and asks again, a few times, when a host is down or cuts off. The zero Fetcher is
// ready for use, by several goroutines.
type Fetcher struct {
	Client   *http.Client  // without one a client that follows no address from https to http
	Timeout  time.Duration // how long a host may be silent; 1 minute. An answer that keeps coming may take its time.
	Attempts int           // of one question; 5
	Pause    time.Duration // before a question is put again, twice as long each time; 1 second
	Patience time.Duration // the longest wait that a host may ask for; 5 minutes
	MaxBytes int64         // of one answer; 1 GiB

	// Waiting is told when a call is put off: by a limit, by the host, or after a failure.
	Waiting func(host string, wait time.Duration, why string)

	mu    sync.Mutex
	hosts map[string]*host
}

type host struct {
	limit Limit
	calls []*time.Time // when the latest were answered, or are under way since; no more than the limit
	not   time.Time    // before this: told by Retry-After
}

// Limit declares the limit of a host, as it stands in an address (name, and port if any). Of two declared, the lower holds.
func (f *Fetcher) Limit(name string, l Limit) {
	if l.Calls <= 0 || l.Window <= 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h, known := f.host(name)
	if !known || float64(l.Calls)/l.Window.Seconds() < float64(h.limit.Calls)/h.limit.Window.Seconds() {
		h.limit = l
	}
}

// host is what is known of a host, and whether a limit has been declared. The lock is held.
func (f *Fetcher) host(name string) (h *host, known bool) {
	if h, known = f.hosts[name]; known {
		return h, h.limit != polite
	}
	if f.hosts == nil {
		f.hosts = map[string]*host{}
	}
	h = &host{limit: polite}
	f.hosts[name] = h
	return h, false
}

// A Refusal is an answer that is not the one asked for.
type Refusal struct {
	Address string
	Status  int
	Detail  string // what the publisher says of it
}

func (r *Refusal) Error() string {
	text := fmt.Sprintf("%s answers %d %s", brief(r.Address), r.Status, http.StatusText(r.Status))
	if r.Detail != "" {
		text += ": " + r.Detail
	}
	if r.Gone() {
		text += "; what was there has been moved or withdrawn: look for it at the publisher, and keep the snapshot if you have one, for it still serves"
	}
	return text
}

// brief is an address as it is told of: the codes of a question can fill a page.
func brief(address string) string {
	const most = 160
	if len(address) <= most {
		return address
	}
	return strings.ToValidUTF8(address[:most], "") + "…"
}

// Gone tells whether the publisher no longer has what was asked for.
func (r *Refusal) Gone() bool {
	return r.Status == http.StatusNotFound || r.Status == http.StatusGone
}

// Ask puts a question, and asks again when that can help. The answer is whole and of the form asked for.
func (f *Fetcher) Ask(ctx context.Context, q Request) (*Reply, error) {
	u, err := url.Parse(q.Address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("source: %q is no web address", q.Address)
	}
	attempts := cmp.Or(f.Attempts, 5)
	for n := 1; ; n++ {
		call, err := f.turn(ctx, u.Host)
		if err != nil {
			return nil, fmt.Errorf("source: %s: %w", q.Address, err)
		}
		r, wait, err := f.once(ctx, q)
		f.mu.Lock()
		*call = time.Now() // the host counts a call when it comes, which is before it answers
		f.mu.Unlock()
		if err == nil {
			return r, nil
		}
		err = fmt.Errorf("source: %w", err)
		switch {
		case ctx.Err() != nil, wait < 0:
			return nil, err
		case n == attempts:
			return nil, fmt.Errorf("%w (asked %d times)", err, n)
		case wait > cmp.Or(f.Patience, 5*time.Minute):
			return nil, fmt.Errorf("%w; it asks for a wait of %s: try again then, and what has been fetched is kept", err, wait.Round(time.Second))
		}
		if wait == 0 {
			wait = min(cmp.Or(f.Pause, time.Second)<<(n-1), 30*time.Second)
		}
		f.mu.Lock()
		h, _ := f.host(u.Host)
		h.not = later(h.not, time.Now().Add(wait))
		f.mu.Unlock()
		if f.Waiting != nil {
			why := strings.TrimPrefix(err.Error(), "source: "+brief(q.Address))
			f.Waiting(u.Host, wait, strings.TrimLeft(why, ": ")) // the host is told already
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// turn waits until the host may be called, and counts the call.
func (f *Fetcher) turn(ctx context.Context, name string) (call *time.Time, err error) {
	told := false
	for {
		f.mu.Lock()
		h, _ := f.host(name)
		now := time.Now()
		at := h.not
		if n := len(h.calls); n >= h.limit.Calls {
			at = later(at, h.calls[n-h.limit.Calls].Add(h.limit.Window))
		}
		if !at.After(now) {
			h.calls = append(h.calls[max(0, len(h.calls)-h.limit.Calls+1):], &now)
			f.mu.Unlock()
			return &now, ctx.Err()
		}
		slowed := h.not.Before(at)
		f.mu.Unlock()
		if slowed && !told && f.Waiting != nil {
			f.Waiting(name, at.Sub(now), "its limit of calls")
			told = true
		}
		wait := time.NewTimer(at.Sub(now))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil, ctx.Err()
		}
	}
}

// once puts the question one time. A wait below zero says that asking again can't help, one above zero is what the host asks for.
func (f *Fetcher) once(ctx context.Context, q Request) (r *Reply, wait time.Duration, err error) {
	patience := cmp.Or(f.Timeout, time.Minute)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := time.AfterFunc(patience, func() { cancel(errSilent) })
	defer silent.Stop()
	req, err := http.NewRequestWithContext(ctx, cmp.Or(q.Method, http.MethodGet), q.Address, strings.NewReader(q.Body))
	if err != nil {
		return nil, -1, err
	}
	req.Header.Set("User-Agent", "skikt (+https://github.com/skikt/skikt)")
	req.Header.Set("Accept", cmp.Or(q.Accept, accept(q.Form)))
	if q.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	client := cmp.Or(f.Client, careful)
	resp, err := client.Do(req)
	if err != nil {
		if context.Cause(ctx) == errSilent {
			err = errSilent
		}
		return nil, again(err), plain(q.Address, err)
	}
	defer resp.Body.Close()
	most := cmp.Or(f.MaxBytes, 1<<30)
	body, err := io.ReadAll(io.LimitReader(heard{resp.Body, silent, patience}, most+1))
	switch {
	case err != nil && context.Cause(ctx) == errSilent:
		return nil, 0, plain(q.Address, fmt.Errorf("the answer stopped after %d bytes: %w", len(body), errSilent))
	case err != nil:
		return nil, 0, plain(q.Address, fmt.Errorf("the answer was cut off after %d bytes: %w", len(body), err))
	case int64(len(body)) > most:
		return nil, -1, fmt.Errorf("%s: the answer is longer than %d bytes", brief(q.Address), most)
	}
	if resp.StatusCode != http.StatusOK {
		refusal := &Refusal{Address: q.Address, Status: resp.StatusCode, Detail: detail(resp, body)}
		switch resp.StatusCode {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			return nil, retryAfter(resp.Header.Get("Retry-After"), time.Now()), refusal
		case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
			return nil, 0, refusal
		}
		return nil, -1, refusal
	}
	if err := q.Form.check(body); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", brief(q.Address), err)
	}
	r = &Reply{Body: body, Media: resp.Header.Get("Content-Type"), Fetched: time.Now().UTC().Truncate(time.Second)}
	if t, err := http.ParseTime(resp.Header.Get("Last-Modified")); err == nil {
		r.Updated = t.UTC().Format(time.RFC3339)
	}
	return r, 0, nil
}

// careful follows no address from https to http.
var careful = &http.Client{CheckRedirect: func(r *http.Request, via []*http.Request) error {
	switch {
	case len(via) >= 10:
		return &strayError{"it leads on to other addresses without end"}
	case via[0].URL.Scheme == "https" && r.URL.Scheme != "https":
		return &strayError{fmt.Sprintf("it leads to %s, which is not encrypted", r.URL)}
	}
	return nil
}}

// A strayError says that an address leads where it must not.
type strayError struct{ text string }

func (e *strayError) Error() string { return e.text }

var errSilent = errors.New("the host is silent")

// heard is a body that puts off the timer of silence each time something comes.
type heard struct {
	io.Reader
	silent   *time.Timer
	patience time.Duration
}

func (h heard) Read(b []byte) (int, error) {
	n, err := h.Reader.Read(b)
	if n > 0 {
		h.silent.Reset(h.patience)
	}
	return n, err
}

func accept(f Form) string {
	switch f {
	case JSON:
		return "application/json, */*;q=0.1"
	case XML:
		return "application/xml, text/xml, */*;q=0.1"
	case CSV:
		return "text/csv, */*;q=0.1"
	}
	return "*/*"
}

// again tells whether a failed call can be put again (0) or not (-1): not when the address itself is at fault.
func again(err error) time.Duration {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound || errors.As(err, new(*strayError)) || errors.As(err, new(*tls.CertificateVerificationError)) {
		return -1
	}
	return 0
}

// plain is an error of net/http's in words that say what to do, with the address once.
func plain(address string, err error) error {
	address = brief(address)
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%s: the host was not found: is the machine on the network? (%w)", address, err)
	case err == errSilent:
		return fmt.Errorf("%s: no answer in time: %w", address, err)
	}
	return fmt.Errorf("%s: %w", address, err)
}

// retryAfter is the wait of a header: seconds, or a date.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
		return min(max(time.Duration(n), 0), 1<<30) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

// detail is what a publisher says of an error, if it says it in JSON: problem+json has title and detail, PxWebApi 1 an error.
func detail(resp *http.Response, body []byte) string {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if !strings.HasSuffix(kind, "json") {
		return ""
	}
	var p struct{ Title, Detail, Error, Message string }
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	parts := []string{}
	for _, s := range []string{p.Title, p.Detail, p.Error, p.Message} {
		if s != "" {
			parts = append(parts, s[:min(len(s), 300)])
		}
	}
	return strings.Join(parts, ": ")
}
