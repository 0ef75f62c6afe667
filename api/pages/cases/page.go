package web

// CaseList is the list of case files, or what a search found.
type CaseList struct {
	Frame
	Form    Form // of the search
	Search  string
	Found   string // how the list came about, after a search
	Filters []Link
	Cases   []CaseItem
	More    string // address of the next page; empty: there is none
	Cursor  string // of a search's next page, which is asked for by a form
	Nothing string // what an empty list says
}

// Template names the page's file.
func (CaseList) Template() string { return "cases" }

// CaseItem is a case file in a list.
type CaseItem struct {
	URL, Person, Number, Stage, Opened string
	Sentence                           string // what it waits for
	Health                             Badge
}

// CasePage is one case file as a whole.
type CasePage struct {
	Frame
	Number       string
	Sentence     string // what it waits for; empty where its suspension says it
	Health       Badge
	Suspension   *Suspension // nil: its clocks run
	Merged       *Link       // the case file that it goes on in
	Transfer     *Transfer   // nil: no other zone was asked to take it over
	Path         []PathStage
	Actions      []Link // that are often asked for
	Others       []Link
	Plan         *PlanVersion
	PlanURL      string
	Equipes      []Line
	Consent      Badge
	ConsentSince string
	Meetings     []Line
	Tasks        []TaskItem
	Referrals    []Line
	Appointments []Line
	Moments      []Moment
	MoreMoments  string
	Person       []Term
	ReadsURL     string
}

// Template names the page's file.
func (CasePage) Template() string { return "case" }

// Suspension says until when a case stands still.
type Suspension struct {
	Text   string
	Resume *Form // nil: not for the caller
}

// Transfer is what another zone was asked.
type Transfer struct {
	To     string
	Recall *Form // nil: not for the caller
}

// PathStage is a stage of the path; Class is done, now, ahead, skipped, or partly
// where a branch goes on while the path is further.
type PathStage struct {
	Class, Name, State string
	Branches           []PathBranch
}

// PathBranch is a sub-process that began in a stage.
type PathBranch struct{ Class, Name, State string }

// Line is a line of a short list.
type Line struct{ URL, Text, State, When string }

// CaseReads is the list of who read or changed a case file.
type CaseReads struct {
	Frame
	Reads []Moment
	More  string
}

// Template names the page's file.
func (CaseReads) Template() string { return "case_reads" }

// CaseForm is a small form about a case file.
type CaseForm struct {
	Frame
	Form    Form
	Intro   string
	Fields  []Field
	Given   *Given
	Button  string
	Danger  bool   // the action ends something
	Nothing string // why there is nothing to send
}

// Template names the page's file.
func (CaseForm) Template() string { return "case_form" }

// Given is what another agency is given of the person, why, and on what ground.
type Given struct {
	Title, Hint     string
	Terms           []Term
	Purpose, Ground string
}
