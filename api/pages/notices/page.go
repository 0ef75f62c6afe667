package notices

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// List is what the caller is to be told of.
type List struct {
	web.Frame
	Items []Item
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["notices"] }

// Item is one of them.
type Item struct {
	Title   string
	When    string
	Why     string
	Heading string     // of what follows
	Typed   []web.Term // what they had written, or why somebody did
	Next    *web.Link  // where to go on; nil: nowhere any more
	Case    *web.Link
	Dismiss *web.Form // nil: it goes when it is done, or when its term is over
}
