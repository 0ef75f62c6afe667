package consults_test

import (
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/consult"
	"percorso/internal/ledger"
	"percorso/internal/postgres/consults"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

type play struct {
	*postgrestest.Play
	store   *consults.Store
	caseRun string
	task    string
}

// consulted is a person at the desk for whom a consult is to be held.
func consulted(t *testing.T) *play {
	p := &play{Play: postgrestest.NewPlay(t)}
	p.store = consults.New(p.Pool(standalone.API), calendar.New, p.Records.Clock)
	p.caseRun, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	task := postgrestest.Opens(p.caseRun, "social_consult/1", ledger.TaskChange{Kind: care.SocialConsult, Role: care.SocialWorker})
	p.Does(p.caseRun, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	p.task = task.ID
	return p
}

func (p *play) rings(account, key string) string {
	p.T.Helper()
	return p.said(p.store.Ring(p.T.Context(), p.Accounts[account], key, p.task))
}

func (p *play) said(err error) string {
	p.T.Helper()
	var refusal *care.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Faults[0].Rule
	default:
		return err.Error()
	}
}

func (p *play) call(account string) consult.Call {
	p.T.Helper()
	list, err := p.store.Calls(p.T.Context(), p.Accounts[account])
	require.NoError(p.T, err)
	require.Len(p.T, list, 1)
	return list[0]
}

func (p *play) answers(ring consult.Ring, answer consult.Answer) string {
	p.T.Helper()
	for _, who := range p.Accounts {
		if who.ID == ring.Staff {
			return p.said(p.store.Answer(p.T.Context(), who, ring.ID, answer))
		}
	}
	p.T.Fatal("nobody is rung")
	return ""
}

// due are the mails that are due by now, by their kind.
func (p *play) due(template string) int {
	return p.Count(`mail WHERE template = $1 AND next_try <= $2`, template, p.Now)
}

// The desk calls: one on duty is rung by mail, who cannot come has the next one rung, and who
// comes ends it: nobody tells the supervisor.
func TestTheNextOnDutyIsRung(t *testing.T) {
	p := consulted(t)
	require.Equal(t, consult.ToMake, p.call("desk_operator.prato").State(p.Now))
	require.Equal(t, ledger.ErrForbidden.Error(), p.rings("supervisor.prato", "uno"))
	require.Empty(t, p.rings("desk_operator.prato", "uno"))
	require.Empty(t, p.rings("desk_operator.prato", "uno"), "the same form sent twice rings once")
	require.Equal(t, consult.Ringing, p.rings("desk_operator.prato", "due"))
	first := *p.call("desk_operator.prato").Last()
	require.Equal(t, []int{1, 0}, []int{p.due(consult.MailCall), p.due(consult.MailUnanswered)})

	require.Equal(t, ledger.ErrNotFound.Error(), p.said(p.store.Answer(t.Context(), p.Accounts["desk_operator.prato"], first.ID, consult.Coming)), "it is none of theirs")
	rung := func(ring consult.Ring) (rung bool) {
		for _, who := range p.Accounts {
			if who.ID == ring.Staff {
				_, is, err := p.Records.CountNotices(t.Context(), who)
				require.NoError(t, err)
				rung = is
			}
		}
		return rung
	}
	require.True(t, rung(first), "and is told on each page")
	require.Empty(t, p.answers(first, consult.Cannot))
	require.False(t, rung(first))
	require.Equal(t, consult.Answered, p.answers(first, consult.Coming))
	second := *p.call("desk_operator.prato").Last()
	require.NotEqual(t, first.Staff, second.Staff)
	require.True(t, rung(second))
	require.Equal(t, 2, p.due(consult.MailCall))
	require.Empty(t, p.answers(second, consult.Soon))
	require.Equal(t, consult.IsAnswered, p.call("supervisor.prato").State(p.Now))
	require.Equal(t, consult.Answered, p.rings("desk_operator.prato", "tre"))
	require.Zero(t, p.Count(`mail WHERE template = $1`, consult.MailUnanswered))
}

// Whom nobody answers in the zone's time is the supervisor's to know, and the desk may call the
// next one; a consult that is over tells nobody.
func TestNobodyAnswers(t *testing.T) {
	p := consulted(t)
	require.Empty(t, p.rings("desk_operator.prato", "uno"))
	first := *p.call("desk_operator.prato").Last()
	p.Now = first.Until.Add(time.Second)
	require.Equal(t, consult.Unanswered, p.call("supervisor.prato").State(p.Now))
	require.Positive(t, p.due(consult.MailUnanswered))
	require.Empty(t, p.rings("desk_operator.prato", "due"))
	require.NotEqual(t, first.Staff, p.call("desk_operator.prato").Last().Staff)

	require.NoError(t, p.Claim("social_worker.prato", p.task))
	p.Complete("social_worker.prato", p.caseRun, p.task, care.Completion{Outcome: care.Consulted, Note: "Prova"}, ledger.Effects{}, nil)
	require.Zero(t, p.Count(`mail WHERE template = $1 AND sent_at IS NULL`, consult.MailUnanswered))
	require.Equal(t, ledger.ErrNotFound.Error(), p.rings("desk_operator.prato", "tre"))
}

// Two who ring at once ring one.
func TestTwoRingAtOnce(t *testing.T) {
	p := consulted(t)
	said := make([]string, 2)
	var both sync.WaitGroup
	for i, account := range []string{"desk_operator.prato", "social_worker.prato"} {
		both.Go(func() { said[i] = p.rings(account, uuid.NewString()) })
	}
	both.Wait()
	require.ElementsMatch(t, []string{"", consult.Ringing}, said)
	require.Equal(t, 1, p.Count(`consult_ring`))
}

// Who asks is not rung at another account of theirs.
func TestNobodyHoldsAConsultWithThemself(t *testing.T) {
	p := consulted(t)
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET identity = 'prova_1' WHERE subject IN ('desk_operator.prato', 'social_worker.prato', 'social_worker_2.prato')`)
	require.NoError(t, err)
	require.Equal(t, consult.NoDuty, p.rings("desk_operator.prato", "uno"))
	require.Empty(t, p.rings("desk_operator_2.prato", "due"), "they are rung for somebody else")
}

// Of a protected person's the desk knows nothing, and her keepers alone are rung.
func TestAProtectedPersonsConsult(t *testing.T) {
	p := consulted(t)
	_, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(p.caseRun),
		protection.Form{Keeper: p.Accounts["social_worker_2.prato"].ID, Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	require.Equal(t, ledger.ErrNotFound.Error(), p.rings("desk_operator.prato", "uno"))
	require.Empty(t, p.rings("social_worker.prato", "uno"))
	require.Equal(t, p.Accounts["social_worker_2.prato"].ID, p.call("social_worker.prato").Last().Staff)
	list, err := p.store.Calls(t.Context(), p.Accounts["supervisor.prato"])
	require.NoError(t, err)
	require.False(t, slices.ContainsFunc(list, func(c consult.Call) bool { return c.Task == p.task }))
	require.Zero(t, p.Count(`mail WHERE template = $1`, consult.MailUnanswered), "no supervisor keeps her")
	require.Empty(t, p.answers(*p.call("social_worker.prato").Last(), consult.Cannot))
	require.Equal(t, p.Accounts["social_worker.prato"].ID, p.call("social_worker.prato").Last().Staff, "the other one who keeps her")
	require.Empty(t, p.answers(*p.call("social_worker.prato").Last(), consult.Cannot))
	require.Equal(t, consult.NoDuty, p.rings("social_worker.prato", "due"))
}
