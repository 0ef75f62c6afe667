package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
)

// start is the address that people know: it leads to where their work begins,
// and whoever is not logged in to the login.
func (s *Server) start(c *gin.Context) {
	if s.guard.Subject(c.Request.Context()) == "" {
		s.pages.Render(c, http.StatusOK, web.Welcome{Frame: s.pages.Frame(c, "Accedi a Percorso", "")})
		return
	}
	s.guard.SignedIn(c)
	if !c.IsAborted() {
		c.Redirect(http.StatusSeeOther, homeOf(access.StaffOf(c.Request.Context()).Role))
	}
}
