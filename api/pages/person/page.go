package person

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

// Page is what is known of a person.
type Page struct {
	web.Frame
	Number      string
	Tabs        []web.Link
	Data        []web.Term      // who they are
	SetAside    []web.Term      // what merges did not choose of it
	Reached     []reached.Shown // how they are reached
	Contacts    []web.Term      // and spoken to
	Near        []Near          // who belongs to them
	FilesURL    string          // all files of theirs
	Elsewhere   []web.Term      // their numbers in other systems
	Before      []web.Term      // what those were before
	Copies      []web.Link      // the text for each system
	AddNumber   *web.Link       // nil: not for the caller
	Corrections []Correction
	Correct     *web.Link // nil: not for the caller
	ReadsURL    string
}

// Template names the page's file.
func (Page) Template() *template.Template { return templates["person"] }

// Near is somebody who belongs to the person, with their own file for who sees it.
type Near struct {
	Text string
	File *web.Link
}

// Files are the files of one person that the reader sees.
type Files struct {
	web.Frame
	Number string
	Files  []SameFile

	Merge    string // address of the form that unites two of them; empty: the caller may not, or nothing is to unite
	AskMerge bool   // somebody else may
}

// Template names the page's file.
func (Files) Template() *template.Template { return templates["person_files"] }

// Copy is what another system wants of the person, as a text.
type Copy struct {
	web.Frame
	Number string
	Text   string
	Rows   int
}

// Template names the page's file.
func (Copy) Template() *template.Template { return templates["person_copy"] }

// SameFile is one of them.
type SameFile struct {
	URL, Number, State, Zone, Dates, Why string
	Current                              bool // where the reader comes from
}

// Correction is what somebody corrected at once.
type Correction struct {
	When, By, Why string
	Changes       []Change
}

// Change is a field with what was there and what is.
type Change struct{ Field, Old, New string }

// CorrectionForm is the form that corrects the data of a person.
type CorrectionForm struct {
	web.Frame
	Form   web.Form
	Seen   int // version of the data that the form is made from
	Fields []web.Field
}

// Template names the page's file.
func (CorrectionForm) Template() *template.Template { return templates["person_correct"] }
