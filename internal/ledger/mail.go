package ledger

import (
	"time"

	"percorso/internal/care"
)

// Mail is a mail to be sent. It holds no personal data but its recipient.
type Mail struct {
	ID        string     `db:"id"`
	Run       string     `db:"run_id"`
	Template  string     `db:"template"`
	Link      string     `db:"link"` // path of the page that it names
	Recipient string     `db:"recipient"`
	Tries     int        `db:"tries"`
	Expires   *time.Time `db:"expires_at"` // of a one-time link, which is signed when the mail is sent
	About     MailAbout  `db:"-"`
}

// MailAbout is what a mail says besides: who asks, whom to call and by when, and nothing
// of the person. It is read when the mail is sent.
type MailAbout struct {
	Asker string        `db:"asker"`      // name of the agency that asks
	Role  care.Role     `db:"asker_role"` // of whoever sent a referral; empty: it is none
	Phone string        `db:"phone"`      // of that agency's office
	Task  care.TaskKind `db:"task"`       // that waits; empty: none
	Until *time.Time    `db:"due"`        // by when
	Asked *time.Time    `db:"asked"`      // when a referral was sent
	Meets *time.Time    `db:"meets"`      // when the meeting is, or was to be; nil: it is about none
	Where string        `db:"place"`      // it is; with how: by telephone that says who calls
	How   string        `db:"how"`        // the meeting is held
	By    string        `db:"by_name"`    // who asks to it
}

// Invitation is the path of a partner's one-time links; the link's id follows,
// and in the mail that is sent its signature.
const Invitation = "/invito/"

// MailOutcome says what became of a try to send a mail.
type MailOutcome string

// A mail was sent, is to be tried again later, is held until the operator has
// mended something, or will never arrive.
const (
	MailSent   MailOutcome = "sent"
	MailLater  MailOutcome = "later"
	MailHeld   MailOutcome = "held"
	MailFailed MailOutcome = "failed"
)

// MailCause says why a mail was not sent.
type MailCause string

// Why a mail is held: the operator's settings, or the mail server itself.
const (
	MailUnreachable MailCause = "unreachable" // nobody answers at the server's address
	MailSilent      MailCause = "silent"      // the server accepts, and says nothing in time
	MailTLS         MailCause = "tls"         // no encrypted connection comes about
	MailNotNow      MailCause = "not_now"     // the server takes no mails for the time being
	MailGreeting    MailCause = "greeting"    // the server does not let us in
	MailLogin       MailCause = "login"       // it asks for a login, or refuses ours
	MailSender      MailCause = "sender"      // it does not take mails from our address
	MailRelaying    MailCause = "relaying"    // it does not pass mails on for us
)

// Why a mail is put off, or failed.
const (
	MailPutOff    MailCause = "put_off"   // the server says to come again
	MailTooLong   MailCause = "too_long"  // it has said so for too long
	MailRecipient MailCause = "recipient" // it does not know the recipient, or refuses for them
	MailContent   MailCause = "content"   // it does not take this mail
	MailUnwritten MailCause = "unwritten" // there is no text for it, or its address is none
	MailCameBack  MailCause = "came_back" // the mail system reported it later
)

// MailResult is what became of a try to send a mail.
type MailResult struct {
	Outcome MailOutcome
	Cause   MailCause
	Code    int  // of the server's reply; 0: it gave none
	All     bool // of a held one: what holds it would hold every mail
}

// MailState is how the mails do.
type MailState struct {
	Held   int        `db:"held"`   // that wait until the operator has mended something
	Since  *time.Time `db:"since"`  // since when the first of them does
	Cause  MailCause  `db:"cause"`  // why
	Code   int        `db:"code"`   // of the server's reply; 0: it gave none
	Failed int        `db:"failed"` // that will never arrive, of the last day
}
