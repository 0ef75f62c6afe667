package access

import (
	"github.com/gin-gonic/gin"

	"percorso/api/problem"
	"percorso/internal/care"
)

// Handler answers a request for a page. What it cannot answer it returns:
// ledger.ErrNotFound and ledger.ErrForbidden become their pages, a *Problem that
// of its code, and anything else is logged and becomes a page that says no more.
type Handler func(c *gin.Context, who care.Staff) error

// Routes is where places register their pages, which are for people who are
// logged in.
type Routes struct {
	pages *Pages
	group gin.IRoutes
}

// Routes gives the routes of the pages behind g.
func (g *Guard) Routes(r *gin.Engine) Routes { return Routes{g.Pages, r.Group("/", g.SignedIn)} }

// Get shows a page.
func (r Routes) Get(path string, h Handler) { r.group.GET(path, r.pages.handle(h)) }

// Post takes a form.
func (r Routes) Post(path string, h Handler) {
	r.group.POST(path, func(c *gin.Context) {
		if err := c.Request.ParseForm(); err != nil {
			r.pages.Failed(c, problem.New(problem.BadRequest))
			return
		}
		r.pages.handle(h)(c)
	})
}

// handle hands a request to a handler, and answers what the handler could not.
func (p *Pages) handle(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c, StaffOf(c.Request.Context())); err != nil {
			wrong := p.problems.Of(c.Request.Context(), err)
			if c.Writer.Written() {
				c.Abort()
				return
			}
			p.problemPage(c, wrong)
		}
	}
}
