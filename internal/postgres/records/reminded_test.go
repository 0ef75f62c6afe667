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
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/told"
)

// reminds has the supervisor remind of a task.
func (p *play) reminds(task, key string) (ledger.Command, error) {
	c := catalogue.Remind.Command(key, task, catalogue.Assignment{})
	return p.Records.Assign(p.T.Context(), p.Accounts["supervisor.prato"], c.NewCommand)
}

// notReminded asks whether the supervisor is told why nobody was.
func (p *play) notReminded(task, key, code string) {
	p.T.Helper()
	_, err := p.reminds(task, key)
	refusal := &care.Refusal{}
	require.ErrorAs(p.T, err, &refusal)
	require.Equal(p.T, code, refusal.Code)
}

// "Sent" is said only where somebody was reached.
func TestAReminderSaysWhomItReached(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	cmd, err := p.reminds(task, "holder")
	require.NoError(t, err)
	require.Equal(t, told.Holder, cmd.Assigned().Reached)
	require.Equal(t, 1, p.Count(`mail WHERE template = 'reminder'`))

	p.leaves("desk_operator.prato")
	p.notReminded(task, "left", told.Nobody)
	ready := postgrestest.Opens(run, "interview", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{ready}}, nil)
	_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE role = 'desk_operator'`)
	require.NoError(t, err)
	p.notReminded(ready.ID, "orphan", told.Nobody)
	require.Equal(t, 1, p.Count(`mail WHERE template = 'reminder'`))
	require.Equal(t, 1, p.Count(`timeline WHERE code = 'reminder_sent'`))
	require.Equal(t, 2, p.Count(`timeline WHERE code = 'reminder_unsent'`))

	// The clock says the same: neither they nor, without one, the supervisor is told.
	_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE role = 'supervisor'`)
	require.NoError(t, err)
	p.Now = p.Now.AddDate(0, 0, 28)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	require.Equal(t, 2, p.Count(`timeline WHERE code = 'escalation_unsent'`))
	require.Equal(t, 1, p.Count(`task WHERE reminders > 0`), "what reached nobody is counted nowhere")
	require.Zero(t, p.Count(`timeline WHERE code = 'escalated'`))

	// Nor does the case say that they were. The first supervisor who is there hears of it, by one mail.
	reader := p.Accounts["social_worker.prato"]
	then := func() string {
		file, err := p.Records.CaseFile(t.Context(), reader, ledger.BareID(run))
		require.NoError(t, err)
		return file.Waiting.Then
	}
	tells := func() {
		_, err := outbox.New(p.Pool(standalone.Worker)).WakeOverdue(t.Context(), 10)
		require.NoError(t, err)
	}
	require.Equal(t, health.ThenUntold, then())
	late, err := p.Records.Task(t.Context(), reader, ready.ID)
	require.NoError(t, err)
	require.False(t, late.Escalated)
	tells()
	require.Zero(t, p.Count(`mail WHERE template LIKE 'escalation%'`))
	_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = true WHERE subject = 'supervisor.prato'`)
	require.NoError(t, err)
	require.Equal(t, health.ThenUntold, then(), "until that is done")
	tells()
	tells()
	require.Equal(t, []map[string]any{{"template": "escalations", "link": "/casi-bloccati", "recipient": p.Accounts["supervisor.prato"].Email}},
		p.Rows(`SELECT template, link, recipient FROM mail WHERE template LIKE 'escalation%'`))
	require.Equal(t, 2, p.Count(`timeline WHERE code = 'escalated'`))
	require.Equal(t, health.ThenEscalated, then())
}

// Of whose mail comes back "sent" is not said, and their supervisor reads whose it is,
// without the address, until a later one has gone and not come back for a day.
func TestWhoseMailComesBack(t *testing.T) {
	p := newPlay(t)
	_, task := p.listened()
	supervisor := p.Accounts["supervisor.prato"]
	returned := func() (names []string) {
		list, err := p.Records.Returned(t.Context(), supervisor)
		require.NoError(t, err)
		for _, r := range list {
			names = append(names, r.Name+" "+r.Agency)
		}
		return names
	}
	_, err := p.reminds(task, "one")
	require.NoError(t, err)
	require.Empty(t, returned())
	_, err = p.Owner.Exec(t.Context(), `UPDATE mail SET failed_at = created_at, cause = 'came_back'`)
	require.NoError(t, err)
	p.Now = p.Now.Add(time.Hour)
	holder := p.Accounts["desk_operator.prato"]
	require.Equal(t, []string{holder.Name + " comune"}, returned())
	_, err = p.Records.Returned(t.Context(), p.Accounts["social_worker.prato"])
	require.ErrorIs(t, err, ledger.ErrForbidden)
	elsewhere, err := p.Records.Returned(t.Context(), p.Accounts["supervisor.lucca"])
	require.NoError(t, err)
	require.Empty(t, elsewhere)

	p.notReminded(task, "two", told.Nobody)
	require.Equal(t, 1, p.Count(`timeline WHERE code = 'reminder_sent'`))
	require.Equal(t, 1, p.Count(`timeline WHERE code = 'reminder_unsent'`))
	require.Equal(t, 1, p.Count(`mail WHERE template = 'reminder' AND failed_at IS NULL`), "it is tried all the same")
	_, err = p.Owner.Exec(t.Context(), `UPDATE mail SET sent_at = $1 WHERE failed_at IS NULL`, p.Now)
	require.NoError(t, err)
	require.NotEmpty(t, returned(), "it may yet come back")
	p.Now = p.Now.Add(25 * time.Hour)
	require.Empty(t, returned())
	_, err = p.reminds(task, "three")
	require.NoError(t, err)
}

// A partner is reminded by a new link, once a day, and the one before ends an hour later.
func TestAPartnerIsRemindedByANewLink(t *testing.T) {
	p := newPlay(t)
	_, run, _, task := p.Referred()
	first := p.Mailed(run, "partner_request")
	require.Len(t, first, 1)
	cmd, err := p.reminds(task, "one")
	require.NoError(t, err)
	require.Equal(t, told.Partner, cmd.Assigned().Reached)
	links := p.Mailed(run, "partner_request")
	require.Len(t, links, 2)
	require.Zero(t, p.Count(`mail WHERE template = 'reminder'`), "nobody else is told in the partner's place")
	old, err := p.Records.OpenLink(t.Context(), first[0])
	require.NoError(t, err)
	require.False(t, old.Expires.After(p.Now.Add(time.Hour)), "the old link ends soon")
	require.True(t, old.Open)

	p.notReminded(task, "two", told.Today)
	require.Len(t, p.Mailed(run, "partner_request"), 2)
	p.Now = p.Now.AddDate(0, 0, 1)
	_, err = p.reminds(task, "three")
	require.NoError(t, err)
	require.Len(t, p.Mailed(run, "partner_request"), 3)

	// One that came back reached nobody, and another may be sent on the same day.
	p.notReminded(task, "four", told.Today)
	_, err = p.Owner.Exec(t.Context(), `UPDATE mail SET failed_at = now() WHERE run_id = $1 AND template = 'partner_request'`, run)
	require.NoError(t, err)
	_, err = p.reminds(task, "five")
	require.NoError(t, err)
	require.Len(t, p.Mailed(run, "partner_request"), 4)
}

// A reminder of the clock's is one of the day's too.
func TestTheClockRemindsAPartnerByANewLink(t *testing.T) {
	p := newPlay(t)
	_, run, _, task := p.Referred()
	require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT remind_at FROM task WHERE id = $1`, task).Scan(&p.Now))
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`task WHERE id = $1 AND reminders = 1 AND reminded`, task))
	require.Len(t, p.Mailed(run, "partner_request"), 2)
	require.Zero(t, p.Count(`mail WHERE template = 'reminder'`))
	p.notReminded(task, "again", told.Today)

	// One whose mail comes back is sent a link all the same, and nobody is said to be reminded.
	caseRun, run, _, task := p.Referred()
	_, err := p.Owner.Exec(t.Context(), `UPDATE mail SET failed_at = created_at, cause = 'came_back' WHERE template = 'partner_request'`)
	require.NoError(t, err)
	require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT remind_at FROM task WHERE id = $1`, task).Scan(&p.Now))
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`task WHERE id = $1 AND reminders = 0 AND reminded`, task))
	require.Len(t, p.Mailed(run, "partner_request"), 2)
	require.Contains(t, p.Moments(caseRun), "reminder_unsent")
	require.NotContains(t, p.Moments(caseRun), "reminder_sent")
}

// Nobody is reminded of the same task twice on one day; who was given it meanwhile was not
// reminded yet.
func TestOneReminderADay(t *testing.T) {
	p := newPlay(t)
	_, task := p.listened()
	_, err := p.reminds(task, "first")
	require.NoError(t, err)
	p.notReminded(task, "again", told.Today)
	_, err = p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], catalogue.Reassign.Command("passes", task,
		catalogue.Assignment{To: p.Accounts["social_worker.prato"].ID, Note: "Prova"}).NewCommand)
	require.NoError(t, err)
	_, err = p.reminds(task, "another")
	require.NoError(t, err)
	p.notReminded(task, "another again", told.Today)
	p.Now = p.Now.AddDate(0, 0, 1)
	_, err = p.reminds(task, "the next day")
	require.NoError(t, err)
	require.Equal(t, 3, p.Count(`mail WHERE template = 'reminder'`))
	require.Equal(t, 3, p.Count(`timeline WHERE code = 'reminder_sent'`))
}

// Of a protected person her keepers hear that a term is over, each by a mail of its own, where
// nobody else is told; and a partner that answers by a link, and is sent none, is not said to be reminded.
func TestHerKeepersAreToldAndNoPartnerIs(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	links := p.Count(`link`)
	require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT remind_at FROM task WHERE id = $1`, h.ids["byLink"]).Scan(&p.Now))
	p.Does(ledger.RunID(care.RunReferral, h.ids["linked"]), p.Clock(), ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`task WHERE id = $1 AND reminders = 0 AND reminded`, h.ids["byLink"]))
	require.Equal(t, links, p.Count(`link`))
	require.Contains(t, p.Moments(h.run), "reminder_unsent")
	require.NoError(t, h.asks("social_worker.prato", catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: p.Accounts["supervisor.prato"].ID})))
	p.notReminded(h.ids["byLink"], "kept", told.Nobody)
	require.Equal(t, links, p.Count(`link`))

	for _, put := range []string{`UPDATE staff SET active = false WHERE role = 'supervisor'`, `UPDATE task SET escalated = true, untold_since = now() WHERE kind IN ('social_service', 'first_listening')`} {
		_, err := p.Owner.Exec(t.Context(), put)
		require.NoError(t, err)
	}
	_, err := outbox.New(p.Pool(standalone.Worker)).WakeOverdue(t.Context(), 10)
	require.NoError(t, err)
	for _, mail := range p.Rows(`SELECT count(*) = 2 AND count(DISTINCT link) = 2 AND bool_and(template = 'escalation') AS each FROM mail WHERE template LIKE 'escalation%' GROUP BY recipient`) {
		require.Equal(t, map[string]any{"each": true}, mail)
	}
	require.Equal(t, 3, p.Count(`(SELECT DISTINCT recipient FROM mail WHERE template LIKE 'escalation%') x`))
	require.Zero(t, p.Count(`task WHERE untold_since IS NOT NULL`))
}
