package api

func (s *Server) registerReferralPages(pageRoutes) {}
