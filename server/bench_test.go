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

// BenchmarkQuery asks the edition of bench/barometer in SKIKT_EDITION for a few cells, each time others: through the API and as CSV.
func BenchmarkQuery(b *testing.B) {
	dir := os.Getenv("SKIKT_EDITION")
	if dir == "" {
		b.Skip("SKIKT_EDITION names no edition")
	}
	ed, err := edition.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	s, err := server.New(ed)
	if err != nil {
		b.Fatal(err)
	}
	c, err := ed.Table("income_kommun")
	if err != nil {
		b.Skip("the edition is not that of bench/barometer: ", err)
	}
	areas := c.Dims()[0].Members
	for form, address := range map[string]string{"api": "/api/v2/tables/income_kommun/data?valueCodes[kommun]=%s&valueCodes[year]=%d&valueCodes[sex]=total&valueCodes[group]=a&valueCodes[ContentsCode]=NPersons",
		"csv": "/tabell/income_kommun.csv?kommun=%s&year=%d"} {
		b.Run("form="+form, func(b *testing.B) {
			k := 0
			for b.Loop() {
				if k%1700 == 0 {
					s.Forget()
				}
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequest("GET", fmt.Sprintf(address, areas[k%len(areas)].Code, 2019+k/len(areas)%6), nil))
				if w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
				k++
			}
		})
	}
}
