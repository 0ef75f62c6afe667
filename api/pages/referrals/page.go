package web

// ReferralList is the referrals that came to the caller's agency, or left it.
type ReferralList struct {
	Frame
	Tabs   []Link
	Sent   bool
	Todo   []ReferralItem // the caller has something to do
	Others []ReferralItem
	All    Link   // to see those that are over too, or no longer
	More   string // address; empty: there are no more
}

// Template names the page's file.
func (ReferralList) Template() string { return "referrals" }

// ReferralItem is a referral in the list.
type ReferralItem struct {
	URL, Person, Case string
	Agency            string // the other side, in words
	When              string
	Sight             string // that the person's data are out of sight; empty: they are not
	State, Due        Badge  // Due has no text where nothing is awaited
	Acknowledge       *Form  // nil: not for the caller, or done
}

// Referral is one referral: what was given of the person and why, what has
// happened, and what the caller may do now.
type Referral struct {
	Frame
	State, Due Badge // Due has no text where nothing is awaited
	Lead       string
	Todo       string // what the caller is asked for; empty: nothing
	First      *ReferralAction
	Others     []ReferralAction
	Shared     []Term // what the addressee sees of the person
	Sight      string // until when it does, and why; empty: there is no end in view
	About      []Term
	Note       string // the last one
	History    []Moment
	Case       *Link // nil where the caller may not see the case file
	Origin     *Link // the redirected referral that it follows; nil: none, or not for the caller
	Tasks      []Link
	Problems   Form // of the action that was refused
}

// Template names the page's file.
func (Referral) Template() string { return "referral" }

// ReferralAction is something that the caller may do with a referral.
type ReferralAction struct {
	Code    string // begins the ids of its fields
	Text    string // of the button
	Explain string
	Form    Form
	Open    bool // its fields are shown from the start
	Ask     bool // there is something to fill in
	Reasons []Option
	Agency  []Option
	Note    string
	NoteAs  string // label of the note
	NeedsIt bool   // the note is required
}

// Moment is a line of a history: of a case or of a referral.
type Moment struct{ When, Text, By, Note string }
