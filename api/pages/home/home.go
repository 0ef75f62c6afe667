package home

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/internal/message"
)

// Mount registers the pages: the first of them is for anybody.
func (s *Place) Mount(r *gin.Engine, p access.Routes) {
	r.GET("/", s.start)
	p.Get("/in-lavorazione/:id", s.working)
}

// start is the address that people know: it shows what is to be done today, or leads
// to where somebody's work begins, and whoever is not logged in to the login.
func (s *Place) start(c *gin.Context) {
	if s.Guard.Subject(c.Request.Context()) == "" {
		s.Pages.Render(c, http.StatusOK, Welcome{Frame: s.Pages.Frame(c, message.Say("home.log_in"), "")})
		return
	}
	s.Guard.SignedIn(c)
	if c.IsAborted() {
		return
	}
	who := access.StaffOf(c.Request.Context())
	if to := s.Home(who.Role); to != todayPath {
		c.Redirect(http.StatusSeeOther, to)
		return
	}
	s.Pages.Answer(func(c *gin.Context) error { return s.today(c, who) })(c)
}
