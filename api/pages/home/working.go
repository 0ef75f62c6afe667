package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

func (s *Server) registerWorking(p access.Routes) { p.Get("/in-lavorazione/:id", s.working) }

// working waits for the process of an accepted command: the page loads itself
// again until the command is worked, and goes on then.
func (s *Server) working(c *gin.Context, who care.Staff) error {
	cmd, err := s.records.Command(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	to := access.LocalPath(c.Query("poi"))
	switch cmd.State {
	case ledger.CommandWorked:
		return s.pages.Leave(c, to, "Fatto.")
	case ledger.CommandRefused:
		words := ""
		if cmd.Refusal != nil {
			words = s.words.Refusal(cmd.Refusal.Code, cmd.Refusal.Role)
		}
		return s.pages.LeaveRefused(c, to, words)
	}
	page := web.Working{Frame: s.pages.Frame(c, "In lavorazione", "")}
	page.Refresh = 3
	page.Next = web.Link{URL: "/", Text: "Torna al tuo lavoro"}
	s.pages.Render(c, http.StatusAccepted, page)
	return nil
}
