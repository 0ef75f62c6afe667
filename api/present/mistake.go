package present

import (
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// MistakeIn says what somebody says to be a mistake.
func MistakeIn(n ledger.Notice) string {
	if n.Mistake.Merge {
		return message.Say("said_mistakes.merge")
	}
	return message.Say("said_mistakes.closure")
}

// named is how many people are named before one says their role.
const named = 2

// WaitsForSecond says for whom a mistake waits that somebody has said of a file, and when the
// supervisors are told.
func WaitsForSecond(u ledger.Undoing, now time.Time) string {
	roles, until := Alternatives(web.Each(u.Roles, func(r care.Role) string { return italian.Role(r) })), italian.Dated("a", u.Until.In(italian.Rome))
	words := message.Say("said_mistakes.waits_for", "Names", Alternatives(u.WaitsFor), "Roles", roles, "Until", until)
	switch {
	case len(u.WaitsFor) == 0:
		words = message.Say("said_mistakes.waits_for_nobody", "Until", until)
	case len(u.WaitsFor) > named:
		words = message.Say("said_mistakes.waits_for_role", "Roles", roles, "Until", until)
	}
	switch {
	case u.Escalated != nil:
		words += " " + message.Say("said_mistakes.escalated", "Day", italian.Dated("", u.Escalated.In(italian.Rome)))
	case u.EscalatesAt != nil && u.EscalatesAt.After(now):
		words += " " + message.Say("said_mistakes.escalates", "Day", italian.Dated("", u.EscalatesAt.In(italian.Rome)))
	}
	return words
}
