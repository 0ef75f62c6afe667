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
		Frame: s.Pages.Frame(c, "I tuoi accessi", path), End: path,
		Rules: "Un accesso termina da solo dopo " + span(idle) + " senza attività, e in ogni caso dopo " + span(life) + ".",
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
	return s.Pages.Leave(c, path, italian.Upper(italian.Count(ended, "altro accesso è terminato", "altri accessi sono terminati"))+". I programmi devono accedere di nuovo.")
}

// span says how long something lasts.
func span(d time.Duration) string {
	if d%time.Hour == 0 {
		return italian.Count(int(d/time.Hour), "ora", "ore")
	}
	return italian.Count(int(d/time.Minute), "minuto", "minuti")
}

// device says a kind of browser in words.
func device(code string) string {
	browser, system, _ := strings.Cut(code, "/")
	name := map[string]string{"edge": "Edge", "opera": "Opera", "firefox": "Firefox", "chrome": "Chrome", "safari": "Safari"}[browser]
	on := map[string]string{"android": "Android", "ios": "iPhone o iPad", "windows": "Windows", "mac": "Mac", "linux": "Linux"}[system]
	switch {
	case name == "":
		return "Un altro browser"
	case on == "":
		return name
	}
	return name + " su " + on
}
