package server

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// mostKept is about how many bytes of answers are kept.
const mostKept = 64 << 20

// A cupboard keeps answers by their address. It has two shelves: what is asked for stands on the first, and when that is full the second is let go and the first becomes the second. So what is
// asked for often stays, and nothing is counted or sorted to know it.
type cupboard struct {
	mu          sync.Mutex
	first, last map[string]*reply
	size        int // bytes on the first shelf
}

func (c *cupboard) get(address string) (*reply, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, ok := c.first[address]; ok {
		return a, true
	}
	a, ok := c.last[address]
	if ok {
		c.put(address, a)
	}
	return a, ok
}

func (c *cupboard) add(address string, a *reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(address, a)
}

// put puts an answer on the first shelf; the cupboard is locked.
func (c *cupboard) put(address string, a *reply) {
	size := len(a.body) + len(a.squeezed) + len(address) + 300
	if c.first == nil || c.size+size > mostKept/2 {
		c.last, c.first, c.size = c.first, map[string]*reply{}, 0
	}
	c.first[address] = a
	c.size += size
}

// The library's own squeezer is as good, but a national map, which is mostly digits, takes it 130 ms where this one takes 9.
var squeezers, quickSqueezers, hardSqueezers = squeezersOf(gzip.DefaultCompression), squeezersOf(gzip.BestSpeed), squeezersOf(gzip.BestCompression)

func squeezersOf(level int) *sync.Pool {
	return &sync.Pool{New: func() any {
		zip, _ := gzip.NewWriterLevel(nil, level) // the levels are the library's
		return zip
	}}
}

// largeAnswer is the size from which an answer is worth squeezing hard: a national map, which is made once and sent often, must fit a first view of 60 kB.
const largeAnswer = 200 << 10

// squeezed is a text in gzip. What is not kept is rather sent soon than small.
func squeezed(text []byte, kept bool) []byte {
	var out bytes.Buffer
	pool := squeezers
	switch {
	case !kept:
		pool = quickSqueezers
	case len(text) > largeAnswer:
		pool = hardSqueezers
	}
	zip := pool.Get().(*gzip.Writer)
	defer pool.Put(zip)
	zip.Reset(&out)
	zip.Write(text) // a buffer takes everything
	zip.Close()
	return out.Bytes()
}

// plain is the body of an answer as it was before it was squeezed: of those that are kept, only the squeezed form is.
func (a *reply) plain() ([]byte, error) {
	if a.body != nil || a.squeezed == nil {
		return a.body, nil
	}
	zip, err := gzip.NewReader(bytes.NewReader(a.squeezed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(zip)
}
