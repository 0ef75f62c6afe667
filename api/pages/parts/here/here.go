// Package here is the button that says that somebody is here.
package here

import (
	"time"

	"percorso/api/web"
	"percorso/internal/arrival"
	"percorso/internal/ledger"
)

// Mark is how it is marked that the person of an appointment is here, or taken back, at
// an hour there; nil: there is nothing to mark.
func Mark(a ledger.Appointment, now time.Time) (arrive, back *web.Form) {
	form := web.NewForm("/appuntamenti/" + a.ID + "/arrivo")
	switch {
	case !a.Stands():
	case a.Arrived != nil:
		return nil, &form
	case arrival.Today(a.At, now):
		return &form, nil
	}
	return nil, nil
}
