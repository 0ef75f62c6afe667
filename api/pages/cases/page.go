package cases

import (
	"embed"
	"html/template"

	"percorso/api/pages/cases/dates"
	"percorso/api/pages/cases/glance"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/pages/parts/promised"
	"percorso/api/pages/parts/reached"
	"percorso/api/web"
	"percorso/internal/italian/course"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// CaseList is the list of case files.
type CaseList struct {
	web.Frame
	Filters []web.Link
	Led     []parts.CaseItem // whom the caller follows as the lead of their agency
	MoreLed string           // address of their next page
	Cases   []parts.CaseItem
	More    string // address of the next page; empty: there is none
	Doubles bool   // the caller may merge files, and finds those that may be of one person
}

// Template names the page's file.
func (CaseList) Template() *template.Template { return templates["cases"] }

// Search is what a search found.
type Search struct {
	web.Frame
	Form   web.Form
	Text   string // what is searched; empty: nothing, or it is not to be seen
	Hidden bool   // what was found is not to be seen any more
	Found  string // how many; empty: nothing is searched
	People []parts.Candidate
	Cursor string // of the next page, which is asked for by a form
}

// Template names the page's file.
func (Search) Template() *template.Template { return templates["search"] }

// Protection is that the person is known to her keepers alone.
type Protection struct {
	Keepers string // who they are
	Lifting string // that one of them has asked to lift it
	Alike   []web.Link
}

// CasePage is one case file as a whole.
type CasePage struct {
	web.Frame
	Number      string
	Tabs        []web.Link
	Glance      glance.Shown    // who, when next, whom to ring
	Reached     []reached.Shown // how the person is reached
	Sentence    string          // what it waits for; empty where its suspension says it
	Health      web.Badge
	Repeat      string      // a conversation to hold again with a mediator; empty: none
	Book        *web.Link   // where it is booked; nil: not for the caller
	Suspension  *Suspension // nil: its clocks run
	Merged      *web.Link   // the case file that it goes on in
	Dates       []dates.Shown
	DatesBefore []web.Moment // that are over, or were corrected
	Leads       []web.Term   // who follows the case for each agency
	LeadsBefore []web.Moment // who did
	Protection  *Protection  // nil: the person is known like others
	Mistake     *Mistake     // nil: nobody says that its closure was one
	Parted      []Parted
	Transfer    *Transfer // nil: no other zone was asked to take it over
	Path        []PathStage
	Stage       course.Help // what the one is for that the case is in
	Actions     []web.Link  // that are often asked for
	Others      []web.Link
	Plan        *decided.PlanVersion
	PlanURL     string
	Equipes     []web.Line
	Tasks       []parts.TaskItem
	Promised    promised.Shown
	Again       string       // the page's address, where its next step is being registered
	Moments     []web.Moment // the latest that happened
	HappenedURL string       // all that happened
	PrintURL    string       // the summary on paper
}

// Template names the page's file.
func (CasePage) Template() *template.Template { return templates["case"] }

// Suspension says until when a case stands still.
type Suspension struct {
	Text   string
	Resume *web.Form // nil: not for the caller
}

// Transfer is what another zone was asked.
type Transfer struct {
	To     string
	Recall *web.Form // nil: not for the caller
}

// PathStage is a stage of the path; Class is done, now, ahead, skipped, or partly
// where a branch goes on while the path is further.
type PathStage struct {
	Class, Name, State string
	Days               []string // from when, until when, how long; none: nobody knows, or it was not
	Back               string   // that the path came back to it from further on
	Branches           []PathBranch
	X                  int    // where the drawing has it
	Arc                string // of the drawing, from where the path came back
}

// PathBranch is a sub-process that began in a stage.
type PathBranch struct{ Class, Name, State string }

// CaseReads is the list of who read or changed a case file.
type CaseReads struct {
	web.Frame
	Reads []web.Moment
	More  string
}

// Template names the page's file.
func (CaseReads) Template() *template.Template { return templates["case_reads"] }
