package tasks

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/web"
	"percorso/internal/ledger"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// TaskList is "Le mie attività": one of the lists that the caller's work is on.
type TaskList struct {
	web.Frame
	Next    *NextStep // nil: nothing was just done
	Tabs    []web.Link
	Confirm []Row  // mistakes that wait for the caller as their second person
	List    string // the name of the one that is shown
	Filter  Filter
	Range   string // "1-25 di 143"; empty: nothing is shown
	Cut     string // that there is more than what is looked at; empty: there is not
	Groups  []Group
	Nothing string // what an empty list says
	Free    *web.Link
	Before  string // address of the page before; empty: there is none
	After   string
}

// Filter is what leaves some rows of a list.
type Filter struct {
	Form                              web.Form
	Tab                               string
	Person                            string
	Kinds, Services, Whens, Languages []web.Option
	Marked                            []string // what it names, in words
}

// Group are the rows that are due alike; of no title: the list has no groups.
type Group struct {
	Title string
	Rows  []Row
}

// Row is a line of work.
type Row struct {
	Key            string // tells the row from others while the page is open
	Person, Number string
	URL            string // of the person's file; empty: the caller does not read it
	Title, At      string // what is to be done, and the address of it
	Did            string // what the caller did last
	Place          string
	Due            web.Badge
	Day            *web.Badge // that is near, after which something is lost
	Next           string     // the next appointment
	Languages      string
	Who            string
	Done           *RowAct // what can be said there and then; nil: nothing
	Claim, Release *web.Form
	Open           *web.Link
	More           []web.Link
}

// RowAct is an outcome that needs nothing to be typed.
type RowAct struct {
	Form           web.Form
	Outcome, Words string
}

// NextStep is what comes next for the person whose task was just done.
type NextStep struct {
	Title    string    // what comes next, and for whom
	Sentence string    // what the case waits for; empty: the caller does not read it
	Continue *web.Link // to a task that is the caller's
	Claim    *web.Form // makes a free one theirs, and leads to it
}

// Template names the page's file.
func (TaskList) Template() *template.Template { return templates["tasks"] }

// TaskPage is one task: who it is about, what is asked, why, by when, and the
// form that completes it.
type TaskPage struct {
	web.Frame
	AddNeed   *web.Link // nil: the form was not refused for want of a need
	Purpose   string
	Strip     *parts.Strip // nil: nothing of the person is for the caller
	Person    string
	Case      *web.Link // the case file, where the caller may read it
	Due       *web.Badge
	Then      string // what happens if it is not done by then
	Terms     []web.Term
	Asked     *Asked       // of a task that a referral came back with
	Words     []string     // that help to decide
	Shared    *parts.Given // what the caller's agency was given of the person for it
	Note      *Quote       // what whoever asks for it wrote
	Plan      *decided.PlanVersion
	PlanKnown bool // it is the one in force, and not what the task decides on: it is folded away
	PlanAt    *web.Link
	Seats     []decided.Seat // of the équipe that it belongs to
	Weighs    bool           // the task begins from what was said from them
	Voices    string         // what was said from them, by how many
	Equipe    *web.Link
	State     string // why there is no form to fill in
	Claim     *web.Form
	Release   *web.Form
	Pass      *web.Link // to whom the supervisor gives it
	Reported  string    // what the form records is another agency's word
	Form      *parts.CompletionForm
	Answer    *web.Link // the referral that the task is answered on
}

// Template names the page's file.
func (TaskPage) Template() *template.Template { return templates["task"] }

// Asked is what the other side of a referral wrote.
type Asked struct {
	Title, Reason, Next, Note string
	Referral                  web.Link
	about                     ledger.Referral
}

// Quote is a text with who wrote it.
type Quote struct{ Title, By, Text string }
