package server

import (
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// mostHeld is how many cells a file is made of in memory; larger ones are written as they are made, and have no length that is told beforehand.
const mostHeld = 100_000

// streamPatience is how long a reader of a large file may take for each part of it.
const streamPatience = 30 * time.Second

// sendStream writes a body as it is made. What fails on the way cuts the connection, so that no client takes a part for the whole.
func sendStream(w http.ResponseWriter, req *http.Request, write func(io.Writer) error) {
	if req.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return
	}
	to := &patient{ResponseWriter: w, control: http.NewResponseController(w)}
	out, end := io.Writer(to), func() error { return nil }
	if takes(req.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		zip := squeezers.Get().(*gzip.Writer)
		defer squeezers.Put(zip)
		zip.Reset(to)
		out, end = zip, zip.Close
	}
	err := write(out)
	if err == nil {
		err = end()
	}
	switch {
	case err == nil:
	case to.begun:
		panic(http.ErrAbortHandler)
	default:
		h := w.Header()
		h.Del("Content-Encoding")
		h.Del("ETag")
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// patient is a client that may take long, as long as it goes on reading.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

func (p *patient) Write(b []byte) (int, error) {
	p.begun = true
	_ = p.control.SetWriteDeadline(time.Now().Add(streamPatience)) // a test's recorder has none
	return p.ResponseWriter.Write(b)
}

// built tells programs apart, which may write the same numbers in another way.
var built = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	id := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			id += " " + s.Value
		}
	}
	return id
})
