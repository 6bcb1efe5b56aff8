// Command skiktd serves the pages of an edition to the public. It can reach nothing confidential: its import closure holds no
// package that opens records or a database, which a test of the architecture proves.
//
//	skiktd -edition DIR [-edition EARLIER]... [-addresses FILE.csv] [-address 127.0.0.1:8022] [-rate 20] [-burst 200] [-proxy] [-metrics 127.0.0.1:9022]
//
// It starts only on an edition that is wholly as it was published. On SIGHUP it opens the folder again, commonly a link that now leads to a new edition, and goes
// over to it without losing a request; an edition that can't be served is refused, and the old one stays. On SIGTERM it answers what was asked and ends.
//
// Earlier editions are given with -edition again, and stand under /e/EDITION. A file of addresses that readers may search for is the operator's own: no edition holds one.
//
// A client that asks more than -rate a second in the long run, and -burst at once, gets 429 with the time to wait. Behind a proxy of your own give -proxy, so that
// the client is the last address in X-Forwarded-For. /halsa tells that it is alive; what it counts is on /metrics of the address -metrics alone. Nothing about
// clients is logged.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/skikt/skikt/server"
)

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // most of the memory is tables that stay: half as much again is room enough
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	if err := run(ctx, os.Args[1:], reload, func(string) {}); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "skiktd:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. It tells listening its address when it does.
func run(ctx context.Context, args []string, reload <-chan os.Signal, listening func(address string)) error {
	flags := flag.NewFlagSet("skiktd", flag.ContinueOnError)
	var dirs []string
	flags.Func("edition", "folder of the edition, or a link to it; again for an earlier one", func(dir string) error {
		dirs = append(dirs, dir)
		return nil
	})
	addresses := flags.String("addresses", "", "CSV file of addresses that readers may search for: an address and the code of its area, or two coordinates")
	address := flags.String("address", "127.0.0.1:8022", "address to listen on; put a TLS-terminating proxy in front")
	rate := flags.Float64("rate", 20, "requests a second that one client may ask in the long run; 0 for no limit")
	burst := flags.Int("burst", 200, "requests that one client may ask at once")
	proxy := flags.Bool("proxy", false, "a proxy of your own stands in front: the client is the last address in X-Forwarded-For")
	metrics := flags.String("metrics", "", "address to tell counts on, at /metrics; keep it from the internet")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if len(dirs) == 0 || flags.NArg() > 0 {
		return errors.New("usage: skiktd -edition DIR [-edition EARLIER]... [-addresses FILE] [-address HOST:PORT] [-rate N] [-burst N] [-proxy] [-metrics HOST:PORT]")
	}
	pages, id, err := open(dirs, *addresses)
	if err != nil {
		return err
	}
	front := server.NewFront(pages, server.Limit{Rate: *rate, Burst: *burst, Behind: *proxy})
	done := make(chan error, 2)
	var servers []*http.Server
	listen := func(address string, h http.Handler) (string, error) {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return "", err
		}
		s := &http.Server{
			Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
			MaxHeaderBytes: 1 << 16,
			// The library would log a client's address when it breaks off.
			ErrorLog: log.New(nowhere{}, "", 0),
		}
		servers = append(servers, s)
		go func() { done <- s.Serve(l) }()
		return l.Addr().String(), nil
	}
	if *metrics != "" {
		counts := http.NewServeMux()
		counts.Handle("GET /metrics", front.Metrics())
		if _, err := listen(*metrics, counts); err != nil {
			return err
		}
	}
	at, err := listen(*address, front)
	if err != nil {
		return err
	}
	log.Printf("edition %s on %s", id, at)
	go pages.ReadAhead(ctx)
	listening(at)
	for {
		select {
		case err := <-done:
			return err
		case <-reload:
			pages, id, err := open(dirs, *addresses)
			if err != nil {
				log.Printf("the edition stays: %v", err)
				continue
			}
			front.Change(pages)
			log.Printf("edition %s", id)
			go pages.ReadAhead(ctx)
			continue
		case <-ctx.Done():
		}
		break
	}
	calm, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(calm))
	}
	return err
}

// open makes a server of editions that are wholly as they were published, and of the addresses that may be searched for.
func open(dirs []string, addresses string) (*server.Server, string, error) {
	pages, err := server.Open(dirs[0], dirs[1:]...)
	if err != nil {
		return nil, "", err
	}
	if addresses != "" {
		known, err := server.OpenAddresses(addresses)
		if err != nil {
			return nil, "", err
		}
		log.Printf("%d addresses, %d lines that can't be used", known.Len(), known.NSkip)
		pages.UseAddresses(known)
	}
	return pages, pages.ID(), nil
}

// nowhere takes what is written to it and keeps nothing.
type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
