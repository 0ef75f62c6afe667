package present

import (
	"strings"
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// MistakeIn says what somebody says to be a mistake.
func MistakeIn(n ledger.Notice) string {
	if n.Mistake.Merge {
		return "l’unione a un altro fascicolo è uno sbaglio"
	}
	return "la chiusura è uno sbaglio"
}

// named is how many people are named before one says their role.
const named = 2

// WaitsForSecond says for whom a mistake waits that somebody has said of a file, and when the
// supervisors are told.
func WaitsForSecond(u ledger.Undoing, now time.Time) string {
	roles := strings.Join(web.Each(u.Roles, func(r care.Role) string { return italian.Role(r) }), " o ")
	words := "Aspetta la conferma di " + strings.Join(u.WaitsFor, " o ") + " (" + roles + ")"
	switch {
	case len(u.WaitsFor) == 0:
		words = "Aspetta la conferma di un’altra persona, ma adesso non c’è nessuno che possa darla: serve un altro assistente sociale, o un responsabile"
	case len(u.WaitsFor) > named:
		words = "Aspetta la conferma di un’altra persona (" + roles + ")"
	}
	words += ", fino " + italian.Dated("a", u.Until.In(italian.Rome)) + "."
	switch {
	case u.Escalated != nil:
		words += " I responsabili sono stati avvisati " + italian.Dated("", u.Escalated.In(italian.Rome)) + "."
	case u.EscalatesAt != nil && u.EscalatesAt.After(now):
		words += " Se nessuno conferma prima, " + italian.Dated("", u.EscalatesAt.In(italian.Rome)) + " Percorso avvisa i responsabili."
	}
	return words
}
