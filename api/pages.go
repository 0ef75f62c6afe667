package api

import (
	"github.com/gin-gonic/gin"

	"percorso/api/web"
)

// places are what people work on, beside the REST API.
func (s *Server) places(r *gin.Engine) {
	assets := gin.WrapH(web.Assets())
	r.GET("/assets/*file", assets)
	r.HEAD("/assets/*file", assets)
	r.GET("/", s.start)

	p := s.guard.Routes(r)
	s.registerWorking(p)
	s.registerTaskPages(p)
	s.registerCasePages(p)
	s.registerDesk(p)
	s.registerReferralPages(p)
	s.registerStuck(p)
	s.registerAppointmentPages(p)
	s.registerPlanPages(p)
	s.registerEquipePages(p)
	s.registerReferPages(p)
	s.registerInvitationPages(r)
}
