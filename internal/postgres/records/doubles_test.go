package records_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/protection"
)

// doubles are the pairs that an account is shown, over pages of one.
func (p *play) doubles(account string) (pairs [][2]string) {
	p.T.Helper()
	for paging := (ledger.Paging{Limit: 1}); ; {
		page, err := p.Records.Doubles(p.T.Context(), p.Accounts[account], paging)
		require.NoError(p.T, err)
		for _, d := range page.Items {
			require.True(p.T, d.Like.Offered())
			pairs = append(pairs, [2]string{d.Files[0].ID, d.Files[1].ID})
		}
		if page.Next == "" {
			return pairs
		}
		paging.Cursor = page.Next
	}
}

// Whoever may merge finds the pairs of files that may be of one person, says of two that they
// are two people once, and is not shown them again.
func TestFilesThatMayBeOfOnePersonAreListed(t *testing.T) {
	p := newPlay(t)
	first, second := p.named("Mohammed", "El Provassi"), p.named("Muhammad", "Elprovassi")
	p.named("Amina", "El Provassi") // a twin
	third := p.named("Provassi El", "Mohamed")
	p.named("Persona", "Esempia")
	require.ElementsMatch(t, [][2]string{{first, second}, {first, third}, {second, third}}, p.doubles("supervisor.prato"))
	require.Empty(t, p.doubles("supervisor.pistoia"), "another zone's")
	_, err := p.Records.Doubles(t.Context(), p.Accounts["desk_operator.prato"], ledger.Paging{})
	require.ErrorIs(t, err, ledger.ErrForbidden)
	_, err = p.Records.Doubles(t.Context(), p.Accounts["supervisor.prato"], ledger.Paging{Cursor: "x"})
	require.ErrorIs(t, err, ledger.ErrCursor)
	page, err := p.Records.Doubles(t.Context(), p.Accounts["supervisor.prato"], ledger.Paging{})
	require.NoError(t, err)
	require.Equal(t, names.Likeness{Names: names.LikeNames, Born: names.SameBirth}, page.Items[len(page.Items)-1].Like)

	lead := p.Accounts["supervisor.prato"]
	for range 2 {
		require.NoError(t, p.Records.TellApart(t.Context(), lead, second, first))
	}
	require.Equal(t, 1, p.Count(`told_apart`))
	require.Equal(t, 2, p.Count(`audit WHERE action = 'told_apart'`), "a line for each file")
	require.ElementsMatch(t, [][2]string{{first, third}, {second, third}}, p.doubles("supervisor.prato"))
	require.ErrorIs(t, p.Records.TellApart(t.Context(), p.Accounts["desk_operator.prato"], first, third), ledger.ErrForbidden)
	require.ErrorIs(t, p.Records.TellApart(t.Context(), p.Accounts["supervisor.pistoia"], first, third), ledger.ErrNotFound)
	require.ErrorIs(t, p.Records.TellApart(t.Context(), lead, first, "x"), ledger.ErrNotFound)

	_, err = p.Owner.Exec(t.Context(), `UPDATE case_file SET closed_at = now(), outcome = 'withdrew', stage = 'closed', last_stage = 'first_level' WHERE id IN ($1, $2)`, second, third)
	require.NoError(t, err)
	require.ElementsMatch(t, [][2]string{{first, third}}, p.doubles("supervisor.prato"), "of two closed ones nothing is left to do")
	h := &hidden{play: p}
	require.NoError(t, h.asks("social_worker.prato", catalogue.Protect.Command("", first, protection.Form{Keeper: p.Accounts["social_worker_2.prato"].ID, Reason: "sought"})))
	require.Empty(t, p.doubles("supervisor.prato"), "of a protected person nobody learns who does not keep her")
	require.ErrorIs(t, p.Records.TellApart(t.Context(), lead, first, third), ledger.ErrNotFound)
	require.ElementsMatch(t, [][2]string{{first, third}}, p.doubles("social_worker.prato"), "her keepers do")
}
