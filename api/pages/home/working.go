package home

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// working waits for the process of an accepted command: the page loads itself
// again until the command is worked, and goes on then.
func (s *Place) working(c *gin.Context, who care.Staff) error {
	cmd, err := s.Records.Command(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	to := access.LocalPath(c.Query("poi"))
	switch cmd.State {
	case ledger.CommandWorked:
		return s.Pages.Leave(c, to, message.Say("home_working.done"))
	case ledger.CommandRefused:
		words := ""
		if cmd.Refusal != nil {
			words = s.Problems.Words.Refusal(*cmd.Refusal)
		}
		return s.Pages.LeaveRefused(c, to, words)
	}
	page := Working{Frame: s.Pages.Frame(c, message.Say("home_working.title"), "")}
	page.Refresh = 3
	page.Next = web.Link{URL: "/", Text: message.Say("home_working.back")}
	s.Pages.Render(c, http.StatusAccepted, page)
	return nil
}
