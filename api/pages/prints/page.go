package prints

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Paper is a page of which everything below its first lines is printed.
type Paper struct {
	web.Frame
	About   string // whose it is: name and number
	Printed string // when
	Other   *web.Link
	Before  []string // what is read before anything else
	Parts   []Part
}

// Template names the page's file.
func (Paper) Template() *template.Template { return templates["paper"] }

// Part is a part of the paper; what is empty of it is not there.
type Part struct {
	Name    string
	Text    []string
	Terms   []web.Term
	Entries []Entry
	Table   *Table
	Signs   []Sign
	Blank   int // lines to write on by hand
}

// Entry is a thing that is not parted by the end of a page.
type Entry struct {
	Title, By string
	Text      string
	Terms     []web.Term
	Lines     []string
}

// Table is lines with the same columns.
type Table struct {
	Heads []string
	Rows  []Row
}

// Row is one of its lines; the first cell names it.
type Row struct {
	Head  string
	Cells [][]string // each of one line or of several
}

// Sign is who signs; Said is what they have said already, with the day.
type Sign struct{ Who, Said string }
