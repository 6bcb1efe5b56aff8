// Command skiktd serves the pages of an edition to the public. It can reach nothing confidential: its import closure holds no
// package that opens records or a database, which a test of the architecture proves.
//
//	skiktd -edition DIR [-address 127.0.0.1:8022]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/server"
)

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "skiktd:", err)
		os.Exit(1)
	}
}

func run() error {
	dir := flag.String("edition", "", "folder of the edition")
	address := flag.String("address", "127.0.0.1:8022", "address to listen on; put a TLS-terminating proxy in front")
	flag.Parse()
	if *dir == "" || flag.NArg() > 0 {
		return errors.New("usage: skiktd -edition DIR [-address HOST:PORT]")
	}
	ed, err := edition.Open(*dir)
	if err != nil {
		return err
	}
	// The public server starts only on an edition that is wholly as it was published.
	if err := ed.Verify(); err != nil {
		return err
	}
	pages, err := server.New(ed)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &http.Server{
		Addr: *address, Handler: pages,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 1 << 16,
	}
	done := make(chan error, 1)
	go func() { done <- s.ListenAndServe() }()
	log.Printf("edition %s on %s", ed.ID(), *address)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	calm, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.Shutdown(calm)
}
