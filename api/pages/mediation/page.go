package mediation

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// List is the mediators who were asked for, by what comes next.
type List struct {
	web.Frame
	Nobody bool // the zone has no providers
	Over   bool // those that are over are shown
	Other  web.Link
	Groups []Group
	Lots   []web.Line
}

// Template names the page's file.
func (List) Template() *template.Template { return templates["mediators"] }

// Group is those of which the same comes next.
type Group struct {
	Title string
	Items []Item
}

// Item is one of them.
type Item struct {
	Title string // when, in which language
	State web.Badge
	Facts []string
	Warn  []string
	URL   string
}

// One is a request, with what may be done.
type One struct {
	web.Frame
	State    web.Badge
	Terms    []web.Term
	Warn     []string
	Main     *web.Link // what comes next, where that is a page of its own; nil: it is not
	Asked    []web.Line
	Accept   *web.Form
	AcceptAs string
	Seen     string     // the time that is accepted, which the form gives back
	Links    []web.Link // the other acts, each a page of its own
}

// Template names the page's file.
func (One) Template() *template.Template { return templates["mediator"] }

// Coordinator is what a provider's coordinator sees through their link.
type Coordinator struct {
	web.Frame
	Lead     string
	Terms    []web.Term
	Todo     string
	Answers  []Choice
	Problems web.Form
}

// Template names the page's file.
func (Coordinator) Template() *template.Template { return templates["coordinator"] }

// Choice is one answer that they may give.
type Choice struct {
	Code, Text, Explain string
	Form                web.Form
	Named, Timed        bool // it takes a mediator's name; a day and an hour
	Mediator, Day, Hour string
	Main, Open          bool
}
