// Package web is the page kit: the frame of pages, the pieces that they are made
// of, and the static assets. It knows nothing of what the pages are about.
//
// A page is a struct with a Frame, and a file that its Template method names. It
// holds words, addresses and yes or no: whoever fills it in has decided
// everything, and the templates decide nothing.
package web

import (
	"embed"
	"html/template"
	"io"
	"io/fs"
	"strings"

	"percorso/internal/message"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Page is what a template shows.
type Page interface {
	// Template is the page's template, of those that its place has parsed.
	Template() *template.Template
}

// Templates are the pages of a place, by the names of their files without .html.
type Templates map[string]*template.Template

// kit are the layout, and the pieces that all pages share.
var kit = template.Must(template.New("layout").Funcs(template.FuncMap{
	"asset": Asset, "dict": dict, "fault": Fault, "minutes": minutes, "say": message.Say, "count": message.Count, "rich": message.Rich, "dateparts": dateParts, "partfaulty": partFaulty,
}).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))

// Parse reads the pages of a place: each is a file that defines "content", and may
// use the pieces of the kit and of shared. A fault in one stops the process at its
// start.
func Parse(pages fs.FS, shared ...fs.FS) Templates {
	frame := template.Must(kit.Clone())
	for _, pieces := range shared {
		template.Must(frame.ParseFS(pieces, "*.html"))
	}
	files, err := fs.Glob(pages, "*.html")
	if err != nil {
		panic(err)
	}
	parsed := Templates{}
	for _, file := range files {
		parsed[strings.TrimSuffix(file, ".html")] = template.Must(template.Must(frame.Clone()).ParseFS(pages, file))
	}
	return parsed
}

// Write writes a page as HTML.
func Write(w io.Writer, p Page) error {
	return p.Template().ExecuteTemplate(w, "layout", p)
}

// minutes says a number of seconds in words.
func minutes(seconds int) string {
	if seconds%3600 == 0 && seconds > 3600 {
		return message.Say("session.hours", "Hours", seconds/3600)
	}
	return message.Say("session.minutes", "Minutes", seconds/60)
}

// dict makes a map of names and values, to hand a part more than one thing.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}
