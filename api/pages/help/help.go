// Package help is where people read how to go on, and what is promised to all who use the
// pages: that they are accessible, and what becomes of data.
package help

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/course"
	"percorso/internal/message"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// Colleagues lists the staff of the caller's zone.
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
}

// Path is the address of the help.
const Path = "/aiuto"

const (
	accessibilityPath = "/accessibilita"
	dataPath          = "/dati-personali"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Mount registers the pages: but for the help, they are for anybody.
func (s *Place) Mount(r *gin.Engine, p access.Routes) {
	p.Get(Path, s.help)
	r.GET(accessibilityPath, func(c *gin.Context) {
		s.Pages.Render(c, http.StatusOK, Accessibility{s.Pages.Frame(c, message.Say("help.accessibility"), accessibilityPath)})
	})
	r.GET(dataPath, func(c *gin.Context) {
		s.Pages.Render(c, http.StatusOK, Data{s.Pages.Frame(c, message.Say("help.data"), dataPath)})
	})
}

// Help says what the stages are for, and whom to ask.
type Help struct {
	web.Frame
	Stages      []Stage
	Supervisors string // who frees what is stuck; empty: the zone has nobody
	Office      string // with its telephone; empty: none is known
}

// Template names the page's file.
func (Help) Template() *template.Template { return templates["help"] }

// Stage is one of the path.
type Stage struct {
	Name string
	course.Help
}

// Accessibility says how far the pages can be used by everybody.
type Accessibility struct{ web.Frame }

// Template names the page's file.
func (Accessibility) Template() *template.Template { return templates["accessibility"] }

// Data says what becomes of personal data.
type Data struct{ web.Frame }

// Template names the page's file.
func (Data) Template() *template.Template { return templates["data"] }

func (s *Place) help(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	colleagues, err := s.Records.Colleagues(ctx, who)
	if err != nil {
		return err
	}
	page := Help{Frame: s.Pages.Frame(c, message.Say("help.title"), Path)}
	for _, stage := range care.Stages {
		page.Stages = append(page.Stages, Stage{italian.Stage(stage), course.Of(stage)})
	}
	var supervisors []string
	for _, colleague := range colleagues {
		if colleague.Role == care.Supervisor {
			supervisors = append(supervisors, colleague.Name)
		}
	}
	page.Supervisors = strings.Join(supervisors, ", ")
	if office, ok := rules.Agency(rules.RoleAgency(care.Supervisor)); ok && office.Phone != "" {
		page.Office = message.Say("help.office", "Name", office.Name, "Phone", office.Phone)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
