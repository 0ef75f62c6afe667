package person

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// What a merge did not choose is read in the file that stays, in words.
func TestWhatWasNotChosenIsRead(t *testing.T) {
	terms := setAsideTerms(ledger.Case{SetAside: []ledger.SetAside{
		{From: "PRATO-2026-00001", At: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC), Values: map[string]string{"permit": "work", "permit_expiry": "2027-03-01"}},
		{From: "PRATO-2026-00001", At: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC), Values: map[string]string{"citizenship": "PK"}},
	}})
	from := " (dal fascicolo PRATO-2026-00001, unito il 23 novembre 2026)"
	require.Equal(t, []web.Term{
		{Name: "Permesso di soggiorno", Value: italian.Permit("work") + from}, {Name: "Scadenza del permesso", Value: "1º marzo 2027" + from},
		{Name: "Cittadinanza", Value: "Pakistan" + from},
	}, terms)
}
