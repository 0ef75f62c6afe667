package api

func (s *Server) registerAppointmentPages(pageRoutes) {}
