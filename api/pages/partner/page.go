package partner

import (
	"embed"
	"html/template"

	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files)

// Invitation is what a partner without an account sees through a one-time link.
type Invitation struct {
	web.Frame
	Lead     string
	Terms    []web.Term // who sends, the case's number, what for
	Shared   []web.Term // of the person; nothing before the referral was acknowledged
	Until    string
	Todo     string
	Moves    []InvitationMove
	Problems web.Form // of the answer that was refused
}

// Template names the page's file.
func (Invitation) Template() *template.Template { return templates["invitation"] }

// InvitationMove is one way to answer.
type InvitationMove struct {
	Code    string // begins the ids of its fields
	Text    string // of the button
	Explain string
	Form    web.Form
	Main    bool // it is what the link asks for; the others are folded
	Open    bool
	Reasons []web.Option
	Note    string
	NoteAs  string // label of the note; empty: there is none
	NeedsIt bool   // the note is required
	Dated   bool   // it takes the days of what is accepted
	Starts  string
	Ends    string
}

// InvitationNotice says what a link is not good for any more, or that an answer
// was taken.
type InvitationNotice struct {
	web.Frame
	Lead, Detail string
	Good         bool
	Renew        *web.Form  // asks for a new link; nil: there is none to be had
	Shared       []web.Term // of the person, once the referral was acknowledged
}

// Template names the page's file.
func (InvitationNotice) Template() *template.Template { return templates["invitation_notice"] }
