package referrals

import (
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

// ReferChoice is the first step of a referral to a partner: to whom, and for what.
type ReferChoice struct {
	web.Frame
	Form     web.Form
	Lead     string
	Partners []web.Option
	Purposes []web.Option
	Nothing  bool // the zone has no partner that can be reached
}

// Template names the page's file.
func (ReferChoice) Template() *template.Template { return templates["refer_choice"] }

// ReferForm is the second step: what exactly is sent, on what ground, and the
// last word of the sender.
type ReferForm struct {
	web.Frame
	Form            web.Form
	Lead            string
	Agency, Purpose string // codes, sent along
	Seen            string // what was shown, in short
	Changed         bool   // the data changed since they were shown
	Given           parts.Given
	Consent         *web.Badge // nil: the ground asks for none
	Record          *web.Link  // where the consent is recorded; nil: it is there, or not for the caller
	Blocked         bool       // without the consent nothing can be sent
	NoticeGiven     string
	Act             string // of the act by which the partner works with the zone, which ends soon or has; empty: it stands
	Note            string
}

// Template names the page's file.
func (ReferForm) Template() *template.Template { return templates["refer"] }
