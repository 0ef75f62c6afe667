package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/web"
)

// start is the address that people know: it leads to where their work begins,
// and whoever is not logged in to the login.
func (s *Server) start(c *gin.Context) {
	if s.sessions.subject(c.Request.Context()) == "" {
		s.render(c, http.StatusOK, web.Welcome{Frame: s.frame(c, "Accedi a Percorso", "")})
		return
	}
	s.signedIn(c)
	if !c.IsAborted() {
		c.Redirect(http.StatusSeeOther, homeOf(staffOf(c.Request.Context()).Role))
	}
}
