package records_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/elsewhere"
	"percorso/internal/ledger"
	"percorso/internal/noted"
	"percorso/internal/working"
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
	unborn := elsewhere.Number{System: elsewhere.Health, Number: "CS-0", On: care.DateOf(time.Date(1992, 2, 29, 0, 0, 0, 0, time.UTC))}
	_, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Elsewhere.Command(uuid.NewString(), id, unborn).NewCommand)
	require.Equal(t, care.Refuse(care.Fault{Field: "on", Rule: after.Birth}), err)
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

// Of two who write the number of the same system, or a profile, at once the second is told; that
// of another system is none of it, and a form that says nothing of what it has seen is worked.
func TestTheSecondWhoNotesTheSameIsTold(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id, worker := ledger.BareID(run), p.Accounts["social_worker.prato"]
	number := func(system string, seen *noted.Seen) catalogue.Command {
		return catalogue.Elsewhere.Command("", id, elsewhere.Number{System: system, Number: "PROVA", Seen: seen})
	}
	profile := func(_ string, seen *noted.Seen) catalogue.Command {
		return catalogue.WorkProfile.Command("", id, working.Profile{Italian: "b1", Seen: seen})
	}
	for _, c := range []struct {
		kind  written.Kind
		notes func(system string, seen *noted.Seen) catalogue.Command
	}{{written.Elsewhere, number}, {written.Assessment, profile}} {
		notes := func(system string, seen *noted.Seen) error {
			p.Now = p.Now.Add(time.Minute)
			_, err := p.assigns("social_worker.prato", c.notes(system, seen).NewCommand)(uuid.NewString())
			return err
		}
		meanwhile := func(err error) {
			t.Helper()
			var refused *care.Refusal
			require.ErrorAs(t, err, &refused)
			require.Equal(t, care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Rule: noted.RuleMeanwhile}}}, *refused)
		}
		latest := func() string {
			list, err := p.Records.WrittenIn(t.Context(), worker, id, c.kind, ledger.Paging{})
			require.NoError(t, err)
			return list.Items[0].ID
		}
		var group sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			command := c.notes(elsewhere.DID, &noted.Seen{}).NewCommand
			group.Go(func() { _, errs[i] = p.assigns("social_worker.prato", command)(uuid.NewString()) })
		}
		group.Wait()
		won := slices.Index(errs, nil)
		require.NotEqual(t, -1, won, "%v", errs)
		meanwhile(errs[1-won])
		first := latest()
		require.NoError(t, notes(elsewhere.DID, &noted.Seen{first}))
		meanwhile(notes(elsewhere.DID, &noted.Seen{first}))
		require.NoError(t, notes(elsewhere.DID, nil))
		if c.kind == written.Elsewhere {
			require.NoError(t, notes(elsewhere.SIISL, &noted.Seen{first}))
		}
	}
}
