package agenda_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
)

func TestWhoIsExpectedBesideSomebody(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	asked := care.Booking{Service: "pas", At: at}
	var none *agenda.Shared
	require.Equal(t, agenda.JoinsNone, none.Broken(asked))
	require.Equal(t, agenda.JoinsOther, (&agenda.Shared{Service: "spac", At: at, Home: true}).Broken(asked))
	require.Equal(t, agenda.JoinsOther, (&agenda.Shared{Service: "pas", At: at.Add(time.Hour)}).Broken(asked))
	require.Equal(t, agenda.JoinsHome, (&agenda.Shared{Service: "pas", At: at, Home: true}).Broken(asked))
	require.Empty(t, (&agenda.Shared{Service: "pas", At: at}).Broken(asked))
	require.Equal(t, []string{agenda.CalledOff, "", care.RuleClosedDay}, []string{agenda.OnTheDay(agenda.CalledOff), agenda.OnTheDay(agenda.OutsideSessions), agenda.OnTheDay(care.RuleClosedDay)})
	require.Len(t, agenda.CheckJoins("un altro", "urgent"), 2)
}
