package server

func (s *Server) openAPI(base string) any { return nil }
