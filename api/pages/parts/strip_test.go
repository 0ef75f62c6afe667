package parts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A note that two lines of one act have is shown once, and leaves room for others.
func TestANoteIsShownOnce(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var strip parts.Strip
	strip.Notes(care.Policy{}, []ledger.Moment{
		{At: at, Code: "task_completed", Detail: "confirm_appointment/confirmed", Note: "Prova uno"}, {At: at, Code: "appointment_confirmed", Note: "Prova uno"},
		{At: at.Add(-time.Hour), Code: "meeting"}, {At: at.Add(-time.Hour), Code: "meeting", Note: "Prova uno"}, {At: at.Add(-time.Hour), Code: "meeting", Note: "Prova due"},
		{At: at.Add(-2 * time.Hour), Code: "meeting", Note: "Prova tre"},
	})
	var said []string
	for _, m := range strip.Said {
		said = append(said, m.Note)
	}
	require.Equal(t, []string{"Prova uno", "Prova uno", "Prova due"}, said)
}
