package web

// StuckList is the supervisor's list of the cases that do not wait as planned.
type StuckList struct {
	Frame
	Cases []StuckItem
	More  string // address of the next page; empty: there are no more
}

// Template names the page's file.
func (StuckList) Template() string { return "stuck" }

// StuckItem is a stuck case with what frees it.
type StuckItem struct {
	URL      string // of the case
	Person   string
	Case     string // number
	Stage    string
	Health   Badge
	Sentence string // what it waits for
	Remind   *Form  // nil: there is no task to remind of
	Reassign string // address; empty as Remind
	Extend   string
}

// RepairPage is the form of a supervisor's repair of a task: another role, or more time.
type RepairPage struct {
	Frame
	Form      Form
	Task      []Term   // what it is about
	Roles     []Option // to whom it may go; empty: it is about time
	Until     string   // the new term's day, as a date field has it
	UntilHint string
	Note      string
	Send      string // what the button says
}

// Template names the page's file.
func (RepairPage) Template() string { return "repair" }
