package desk

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Desk is the front desk: who is there now, and what to do for whoever comes.
type Desk struct {
	web.Frame
	Form    web.Form // of the search
	Today   string   // "lunedì 30 novembre 2026"
	Open    web.Badge
	Next    string     // when the desk is open next, while it is closed
	Hours   string     // of today, in words
	Here    []web.Term // who is there now; empty while it is closed
	Desk    []web.Term // what it is like whenever: languages, practices, the week's mediators
	Free    []web.Term // the first free place of each service that has sessions
	Access  string     // how one gets a mediator who is not there
	MayOpen bool       // a case file
}

// Template names the page's file.
func (Desk) Template() *template.Template { return templates["desk"] }

// CaseOpening is the form that opens a case file. What was typed comes back in it.
type CaseOpening struct {
	web.Frame
	Form                   web.Form
	Channels, Topics       []web.Option
	GivenName, FamilyName  string
	BirthDate              string // as in a date field: 1990-11-30
	Countries              []web.OptionGroup
	Permits                []web.Option
	PermitExpiry           string
	Languages              []web.Option // the usual ones, as boxes
	OtherLanguages         []web.Option // the others, as a list
	Phone                  string
	PhoneTerms             []web.Field // what may be done with it
	FiscalCode             string
	Needs                  []web.Option
	Notice                 []web.Option // how the privacy notice was given
	NoticeLanguages        []web.Option
	MoreOpen               bool // what is asked besides of the person is not folded: something is there
	Note                   string
	Talk                   []web.Field       // the conversation, with an appointment; nil: it is somebody else's
	Same                   []parts.Candidate // case files that may be of the same person
	InformationOnly        bool              // a gate of eligibility refused: a contact can be recorded instead
	InformationOnlyAddress string            // where the form is sent to become a contact
}

// Template names the page's file.
func (CaseOpening) Template() *template.Template { return templates["desk_opening"] }

// EligibilityCheck asks what a person may be given; it stores nothing.
type EligibilityCheck struct {
	web.Frame
	Form         web.Form
	BirthDate    string
	Countries    []web.OptionGroup
	Permits      []web.Option
	PermitExpiry string
	Needs        []web.Option
	Gates        []Gate // the answer; empty before it is asked
	Matters      []Gate // the same of each matter of level 2
	MayOpen      bool   // the caller may open a case file
}

// Template names the page's file.
func (EligibilityCheck) Template() *template.Template { return templates["desk_eligibility"] }

// Gate says whether a person may be given something, else by which rules not.
type Gate struct {
	Name     string
	Answer   web.Badge
	Refusals []string
}
