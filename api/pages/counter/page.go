package counter

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// NumbersPage is who waits at the desk without an appointment.
type NumbersPage struct {
	web.Frame
	Form              web.Form
	Topics, Languages []web.Option
	Next              *web.Form // calls who waits longest; nil: nobody waits
	Called, Waiting   []Number
	Past              []web.Term // counts of the days that are over
}

// Template names the page's file.
func (NumbersPage) Template() *template.Template { return templates["numbers"] }

// Number is one of today.
type Number struct {
	Said, Language, Topic, Since string
	Action                       string // where what has become of it is sent
	Acts                         []Act
	Open, Contact                string // where one goes on with the person; empty: nowhere yet
}

// Act is what may become of a number.
type Act struct{ State, Text string }
