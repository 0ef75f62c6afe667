package api

import "github.com/gin-gonic/gin"

// Routes are everything that the server answers.
func (s *Server) Routes() gin.RoutesInfo {
	engine, err := s.routes()
	if err != nil {
		panic(err)
	}
	return engine.Routes()
}
