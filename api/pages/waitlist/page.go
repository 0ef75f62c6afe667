package waitlist

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// List is who waits, by service.
type List struct {
	web.Frame
	Services []Service
	More     string // address of those who follow; empty: that is all
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["list"] }

// Service is the list of one.
type Service struct {
	ID, Title string
	Count     string // how many wait, or up to which place they stand here
	Items     []Item
}

// Item is somebody in it.
type Item struct {
	Place  int // 1: the first who is asked
	Person string
	URL    string // of the case file; empty: the caller reads none
	Number string // of the case file
	Facts  []string
	Offer  string // the place that is kept for them; empty: none is
	Late   string // that no place came in time; empty: there is time
	Turn   string // address of the form that takes them off, or has them wait on; empty: not for the caller
}
