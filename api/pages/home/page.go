package home

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Welcome is what whoever is not logged in sees first.
type Welcome struct{ web.Frame }

// Template names the page's file.
func (Welcome) Template() *template.Template { return templates["welcome"] }

// Working says that what was asked is accepted and being worked.
type Working struct {
	web.Frame
	Next web.Link
}

// Template names the page's file.
func (Working) Template() *template.Template { return templates["working"] }
