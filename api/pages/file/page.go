package file

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Sheet is what was written in a case, by what it is about or in the order of time.
type Sheet struct {
	web.Frame
	Number string
	Tabs   []web.Link
	Parts  []Part
	More   string // of the order of time: where it goes on
}

// Template names the page's file.
func (Sheet) Template() *template.Template { return templates["sheet"] }

// Part is what was written about one thing or on one day, the newest first.
type Part struct {
	Name    string
	Records []Record
}

// Record is what somebody wrote.
type Record struct {
	ID     string
	Title  string
	By     string // who and when
	Fields []web.Term
	Circle string
	Open   string // address where it is opened all the same; empty: it is readable
}

// Opening asks why somebody opens what is for others.
type Opening struct {
	web.Frame
	Form   web.Form
	Reason web.Field
}

// Template names the page's file.
func (Opening) Template() *template.Template { return templates["opening"] }
