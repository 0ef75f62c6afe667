package feeds

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Feed is the page about the address of one's calendar.
type Feed struct {
	web.Frame
	Address string // empty: there is none
	Made    string
	Read    string // empty: no program has read it
	Ends    string
	Over    bool   // it is past its time
	Here    string // where the forms go
}

// Template names the page's file.
func (Feed) Template() *template.Template { return templates["feed"] }
