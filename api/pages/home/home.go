package home

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
)

// Mount registers the pages: the first of them is for anybody.
func (s *Place) Mount(r *gin.Engine, p access.Routes) {
	r.GET("/", s.start)
	p.Get("/in-lavorazione/:id", s.working)
}

// start is the address that people know: it leads to where their work begins,
// and whoever is not logged in to the login.
func (s *Place) start(c *gin.Context) {
	if s.Guard.Subject(c.Request.Context()) == "" {
		s.Pages.Render(c, http.StatusOK, Welcome{Frame: s.Pages.Frame(c, "Accedi a Percorso", "")})
		return
	}
	s.Guard.SignedIn(c)
	if !c.IsAborted() {
		c.Redirect(http.StatusSeeOther, s.Home(access.StaffOf(c.Request.Context()).Role))
	}
}
