package records_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// assignsAtOnce sends what is worked at once.
func (p *play) assignsAtOnce(account string, c catalogue.Command) error {
	c.Key = uuid.NewString()
	_, err := p.Records.Assign(p.T.Context(), p.Accounts[account], c.NewCommand)
	return err
}

// accepts sends what goes through a process, and gives what became of it.
func (p *play) accepts(account string, c catalogue.Command) ledger.Command {
	p.T.Helper()
	c.Key = uuid.NewString()
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts[account], c.NewCommand)
	require.NoError(p.T, err)
	return cmd
}

// onItsWay asks that something was refused for an answer that is on its way.
func onItsWay(t *testing.T, err error) {
	t.Helper()
	var refusal *care.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, care.RefusedInFlight, refusal.Code)
}

// listened is a case whose first listening the desk holds.
func (p *play) listened() (run, task string) {
	p.T.Helper()
	run, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	open := postgrestest.Opens(run, "first_listening", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{open}}, nil)
	require.NoError(p.T, p.Claim("desk_operator.prato", open.ID))
	return run, open.ID
}

// everyAssignment is whatever gives a task to somebody else, or by another day.
func (p *play) everyAssignment(task string) map[string]func() error {
	later := p.Now.Add(72 * time.Hour)
	note := "Prova"
	return map[string]func() error{
		"claim": func() error {
			return p.assignsAtOnce("supervisor.prato", catalogue.Claim.Command("", task, catalogue.None{}))
		},
		"release": func() error {
			return p.assignsAtOnce("desk_operator.prato", catalogue.Release.Command("", task, catalogue.None{}))
		},
		"reassign": func() error {
			return p.assignsAtOnce("supervisor.prato", catalogue.Reassign.Command("", task, catalogue.Assignment{Role: care.SocialWorker, Note: note}))
		},
		"extend": func() error {
			return p.assignsAtOnce("supervisor.prato", catalogue.Extend.Command("", task, catalogue.Assignment{Until: &later, Note: note}))
		},
		"remind": func() error {
			return p.assignsAtOnce("supervisor.prato", catalogue.Remind.Command("", task, catalogue.Assignment{}))
		},
	}
}

func TestAnAcceptedAnswerProtectsItsTask(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	form := care.Completion{Outcome: care.Heard, Needs: []string{"labour"}, Note: "Nota di prova"}
	answer := p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, form))

	for name, ask := range p.everyAssignment(task) {
		t.Run(name, func(t *testing.T) { onItsWay(t, ask()) })
	}
	second := p.accepts("desk_operator.prato", catalogue.Complete.Command("", task, form).InRun(run))
	require.Equal(t, ledger.CommandRefused, second.State)
	require.Equal(t, care.RefusedInFlight, second.Refusal.Code)
	shown, err := p.Records.Task(t.Context(), p.Accounts["desk_operator.prato"], task)
	require.NoError(t, err)
	require.True(t, shown.Answered)
	require.Equal(t, p.Accounts["desk_operator.prato"].ID, shown.HolderID)
	// Its case asks nobody for it any more, and stands as it did.
	file, err := p.Records.CaseFile(t.Context(), p.Accounts["desk_operator.prato"], ledger.BareID(run))
	require.NoError(t, err)
	require.Equal(t, []any{health.Planned, care.FirstListening, true}, []any{file.Waiting.Health, file.Waiting.Task, file.Waiting.Answered})
	require.Empty(t, file.Waiting.TaskID, "nothing of the task is offered")

	res := p.Does(run, answer, ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Heard}}}, nil)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.Equal(t, 1, p.Count(`record WHERE data ->> 'note' = 'Nota di prova'`))
}

// Once the answer is refused the task is anybody's again.
func TestARefusedAnswerProtectsNothing(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	answer := p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Heard}))
	ask := p.everyAssignment(task)
	onItsWay(t, ask["release"]())
	p.refuses(run, answer)
	file, err := p.Records.CaseFile(t.Context(), p.Accounts["desk_operator.prato"], ledger.BareID(run))
	require.NoError(t, err)
	require.False(t, file.Waiting.Answered)
	require.NoError(t, ask["release"]())
	require.NoError(t, ask["claim"]())
}

// refuses has the run refuse an entry, since its path does not await it.
func (p *play) refuses(run string, e ledger.Entry) {
	p.T.Helper()
	r := p.Runs[run]
	res, err := p.Steps.Record(p.T.Context(), ledger.Step{Run: run, Case: r.CaseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, At: p.Now, State: r.State})
	require.NoError(p.T, err)
	require.Equal(p.T, ledger.Refused, res.Verdict)
}

// What somebody sends who may not answer the task holds up nobody who may.
func TestAnotherOnesAnswerProtectsNothing(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	form := care.Completion{Outcome: care.Heard, Needs: []string{"labour"}}
	p.Ask("desk_operator_2.prato", run, catalogue.Complete.Command("", task, form))
	require.NoError(t, p.everyAssignment(task)["remind"]())
	p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, form))
}

// An acceptance and an assignment at the same moment: whichever comes first, the
// other one sees it.
func TestAnAnswerAndAnAssignmentAtOnce(t *testing.T) {
	p := newPlay(t)
	answered := 0
	for range 20 {
		run, task := p.listened()
		var both sync.WaitGroup
		var cmd ledger.Command
		var accepting, releasing error
		complete := catalogue.Complete.Command(uuid.NewString(), task, care.Completion{Outcome: care.Heard}).InRun(run)
		release := catalogue.Release.Command(uuid.NewString(), task, catalogue.None{})
		both.Go(func() {
			cmd, accepting = p.Records.Accept(t.Context(), p.Accounts["desk_operator.prato"], complete.NewCommand)
		})
		both.Go(func() {
			_, releasing = p.Records.Assign(t.Context(), p.Accounts["desk_operator.prato"], release.NewCommand)
		})
		both.Wait()
		require.NoError(t, accepting)
		require.Equal(t, ledger.CommandAccepted, cmd.State)
		held := p.Count(`task WHERE id = $1 AND state = 'reserved'`, task)
		if releasing != nil {
			onItsWay(t, releasing)
			answered++
			require.Equal(t, 1, held)
		} else {
			require.Zero(t, held)
		}
	}
	t.Logf("the answer came first %d times of 20", answered)
}

// The holder of the lock is waited for: what was accepted meanwhile counts.
func TestAnAssignmentWaitsForTheAcceptanceUnderWay(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	tx, err := p.Owner.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	_, err = tx.Exec(t.Context(), `SELECT begin_answer('complete', $1)`, task)
	require.NoError(t, err)
	released := make(chan error, 1)
	go func() { released <- p.everyAssignment(task)["release"]() }()
	require.Eventually(t, func() bool {
		return p.Count(`pg_locks WHERE NOT granted`) > 0
	}, 20*time.Second, 5*time.Millisecond, "nothing waits")
	_, err = tx.Exec(t.Context(), `INSERT INTO command (id, run_id, zone, agency, caller, role, key, digest, operation, target, answer)
		SELECT gen_random_uuid(), $1, 'prato', 'comune', holder::text, 'desk_operator', 'k', '', 'complete', id::text, '{"op": "complete"}' FROM task WHERE id = $2`, run, task)
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	onItsWay(t, <-released)
}

// A referral is answered by what moves it, be it through a link or by telephone.
func TestAReferralsAnswerIsOnItsWay(t *testing.T) {
	p := &play{postgrestest.NewPlayToday(t)}
	_, run, referral, task := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	lead, worker := p.Accounts["supervisor.prato"], p.Accounts["social_worker.prato"]

	_, err := p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
	require.NoError(t, err)
	onItsWay(t, p.assignsAtOnce("supervisor.prato", catalogue.Reassign.Command("", task, catalogue.Assignment{Role: care.SocialWorker, Note: "Prova"})))
	shown, err := p.Records.Referral(t.Context(), worker, referral)
	require.NoError(t, err)
	require.True(t, shown.Answered)
	require.NotContains(t, shown.Moves(worker), care.OpAcknowledge)
	byPhone := p.accepts("social_worker.prato", catalogue.Acknowledge.Command("", referral, catalogue.ReferralMoveForm{}))
	require.Equal(t, care.RefusedInFlight, byPhone.Refusal.Code)
	again, err := p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.NotEmpty(t, again.ID, "the same button, pressed twice")

	// The other way round: by telephone first, and then the link.
	_, run, referral, task = p.Referred()
	link = p.Mailed(run, "partner_request")[0]
	row := p.Row(`SELECT role FROM task WHERE id = $1`, task)
	first := p.accepts(row["role"].(string)+".prato", catalogue.Acknowledge.Command("", referral, catalogue.ReferralMoveForm{}))
	require.Equal(t, ledger.CommandAccepted, first.State)
	opened, err := p.Records.OpenLink(t.Context(), link)
	require.NoError(t, err)
	require.True(t, opened.Answered)
	late, err := p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.Empty(t, late.ID)
	require.Equal(t, 1, p.Count(`link WHERE id = $1 AND used_at IS NULL`, link), "the link is still good")
	stuck, err := p.Records.StuckCases(t.Context(), lead, ledger.Paging{})
	require.NoError(t, err)
	for _, s := range stuck.Items {
		require.NotEqual(t, task, s.TaskID)
	}
}

// What was accepted and refused later comes back to who asked for it, and to nobody else.
func TestARefusalThatComesLaterIsANotice(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	author, other := p.Accounts["desk_operator.prato"], p.Accounts["desk_operator_2.prato"]
	form := care.Completion{Outcome: care.Heard, Needs: []string{"labour"}, Note: "Nota di prova"}
	answer := p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, form))
	count := func(s care.Staff) int {
		t.Helper()
		n, _, err := p.Records.CountNotices(t.Context(), s)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, count(author))
	p.refuses(run, answer)

	require.Equal(t, 1, count(author))
	notices, err := p.Records.Notices(t.Context(), author)
	require.NoError(t, err)
	require.Len(t, notices, 1)
	n := notices[0]
	require.Equal(t, answer.ID, n.ID)
	require.Equal(t, care.RefusedNotAwaited, n.Refusal.Code)
	typed, err := catalogue.Complete.Decode(n.Form)
	require.NoError(t, err)
	require.Equal(t, form, typed)
	require.Equal(t, []any{ledger.BareID(run), task, care.FirstListening, true}, []any{n.CaseID, n.TaskID, n.Task, n.TaskOpen})

	for _, s := range []care.Staff{other, p.Accounts["supervisor.prato"], p.Accounts["cpi_operator.prato"]} {
		require.Zero(t, count(s))
		notices, err := p.Records.Notices(t.Context(), s)
		require.NoError(t, err)
		require.Empty(t, notices)
		require.ErrorIs(t, p.Records.DismissNotice(t.Context(), s, n.ID), ledger.ErrNotFound)
	}
	require.NoError(t, p.Records.DismissNotice(t.Context(), author, n.ID))
	require.NoError(t, p.Records.DismissNotice(t.Context(), author, n.ID), "again")
	require.Zero(t, count(author))
	require.NotContains(t, p.Moments(run), "entry_refused")
}

// Where its author is not there any more, or has no pages, the case says that
// something was refused.
func TestARefusalThatReachesNobodyIsOnTheTimeline(t *testing.T) {
	p := &play{postgrestest.NewPlayToday(t)}
	run, task := p.listened()
	answer := p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Heard}))
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE subject = 'desk_operator.prato'`)
	require.NoError(t, err)
	p.refuses(run, answer)
	require.Zero(t, p.Count(`notice`))
	require.Equal(t, 1, p.Count(`timeline WHERE case_id = $1 AND code = 'entry_refused' AND detail = 'not_awaited' AND command_id = $2`, ledger.BareID(run), answer.ID))

	caseRun, branch, _, _ := p.Referred()
	cmd, err := p.Records.UseLink(t.Context(), p.Mailed(branch, "partner_request")[0], care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
	require.NoError(t, err)
	p.refuses(branch, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer})
	require.Equal(t, 1, p.Count(`timeline WHERE case_id = $1 AND code = 'entry_refused'`, ledger.BareID(caseRun)))
}
