package following_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/cases/following"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// TestTheFormSaysWhoFollowsTheCase: whoever names somebody else reads who does, and why.
func TestTheFormSaysWhoFollowsTheCase(t *testing.T) {
	was := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	file := ledger.Case{Leads: []ledger.Lead{
		{Agency: "comune", ID: "1", Name: "Prova Uno", Role: care.SocialWorker, Since: was, ByName: "Prova Tre", Why: "Il carico"},
		{Agency: "cpi", ID: "2", Name: "Prova Due", Since: was, Until: &was},
	}}
	hint := following.Hint(care.Policy{}, file)
	require.Contains(t, hint, "Prova Uno (assistente sociale), dal 2 novembre 2026: nominato da Prova Tre: «Il carico».")
	require.NotContains(t, hint, "Prova Due")
	require.Empty(t, following.Hint(care.Policy{}, ledger.Case{}))
}
