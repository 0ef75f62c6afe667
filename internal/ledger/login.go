package ledger

import "time"

// Login is a session of an account in a browser.
type Login struct {
	Began  time.Time `db:"began"`
	Seen   time.Time `db:"seen"`   // when its browser last asked for something
	Device string    `db:"device"` // the kind of browser, as a code
	Mine   bool      `db:"mine"`   // it is the one that asks
}

// What the audit says of logins and refusals, beside what people read and do.
const (
	LineLogin       = "login"
	LineLogout      = "logout"
	LineOthersEnded = "other_logins_ended" // with the tokens of before

	// Of somebody whom nobody knows: a login, a token or a link that was refused.
	UnknownLogin = "login"
	UnknownToken = "token"
	UnknownLink  = "link"
)
