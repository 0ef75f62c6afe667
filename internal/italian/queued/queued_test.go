package queued_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/italian/queued"
	"percorso/internal/testclock"
	"percorso/internal/waitlist"
)

func TestWords(t *testing.T) {
	by := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "interprete di urdu (solo una donna), per telefono, di mattina, con un bambino, entro martedì 1º dicembre 2026",
		queued.Wish(waitlist.Wish{Language: "ur", Interpreter: "woman", Mode: agenda.ByPhone, Hours: waitlist.Morning, WithChild: true, By: &by}))
	require.Empty(t, queued.Wish(waitlist.Wish{}))
	at := time.Date(2026, time.December, 2, 9, 30, 0, 0, testclock.Rome)
	require.Equal(t, "Si è liberato un posto: mer 2 dicembre, ore 9.30", queued.Free(at))
	require.Equal(t, "Tenuto fino a mercoledì 2 dicembre 2026, ore 9.30", queued.Kept(at, at.Add(-time.Second)))
	require.Contains(t, queued.Kept(at, at), "In ritardo")
	for _, codes := range [][]string{waitlist.HoursOf, waitlist.Interpreters, agenda.Modes} {
		for _, code := range codes {
			require.NotEmpty(t, queued.Hours(code)+queued.Interpreter(code)+queued.Mode(code), code)
		}
	}
}
