package server_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/server"
)

// BenchmarkView answers with views that are made anew each time and with kept ones, of the edition in SKIKT_EDITION: go test -run '^$' -bench View ./server.
func BenchmarkView(b *testing.B) {
	dir := os.Getenv("SKIKT_EDITION")
	if dir == "" {
		b.Skip("SKIKT_EDITION names no edition")
	}
	ed, err := edition.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, view := range []string{"plats/1101", "plats/0201R001", "karta?m=index:Index", "karta.light?m=index:Index", "karta.areas?niva=regso-2020", "karta?m=low_standard:SharePersons:l%C3%A5g:total", "jamfor"} {
		s, err := server.New(ed)
		if err != nil {
			b.Fatal(err)
		}
		for _, kept := range []bool{false, true} {
			b.Run(fmt.Sprintf("view=%s/kept=%v", strings.ReplaceAll(view, "/", "-"), kept), func(b *testing.B) {
				get := func() {
					w := httptest.NewRecorder()
					s.ServeHTTP(w, httptest.NewRequest("GET", "/"+view, nil))
					if w.Code != 200 {
						b.Fatal(w.Code)
					}
				}
				get() // the tables are read
				for b.Loop() {
					if !kept {
						s.Forget()
					}
					get()
				}
			})
		}
	}
}
