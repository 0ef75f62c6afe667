package api

import (
	"github.com/gin-gonic/gin"

	"percorso/api/pages/agenda"
	"percorso/api/pages/cases"
	"percorso/api/pages/desk"
	"percorso/api/pages/home"
	"percorso/api/pages/partner"
	"percorso/api/pages/plan"
	"percorso/api/pages/referrals"
	"percorso/api/pages/supervision"
	"percorso/api/pages/tasks"
	"percorso/api/web"
)

// places are what people work on, beside the REST API.
func (s *Server) places(r *gin.Engine) {
	assets := gin.WrapH(web.Assets())
	r.GET("/assets/*file", assets)

	p := s.guard.Routes(r)
	(&home.Place{Guard: s.guard, Pages: s.pages, Problems: s.problems, Records: s.records, Home: homeOf}).Mount(r, p)
	(&tasks.Place{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records, Now: s.now}).Mount(p)
	(&cases.Place{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records, Now: s.now}).Mount(p)
	(&desk.Place{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records, Now: s.now}).Mount(p)
	(&referrals.Place{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records, Now: s.now}).Mount(p)
	(&supervision.Place{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records, Now: s.now}).Mount(p)
	(&agenda.Place{Pages: s.pages, Book: s.book, Records: s.records, Now: s.now}).Mount(p)
	(&plan.Place{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records}).Mount(p)
	(&partner.Place{Pages: s.pages, Links: s.links, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records}).Mount(r)
}
