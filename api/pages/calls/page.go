package calls

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/reached"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Page is the lists of people to call.
type Page struct {
	web.Frame
	Form  web.Form // tells what was refused
	Lists []List
}

// Template names the page's file.
func (Page) Template() *template.Template { return templates["calls"] }

// List is the people whom one calls for one thing.
type List struct {
	ID, Title, Lead, Nothing string
	Items                    []Item
}

// Item is somebody to call.
type Item struct {
	When      string // day and hour of the appointment
	Person    string
	Facts     []string
	Warnings  []string        // that a message did not arrive, and that nobody answered
	Languages string          // that they speak
	Reached   []reached.Shown // what may be done with a number, before it
	URL       string          // of the file; empty where the caller may not see it
	Change    string          // where the appointment is moved or cancelled; empty: it is not for that
	Said      string          // where the form goes that says how the call went
	Form      web.Form        // with the key of what is booked; empty: nothing is
	Outcomes  []web.Option    // what may have come of it: the first is the usual one
}
