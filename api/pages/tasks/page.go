package web

// TaskList is "I miei compiti": what the caller holds and what their team may take.
type TaskList struct {
	Frame
	Mine, Team         []TaskItem
	MoreMine, MoreTeam string // addresses; empty: there are no more
}

// Template names the page's file.
func (TaskList) Template() string { return "tasks" }

// TaskItem is a task in a list.
type TaskItem struct {
	URL, Title string
	Person     string // empty where the caller may not know it
	Case       string // number
	Service    string
	Due        Badge
	Claim      *Form  // nil: there is nothing to claim
	Next       string // what the caller does with it on its page; empty: nothing
	Holder     string
	Role       string // whose it is, where that does not go without saying
	Suspended  bool   // with its case
}

// TaskPage is one task: who it is about, what is asked, why, by when, and the
// form that completes it.
type TaskPage struct {
	Frame
	Purpose string
	Person  string
	Case    *Link // the case file, where the caller may read it
	Due     *Badge
	Terms   []Term
	Asked   *Asked   // of a task that a referral came back with
	Words   []string // that help to decide
	Shared  *Given   // what the caller's agency was given of the person for it
	Note    *Quote   // what whoever asks for it wrote
	Plan    *PlanVersion
	PlanAt  *Link
	Seats   []Seat // of the équipe that it belongs to
	Equipe  *Link
	State   string // why there is no form to fill in
	Claim   *Form
	Release *Form
	Form    *CompletionForm
	Answer  *Link // the referral that the task is answered on
}

// Template names the page's file.
func (TaskPage) Template() string { return "task" }

// Asked is what the other side of a referral wrote.
type Asked struct {
	Title, Reason, Next, Note string
	Referral                  Link
}

// CompletionForm is the form of a kind of task.
type CompletionForm struct {
	Form
	Before   []Field // that every outcome has
	Outcomes []OutcomeChoice
	After    []Field
	Only     string // the outcome of a kind that has one alone
	Button   string
}

// OutcomeChoice is one outcome with the fields of its own.
type OutcomeChoice struct {
	Option
	ID     string
	Fields []Field
}

// Quote is a text with who wrote it.
type Quote struct{ Title, By, Text string }
