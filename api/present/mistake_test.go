package present_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

func TestForWhomAMistakeWaits(t *testing.T) {
	until, escalates, told := testclock.Monday.AddDate(0, 0, 30), testclock.Monday.AddDate(0, 0, 23), testclock.Monday
	for name, c := range map[string]struct {
		undoing ledger.Undoing
		words   string
	}{
		"by name":    {ledger.Undoing{WaitsFor: []string{"Maria Prova"}, Roles: []care.Role{care.SocialWorker}, EscalatesAt: &escalates}, "Aspetta la conferma di Maria Prova (assistente sociale), fino al 23 dicembre 2026. Se nessuno conferma prima, il 16 dicembre 2026 Percorso avvisa i responsabili."},
		"of many":    {ledger.Undoing{WaitsFor: []string{"A", "B", "C"}, Roles: []care.Role{care.SocialWorker}}, "Aspetta la conferma di un’altra persona (assistente sociale), fino al 23 dicembre 2026."},
		"passed on":  {ledger.Undoing{WaitsFor: []string{"Capo Prova"}, Roles: []care.Role{care.Supervisor}, EscalatesAt: &escalates, Escalated: &told}, "Aspetta la conferma di Capo Prova (responsabile), fino al 23 dicembre 2026. I responsabili sono stati avvisati il 23 novembre 2026."},
		"for nobody": {ledger.Undoing{}, "Aspetta la conferma di un’altra persona, ma adesso non c’è nessuno che possa darla: serve un altro assistente sociale, o un responsabile, fino al 23 dicembre 2026."},
	} {
		c.undoing.Until = until
		require.Equal(t, c.words, present.WaitsForSecond(c.undoing, testclock.Monday.Add(time.Hour)), name)
	}
}
