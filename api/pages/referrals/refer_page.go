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
	Strip           *parts.Strip
	Agency, Purpose string // codes, sent along
	Seen            string // what was shown, in short
	Changed         bool   // the data changed since they were shown
	Given           parts.Given
	Consent         *web.Badge // that is in force; nil: the ground asks for none, or there is none
	ConsentWhen     string     // it was given
	AsksConsent     bool       // the person is asked for it with this form
	ConsentLabel    string
	Agreed          string // "1": the person consents
	NoticeGiven     string
	Act             string // of the act by which the partner works with the zone, which ends soon or has; empty: it stands
	Note            string
}

// Template names the page's file.
func (ReferForm) Template() *template.Template { return templates["refer"] }
