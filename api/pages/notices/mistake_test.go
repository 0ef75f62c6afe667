package notices

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
	"percorso/internal/undoing"
)

// A mistake that waits for somebody says by when and what then, and leads to where it is
// confirmed; who said one that nobody confirmed may take the notice away.
func TestAMistakeAmongTheNotices(t *testing.T) {
	notice := ledger.Notice{ID: "1", At: testclock.Monday, CaseID: "2", CaseNumber: "PROVA-1",
		Mistake: &undoing.Awaited{SaidBy: "Operatrice di prova", Why: "Prova", Until: testclock.Monday.AddDate(0, 0, 30)}}
	days, err := calendar.New(care.Policy{DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26"}})
	require.NoError(t, err)
	waits := mistakeItem(notice, testclock.Monday, days)
	require.Contains(t, waits.Why, "Da fare entro mer 23 dic: mancano 21 giorni lavorativi.")
	require.Contains(t, waits.Why, "Operatrice di prova segnala che la chiusura è uno sbaglio")
	require.Contains(t, waits.Why, "Se nessuno lo fa, la segnalazione decade.")
	require.Equal(t, "/fascicoli/2/annulla-chiusura", waits.Next.URL)
	require.Nil(t, waits.Dismiss)

	notice.Mistake.Lapsed, notice.Mistake.Merge = true, true
	lapsed := mistakeItem(notice, testclock.Monday, days)
	require.Contains(t, lapsed.Why, "Avevi segnalato che l’unione a un altro fascicolo è uno sbaglio")
	require.Equal(t, "/fascicoli/2", lapsed.Next.URL)
	require.Equal(t, "/avvisi/1/letto", lapsed.Dismiss.Action)
}
