package paper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/italian"
	"percorso/internal/italian/paper"
)

// Each day that a line on the screen abbreviates is written out, in every month; what only
// looks like one stays.
func TestDaysAreWrittenOut(t *testing.T) {
	for text, want := range map[string]string{
		"Da fare entro mar 1º dic: mancano 4 giorni lavorativi": "Da fare entro martedì 1º dicembre: mancano 4 giorni lavorativi",
		"In ritardo (era per ven 20 nov), assente fino a ven 4": "In ritardo (era per venerdì 20 novembre), assente fino a venerdì 4",
		"dal mare, 3 gennaio": "dal mare, 3 gennaio",
		"martedì 1º dicembre": "martedì 1º dicembre",
	} {
		require.Equal(t, want, paper.WrittenOut(text))
	}
	for day := time.Date(2026, 1, 1, 12, 0, 0, 0, italian.Rome); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		require.Equal(t, italian.Day(day), paper.WrittenOut(italian.Brief(day, day.AddDate(1, 0, 0))))
	}
	require.Equal(t, "martedì 1º dicembre 2026, ore 9.30", paper.Moment(time.Date(2026, 12, 1, 9, 30, 0, 0, italian.Rome)))
}
