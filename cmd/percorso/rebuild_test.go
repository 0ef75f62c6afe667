package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/ledger"
)

// restarts is a Temporal that only counts what is started.
type restarts struct {
	mu      sync.Mutex
	started map[string]int
	first   string // the run that was started first
	under   int    // starts that are under way
	most    int    // of them at once
	does    func(ctx context.Context, nth int) error
}

func (r *restarts) Restart(ctx context.Context, run ledger.OpenRun) error {
	r.mu.Lock()
	if r.started == nil {
		r.started, r.first = map[string]int{}, run.ID
	}
	r.started[run.ID]++
	nth := len(r.started)
	r.under++
	r.most = max(r.most, r.under)
	r.mu.Unlock()
	defer func() { r.mu.Lock(); r.under--; r.mu.Unlock() }()
	if r.does == nil {
		return nil
	}
	return r.does(ctx, nth)
}

// A rebuild of all runs that is cut off says so, and the same command goes on: each run
// is started once. So many are started side by side, and no more.
func TestARebuildIsCutOffAndGoneOnWith(t *testing.T) {
	i := newInstallation(t)
	ops := i.Pool(standalone.Ops)
	const cases, before = 3 * rebuildHands, rebuildHands + 4
	for range cases {
		i.Begin(ledger.Person{}, ledger.Effects{})
	}
	temporal := &restarts{}
	rebuild := func(ctx context.Context, anew bool) (string, error) {
		var said strings.Builder
		r := &rebuilding{pool: ops, processes: temporal, out: &said}
		err := r.all(ctx, anew)
		return said.String(), err
	}
	ctx, cut := context.WithCancel(t.Context())
	full := make(chan struct{}) // as many are under way as there may be
	temporal.does = func(starting context.Context, nth int) error {
		if nth == rebuildHands {
			close(full)
		}
		select {
		case <-full:
		case <-time.After(time.Minute):
			return errors.New("they are not started side by side")
		}
		if nth == before {
			cut()
		}
		return starting.Err()
	}
	_, err := rebuild(ctx, false)
	require.ErrorIs(t, err, errCutOff)
	require.Equal(t, rebuildHands, temporal.most)
	require.GreaterOrEqual(t, len(temporal.started), before)
	require.Less(t, len(temporal.started), cases, "it was not cut off")

	temporal.does = nil
	started := len(temporal.started)
	said, err := rebuild(t.Context(), false)
	require.NoError(t, err)
	require.Contains(t, said, "going on with the pass of")
	require.Contains(t, said, ": "+number(started)+" of "+number(cases)+" runs are rebuilt already\n")
	require.Contains(t, said, number(cases-started)+" runs rebuilt\n")
	require.Len(t, temporal.started, cases)
	for id, times := range temporal.started {
		require.Equal(t, 1, times, id)
	}

	// What could not be started is told, and tried again when the command is repeated.
	temporal.started = nil
	temporal.does = func(context.Context, int) error { return errors.New("away") }
	said, err = rebuild(t.Context(), false)
	require.ErrorContains(t, err, "0 of "+number(cases)+" runs rebuilt; "+number(cases)+" could not be")
	require.Contains(t, said, number(cases)+" runs to rebuild", "the pass before has ended")
	temporal.started, temporal.does = nil, nil
	_, err = rebuild(t.Context(), false)
	require.NoError(t, err)
	require.Len(t, temporal.started, cases)

	// One pass is cut off and another begun: nothing is taken for done.
	ctx, cut = context.WithCancel(t.Context())
	temporal.started, temporal.does = nil, func(context.Context, int) error { cut(); return nil }
	_, err = rebuild(ctx, false)
	require.ErrorIs(t, err, errCutOff)
	temporal.started, temporal.does = nil, nil
	_, err = rebuild(t.Context(), true)
	require.NoError(t, err)
	require.Len(t, temporal.started, cases)
}

// The runs of one case, or one run, are started whatever a pass has done.
func TestOneCaseIsRebuilt(t *testing.T) {
	i := newInstallation(t)
	run, _ := i.Begin(ledger.Person{}, ledger.Effects{})
	other, _ := i.Begin(ledger.Person{}, ledger.Effects{})
	temporal := &restarts{}
	var said strings.Builder
	r := &rebuilding{pool: i.Pool(standalone.Ops), processes: temporal, out: &said}
	caseNumber := i.Row(`SELECT number FROM case_file WHERE id = $1`, ledger.BareID(run))["number"].(string)
	for _, named := range []string{run, ledger.BareID(run), caseNumber, strings.ToLower(caseNumber)} {
		require.NoError(t, r.some(t.Context(), named), named)
	}
	require.Equal(t, map[string]int{run: 4}, temporal.started)
	for _, named := range []string{"PRATO-1999-00001", "case/nothing", "nothing"} {
		require.ErrorContains(t, r.some(t.Context(), named), "there is no case and no open run", named)
	}
	require.NotContains(t, temporal.started, other)
}
