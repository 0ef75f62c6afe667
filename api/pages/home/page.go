package home

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

// Welcome is what whoever is not logged in sees first.
type Welcome struct{ web.Frame }

// Template names the page's file.
func (Welcome) Template() *template.Template { return templates["welcome"] }

// Today is what somebody has before them today, the most pressing first.
type Today struct {
	web.Frame
	Day    string // "giovedì 26 novembre 2026"
	Groups []Group
}

// Template names the page's file.
func (Today) Template() *template.Template { return templates["today"] }

// Group is a short list of one kind of thing, with where the whole list is.
type Group struct {
	ID, Title string
	Nothing   string // what an empty one says; empty: that there is nothing
	Lines     []web.Line
	Promised  []promised.Line // in their place
	More      bool            // there are more than these
	All       web.Link
}

// Working says that what was asked is accepted and being worked.
type Working struct {
	web.Frame
	Next web.Link
}

// Template names the page's file.
func (Working) Template() *template.Template { return templates["working"] }
