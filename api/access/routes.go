package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
)

// pageHandler answers a request for a page. What it cannot answer it returns:
// ledger.ErrNotFound and ledger.ErrForbidden become their pages, a *Problem that
// of its code, and anything else is logged and becomes a page that says no more.
type pageHandler func(c *gin.Context, who care.Staff) error

// pageRoutes is where the files of pages register them; all are for people who
// are logged in, but those of one-time links.
type pageRoutes struct {
	s     *Server
	group *gin.RouterGroup
}

func (p pageRoutes) get(path string, h pageHandler) { p.group.GET(path, p.s.page(h)) }

// post takes a form.
func (p pageRoutes) post(path string, h pageHandler) {
	p.group.POST(path, func(c *gin.Context) {
		if err := c.Request.ParseForm(); err != nil {
			p.s.failed(c, problem.New(problem.BadRequest))
			return
		}
		p.s.page(h)(c)
	})
}

// pages are what people work on, beside the REST API.
func (s *Server) pages(r *gin.Engine) {
	assets := gin.WrapH(web.Assets())
	r.GET("/assets/*file", assets)
	r.HEAD("/assets/*file", assets)
	r.GET("/", s.start)

	p := pageRoutes{s, r.Group("/", s.signedIn)}
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

// page hands a request to a handler, and answers what the handler could not.
func (s *Server) page(h pageHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c, staffOf(c.Request.Context())); err != nil {
			p := s.problems.Of(c.Request.Context(), err)
			if c.Request.Method == http.MethodHead || c.Writer.Written() {
				c.Abort()
				return
			}
			s.problemPage(c, p)
		}
	}
}
