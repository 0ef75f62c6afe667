package referrals

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/ledger"
)

//go:embed refer.html refer_choice.html referral.html referrals.html
var files embed.FS

//go:embed rows.html
var pieces embed.FS // what these share

var templates = web.Parse(files, parts.Pieces(), pieces)

// ReferralList is the referrals that came to the caller's agency, or left it.
type ReferralList struct {
	web.Frame
	Rows  Rows
	Tabs  []web.Link
	All   web.Link // to see those that are over too, or no longer
	Order web.Link // to see what is to be answered, by when, or no longer
	More  string   // address; empty: there are no more
}

// Rows are the referrals of a list.
type Rows struct {
	Sent   bool
	Todo   []ReferralItem // the caller has something to do
	Others []ReferralItem
}

// Template names the page's file.
func (ReferralList) Template() *template.Template { return templates["referrals"] }

// ReferralItem is a referral in the list.
type ReferralItem struct {
	ID, URL, Person, Case string
	Agency                string // the other side, in words
	When                  string
	Facts                 []string  // what is asked, and what decides whether it can be done
	Current, Focus        bool      // it is open beside the list; it is where the keys are
	Sight                 string    // that the person's data are out of sight; empty: they are not
	State, Due            web.Badge // Due has no text where nothing is awaited
	Acknowledge           *web.Form // nil: not for the caller, or done
}

// Referral is one referral: what was given of the person and why, what has
// happened, and what the caller may do now.
type Referral struct {
	web.Frame
	Rows       Rows      // which stay beside it
	Person     string    // empty: out of sight
	Print      string    // address of the referral on paper
	State, Due web.Badge // Due has no text where nothing is awaited
	Lead       string
	Todo       string // what the caller is asked for; empty: nothing
	First      *ReferralAction
	Others     []ReferralAction
	Shared     []web.Term // what the addressee sees of the person
	Sight      string     // until when it does, and why; empty: there is no end in view
	About      []web.Term
	Note       string // the last one
	Notes      []ReferralNote
	History    []web.Moment
	Case       *web.Link // nil where the caller may not see the case file
	Origin     *web.Link // the redirected referral that it follows; nil: none, or not for the caller
	Tasks      []web.Link
	Problems   web.Form  // of the action that was refused
	Change     *web.Link // of the appointment that came with it; nil: none, or its hour has come

	meeting *ledger.Appointment // nil: none stands
}

// Template names the page's file.
func (Referral) Template() *template.Template { return templates["referral"] }

// ReferralAction is something that the caller may do with a referral.
type ReferralAction struct {
	Code        string // begins the ids of its fields
	Text        string // of the button
	Explain     string
	Form        web.Form
	Open        bool // its fields are shown from the start
	Ask         bool // there is something to fill in
	Reasons     []web.Option
	Agency      []web.Option
	AsksConsent bool   // where one of them is private
	Agreed      string // "1": the person consents
	Note        string
	NoteAs      string      // label of the note
	NeedsIt     bool        // the note is required
	When        []web.Field // an appointment that is fixed in the same act; nil: there is none
	Next        string      // id of the referral that waits after this one, where the act leads; empty: it stays here
}
