package server

import (
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// health is the address that tells whether the server answers: 200 and the edition's number, without a limit and without the edition being read.
const health = "/halsa"

// A Limit is how much one client may ask.
type Limit struct {
	Rate  float64 // requests a second in the long run; no limit when 0
	Burst int     // requests at once
	// Behind tells that a proxy of our own stands in front, whose last entry in X-Forwarded-For is the client. Without one the header is whatever the client says,
	// and is not read.
	Behind bool
}

// A Front stands between the internet and a server: it limits each client, counts answers, tells its health, and can change to another edition between two requests. Of clients
// it keeps nothing but how much each may still ask, under a key that is forgotten with the process; no address is written anywhere.
type Front struct {
	current atomic.Pointer[Server]
	limit   Limit
	now     func() time.Time
	seed    maphash.Seed

	mu      sync.Mutex
	buckets map[uint64]*bucket

	answers [6]atomic.Int64 // by hundreds of the status code
	limited atomic.Int64
	bytes   atomic.Int64
	open    atomic.Int64
	reloads atomic.Int64
	seconds [len(bounds) + 1]atomic.Int64 // answers by how long they took
	nanos   atomic.Int64
}

// bounds part answers by how long they took, in seconds.
var bounds = [...]float64{0.001, 0.005, 0.02, 0.1, 0.5, 2}

// A bucket is what a client may still ask.
type bucket struct {
	left float64
	at   time.Time
}

// NewFront stands before a server.
func NewFront(s *Server, limit Limit) *Front {
	f := &Front{limit: limit, now: time.Now, seed: maphash.MakeSeed(), buckets: map[uint64]*bucket{}}
	f.current.Store(s)
	return f
}

// Change puts another server in place of the one that answers. Requests that are being answered are answered by the old one.
func (f *Front) Change(s *Server) {
	f.current.Store(s)
	f.reloads.Add(1)
}

// ServeHTTP answers a request by the server of the time, or with 429 when the client has asked too much.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := f.current.Load()
	if r.URL.Path == health {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		fmt.Fprintf(w, "ok %s\n", s.ed.ID())
		return
	}
	if wait := f.take(f.client(r), cost(r)); wait > 0 {
		f.limited.Add(1)
		f.answers[4].Add(1)
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		w.Header().Set("Cache-Control", "no-store")
		shared(w.Header())
		path := r.URL.Path
		if rest, ok := strings.CutPrefix(path, permanentPath); ok { // /e/EDITION/api
			path = rest[max(strings.IndexByte(rest, '/'), 0):]
		}
		if under(path, "/api") || isOGC(path) {
			a := (&problem{"about:blank", "Too many requests", http.StatusTooManyRequests, word("en", "too-often"), ""}).reply()
			w.Header().Set("Content-Type", a.kind)
			w.WriteHeader(a.status)
			w.Write(a.body)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
		lang := "sv"
		if strings.HasPrefix(r.URL.Path, "/en/") {
			lang = "en"
		}
		io.WriteString(w, word(lang, "too-often")+"\n")
		return
	}
	f.open.Add(1)
	defer f.open.Add(-1)
	begun := f.now()
	c := &counting{ResponseWriter: w, status: http.StatusOK}
	s.ServeHTTP(c, r)
	took := f.now().Sub(begun)
	at := 0
	for at < len(bounds) && took.Seconds() > bounds[at] {
		at++
	}
	f.seconds[at].Add(1)
	f.nanos.Add(int64(took))
	f.bytes.Add(c.bytes)
	f.answers[min(max(c.status/100, 0), len(f.answers)-1)].Add(1)
}

// client is a key of who asks: an address, or of IPv6 its network of 64 bits, which one household commonly has.
func (f *Front) client(r *http.Request) uint64 {
	text := r.RemoteAddr
	if ap, err := netip.ParseAddrPort(text); err == nil {
		text = ap.Addr().String()
	}
	if f.limit.Behind {
		if entries := r.Header.Values("X-Forwarded-For"); len(entries) > 0 {
			last := entries[len(entries)-1]
			text = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
		}
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		text = addr.String()
		if addr.Is6() {
			if net, err := addr.Prefix(64); err == nil {
				text = net.String()
			}
		}
	}
	return maphash.String(f.seed, text)
}

// mostClients is how many clients are remembered; when there would be more, those that may ask all they want again are forgotten, and if that is not enough all are.
const mostClients = 100_000

// cost is what a request takes of what a client may ask. A map asks for dozens of tiles at once, which are ready-made.
func cost(r *http.Request) float64 {
	if strings.HasPrefix(r.URL.Path, tiles+"/") && strings.HasSuffix(r.URL.Path, ".mvt") {
		return 0.05
	}
	return 1
}

// take takes a request of a cost from what a client may ask. When too little is left it takes none, and tells how long until there is enough.
func (f *Front) take(client uint64, cost float64) time.Duration {
	if f.limit.Rate <= 0 {
		return 0
	}
	burst := float64(max(f.limit.Burst, 1))
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.buckets[client]
	if b == nil {
		if len(f.buckets) >= mostClients {
			for k, old := range f.buckets {
				if old.left+now.Sub(old.at).Seconds()*f.limit.Rate >= burst {
					delete(f.buckets, k)
				}
			}
			if len(f.buckets) >= mostClients {
				clear(f.buckets)
			}
		}
		b = &bucket{left: burst, at: now}
		f.buckets[client] = b
	}
	b.left = min(burst, b.left+now.Sub(b.at).Seconds()*f.limit.Rate)
	b.at = now
	if b.left < cost {
		return time.Duration((cost - b.left) / f.limit.Rate * float64(time.Second))
	}
	b.left -= cost
	return 0
}

// A counting writer remembers what was answered.
type counting struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counting) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (c *counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Metrics writes what the front has counted, in the text format of Prometheus. It is to be listened for on an address of its own that the internet does not reach.
func (f *Front) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprintf(w, "# TYPE skikt_edition_info gauge\nskikt_edition_info{edition=%q} 1\n", f.current.Load().ed.ID())
		fmt.Fprint(w, "# TYPE skikt_answers_total counter\n")
		for k := 2; k < len(f.answers); k++ {
			fmt.Fprintf(w, "skikt_answers_total{class=\"%dxx\"} %d\n", k, f.answers[k].Load())
		}
		fmt.Fprintf(w, "# TYPE skikt_limited_total counter\nskikt_limited_total %d\n", f.limited.Load())
		fmt.Fprintf(w, "# TYPE skikt_sent_bytes_total counter\nskikt_sent_bytes_total %d\n", f.bytes.Load())
		fmt.Fprintf(w, "# TYPE skikt_reloads_total counter\nskikt_reloads_total %d\n", f.reloads.Load())
		fmt.Fprintf(w, "# TYPE skikt_open_requests gauge\nskikt_open_requests %d\n", f.open.Load())
		fmt.Fprint(w, "# TYPE skikt_answer_seconds histogram\n")
		n := int64(0)
		for k := range f.seconds {
			n += f.seconds[k].Load()
			le := "+Inf"
			if k < len(bounds) {
				le = strconv.FormatFloat(bounds[k], 'g', -1, 64)
			}
			fmt.Fprintf(w, "skikt_answer_seconds_bucket{le=%q} %d\n", le, n)
		}
		fmt.Fprintf(w, "skikt_answer_seconds_sum %g\nskikt_answer_seconds_count %d\n", time.Duration(f.nanos.Load()).Seconds(), n)
	})
}
