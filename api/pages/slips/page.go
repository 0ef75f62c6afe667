package slips

import (
	"embed"
	"html/template"

	"percorso/api/web"
	"percorso/internal/slip"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Slip is a sheet with what chooses it, which is not printed.
type Slip struct {
	web.Frame
	Sheet     slip.Sheet
	Here      string       // address of the page
	Languages []web.Option // of the sheet
	Unread    string       // the person's language, whose sentences nobody has read; empty: not so
	Second    bool         // the second sheet is printed too
	NoPlace   bool         // the zone's file does not say where people come
	Calendar  string       // address of the file for a calendar
	Barred    []string     // who must not be told, nor get the sheet
	Mediator  bool         // one was asked for who is not confirmed
	Unheard   bool         // the office calls, and the person does not speak on the telephone
}

// Template names the page's file.
func (Slip) Template() *template.Template { return templates["slip"] }

// Direction is how the person's language is written.
func (s Slip) Direction() string {
	if s.Sheet.Language.RightToLeft {
		return "rtl"
	}
	return "ltr"
}
