package records_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"percorso/internal/catalogue"
	"percorso/internal/elsewhere"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// A number of another system is a record of the case, once for a key; of two that are written
// at once both stay, and the later one holds. Nobody else's case takes one.
func TestANumberElsewhereIsARecord(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	writes := func(account, key, number string) error {
		_, err := p.Records.Assign(t.Context(), p.Accounts[account], catalogue.Elsewhere.Command(key, id, elsewhere.Number{System: elsewhere.SocialRecord, Number: number}).NewCommand)
		return err
	}
	key := uuid.NewString()
	require.NoError(t, writes("social_worker.prato", key, "CS-1"))
	require.NoError(t, writes("social_worker.prato", key, "CS-1"), "the same once more")
	require.ErrorIs(t, writes("social_worker.pistoia", uuid.NewString(), "CS-2"), ledger.ErrNotFound)
	var both errgroup.Group
	for account, number := range map[string]string{"desk_operator.prato": "CS-2", "supervisor.prato": "CS-3"} {
		both.Go(func() error { return writes(account, uuid.NewString(), number) })
	}
	require.NoError(t, both.Wait())
	list, err := p.Records.WrittenIn(t.Context(), p.Accounts["desk_operator.prato"], id, written.Elsewhere, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	var kept []elsewhere.Kept
	for _, r := range list.Items {
		k := elsewhere.Kept{At: r.At}
		require.NoError(t, json.Unmarshal(r.Fields, &k.Number))
		kept = append(kept, k)
	}
	now, before := elsewhere.Standing(kept)
	require.Len(t, now, 1)
	require.Len(t, before, 2)
	require.NotEqual(t, "CS-1", now[0].Number.Number)
	require.Contains(t, p.Moments(run), "number_elsewhere")
	require.Equal(t, 3, p.Count(`audit WHERE action = 'number_elsewhere'`))
}
