package api

func (s *Server) registerStuck(pageRoutes) {}
