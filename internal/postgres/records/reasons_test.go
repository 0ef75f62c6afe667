package records_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/terms"
)

// said is the newest line of a case's timeline with a code.
func (p *play) said(account, run, code string) ledger.Moment {
	p.T.Helper()
	page, err := p.Records.Timeline(p.T.Context(), p.Accounts[account], ledger.BareID(run), ledger.Paging{})
	require.NoError(p.T, err)
	for _, m := range page.Items {
		if m.Code == code {
			return m
		}
	}
	p.T.Fatalf("no line %s in %v", code, page.Items)
	return ledger.Moment{}
}

// What a supervisor writes when they change a task is read by who follows the case, with
// what was before and what is now.
func TestTheTimelineSaysWhyATaskWasChanged(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened() // held by the desk
	desk, supervisor := p.Accounts["desk_operator.prato"], p.Accounts["supervisor.prato"]
	does := func(c catalogue.Command) {
		t.Helper()
		require.NoError(t, p.assignsAtOnce("supervisor.prato", c))
	}
	does(catalogue.Remind.Command("", task, catalogue.Assignment{Note: "Perché sollecito"}))
	line := p.said("desk_operator.prato", run, "reminder_sent")
	require.Equal(t, "Perché sollecito", line.Note)
	require.Equal(t, ledger.Changed{ToName: desk.Name}, line.Changed)

	row, err := p.Records.Task(t.Context(), supervisor, task)
	require.NoError(t, err)
	before, until := *row.Due, p.Now.AddDate(0, 0, 28) // a Monday
	does(catalogue.Extend.Command("", task, catalogue.Assignment{Until: &until, Note: "Perché proroga"}))
	line = p.said("desk_operator.prato", run, "task_extended")
	require.Equal(t, "Perché proroga", line.Note)
	require.True(t, line.FromUntil.Equal(before), "%v", line.FromUntil)
	require.True(t, line.ToUntil.Equal(until), "%v", line.ToUntil)

	does(catalogue.Reassign.Command("", task, catalogue.Assignment{Role: care.SocialWorker, Note: "Perché al servizio"}))
	line = p.said("desk_operator.prato", run, "task_reassigned")
	require.Equal(t, "Perché al servizio", line.Note)
	require.Equal(t, ledger.Changed{FromName: desk.Name, ToRole: care.SocialWorker}, line.Changed)

	does(catalogue.Reassign.Command("", task, catalogue.Assignment{To: desk.ID, Note: "Perché a lei"}))
	line = p.said("desk_operator.prato", run, "task_given")
	require.Equal(t, "Perché a lei", line.Note)
	require.Equal(t, ledger.Changed{FromRole: care.SocialWorker, ToName: desk.Name}, line.Changed)

	does(catalogue.Release.Command("", task, catalogue.None{}))
	line = p.said("desk_operator.prato", run, "task_released")
	require.Equal(t, desk.Name, line.FromName)

	// What one does with one's own says nothing of anybody else.
	require.NoError(t, p.assignsAtOnce("desk_operator.prato", catalogue.Claim.Command("", task, catalogue.None{})))
	require.Zero(t, p.said("desk_operator.prato", run, "task_claimed").Changed)
}

// An extension says why where the zone asks for it, falls on an open day, and is never
// for ten years, or of a permit's renewal past the permit's last day.
func TestAnExtensionIsGivenWithinTheZonesBounds(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	extends := func(until time.Time, note string) error {
		return p.assignsAtOnce("supervisor.prato", catalogue.Extend.Command("", task, catalogue.Assignment{Until: &until, Note: note}))
	}
	refused := func(until time.Time, note, field, rule string) {
		t.Helper()
		var refusal *care.Refusal
		require.ErrorAs(t, extends(until, note), &refusal)
		require.Equal(t, []care.Fault{{Field: field, Rule: rule}}, refusal.Faults)
	}
	month := p.Now.AddDate(0, 0, 28)
	refused(month, "", "note", terms.RuleWhyLong)
	refused(month, "  \n", "note", terms.RuleWhyLong)
	refused(p.Now.AddDate(10, 0, 1), "Perché sì", "until", care.RuleTooFar)
	require.NoError(t, extends(p.Now.AddDate(0, 0, 6), "Perché sì")) // a Sunday
	monday := p.Now.AddDate(0, 0, 7)
	require.Equal(t, monday.Format(time.DateOnly), p.Row(`SELECT (escalate_at AT TIME ZONE 'Europe/Rome')::date::text AS day FROM task WHERE id = $1`, task)["day"])
	changed := p.said("supervisor.prato", run, "task_extended").Changed
	require.Equal(t, monday.Format(time.DateOnly), changed.ToUntil.Format(time.DateOnly), "and the timeline says so")
	require.NoError(t, extends(p.Now.AddDate(0, 0, 3), ""))
	refused(p.Now.AddDate(0, 0, 4), "", "note", terms.RuleWhyLong) // a day more, and again without a word
	require.NoError(t, extends(month, "Perché sì"))

	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET permit = 'work', permit_expiry = $2 WHERE case_id = $1`, ledger.BareID(run), p.Now.AddDate(0, 0, 1))
	require.NoError(t, err)
	refused(p.Now.AddDate(0, 0, 3), "", "note", terms.RuleWhyPermit)
	require.NoError(t, extends(p.Now.AddDate(0, 0, 3), "Perché sì"))
	_, err = p.Owner.Exec(t.Context(), `UPDATE task SET kind = 'permit_renewal' WHERE id = $1`, task)
	require.NoError(t, err)
	refused(p.Now.AddDate(0, 0, 3), "Perché sì", "until", terms.RulePermit)
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET receipt_on = $2 WHERE case_id = $1`, ledger.BareID(run), p.Now)
	require.NoError(t, err)
	require.NoError(t, extends(p.Now.AddDate(0, 0, 3), ""))
}
