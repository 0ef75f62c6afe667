package parts

import (
	"embed"
	"html/template"
	"io/fs"

	"percorso/api/web"
)

//go:embed case_form.html
var files embed.FS

//go:embed parts.html
var pieces embed.FS

// Pieces are the templates that places share.
func Pieces() fs.FS { return pieces }

var templates = web.Parse(files, pieces)

// TaskItem is a task in a list.
type TaskItem struct {
	URL, Title string
	Person     string // empty where the caller may not know it
	Case       string // number
	Service    string
	Due        web.Badge
	Claim      *web.Form // nil: there is nothing to claim
	Next       string    // what the caller does with it on its page; empty: nothing
	Holder     string
	Behalf     string // for whom the caller does it, who is away
	First      string // to whom it comes first, where that is somebody else
	Role       string // whose it is, where that does not go without saying
	Suspended  bool   // with its case
}

// CompletionForm is the form of a kind of task.
type CompletionForm struct {
	web.Form
	Before   []web.Field // that every outcome has
	Outcomes []OutcomeChoice
	After    []web.Field
	Only     string // the outcome of a kind that has one alone
	Button   string
}

// OutcomeChoice is one outcome with the fields of its own.
type OutcomeChoice struct {
	web.Option
	ID     string
	Fields []web.Field
}

// CaseItem is a case file in a list.
type CaseItem struct {
	URL, Person, Number, Stage, Opened string
	Sentence                           string // what it waits for
	Health                             web.Badge
}

// Candidate is a case file that may be the one looked for: what tells one from another,
// and no more until it is opened.
type Candidate struct {
	URL, Person, Number string
	Born                string // the year; empty: not known here
	Why                 string // why it is offered
	Closed, Reopen      bool   // closed; with an outcome after which the caller may ask to reopen it
}

// CaseForm is a small form about a case file.
type CaseForm struct {
	web.Frame
	Form    web.Form
	Intro   string
	Strip   *Strip // nil: the page shows by itself what it is about
	Fields  []web.Field
	Given   *Given
	Button  string
	Danger  bool      // the action ends something
	Nothing string    // why there is nothing to send
	AddNeed *web.Link // nil: it was not refused for want of a need
}

// Template names the page's file.
func (CaseForm) Template() *template.Template { return templates["case_form"] }

// Given is what another agency is given of the person, why, and on what ground.
type Given struct {
	Title, Hint     string
	Terms           []web.Term
	Purpose, Ground string
	Profile         *web.Link // where more can be said of the person's work; nil: nothing of it goes
}
