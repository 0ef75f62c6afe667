package calledoff

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

// List is the days that are called off, with the form that asks for others.
type List struct {
	web.Frame
	Days   []Item
	May    bool // the caller may call days off
	Form   web.Form
	Fields []web.Field
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["list"] }

// Item is days that are called off.
type Item struct {
	Title, When, Why, By string
	Calls                string
	People               web.Link
}

// Person is somebody who is expected, or was.
type Person struct {
	When, Name string
	Facts      []string
	Reached    []reached.Shown
	URL        string // of the case file; empty where the caller may not see it
	Case       string // number
	State      web.Badge
	Try        string // address of the form that says how the call went
	Seen       string // what was said last, which the form gives back
	Tried      string // how the last one went; empty: nobody has tried
	Known      bool   // they know
}

// Day is days that are called off, or are about to be, with whoever was expected then.
type Day struct {
	web.Frame
	Facts    []web.Term
	Calls    string
	People   []Person
	Proposed bool // nothing is called off yet
	Form     web.Form
	Hidden   []web.Term // the service and the days, as they are sent
	Fields   []web.Field
	Button   string
	Reopen   string // address of the form that takes the days back; empty: they cannot be
}

// Template names the page's file.
func (Day) Template() *template.Template { return templates["day"] }
