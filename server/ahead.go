package server

import (
	"cmp"
	"context"
	"net/url"
	"runtime/debug"
	"slices"
)

// mostAhead is how many cells are read before anyone asks for them: about half a gigabyte. The tables behind that are read when they are asked for.
const mostAhead = 8 << 20

// ReadAhead reads the tables of the edition that is shown, the smallest first and up to a bound, and finds what maps need of their divisions, so that those who come first need not wait for it.
// Until it is done the server answers as well, only later. It ends early when ctx does.
func (s *Server) ReadAhead(ctx context.Context) {
	s.figures() // an error is told to who asks for it
	for _, d := range s.divisions {
		d.bounds()
		d.beside()
		d.types()
	}
	cells := 0
	for _, t := range slices.SortedStableFunc(slices.Values(s.tables), func(a, b *table) int { return cmp.Compare(a.Rows, b.Rows) }) {
		if cells += t.Rows * len(t.Measures); cells > mostAhead || ctx.Err() != nil {
			break
		}
		t.years()
	}
	if cells <= mostAhead {
		for _, x := range s.indexTables() {
			for _, year := range slices.Backward(x.table.years()) {
				if d := s.division(x.division()); d != nil && ctx.Err() == nil {
					x.chances(s, d, year)
				}
			}
		}
	}
	for _, path := range [][]string{nil, {"karta"}} { // with what pages are made of otherwise
		s.make(&request{lang: "sv", format: "html", path: path, query: url.Values{}})
	}
	debug.FreeOSMemory() // of what reading took
}
