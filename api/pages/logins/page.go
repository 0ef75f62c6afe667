package logins

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// List is where somebody is logged in.
type List struct {
	web.Frame
	Items  []Item
	Rules  string // when a session ends by itself
	Others bool   // there are others than this one
	End    string // where the form that ends the others goes
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["logins"] }

// Item is one login.
type Item struct {
	Device string
	Mine   bool
	Began  string
	Seen   string
}
