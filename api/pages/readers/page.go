package readers

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Search asks for the number of a case.
type Search struct {
	web.Frame
	Form    web.Form
	Number  string
	Example string // of a number in the zone
}

// Template names the page's file.
func (Search) Template() *template.Template { return templates["search"] }

// Readers is who read a case file, by day.
type Readers struct {
	web.Frame
	Handed string // since when another zone has the case; empty: it does not
	Days   []Day
	More   string // address of the days before; empty: there are none
}

// Template names the page's file.
func (Readers) Template() *template.Template { return templates["readers"] }

// Day is a day with who read on it.
type Day struct {
	Name  string
	Lines []Line
}

// Line is what those of one role of one agency did on a day, and what for.
type Line struct{ Who, Did, Purpose, Times string }
