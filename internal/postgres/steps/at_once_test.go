package steps_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// recalls plans that what another zone was asked is taken back.
func (p *play) recalls(caseRun, transfer string) *step {
	p.T.Helper()
	e := p.Ask("social_worker.prato", caseRun, catalogue.Recall.Command("", "", catalogue.None{}))
	return p.plans(caseRun, e, ledger.Effects{Tell: []ledger.Message{{Run: transfer, Answer: care.Answer{Operation: care.OpEnd}}}})
}

// accepts plans that Lucca takes the case over.
func (p *play) accepts(transfer, task string, says care.Completion) *step {
	p.T.Helper()
	e := p.Completion("social_worker.lucca", transfer, task, says)
	return p.plans(transfer, e, ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Code(says.Outcome)}}, Ending: care.Code(says.Outcome),
		Tell: []ledger.Message{{Run: p.Runs[transfer].CaseRun, Answer: care.Answer{Operation: care.OpReport, Run: transfer, Outcome: care.Code(says.Outcome)}}},
	})
}

var takes = care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}

// A request to another zone is taken back, with its case or alone, at the moment in
// which that zone accepts it: whoever comes second is told what happened.
func TestATransferTakenBackBesideItsAcceptance(t *testing.T) {
	p := colliding(t)
	closes := func(run, transfer string) *step {
		e := p.Ask("supervisor.prato", run, catalogue.Close.Command("", "", catalogue.EarlyClosure{Outcome: care.OutcomeMovedAway, Note: "Prova"}))
		return p.plans(run, e, ledger.Effects{Tell: []ledger.Message{{Run: transfer, Answer: care.Answer{Operation: care.OpEnd}}}})
	}
	for name, back := range map[string]func(run, transfer string) *step{"recalled": p.recalls, "closed": closes} {
		t.Run(name, func(t *testing.T) {
			for _, first := range []bool{true, false} {
				run, _ := p.two()
				transfer, task := p.transferred(run)
				back := back(run, transfer)
				yes := p.accepts(transfer, task, takes)
				one, other := back, yes
				if !first {
					one, other = yes, back
				}
				p.crosses(holdRun, transfer, p.makes(one), p.makes(other))
				// The answer is on its way when it is taken back, and so it counts either way.
				require.Equal(t, ledger.Recorded, yes.res.Verdict)
				require.Equal(t, ledger.Refused, back.res.Verdict)
				refusal := p.Refusal(back.Entry.ID)
				require.Equal(t, care.NowTransferred, refusal.Now)
				require.Equal(t, map[bool]string{true: care.RefusedInFlight, false: care.RefusedNotAwaited}[first], refusal.Code)
				require.NotContains(t, p.Moments(run), "transfer_recalled")
				require.Contains(t, p.Moments(run), "transfer_accepted")
				require.Equal(t, 1, p.Count(`notice WHERE command_id = $1`, back.Entry.ID), "whoever took it back is told")
			}
		})
	}

	t.Run("before the answer is there", func(t *testing.T) {
		run, _ := p.two()
		transfer, task := p.transferred(run)
		back := p.recalls(run, transfer)
		require.NoError(t, p.Claim("social_worker.lucca", task))
		require.NoError(t, p.makes(back)())
		require.Equal(t, ledger.Recorded, back.res.Verdict)
		late := p.accepts(transfer, task, takes) // before the transfer has heard of it
		require.NoError(t, p.makes(late)())
		require.Equal(t, ledger.Refused, late.res.Verdict)
		require.Equal(t, care.Refusal{Code: care.RefusedEnded, Operation: care.OpComplete, Now: string(care.TaskObsolete)}, p.Refusal(late.Entry.ID))
		require.NotContains(t, p.Moments(run), "transfer_accepted")
	})
	t.Run("what does not count protects nothing", func(t *testing.T) {
		run, _ := p.two()
		transfer, task := p.transferred(run)
		require.NoError(t, p.Claim("social_worker.lucca", task))
		p.Ask("supervisor.lucca", transfer, catalogue.Complete.Command("", task, takes)) // who does not hold it
		back := p.recalls(run, transfer)
		require.NoError(t, p.makes(back)())
		require.Equal(t, ledger.Recorded, back.res.Verdict)
	})
	t.Run("after a no", func(t *testing.T) {
		run, _ := p.two()
		transfer, task := p.transferred(run)
		back := p.recalls(run, transfer)
		no := p.accepts(transfer, task, care.Completion{Outcome: care.Rejected, Reason: "no_capacity"})
		require.NoError(t, p.makes(no)())
		require.NoError(t, p.makes(back)())
		require.Equal(t, ledger.Refused, back.res.Verdict)
		require.Equal(t, care.Rejected, p.Refusal(back.Entry.ID).Now)
	})
}

// What somebody answers in a branch of a case that has just been closed is refused, and
// comes back to them.
func TestAnAnswerBesideTheEndOfItsBranch(t *testing.T) {
	p := newPlay(t)
	run, _ := p.two()
	service := postgrestest.NewRun(care.RunService)
	task := postgrestest.Opens(service, "interview", ledger.TaskChange{Kind: care.Assessment, Role: care.SocialWorker})
	p.Branch(run, service, care.Answer{Service: "pas"}, ledger.Effects{Tasks: []ledger.TaskChange{task}})
	answer := p.Completion("social_worker.prato", service, task.ID, care.Completion{Outcome: care.Resolved, Note: "Nota di prova"})
	done := ledger.Effects{Tasks: []ledger.TaskChange{{ID: task.ID, State: care.TaskCompleted, Outcome: care.Resolved}}}
	p.Does(run, p.Clock(), ledger.Effects{Tell: []ledger.Message{{Run: service, Answer: care.Answer{Operation: care.OpEnd}}}}, nil)
	res := p.Tries(service, answer, done, nil)
	require.Equal(t, ledger.Refused, res.Verdict)
	require.Equal(t, care.RefusedEnded, res.Result.Refusal)
	require.Equal(t, 1, p.Count(`notice WHERE command_id = $1`, answer.ID), "with what they had written")

	p.Does(service, p.Hear(service, care.OpEnd), ledger.Effects{Tasks: []ledger.TaskChange{{ID: task.ID, State: care.TaskObsolete}}, Ending: care.EndedEarly}, nil)
}

// A consent is withdrawn while a partner answers that works on it; a public one works on,
// as does one whom the withdrawal is not about.
func TestAConsentWithdrawnBesideAPartnersAnswer(t *testing.T) {
	p := newPlayToday(t)
	for _, c := range []struct {
		agency, from string
		verdict      ledger.Verdict
	}{{"terzo_settore", "", ledger.Refused}, {"terzo_settore", "terzo_settore", ledger.Refused}, {"terzo_settore", "centri_sociali", ledger.Recorded}, {"asl", "", ledger.Recorded}} {
		agency, verdict := c.agency, c.verdict
		run, _ := p.two()
		p.consentsTo(run, "terzo_settore", "housing")
		p.consentsTo(run, "centri_sociali", "housing")
		branch, referral := postgrestest.NewRun(care.RunReferral), uuid.NewString()
		ask := postgrestest.Opens(branch, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: care.Code(agency), Referral: referral})
		p.Branch(run, branch, care.Answer{Agency: care.Code(agency), Matter: "housing"}, ledger.Effects{
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: care.Code(agency), Purpose: "housing"}}, Tasks: []ledger.TaskChange{ask}})
		var link string
		require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT id FROM link WHERE task_id = $1`, ask.ID).Scan(&link))
		_, err := p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
		require.NoError(t, err)
		withdraws := p.Ask("social_worker.prato", run, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: c.from}))
		p.Does(run, withdraws, ledger.Effects{Tell: []ledger.Message{{Run: branch, Answer: care.Answer{Operation: care.OpUnconsent, Agency: care.Code(c.from)}}}}, nil)
		says := p.Hear(branch, care.OpAcknowledge)
		res := p.Tries(branch, says, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}}, nil)
		require.Equal(t, verdict, res.Verdict, c)
		if verdict == ledger.Refused {
			require.Equal(t, care.Refusal{Code: care.RefusedEnded, Operation: care.OpAcknowledge, Now: string(care.ReferralWithdrawn)}, p.Refusal(says.ID))
		}
	}
}

// A referral is taken back while its addressee answers it: what is accepted first holds.
func TestAReferralWithdrawnBesideItsAnswer(t *testing.T) {
	p := newPlayToday(t)
	withdraw := catalogue.Moves[care.OpWithdraw]
	form := catalogue.ReferralMoveForm{Reason: "no_longer_needed"}
	accept := func(account, run string, c catalogue.Command) ledger.Command {
		t.Helper()
		c = c.InRun(run)
		c.Key = uuid.NewString()
		cmd, err := p.Records.Accept(t.Context(), p.Accounts[account], c.NewCommand)
		require.NoError(t, err)
		return cmd
	}

	_, run, referral, _ := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	_, err := p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
	require.NoError(t, err)
	late := accept("desk_operator.prato", run, withdraw.Command("", referral, form))
	require.Equal(t, care.Refusal{Code: care.RefusedInFlight, Operation: care.OpWithdraw}, *late.Refusal)

	_, run, referral, _ = p.Referred()
	link = p.Mailed(run, "partner_request")[0]
	require.Equal(t, ledger.CommandAccepted, accept("desk_operator.prato", run, withdraw.Command("", referral, form)).State)
	_, err = p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.Equal(t, 1, p.Count(`link WHERE id = $1 AND used_at IS NULL`, link))
}
