package absences

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// List is who is away now and to come, as far as it is the caller's matter, with the form
// that enters another absence.
type List struct {
	web.Frame
	Own    []Item // the caller's own
	For    []Item // in which they stand in for somebody
	Zone   []Item // everybody else's of the zone, for its supervisor
	Zones  bool   // the caller is that
	Form   web.Form
	Fields []web.Field
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["absences"] }

// Item is one of them.
type Item struct {
	Title, When, Substitute string
	Change                  *web.Link // nil: it is not the caller's to change
	End                     string    // where the form goes that ends it
	EndText                 string
	Seen                    string // how it stands, which the form gives back
}

// Change is the form that changes one.
type Change struct {
	web.Frame
	Form   web.Form
	Fields []web.Field
}

// Template names the page's file.
func (Change) Template() *template.Template { return templates["absence"] }
