package server

// Forget lets all kept answers go, so that a benchmark makes them anew.
func (s *Server) Forget() {
	s.kept = cupboard{}
}
