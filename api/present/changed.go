package present

import (
	"strings"

	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
)

// AskedToChange says who asked that an appointment be moved or cancelled, and why.
func AskedToChange(a ledger.Appointment) string {
	return "Lo ha chiesto " + lower(offered.Asker(a.AskedBy)) + ": " + lower(offered.Why(a.Why))
}

func lower(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}
