package records_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/lead"
	"percorso/internal/ledger"
	"percorso/internal/plan"
	"percorso/internal/postgres/postgrestest"
)

// leads says who follows a case for each agency now, and how many did before.
func (p *play) leads(run string) (now map[string]string, before []ledger.Lead) {
	file, err := p.Records.CaseFile(p.T.Context(), p.Accounts["supervisor.prato"], ledger.BareID(run))
	require.NoError(p.T, err)
	now = map[string]string{}
	for _, l := range file.Leads {
		if l.Until == nil {
			now[l.Agency] = l.ID
		} else {
			before = append(before, l)
		}
	}
	return now, before
}

// names has somebody name the lead of the named one's agency.
func (p *play) names(account, run, named string) error {
	_, err := p.assigns(account, catalogue.NameLead.Command("", ledger.BareID(run), lead.Naming{To: p.Accounts[named].ID, Note: "Prova: il carico"}).NewCommand)(uuid.NewString())
	return err
}

// first lists the tasks that are somebody's, and those of their role that are not.
func (p *play) first(account string) (mine, others []string) {
	list := func(f ledger.TaskFilter) (ids []string) {
		page, err := p.Records.Tasks(p.T.Context(), p.Accounts[account], f, ledger.Paging{})
		require.NoError(p.T, err)
		for _, t := range page.Items {
			ids = append(ids, t.ID)
		}
		return ids
	}
	return list(ledger.TaskFilter{Mine: true}), list(ledger.TaskFilter{Team: true, Others: true})
}

// Who takes the first task of a case for their agency follows it from then on: what is
// new there comes to them first, and their colleagues may take it all the same.
func TestNewTasksComeToTheLeadFirst(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	opens := func() string {
		task := postgrestest.Opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
		p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
		return task.ID
	}
	mine, other := p.Accounts["social_worker.prato"].ID, p.Accounts["social_worker_2.prato"].ID
	now, _ := p.leads(run)
	require.Empty(t, now, "the desk receives whoever comes")
	task := opens()
	require.NoError(t, p.Claim("social_worker.prato", task))
	now, _ = p.leads(run)
	require.Equal(t, map[string]string{"comune": mine}, now)

	next := opens()
	held, free := p.first("social_worker.prato")
	require.ElementsMatch(t, []string{task, next}, held)
	require.NotContains(t, free, next)
	held, free = p.first("social_worker_2.prato")
	require.Empty(t, held)
	require.Contains(t, free, next)
	shown, err := p.Records.Task(t.Context(), p.Accounts["social_worker_2.prato"], next)
	require.NoError(t, err)
	require.Equal(t, p.Accounts["social_worker.prato"].Name, shown.FirstName)

	// After the reminder, which goes to all of the role, it is anybody's.
	_, err = p.Owner.Exec(t.Context(), `UPDATE task SET reminded = true WHERE id = $1`, next)
	require.NoError(t, err)
	held, free = p.first("social_worker.prato")
	require.Equal(t, []string{task}, held)
	require.Contains(t, free, next)

	// A colleague takes the next one, and gives it back to all: the lead stays.
	third := opens()
	require.NoError(t, p.Claim("social_worker_2.prato", third))
	now, before := p.leads(run)
	require.Equal(t, map[string]string{"comune": mine}, now)
	require.Empty(t, before)
	_, err = p.assigns("social_worker_2.prato", catalogue.Release.Command("", third, catalogue.None{}).NewCommand)(uuid.NewString())
	require.NoError(t, err)
	held, _ = p.first("social_worker.prato")
	require.NotContains(t, held, third)

	files := func(led bool) (ids []string) {
		page, err := p.Records.CaseFiles(t.Context(), p.Accounts["social_worker.prato"], ledger.CaseFilter{Led: &led}, ledger.Paging{})
		require.NoError(t, err)
		for _, f := range page.Items {
			ids = append(ids, f.ID)
		}
		return ids
	}
	require.Equal(t, []string{ledger.BareID(run)}, files(true))
	require.Empty(t, files(false))

	// Who leaves is it no more, and the next who takes a task is.
	p.leaves("social_worker.prato")
	now, before = p.leads(run)
	require.Empty(t, now)
	require.Equal(t, "left", before[0].Ended)
	require.NoError(t, p.Claim("social_worker_2.prato", opens()))
	now, _ = p.leads(run)
	require.Equal(t, map[string]string{"comune": other}, now)
}

// Of two who name the lead at once the second is told whom the first has named, and a form
// that says nothing of what it has seen is worked as before.
func TestTheSecondWhoNamesALeadIsTold(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	mine, other := p.Accounts["social_worker.prato"].ID, p.Accounts["social_worker_2.prato"].ID
	names := func(named string, seen *lead.Seen) error {
		_, err := p.assigns("supervisor.prato", catalogue.NameLead.Command("", ledger.BareID(run), lead.Naming{To: named, Note: "Prova", Seen: seen}).NewCommand)(uuid.NewString())
		return err
	}
	desk := p.Accounts["desk_operator.prato"].ID
	var group sync.WaitGroup
	errs := make([]error, 2)
	for i, named := range []string{mine, other} {
		group.Go(func() { errs[i] = names(named, &lead.Seen{}) })
	}
	group.Wait()
	won := slices.Index(errs, nil)
	require.NotEqual(t, -1, won, "%v", errs)
	var refused *care.Refusal
	require.ErrorAs(t, errs[1-won], &refused)
	require.Equal(t, care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Rule: lead.Meanwhile}}}, *refused)
	now, _ := p.leads(run)
	require.Equal(t, map[string]string{"comune": []string{mine, other}[won]}, now)

	require.NoError(t, names([]string{mine, other}[1-won], &lead.Seen{now["comune"]}))
	require.Error(t, names(desk, &lead.Seen{now["comune"]}), "somebody else follows it by now")
	require.NoError(t, names(desk, nil))
}

// Of two who say at once how an action comes along the second is told, and so is who comes
// with what was so before; who has read what is so is not.
func TestTheSecondWhoReportsAnActionIsTold(t *testing.T) {
	p := newPlay(t)
	run, action := p.withAction()
	reports := func(state care.ActionState, seen string) error {
		_, err := p.assigns("social_worker.prato", catalogue.Progress.Command("", action, catalogue.ProgressForm{State: state, Seen: seen}).InRun(run).NewCommand)(uuid.NewString())
		return err
	}
	var group sync.WaitGroup
	states, errs := []care.ActionState{care.ActionInProgress, care.ActionDropped}, make([]error, 2)
	for i, state := range states {
		group.Go(func() { errs[i] = reports(state, plan.Never) })
	}
	group.Wait()
	won := slices.Index(errs, nil)
	require.NotEqual(t, -1, won, "%v", errs)
	meanwhile := care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Rule: plan.RuleMeanwhile}}}
	var refused *care.Refusal
	require.ErrorAs(t, errs[1-won], &refused)
	require.Equal(t, meanwhile, *refused)
	shown := func() ledger.PlannedAction {
		plans, err := p.Records.Plans(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run))
		require.NoError(t, err)
		return plans[0].Content.Actions[0]
	}
	is := shown()
	require.Equal(t, states[won], is.State)

	p.Now = p.Now.Add(time.Minute)
	require.NoError(t, reports(care.ActionDone, plan.Seen(is.At)))
	require.ErrorAs(t, reports(care.ActionDropped, plan.Seen(is.At)), &refused)
	require.Equal(t, meanwhile, *refused)
	require.Equal(t, care.ActionDone, shown().State)
	require.NoError(t, reports(care.ActionDropped, ""), "a program that says nothing of what it has seen")
}

// A lead is named within the agency, or by the supervisor, with the reason; of several
// who do so at once each finds what the one before did.
func TestALeadIsNamed(t *testing.T) {
	p := newPlay(t)
	caseRun, branch, referral, _ := p.Referred()
	refused := func(err error, rule string) {
		t.Helper()
		var refusal *care.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, []care.Fault{{Field: "to", Rule: rule}}, refusal.Faults)
	}
	require.NoError(t, p.names("social_worker.prato", caseRun, "social_worker_2.prato"))
	require.NoError(t, p.names("supervisor.prato", caseRun, "social_worker.prato"))
	now, before := p.leads(caseRun)
	require.Equal(t, map[string]string{"comune": p.Accounts["social_worker.prato"].ID}, now)
	require.Equal(t, []string{"replaced", "Prova: il carico", p.Accounts["social_worker.prato"].Name}, []string{before[0].Ended, before[0].Why, before[0].ByName})
	told := p.said("supervisor.prato", caseRun, "lead_named")
	require.Equal(t, []any{p.Accounts["social_worker_2.prato"].Name, p.Accounts["social_worker.prato"].Name, "Prova: il carico"}, []any{told.FromName, told.ToName, told.Note})

	refused(p.names("social_worker.prato", caseRun, "social_worker.prato"), lead.Already)
	refused(p.names("social_worker.prato", caseRun, "cpi_operator.prato"), lead.OwnAgency)
	refused(p.names("supervisor.prato", caseRun, "cpi_operator.prato"), lead.NotAtWork)
	refused(p.names("supervisor.prato", caseRun, "social_worker.lucca"), care.RuleNotHere)
	require.ErrorIs(t, p.names("cpi_operator.prato", caseRun, "cpi_operator.prato"), ledger.ErrNotFound)
	require.ErrorIs(t, p.names("supervisor.lucca", caseRun, "social_worker.lucca"), ledger.ErrNotFound)
	require.ErrorIs(t, p.names("desk_operator.prato", caseRun, "social_worker.prato"), ledger.ErrForbidden)

	wait := sync.WaitGroup{}
	for i := range 6 {
		wait.Go(func() {
			_ = p.names("supervisor.prato", caseRun, []string{"social_worker_2.prato", "desk_operator.prato"}[i%2])
		})
	}
	wait.Wait()
	require.Equal(t, 1, p.Count(`lead WHERE case_id = $1 AND until IS NULL`, ledger.BareID(caseRun)))
	require.Zero(t, p.Count(`lead l WHERE l.ended = 'replaced' AND l.until < l.since`))

	// With the branch the other agency's part is over, and with the case that of all.
	answer := postgrestest.Opens(branch, "outcome", ledger.TaskChange{Kind: care.ReferralOutcome, Agency: "cpi", Role: care.CPIOperator, Referral: referral})
	p.Does(branch, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{answer}}, nil)
	require.NoError(t, p.Claim("cpi_operator.prato", answer.ID))
	now, _ = p.leads(caseRun)
	require.Equal(t, p.Accounts["cpi_operator.prato"].ID, now["cpi"])
	p.Does(branch, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: answer.ID, State: care.TaskObsolete}}, Ending: care.EndedEarly}, nil)
	now, before = p.leads(caseRun)
	require.Len(t, now, 1)
	i := slices.IndexFunc(before, func(l ledger.Lead) bool { return l.Agency == "cpi" })
	require.Equal(t, "over", before[i].Ended)

	// Merged, it goes on in the other file with who followed it.
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	res, _ := p.Merge("supervisor.prato", caseRun, kept)
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	after, _ := p.leads(kept)
	require.Equal(t, now, after)
	require.Zero(t, p.Count(`lead WHERE case_id = $1 AND until IS NULL`, ledger.BareID(caseRun)))
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
	now, _ = p.leads(kept)
	require.Empty(t, now)
	var refusal *care.Refusal
	require.ErrorAs(t, p.names("supervisor.prato", kept, "social_worker.prato"), &refusal)
	require.Equal(t, care.RefusedEnded, refusal.Code)
}
