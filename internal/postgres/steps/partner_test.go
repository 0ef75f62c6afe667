package steps_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// through answers through a link, as a partner does.
func (p *play) through(run, link string, answer catalogue.Command) ledger.Entry {
	p.T.Helper()
	cmd, err := p.Records.UseLink(p.T.Context(), link, answer.Operation, answer.Answer, answer.Data)
	require.NoError(p.T, err)
	require.Equal(p.T, run, cmd.Run)
	return ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}
}

func TestAPartnerAnswersThroughLinks(t *testing.T) {
	p := newPlayToday(t)
	caseRun, run, referral, task := p.Referred()
	row := func() map[string]any {
		return p.Row(`SELECT state, role, agency, holder, remind_at, escalate_at FROM task WHERE id = $1`, task)
	}
	before := row()
	require.Equal(t, "ready", before["state"])
	require.Equal(t, string(care.SocialWorker), before["role"], "staff may record what the partner says by phone")
	require.Equal(t, "comune", before["agency"])
	links := p.Mailed(run, "partner_request")
	require.Len(t, links, 1)
	opened, err := p.Records.OpenLink(t.Context(), links[0])
	require.NoError(t, err)
	require.Nil(t, opened.Snapshot)

	mails, err := p.Outbox.TakeMails(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, mails, 1)
	require.WithinDuration(t, opened.Expires, *mails[0].Expires, 0, "the sender signs it")

	// Acknowledged by link: nobody of the staff holds the task, whose time to
	// answer runs now; the next link goes out.
	e := p.through(run, links[0], catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	p.Now = p.Now.Add(time.Minute)
	p.Does(run, e, ledger.Effects{
		Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskReserved}},
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}},
	}, nil)
	after := row()
	require.Equal(t, "ready", after["state"])
	require.Nil(t, after["holder"])
	require.NotEqual(t, before["escalate_at"], after["escalate_at"])
	links = p.Mailed(run, "partner_request")
	require.Len(t, links, 2)
	opened, err = p.Records.OpenLink(t.Context(), links[1])
	require.NoError(t, err)
	require.NotNil(t, opened.Snapshot)
	require.Equal(t, []string{"health"}, opened.Snapshot.Needs)

	// A reminder brings a new link too.
	_, err = p.Owner.Exec(t.Context(), `UPDATE task SET remind_at = $2 WHERE id = $1`, task, p.Now)
	require.NoError(t, err)
	p.Now = p.Now.Add(time.Minute)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	links = p.Mailed(run, "partner_request")
	require.Len(t, links, 3)

	accept := p.through(run, links[2], catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{Note: "Prova: la aspettiamo"}))
	outcome := postgrestest.Opens(run, "outcome", ledger.TaskChange{Kind: care.ReferralOutcome, Agency: "asl", Referral: referral})
	p.Does(run, accept, ledger.Effects{
		Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskCompleted}, outcome},
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralAccepted}},
	}, nil)
	_, err = p.Records.UseLink(t.Context(), links[1], care.OpAccept, care.Answer{Operation: care.OpAccept}, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound, "settled: the other links are worth nothing")
	require.Equal(t, "Prova: la aspettiamo", p.Row(`SELECT note FROM referral WHERE id = $1`, referral)["note"])

	links = p.Mailed(run, "partner_outcome")
	require.Len(t, links, 1)
	failed := care.Completion{Outcome: care.Failed, Reason: "person_absent"}
	answer := catalogue.Complete.Command("", "", failed)
	cmd, err := p.Records.UseLink(t.Context(), links[0], answer.Operation, answer.Answer, answer.Data)
	require.NoError(t, err)
	require.Equal(t, outcome.ID, cmd.Target)
	p.Does(run, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}, ledger.Effects{
		Tasks:     []ledger.TaskChange{{ID: outcome.ID, State: care.TaskCompleted, Outcome: care.Failed}},
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralFailed, Reason: care.Code(failed.Reason)}},
	}, nil)
	settled := p.Row(`SELECT state, outcome, reason FROM referral WHERE id = $1`, referral)
	require.Equal(t, map[string]any{"state": "failed", "outcome": "failed", "reason": "person_absent"}, settled)
	sent, used := 0, 0
	for _, code := range p.Moments(caseRun) {
		switch code {
		case "link_sent":
			sent++
		case "link_used":
			used++
		}
	}
	require.Equal(t, []int{4, 3}, []int{sent, used})
}

func TestALinkThatIsWorthNothing(t *testing.T) {
	p := newPlayToday(t)
	_, run, _, task := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	use := func() error {
		_, err := p.Records.UseLink(t.Context(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, nil)
		return err
	}
	_, err := p.Records.UseLink(t.Context(), link, care.OpComplete, care.Answer{Operation: care.OpComplete}, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound, "not what is asked")
	_, err = p.Owner.Exec(t.Context(), `UPDATE link SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE id = $1`, link)
	require.NoError(t, err)
	require.ErrorIs(t, use(), ledger.ErrNotFound, "expired")
	require.NoError(t, p.Records.RenewLink(t.Context(), link))
	require.ErrorIs(t, p.Records.RenewLink(t.Context(), link), ledger.ErrNotFound, "one was sent just now")
	links := p.Mailed(run, "partner_request")
	require.Len(t, links, 2)
	link = links[1]
	require.NoError(t, use())
	require.ErrorIs(t, use(), ledger.ErrNotFound, "used")
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}}, nil)
	opened, err := p.Records.OpenLink(t.Context(), link)
	require.NoError(t, err)
	require.False(t, opened.Open)
}

// A partner is asked how it went when that can be said, by a link that lives as long
// as what it is for.
func TestAPartnerIsAskedWhenItCanHaveHappened(t *testing.T) {
	p := newPlay(t)
	_, run, referral, _ := p.Referred()
	asOf := func(step string, from *time.Time) ledger.TaskChange {
		return postgrestest.Opens(run, step, ledger.TaskChange{Kind: care.ReferralOutcome, Agency: "asl", Referral: referral, From: from})
	}
	lives := func(link string) (lives bool) {
		require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT l.expires_at >= t.escalate_at FROM link l JOIN task t ON t.id = l.task_id WHERE l.id = $1`, link).Scan(&lives))
		return lives
	}
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{asOf("nobody knows when", nil)}}, nil)
	links := p.Mailed(run, "partner_outcome")
	require.Len(t, links, 1, "asked at once")
	require.True(t, lives(links[0]))

	over := p.Now.AddDate(0, 3, 0)
	res := p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{asOf("a course of three months", &over)}}, nil)
	require.Len(t, p.Mailed(run, "partner_outcome"), 1)
	p.Now = over
	require.NotNil(t, res.NextDue)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	links = p.Mailed(run, "partner_outcome")
	require.GreaterOrEqual(t, len(links), 2)
	require.True(t, lives(links[len(links)-1]))
}

// That what a partner accepted took place is not said before its first day; that it will not
// be is.
func TestWhatHasNotBegunHasNotTakenPlace(t *testing.T) {
	p := newPlay(t)
	_, run, referral, task := p.Referred()
	starts := p.Now.AddDate(0, 0, 10)
	p.Does(run, p.Ask("social_worker.prato", run, catalogue.Acknowledge.Command("", referral, catalogue.ReferralMoveForm{})), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: task, State: care.TaskReserved}}, Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}}, nil)
	accept := p.Ask("social_worker.prato", run, catalogue.Accept.Command("", referral, catalogue.ReferralMoveForm{Starts: care.DateOf(starts), Ends: care.DateOf(starts.AddDate(0, 3, 0))}))
	outcome := postgrestest.Opens(run, "outcome", ledger.TaskChange{Kind: care.ReferralOutcome, Agency: "asl", Referral: referral})
	p.Does(run, accept, ledger.Effects{
		Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskCompleted}, outcome},
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralAccepted}},
	}, nil)
	require.NoError(t, p.Claim("social_worker.prato", outcome.ID))
	says := func(form care.Completion) (ledger.Entry, ledger.StepResult) {
		e := p.Ask("social_worker.prato", run, catalogue.Complete.Command("", outcome.ID, form))
		return e, p.Tries(run, e, ledger.Effects{}, nil)
	}
	e, res := says(care.Completion{Outcome: care.Completed})
	p.Refused(res, e, "outcome", agenda.NotBegun)
	_, res = says(care.Completion{Outcome: care.Failed, Reason: "person_declined"})
	require.Equal(t, ledger.Recorded, res.Verdict)
	p.Now = starts
	_, res = says(care.Completion{Outcome: care.Completed})
	require.Equal(t, ledger.Recorded, res.Verdict)
}

// Who asks for more has no new time with it: the clock of the answer stands still until
// the sender has supplied it.
func TestAskingForMoreSetsNoClockAnew(t *testing.T) {
	p := newPlay(t)
	_, run, referral, task := p.Referred()
	p.Now = p.Now.AddDate(0, 0, 28)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	row := func(id string) map[string]any {
		return p.Row(`SELECT escalated, late_since FROM task WHERE id = $1`, id)
	}
	require.Equal(t, true, row(task)["escalated"])
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted}}}, nil)
	p.Now = p.Now.AddDate(0, 0, 3)
	again := postgrestest.Opens(run, "answer/2", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "asl", Referral: referral})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{again}}, nil)
	require.Equal(t, true, row(again.ID)["escalated"], "it was late, and is")
	require.Equal(t, row(task)["late_since"], row(again.ID)["late_since"])
}
