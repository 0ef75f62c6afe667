package supervision

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// StuckList is the supervisor's list of the cases that do not wait as planned.
type StuckList struct {
	web.Frame
	Acts     []string // that end soon, or have: by them agencies work with the zone
	Mails    []string // whose mail comes back, and what to do
	Counts   []Count  // of the zone's open cases
	Cases    []StuckItem
	More     string   // address of the next page; empty: there are no more
	Together Together // what to do with those that are ticked
	TickAll  string   // address of this page with all ticked
	Ticked   bool     // they are
	Unkept   int      // protected persons' files that nobody keeps any more
}

// Template names the page's file.
func (StuckList) Template() *template.Template { return templates["stuck"] }

// Count is how many open cases stand in one way.
type Count struct {
	Health web.Badge
	Cases  int
	URL    string // of the list of them; empty: there is none
}

// StuckItem is a stuck case with what frees it.
type StuckItem struct {
	URL      string // of the case
	Person   string
	Case     string // number
	Stage    string
	Health   web.Badge
	Sentence string    // what it waits for
	Who      string    // whose turn it is; empty: nobody's
	Late     int       // working days
	Last     string    // what somebody did last; empty: nothing
	Remind   *web.Form // nil: there is no task, or nobody to remind of it
	Deferred *web.Link // to what cannot be registered; nil: all can
	Task     string    // its address; empty: there is none
	TaskID   string
	Ticked   bool // as it was sent
	Reassign string
	Extend   string
}

// RepairPage is the form of a supervisor's repair of a task: another role, or more time.
type RepairPage struct {
	web.Frame
	Form      web.Form
	Strip     *parts.Strip // nil: the caller does not read the case
	Task      []web.Term   // what it is about
	Passes    bool         // it is about who does the task; else about its term
	Receivers []web.Option // to whom it may go: people by name, or all who have a role
	Stamp     string       // what the form was made from
	Meanwhile string       // who changed the task since the form was made
	Until     string       // the new term's day, as a date field has it
	UntilHint string
	Note      string
	Send      string // what the button says
}

// Template names the page's file.
func (RepairPage) Template() *template.Template { return templates["repair"] }
