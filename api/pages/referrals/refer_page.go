package web

// ReferChoice is the first step of a referral to a partner: to whom, and for what.
type ReferChoice struct {
	Frame
	Form     Form
	Partners []Option
	Purposes []Option
	Nothing  bool // the zone has no partner that can be reached
}

// Template names the page's file.
func (ReferChoice) Template() string { return "refer_choice" }

// ReferForm is the second step: what exactly is sent, on what ground, and the
// last word of the sender.
type ReferForm struct {
	Frame
	Form            Form
	Lead            string
	Agency, Purpose string // codes, sent along
	Seen            string // what was shown, in short
	Changed         bool   // the data changed since they were shown
	Given           Given
	Consent         *Badge // nil: the ground asks for none
	Record          *Link  // where the consent is recorded; nil: it is there, or not for the caller
	Blocked         bool   // without the consent nothing can be sent
	NoticeGiven     string
	Note            string
}

// Template names the page's file.
func (ReferForm) Template() string { return "refer" }
