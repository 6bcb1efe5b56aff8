// Package brotli stands in for the library of that name in the demo's program (decision 13). It refuses: no edition is squeezed so.
package brotli

import (
	"errors"
	"io"
)

var errLacking = errors.New("this program was built without Brotli; build the whole one with make build")

// A Reader refuses.
type Reader struct{}

// NewReader makes a Reader that refuses.
func NewReader(io.Reader) *Reader { return &Reader{} }

func (*Reader) Read([]byte) (int, error) { return 0, errLacking }

// Reset refuses.
func (*Reader) Reset(io.Reader) error { return errLacking }

// WriterOptions are those of the library.
type WriterOptions struct{ Quality, LGWin int }

// A Writer refuses.
type Writer struct{}

// NewWriterOptions makes a Writer that refuses.
func NewWriterOptions(io.Writer, WriterOptions) *Writer { return &Writer{} }

func (*Writer) Write([]byte) (int, error) { return 0, errLacking }

// Close refuses.
func (*Writer) Close() error { return errLacking }

// Reset does nothing.
func (*Writer) Reset(io.Writer) {}
