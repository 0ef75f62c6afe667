package records_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
)

// A run that a newer version has brought on, and for which something waits, is broken
// for as long as no worker that is given work knows its course. Nobody else's is.
func TestACaseThatNoWorkerKnowsSaysSo(t *testing.T) {
	p := newPlay(t)
	watch := machine.NewWatch(p.API)
	run, task := p.listened()
	idle, _ := p.listened()
	older, _ := p.listened()
	// Of the clocks of this old play all are due.
	_, err := p.Owner.Exec(t.Context(), `UPDATE run SET next_due = NULL, course = CASE WHEN id = $1 THEN 1 ELSE 2 END`, older)
	require.NoError(t, err)
	p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}}))
	// A worker that is started again right away is missed by nobody.
	waited := func() {
		t.Helper()
		_, err := p.Owner.Exec(t.Context(), `UPDATE command SET created_at = $1 WHERE state = 'accepted'`, p.Now)
		require.NoError(t, err)
	}
	waits := func(run string) health.Waiting {
		t.Helper()
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(run))
		require.NoError(t, err)
		return file.Waiting
	}
	sees := func(known map[string]int, r ledger.MachineReport) int {
		t.Helper()
		require.NoError(t, watch.Beyond(t.Context(), known))
		troubled, err := watch.Troubled(t.Context())
		require.NoError(t, err)
		r.At = p.Now
		require.NoError(t, watch.Report(t.Context(), r))
		return troubled.Beyond
	}
	one := ledger.MachineReport{Pollers: 1}

	require.Zero(t, sees(map[string]int{"case": 1}, one))
	waited()
	require.Equal(t, 1, sees(map[string]int{"case": 1}, one))
	require.Equal(t, []any{health.Broken, ledger.TroubleBeyond}, []any{waits(run).Health, waits(run).Cause})
	require.Equal(t, health.Planned, waits(idle).Health, "nothing waits there")
	stuck, err := p.Records.StuckCases(t.Context(), p.Accounts["supervisor.prato"], ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	require.Equal(t, 1, sees(map[string]int{"referral": 9}, one), "a worker that does not know the kind at all")
	require.Zero(t, sees(map[string]int{"case": 2}, one), "it is back")
	require.Equal(t, health.Planned, waits(run).Health)

	// A clock that is due waits for that version too, and so does what asks for the newer course.
	_, err = p.Owner.Exec(t.Context(), `UPDATE run SET next_due = clock_timestamp() - interval '10 seconds' WHERE id = $1`, idle)
	require.NoError(t, err)
	require.Equal(t, 2, sees(map[string]int{"case": 1}, one))
	asked, err := machine.AskNewCourse(t.Context(), p.Pool(standalone.Ops), care.RunCase, 2, ledger.BareID(older))
	require.NoError(t, err)
	require.Equal(t, 1, asked)
	waited()
	require.Equal(t, 3, sees(map[string]int{"case": 1}, one))

	// Where nobody is given work, that is the cause, and by itself nothing waits for a version.
	require.Zero(t, sees(nil, ledger.MachineReport{StandBy: 1}))
	p.Now = p.Now.Add(2 * health.Grace)
	require.Zero(t, sees(nil, ledger.MachineReport{StandBy: 1}))
	require.Equal(t, []any{health.Broken, "no_current_worker"}, []any{waits(run).Health, waits(run).Cause})
	require.Zero(t, sees(nil, ledger.MachineReport{}))
	require.Equal(t, []any{health.Broken, "no_worker"}, []any{waits(run).Health, waits(run).Cause})
}

// A worker that has ended, or is silent, is at work for nobody: neither for the watch
// nor for a worker of another version, which takes its place.
func TestWorkersSeeWhoIsAtWork(t *testing.T) {
	p := newPlay(t)
	workers, watch := machine.NewWorkers(p.Pool(standalone.Worker)), machine.NewWatch(p.API)
	first := ledger.Worker{ID: ledger.DerivedID("worker", "first"), Build: "one", Courses: map[string]int{"case": 1}}
	second := ledger.Worker{ID: ledger.DerivedID("worker", "second"), Build: "one", Courses: map[string]int{"case": 2}}
	for _, w := range []ledger.Worker{first, second} {
		require.NoError(t, workers.AtWork(t.Context(), w))
	}
	atWork := func(build string, polling int) int {
		t.Helper()
		n, err := workers.AtWorkOf(t.Context(), build, polling)
		require.NoError(t, err)
		return n
	}
	knows := func() map[string]int {
		t.Helper()
		all, err := watch.Workers(t.Context())
		require.NoError(t, err)
		return all.Courses("one")
	}
	require.Equal(t, []int{2, 5}, []int{atWork("one", 5), atWork("another", 5)}, "of those that say nothing Temporal's pollers count")
	require.Equal(t, map[string]int{"case": 2}, knows())
	_, err := p.Owner.Exec(t.Context(), `UPDATE worker SET seen_at = seen_at - $2::interval WHERE id = $1`, second.ID, 21*time.Second)
	require.NoError(t, err)
	require.Equal(t, 1, atWork("one", 5))
	require.Equal(t, map[string]int{"case": 1}, knows())
	require.NoError(t, workers.Ended(t.Context(), first))
	require.Zero(t, atWork("one", 5), "whatever Temporal remembers")
	require.Nil(t, knows())
}
