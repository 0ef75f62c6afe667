package api

func (s *Server) registerDesk(pageRoutes) {}
