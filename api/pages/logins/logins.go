// Package logins is where people see where they are logged in.
package logins

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Guard *access.Guard
}

const path = access.LoginsPath

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.list)
	p.Post(path, s.endOthers)
}

// list shows where the caller is logged in.
func (s *Place) list(c *gin.Context, who care.Staff) error {
	logins, err := s.Guard.Logins(c.Request.Context(), who)
	if err != nil {
		return err
	}
	idle, life := s.Guard.Ends()
	page := List{
		Frame: s.Pages.Frame(c, message.Say("logins.title"), path), End: path,
		Rules: message.Say("logins.rules", "Idle", span(idle), "Life", span(life)),
	}
	for _, l := range logins {
		page.Items = append(page.Items, Item{Device: device(l.Device), Mine: l.Mine, Began: italian.Moment(l.Began), Seen: italian.Moment(l.Seen)})
		page.Others = page.Others || !l.Mine
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// endOthers ends the caller's other logins.
func (s *Place) endOthers(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	ended, err := s.Guard.EndOthers(ctx, who)
	var refused *care.Refusal
	switch {
	case errors.As(err, &refused):
		return s.Pages.LeaveRefused(c, path, s.Problems.Words.Refusal(*refused))
	case err != nil:
		return err
	}
	return s.Pages.Leave(c, path, message.Count("logins.ended", ended))
}

// span says how long something lasts.
func span(d time.Duration) string {
	if d%time.Hour == 0 {
		return message.Count("logins.hours", int(d/time.Hour))
	}
	return message.Count("logins.minutes", int(d/time.Minute))
}

// device says a kind of browser in words.
func device(code string) string {
	browser, system, _ := strings.Cut(code, "/")
	name, known := message.Find("logins_browser", browser)
	if !known {
		return message.Say("logins.another_browser")
	}
	on, known := message.Find("logins_system", system)
	if !known {
		return name
	}
	return message.Say("logins.browser_on", "Browser", name, "System", on)
}
