package drafts

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// List is what its reader has begun and not sent.
type List struct {
	web.Frame
	Items []Item
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["drafts"] }

// Item is one draft.
type Item struct {
	What   string // the kind of form
	Kept   string // when it was last written in
	Resume string // where it is shown again
	Drop   string // where the form that deletes it goes
}
