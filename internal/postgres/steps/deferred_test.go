package steps_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// poison stands in a form that no table takes, until it is healed.
const poison = "Veleno di prova"

// poisons has the database refuse what the poison stands in.
func (p *play) poisons() { p.T.Helper(); p.poisonsWith("22000") }

func (p *play) poisonsWith(sqlstate string) {
	p.T.Helper()
	p.owner(`CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'placed' USING ERRCODE = '` + sqlstate + `'; END $$`)
	p.owner(`CREATE TRIGGER poison BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.data ->> 'note' = '` + poison + `') EXECUTE FUNCTION poison()`)
}

func (p *play) heals() { p.T.Helper(); p.owner(`DROP TRIGGER poison ON record`) }

func (p *play) owner(sql string, args ...any) {
	p.T.Helper()
	_, err := p.Owner.Exec(p.T.Context(), sql, args...)
	require.NoError(p.T, err)
}

// step is the one that a run would make of an entry.
func (p *play) step(run string, e ledger.Entry, effects ledger.Effects) ledger.Step {
	r := p.Runs[run]
	return ledger.Step{Run: run, Case: r.CaseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, Taken: true, At: p.Now, State: r.State, Effects: effects}
}

// awakes ends the rest of an entry, as time does.
func (p *play) awakes(e ledger.Entry) {
	p.T.Helper()
	p.owner(`UPDATE command SET rests_until = NULL, wake_at = clock_timestamp() WHERE id = $1`, e.ID)
}

// defers has a step fail as the activity does: it cannot be written, and that is noted.
func (p *play) defers(run string, e ledger.Entry) {
	p.T.Helper()
	p.awakes(e)
	step := p.step(run, e, ledger.Effects{})
	_, err := p.Steps.Record(p.T.Context(), step)
	var fault *ledger.Fault
	require.ErrorAs(p.T, err, &fault, "the fault did not fire")
	note := p.Steps.Defer
	if !fault.Unwritable() {
		note = p.Steps.Postpone
	}
	res, err := note(p.T.Context(), step, fault.Code())
	require.NoError(p.T, err)
	require.Equal(p.T, ledger.Deferred, res.Verdict)
	require.Equal(p.T, p.Runs[run].Revision, res.Revision)
}

// meets records a meeting with the person, each at a second of its own.
func (p *play) meets(account, run, note string) ledger.Entry {
	p.T.Helper()
	seconds := p.Count(`command WHERE operation = 'meet'`) + 1
	return p.Ask(account, run, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: p.Now.Add(-time.Duration(seconds) * time.Second), Note: note}))
}

func (p *play) state(e ledger.Entry) map[string]any {
	p.T.Helper()
	return p.Row(`SELECT state, fault, deferrals, refusal ->> 'code' AS refusal, deferred_at IS NOT NULL AS deferred, wake_at > clock_timestamp() AS later,
		extract(epoch FROM wake_at - clock_timestamp())::float AS pause, data ->> 'note' AS note FROM command WHERE id = $1`, e.ID)
}

// Between two good entries stands one that cannot be written: its sender's later
// one waits behind it, in order, and somebody else's does not. What may pass counts as
// deferred from its third try; the order is kept before that too.
func TestAPoisonEntryHoldsUpItsSenderAlone(t *testing.T) {
	for sqlstate, tries := range map[string]int{"22000": 1, "57014": 3, "40001": 3} {
		t.Run(sqlstate, func(t *testing.T) {
			t.Parallel()
			holdsUpItsSenderAlone(t, sqlstate, tries)
		})
	}
}

func holdsUpItsSenderAlone(t *testing.T, sqlstate string, tries int) {
	t.Helper()
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{Stage: care.StageSecondLevel})
	p.poisonsWith(sqlstate)
	first := p.meets("social_worker.prato", run, "Prova 1")
	spoilt := p.meets("social_worker.prato", run, poison)
	after := p.meets("social_worker.prato", run, "Prova 3")
	other := p.meets("social_worker_2.prato", run, "Prova 4")

	p.Does(run, first, ledger.Effects{}, nil)
	for n := 1; n < tries; n++ {
		p.defers(run, spoilt)
		require.Equal(t, false, p.state(spoilt)["deferred"])
		require.Equal(t, ledger.Deferred, p.Tries(run, after, ledger.Effects{}, nil).Verdict, "the order is kept")
	}
	p.defers(run, spoilt)
	row := p.state(spoilt)
	require.Equal(t, []any{"accepted", sqlstate, true, true, poison}, []any{row["state"], row["fault"], row["deferred"], row["later"], row["note"]})
	copied := p.Tries(run, spoilt, ledger.Effects{}, nil)
	require.Equal(t, ledger.Deferred, copied.Verdict, "a copy of it is not tried before its time")
	require.InDelta(t, tries, p.state(spoilt)["deferrals"], 0)

	held := p.Tries(run, after, ledger.Effects{}, nil)
	require.Equal(t, ledger.Deferred, held.Verdict)
	row = p.state(after)
	require.Equal(t, []any{"accepted", "", false, true}, []any{row["state"], row["fault"], row["deferred"], row["later"]})
	require.Greater(t, row["pause"], p.state(spoilt)["pause"], "behind the deferred one")
	p.Does(run, other, ledger.Effects{}, nil)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageEquipe}, nil)

	p.heals()
	p.awakes(spoilt)
	p.Does(run, spoilt, ledger.Effects{}, nil)
	require.Equal(t, false, p.state(after)["later"], "it is due as soon as the one before it is worked")
	p.Does(run, after, ledger.Effects{}, nil)
	require.Equal(t, 4, p.Count(`record WHERE kind = 'meet'`))
}

// The pauses of what cannot be written grow to ten minutes.
func TestDeferredEntriesComeAgainLaterAndLater(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.poisons()
	spoilt := p.meets("social_worker.prato", run, poison)
	var since any
	for n, seconds := range []float64{5, 10, 20, 40, 80, 160, 320, 600, 600} {
		p.defers(run, spoilt)
		row := p.state(spoilt)
		require.InDelta(t, seconds, row["pause"], 3, "pause %d", n)
		require.InDelta(t, n+1, row["deferrals"], 0)
		at := p.Row(`SELECT deferred_at FROM command WHERE id = $1`, spoilt.ID)["deferred_at"]
		require.True(t, n == 0 || since == at, "since the first time")
		since = at
	}
	// Whoever brings it does not bring it sooner.
	p.owner(`UPDATE command SET wake_at = clock_timestamp() WHERE id = $1`, spoilt.ID)
	wakes, err := p.Outbox.TakeWakes(t.Context(), 10, nil)
	require.NoError(t, err)
	require.Len(t, wakes, 1)
	require.InDelta(t, 600, p.state(spoilt)["pause"], 3)
	fresh := p.meets("social_worker_2.prato", run, "Prova")
	p.owner(`UPDATE command SET wake_at = clock_timestamp() WHERE id = $1`, fresh.ID)
	wakes, err = p.Outbox.TakeWakes(t.Context(), 10, nil)
	require.NoError(t, err)
	require.Len(t, wakes, 1, "a later entry does not take it along")
	require.Equal(t, fresh.ID, wakes[0].ID)
}

// Of what takes each other's place the latest counts: a deferred one is refused once
// a later one is worked, and its author is told.
func TestADeferredEntryIsOvertaken(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.poisons()
	worker, desk := "social_worker.prato", "desk_operator.prato"
	p.Does(run, p.Ask(desk, run, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"})), ledger.Effects{}, nil)
	given := p.Ask(worker, run, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: "terzo_settore", Note: poison}))
	p.defers(run, given)
	met := p.meets("social_worker_2.prato", run, poison)
	p.defers(run, met)
	p.Does(run, p.meets(desk, run, "Prova"), ledger.Effects{}, nil)
	p.Does(run, p.Ask(desk, run, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "centri_sociali", Purpose: "housing"})), ledger.Effects{}, nil)
	require.Equal(t, "accepted", p.state(given)["state"], "it was about another agency")
	p.Does(run, p.Ask(desk, run, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: "terzo_settore"})), ledger.Effects{}, nil)
	row := p.state(given)
	require.Equal(t, []any{"refused", care.RefusedOvertaken}, []any{row["state"], row["refusal"]})
	require.Equal(t, "accepted", p.state(met)["state"], "a meeting takes nobody's place")
	notices, err := p.Records.Notices(t.Context(), p.Accounts["social_worker.prato"])
	require.NoError(t, err)
	require.Len(t, notices, 1)
	require.Equal(t, care.RefusedOvertaken, notices[0].Refusal.Code)
	require.Contains(t, string(notices[0].Form), poison)
	p.heals()
	res := p.Tries(run, given, ledger.Effects{}, nil)
	require.Equal(t, ledger.Known, res.Verdict)
	require.Equal(t, care.RefusedOvertaken, res.Result.Refusal)
}

// What may pass comes again soon at first, and as late as anything else once it counts as
// deferred. That is noted also while somebody holds the run, and not of what was worked.
func TestPostponed(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	e := p.meets("social_worker.prato", run, "Prova")
	step := p.step(run, e, ledger.Effects{})
	holder, err := p.Owner.Begin(t.Context())
	require.NoError(t, err)
	_, err = holder.Exec(t.Context(), `SELECT FROM run WHERE id = $1 FOR UPDATE`, run)
	require.NoError(t, err)
	for n, seconds := range []float64{1, 2, 20, 40, 80, 160, 320, 600, 600} {
		res, err := p.Steps.Postpone(t.Context(), step, "55P03")
		require.NoError(t, err)
		require.Equal(t, ledger.Deferred, res.Verdict)
		row := p.state(e)
		require.Equal(t, []any{"accepted", "55P03", n >= 2}, []any{row["state"], row["fault"], row["deferred"]})
		require.InDelta(t, seconds, row["pause"], 3)
	}
	require.NoError(t, holder.Rollback(t.Context()))
	p.awakes(e)
	p.Does(run, e, ledger.Effects{}, nil)
	for _, note := range []func(context.Context, ledger.Step, string) (ledger.StepResult, error){p.Steps.Postpone, p.Steps.Defer} {
		res, err := note(t.Context(), step, "55P03")
		require.NoError(t, err)
		require.Equal(t, ledger.Known, res.Verdict)
		res, err = note(t.Context(), p.step(run, ledger.ClockEntry(run, p.Now), ledger.Effects{}), "55P03")
		require.NoError(t, err)
		require.Equal(t, ledger.Deferred, res.Verdict, "the run's own clock is no entry")
	}
	require.NoError(t, p.Steps.Answers(t.Context()))
}

// A run that does not load is seen by what was accepted for it.
func TestARunThatDoesNotLoad(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	first, second := p.meets("social_worker.prato", run, "Prova 1"), p.meets("social_worker.prato", run, "Prova 2")
	start := ledger.Start{Run: run, Case: run, Epoch: p.Runs[run].Epoch, Knows: care.FirstCourse}
	p.owner(`UPDATE run SET state = '[]' WHERE id = $1`, run)
	_, err := p.Steps.Load(t.Context(), start)
	var fault *ledger.Fault
	require.ErrorAs(t, err, &fault, "the fault did not fire")
	for n := range 3 {
		require.NoError(t, p.Steps.DeferRun(t.Context(), start, "57014", true))
		for _, e := range []ledger.Entry{first, second} {
			row := p.state(e)
			require.Equal(t, []any{"accepted", "57014", n >= 2, true}, []any{row["state"], row["fault"], row["deferred"], row["later"]})
		}
		require.NoError(t, p.Steps.DeferRun(t.Context(), start, "57014", true), "what rests was not tried")
		require.InDelta(t, n+1, p.state(first)["deferrals"], 0)
		p.awakes(first)
		p.awakes(second)
	}
	third := p.meets("social_worker_2.prato", run, "Prova 3")
	require.NoError(t, p.Steps.DeferRun(t.Context(), start, ledger.CodeUnreadable, false))
	require.Equal(t, []any{ledger.CodeUnreadable, true}, []any{p.state(third)["fault"], p.state(third)["deferred"]})
	require.InDelta(t, 40, p.state(first)["pause"], 3)
	p.owner(`UPDATE run SET state = '{}' WHERE id = $1`, run)
	p.owner(`UPDATE command SET state = 'refused', refusal = '{"code": "by_hand"}', worked_at = now() WHERE id = $1`, first.ID)
	require.Equal(t, false, p.state(second)["later"], "it comes at once")
	require.Zero(t, p.Count(`command WHERE rests_until IS NOT NULL AND key = (SELECT key FROM command WHERE id = '`+second.ID+`')`))
}

// An overdue clock is brought to its run as an entry, once in ten minutes; where it
// cannot be written, that is noted of it as of any other.
func TestAnOverdueClockIsBrought(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{postgrestest.Opens(run, "x", ledger.TaskChange{Kind: care.FirstListening})}}, nil)
	p.owner(`UPDATE run SET next_due = clock_timestamp() - interval '20 seconds'`)
	wakes := func() int {
		t.Helper()
		n, err := p.Outbox.WakeOverdue(t.Context(), 10)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, wakes(), "its own timer has time")
	p.owner(`UPDATE run SET next_due = clock_timestamp() - interval '31 seconds'`)
	require.Equal(t, 1, wakes())
	require.Zero(t, wakes(), "it is there")
	clock := p.Hear(run, care.OpClock)
	_, err := p.Steps.Defer(t.Context(), p.step(run, clock, ledger.Effects{}), "22000")
	require.NoError(t, err)
	p.owner(`UPDATE run SET woken_at = clock_timestamp() - interval '11 minutes'`)
	require.Zero(t, wakes(), "it is deferred")
	// The run's own clock is held up by nothing, and overtakes it.
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageEquipe}, nil)
	require.Equal(t, care.RefusedOvertaken, p.state(clock)["refusal"])
	p.owner(`UPDATE run SET next_due = clock_timestamp() - interval '31 seconds'`)
	require.Equal(t, 1, wakes())
}

// Where the run has gone on with a newer epoch, or its case was merged, that is found
// out as by a step.
func TestDeferringAsAnOlderRun(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	e := p.meets("social_worker.prato", run, "Prova")
	p.owner(`UPDATE run SET epoch = 2 WHERE id = $1`, run)
	res, err := p.Steps.Defer(t.Context(), p.step(run, e, ledger.Effects{}), "22000")
	require.NoError(t, err)
	require.Equal(t, ledger.Fenced, res.Verdict)
	require.Equal(t, false, p.state(e)["deferred"])
}
