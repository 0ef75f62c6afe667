package promises

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/promised"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// List is the page of one's promises.
type List struct {
	web.Frame
	Form   web.Form
	Fields []web.Field
	Lines  []promised.Line
	Done   []Done
	Left   []Left
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["list"] }

// Done is a promise that is done, for as long as that can be taken back.
type Done struct {
	Text, Person, When string
	Again              string // address
}

// Left is that there was a promise of somebody else.
type Left struct {
	web.Line
	Seen string // address
}

// Move is the page on which a promise is moved or dropped.
type Move struct {
	web.Frame
	Form   web.Form
	Text   string
	Fields []web.Field
	Drop   string // address
}

// Template names the page's file.
func (Move) Template() *template.Template { return templates["move"] }
