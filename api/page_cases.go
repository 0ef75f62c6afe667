package api

func (s *Server) registerCasePages(pageRoutes) {}
