package file

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/writing"
	"percorso/api/present"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Sheet is what was written in a case, by what it is about or in the order of time.
type Sheet struct {
	web.Frame
	Number string
	Tabs   []web.Link
	Views  []web.Link // of the diary
	Repeat string     // a conversation to hold again with a mediator; empty: none
	Parts  []Part
	More   string // of the order of time: where it goes on
}

// Template names the page's file.
func (Sheet) Template() *template.Template { return templates["sheet"] }

// Part is what was written about one thing or on one day, the newest first.
type Part struct {
	Name    string
	Records []writing.Record
}

// Happened is what happened in a case, the latest first.
type Happened struct {
	web.Frame
	Number  string
	Tabs    []web.Link
	Views   []web.Link
	Moments []web.Moment
	More    string
}

// Template names the page's file.
func (Happened) Template() *template.Template { return templates["happened"] }

// Amending is the form that amends a record.
type Amending struct {
	web.Frame
	Form      web.Form
	By        string // who wrote it, and when
	Course    bool   // it has what the course of the case was decided by
	Seen      int    // version that the form is made from
	Meanwhile []present.Amended
	Fields    []web.Field
}

// Template names the page's file.
func (Amending) Template() *template.Template { return templates["amending"] }

// Opening asks why somebody opens what is for others.
type Opening struct {
	web.Frame
	Form   web.Form
	Reason web.Field
}

// Template names the page's file.
func (Opening) Template() *template.Template { return templates["opening"] }
