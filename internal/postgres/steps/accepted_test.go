package steps_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// Whoever can write to Temporal can send a run what nobody was asked for. The step
// takes what was accepted, whatever the message says, and nothing of it is lost.
func TestAStepTakesWhatWasAccepted(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	listening := postgrestest.Opens(caseRun, "first_listening", ledger.TaskChange{Kind: care.FirstListening})
	elsewhere := postgrestest.Opens(other, "first_listening", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(caseRun, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{listening}}, nil)
	p.Does(other, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{elsewhere}}, nil)
	require.NoError(t, p.Claim("desk_operator.prato", listening.ID))
	accepted := p.Ask("desk_operator.prato", caseRun,
		catalogue.Complete.Command("", listening.ID, care.Completion{Outcome: care.Heard, Needs: []string{"housing"}}))
	done := ledger.Effects{Tasks: []ledger.TaskChange{{ID: listening.ID, State: care.TaskCompleted, Outcome: care.Heard}}}

	later := p.Now.Add(time.Hour)
	for name, alter := range map[string]func(*ledger.Entry){
		"another outcome":    func(e *ledger.Entry) { e.Answer.Outcome = "another" },
		"more than was said": func(e *ledger.Entry) { e.Answer.Until = &later },
		"less than was said": func(e *ledger.Entry) { e.Answer.Needs = nil },
		"another operation":  func(e *ledger.Entry) { e.Answer.Operation = care.OpClose },
		"a reopening":        func(e *ledger.Entry) { e.Answer.Operation = care.OpReopen },
		"a clock":            func(e *ledger.Entry) { e.Answer = ledger.ClockEntry(caseRun, p.Now).Answer },
		"no task":            func(e *ledger.Entry) { e.Target = "" },
		"another task":       func(e *ledger.Entry) { e.Target = elsewhere.ID },
		"another case":       func(e *ledger.Entry) { e.Answer.Case = other },
	} {
		forged := accepted
		alter(&forged)
		for _, taken := range []bool{true, false} {
			res := p.brings(caseRun, forged, taken, done)
			require.Equal(t, ledger.Altered, res.Verdict, name)
			require.True(t, res.Entry.Same(accepted), name)
		}
	}
	// Under another id, or brought to another run, it is nobody's.
	unknown := accepted
	unknown.ID = uuid.NewString()
	require.Equal(t, care.RefusedForbidden, p.brings(caseRun, unknown, true, done).Result.Refusal)
	for _, taken := range []bool{true, false} {
		require.Equal(t, care.RefusedForbidden, p.brings(other, accepted, taken, ledger.Effects{}).Result.Refusal)
	}
	require.Equal(t, 1, p.Count(`command WHERE id = $1 AND state = 'accepted' AND refusal IS NULL`, accepted.ID))
	require.Equal(t, 1, p.Count(`task WHERE id = $1 AND state = 'reserved'`, listening.ID))

	p.Does(caseRun, accepted, done, nil)
	require.Equal(t, ledger.Known, p.brings(caseRun, accepted, true, done).Verdict)
}

// A run's own timer is no command. It counts only as the run makes it, of a time
// that has come: a forged one could let every term of a case pass.
func TestOnlyTheRunsOwnClockComesWithoutACommand(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	later := p.Now.Add(365 * 24 * time.Hour)
	reason := ledger.ClockEntry(caseRun, p.Now)
	reason.Answer.Reason = "other"
	aimed := ledger.ClockEntry(caseRun, p.Now)
	aimed.Target = uuid.NewString()
	for name, e := range map[string]ledger.Entry{
		"of a time to come": ledger.ClockEntry(caseRun, later),
		"of another run":    ledger.ClockEntry("case/"+uuid.NewString(), p.Now),
		"of any id":         {ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpClock, At: &p.Now}},
		"of no time":        {ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpClock}},
		"with a reason":     reason,
		"at a target":       aimed,
		"a mail come back":  {ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpMailBounced}},
		"a report":          {ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpReport, Run: "service/1", Outcome: "done"}},
	} {
		for _, taken := range []bool{true, false} {
			res := p.brings(caseRun, e, taken, ledger.Effects{Stage: care.StageClosed})
			require.Equal(t, ledger.Refused, res.Verdict, name)
			require.Equal(t, care.RefusedForbidden, res.Result.Refusal, name)
		}
	}
	require.Equal(t, []string{"case_opened", "stage"}, p.Moments(caseRun))
	p.Does(caseRun, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
}

// brings records a step at the revision that the run stands at, exactly as it is brought.
func (p *play) brings(run string, e ledger.Entry, taken bool, effects ledger.Effects) ledger.StepResult {
	p.T.Helper()
	r := p.Runs[run]
	res, err := p.Steps.Record(p.T.Context(), ledger.Step{
		Run: run, Case: r.CaseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, Taken: taken, At: p.Now, State: r.State, Effects: effects,
	})
	require.NoError(p.T, err)
	return res
}
