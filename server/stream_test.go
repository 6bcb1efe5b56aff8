package server_test

import (
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// A measuring client takes an answer without keeping it, and looks at times at how much memory lives.
type measuring struct {
	header http.Header
	status int
	bytes  int64
	next   int64
	peak   uint64
	sum    interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (m *measuring) Header() http.Header    { return m.header }
func (m *measuring) WriteHeader(status int) { m.status = status }
func (m *measuring) Write(b []byte) (int, error) {
	m.bytes += int64(len(b))
	m.sum.Write(b)
	if m.bytes >= m.next {
		m.next += 1 << 20
		m.peak = max(m.peak, living())
	}
	return len(b), nil
}

func living() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// TestStream: a large table comes as CSV, JSON, SDMX-CSV, a workbook and Parquet in memory that does not grow with it, the same as a whole, and a client that has it is told so.
func TestStream(t *testing.T) {
	const areas, years = 3000, 60
	codes := make([]string, areas)
	for i := range codes {
		codes[i] = fmt.Sprintf("%04dR%03d Område %d", 114+i/500, i%500+1, i)
	}
	d := squares(t, regso20, codes...)
	var when []string
	for y := range years {
		when = append(when, fmt.Sprint(1960+y))
	}
	// 180,000 rows × 2 measures.
	c := made(t, "large", []cube.Dimension{dimOf(d, "regso", false), year(when...)}, []cube.Measure{persons, share}, func(at []int32) []cube.Cell {
		n := float64(at[0])*1000 + float64(at[1])
		return []cube.Cell{cube.KnownCell(n), {Status: cube.Known, Value: n / 1e7, Base: cube.Num(n), Lo: cube.Num(0), Hi: cube.Num(1)}}
	})
	s := serving(t, c)
	get(t, s, "/tabell/large.json?regso=0114R001") // the table is read
	for _, form := range []struct {
		ending string
		least  int64  // bytes of the body
		most   uint64 // bytes that may live more than before
	}{{"csv", 15 << 20, 4 << 20}, {"json", 30 << 20, 4 << 20}, {"sdmx.csv", 15 << 20, 4 << 20}, {"xlsx", 6 << 20, 4 << 20}, {"parquet", 4 << 20, 12 << 20}} { // of Parquet a group of 65,536 rows is held
		t.Run(form.ending, func(t *testing.T) {
			address := "/tabell/large." + form.ending
			ask := func(headers ...string) (*measuring, http.Header) {
				r := httptest.NewRequest(http.MethodGet, address, nil)
				for i := 0; i < len(headers); i += 2 {
					r.Header.Set(headers[i], headers[i+1])
				}
				m := &measuring{header: http.Header{}, sum: sha256.New()}
				s.ServeHTTP(m, r)
				return m, m.header
			}
			before := living()
			m, h := ask()
			if m.status != 0 && m.status != http.StatusOK || m.bytes < form.least || h.Get("Content-Length") != "" {
				t.Fatalf("%d, %d bytes, told %s", m.status, m.bytes, h.Get("Content-Length"))
			}
			if m.peak > before+form.most {
				t.Errorf("%d bytes lived while %d were written", m.peak-before, m.bytes)
			}
			t.Logf("bytes=%d peak=%d", m.bytes, int64(m.peak)-int64(before))
			if m, h := ask("If-None-Match", h.Get("ETag")); h.Get("ETag") == "" || m.status != http.StatusNotModified || m.bytes > 0 {
				t.Errorf("a client that has it: %d, %d bytes", m.status, m.bytes)
			}
			if _, other := ask(); other.Get("ETag") != h.Get("ETag") {
				t.Error("the tag is another the second time")
			}
			// As a whole: by a client over the network, squeezed or not.
			host := httptest.NewServer(s)
			defer host.Close()
			for _, coding := range []string{"identity", "gzip"} {
				r, _ := http.NewRequest(http.MethodGet, host.URL+address, nil)
				r.Header.Set("Accept-Encoding", coding)
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				in := io.Reader(resp.Body)
				if coding == "gzip" {
					if in, err = gzip.NewReader(resp.Body); err != nil {
						t.Fatal(err)
					}
				}
				sum := sha256.New()
				if n, err := io.Copy(sum, in); err != nil || n != m.bytes || string(sum.Sum(nil)) != string(m.sum.Sum(nil)) {
					t.Errorf("%s: %d bytes, want %d: %v", coding, n, m.bytes, err)
				}
			}
		})
	}
	text := body(t, get(t, s, "/tabell/large.parquet"))
	back, err := edition.ReadTable([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff, err := cube.Compare(c, back); err != nil || diff.Same != areas*years*2 {
		t.Errorf("%+v, %v", diff, err)
	}
	if r := get(t, s, "/tabell/large.csv?regso=0114R001"); r.Header.Get("Content-Length") == "" || strings.Count(body(t, r), "\n") != 1+years*2 {
		t.Error("a part of a large table is not as others")
	}
	head := httptest.NewRecorder()
	s.ServeHTTP(head, httptest.NewRequest(http.MethodHead, "/tabell/large.csv", nil))
	if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("ETag") == "" {
		t.Errorf("HEAD: %d with %d bytes", head.Code, head.Body.Len())
	}
}

// A client that goes away ends the work.
func TestStreamEnds(t *testing.T) {
	codes := make([]string, 400)
	for i := range codes {
		codes[i] = fmt.Sprintf("0114R%03d Område %d", i+1, i)
	}
	var when []string
	for y := range 300 {
		when = append(when, fmt.Sprint(1700+y))
	}
	s := serving(t, made(t, "large", []cube.Dimension{dimOf(squares(t, regso20, codes...), "regso", false), year(when...)}, []cube.Measure{persons}, func(at []int32) []cube.Cell { return []cube.Cell{cube.KnownCell(1)} }))
	defer func() {
		if r := recover(); r != http.ErrAbortHandler {
			t.Errorf("%v, want the connection cut", r)
		}
	}()
	s.ServeHTTP(gone{http.Header{}}, httptest.NewRequest(http.MethodGet, "/tabell/large.csv", nil))
	t.Error("what was not read was told to be whole")
}

type gone struct{ header http.Header }

func (g gone) Header() http.Header       { return g.header }
func (g gone) WriteHeader(int)           {}
func (g gone) Write([]byte) (int, error) { return 0, errors.New("gone") }
