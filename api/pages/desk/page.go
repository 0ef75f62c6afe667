package web

// Desk is the front desk: who is there now, and what to do for whoever comes.
type Desk struct {
	Frame
	Today   string // "lunedì 30 novembre 2026"
	Open    Badge
	Next    string // when the desk is open next, while it is closed
	Hours   string // of today, in words
	Here    []Term // who is there now; empty while it is closed
	Desk    []Term // what it is like whenever: languages, practices, the week's mediators
	Access  string // how one gets a mediator who is not there
	MayOpen bool   // a case file
}

// Template names the page's file.
func (Desk) Template() string { return "desk" }

// CaseOpening is the form that opens a case file. What was typed comes back in it.
type CaseOpening struct {
	Frame
	Form                   Form
	Channels, Topics       []Option
	GivenName, FamilyName  string
	BirthDate              string // as in a date field: 1990-11-30
	Countries              []OptionGroup
	Permits                []Option
	PermitExpiry           string
	Languages              []Option // the usual ones, as boxes
	OtherLanguages         []Option // the others, as a list
	Phone                  string
	Needs                  []Option
	Notice                 []Option
	Note                   string
	Same                   []CaseItem // case files that may be of the same person
	InformationOnly        bool       // a gate of eligibility refused: a contact can be recorded instead
	InformationOnlyAddress string     // where the form is sent to become a contact
}

// Template names the page's file.
func (CaseOpening) Template() string { return "desk_opening" }

// EligibilityCheck asks what a person may be given; it stores nothing.
type EligibilityCheck struct {
	Frame
	Form         Form
	BirthDate    string
	Countries    []OptionGroup
	Permits      []Option
	PermitExpiry string
	Needs        []Option
	Gates        []Gate // the answer; empty before it is asked
	MayOpen      bool   // the caller may open a case file
}

// Template names the page's file.
func (EligibilityCheck) Template() string { return "desk_eligibility" }

// Gate says whether a person may be given something, else by which rules not.
type Gate struct {
	Name     string
	Answer   Badge
	Refusals []string
}
