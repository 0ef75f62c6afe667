package following_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/cases/following"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// TestTheFormSaysWhoFollowedTheCase: whoever did then goes back with it, also when nobody did;
// an older page says nothing of it.
func TestTheFormSaysWhoFollowedTheCase(t *testing.T) {
	was := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	sends := func(file ledger.Case) []string {
		sent := url.Values{}
		for _, f := range following.Seen("seen", file) {
			require.Equal(t, "hidden", f.Shape)
			sent.Add(f.ID, f.Value)
		}
		return following.Read(sent["seen"])
	}
	first := ledger.Lead{Agency: "comune", ID: "1", Name: "Prova Uno", Role: care.SocialWorker, Since: was, ByName: "Prova Tre", Why: "Il carico"}
	file := ledger.Case{Leads: []ledger.Lead{first, {Agency: "cpi", ID: "2", Name: "Prova Due", Since: was, Until: &was}}}
	require.Equal(t, []string{"1"}, sends(file))
	require.Equal(t, []string{}, sends(ledger.Case{}))
	require.Nil(t, following.Read(nil))
	require.Contains(t, following.Hint(care.Policy{}, file), "Prova Uno (assistente sociale), dal 2 novembre 2026: nominato da Prova Tre: «Il carico».")
	require.Empty(t, following.Hint(care.Policy{}, ledger.Case{}))
}
