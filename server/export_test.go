package server

import "slices"

// Forget lets all kept answers go, so that a benchmark makes them anew.
func (s *Server) Forget() {
	s.kept = cupboard{}
}

// Endings are all forms of a page's address but the page itself, and DataFormats those of the API, so that a test that tries them all tries new ones too.
func Endings() []string { return slices.Concat(formats, asides) }

func DataFormats() []string {
	var names []string
	for _, f := range dataFormats {
		names = append(names, f.name)
	}
	return names
}
