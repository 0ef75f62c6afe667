package records_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/undoing"
)

// one, other and third are accounts of one agency, the first two of one person; boss and
// second are its supervisors.
const (
	one, other, third = "social_worker.prato", "social_worker_2.prato", "supervisor.prato"
	boss, second      = "supervisor.prato", "supervisor_2.prato"
)

// identifies says that accounts are one person's, as a list of staff does.
func (p *play) identifies(accounts ...string) {
	p.T.Helper()
	for _, account := range accounts {
		_, err := p.Owner.Exec(p.T.Context(), `UPDATE staff SET identity = 'prova_1' WHERE subject = $1`, account)
		require.NoError(p.T, err)
		p.Accounts[account], err = p.Records.Staff(p.T.Context(), account)
		require.NoError(p.T, err)
		require.Equal(p.T, "prova_1", p.Accounts[account].Identity)
	}
}

// proposesToClose has a supervisor propose a closure, and gives the task to approve it.
func (p *play) proposesToClose(run string) (task string) {
	p.T.Helper()
	task = uuid.NewString()
	p.Does(run, p.Ask(boss, run, catalogue.Close.Command("", "", catalogue.EarlyClosure{Outcome: care.OutcomeMovedAway, Note: "Prova"})), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: task, State: care.TaskReady, Kind: care.ClosureApproval, Role: care.Supervisor}}}, nil)
	return task
}

// faults are those by which something is refused.
func faults(t *testing.T, err error) []care.Fault {
	t.Helper()
	var refusal *care.Refusal
	require.ErrorAs(t, err, &refusal)
	return refusal.Faults
}

// ofTwo are the rules that ask for two people, each tried by two accounts of one.
var ofTwo = map[string]func(t *testing.T, p *play){
	"a closure that was a mistake": func(t *testing.T, p *play) {
		id := ledger.BareID(p.closedCase())
		p.identifies(one, other)
		does := func(account string, c func(key, target string, form catalogue.ReasonForm) catalogue.Command) error {
			return p.assignsAtOnce(account, c("", id, catalogue.ReasonForm{Note: "Prova"}))
		}
		require.NoError(t, does(one, catalogue.Mistake.Command))
		require.Equal(t, []care.Fault{{Field: "note", Rule: undoing.RuleSaidAlready}}, faults(t, does(other, catalogue.Mistake.Command)))
		require.Equal(t, []care.Fault{{Field: "note", Rule: undoing.RuleSecondPerson}}, faults(t, does(other, catalogue.Undo.Command)))
		waiting, err := p.Records.ToConfirm(t.Context(), p.Accounts[other])
		require.NoError(t, err)
		require.Empty(t, waiting, "they are not asked for their own word")
		require.Zero(t, p.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND s.subject = $2`, id, other))
		file, err := p.Records.CaseFile(t.Context(), p.Accounts[other], id)
		require.NoError(t, err)
		require.Equal(t, p.Accounts[other].ID, file.Undoing.SaidByID, "the page does not offer it to them")
		require.NoError(t, does(third, catalogue.Undo.Command))
	},
	"a merge that was a mistake": func(t *testing.T, p *play) {
		from, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
		res, _ := p.Merge(third, from, kept)
		require.Equal(t, ledger.Recorded, res.Verdict)
		p.identifies(one, other)
		says := catalogue.Mistake.Command("", ledger.BareID(from), catalogue.ReasonForm{Note: "Prova"})
		confirms := catalogue.Undo.Command("", ledger.BareID(from), catalogue.ReasonForm{Note: "Prova"})
		require.NoError(t, p.assignsAtOnce(one, says))
		require.Equal(t, []care.Fault{{Field: "note", Rule: undoing.RuleSecondPerson}}, faults(t, p.assignsAtOnce(other, confirms)))
	},
	"two files that one has made agree": func(t *testing.T, p *play) {
		from, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		kept, _ := p.Begin(ledger.Person{GivenName: "Altra", FamilyName: "Esempio"}, ledger.Effects{})
		p.identifies(one, other)
		given, family := "Persona", "Prova 0001"
		require.NoError(t, p.assignsAtOnce(one, catalogue.Correct.Command("", ledger.BareID(kept), correction.PersonCorrection{GivenName: &given, FamilyName: &family, Note: "Prova"})))
		res, e := p.Merge(other, from, kept)
		p.Refused(res, e, "into", care.RuleSecondEyes)
		vouches := catalogue.Vouch.Command("", ledger.BareID(from), catalogue.VouchForm{Other: ledger.BareID(kept), Note: "Prova"})
		require.NoError(t, p.assignsAtOnce(one, vouches))
		res, e = p.Merge(other, from, kept)
		p.Refused(res, e, "into", care.RuleSecondEyes)
		require.NoError(t, p.assignsAtOnce(third, vouches))
		res, _ = p.Merge(other, from, kept)
		require.Equal(t, ledger.Recorded, res.Verdict)
	},
	"the beginning of a protection": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		p.identifies(one, other)
		protects := func(keeper string) error {
			return p.assignsAtOnce(one, catalogue.Protect.Command("", ledger.BareID(run), protection.Form{Keeper: p.Accounts[keeper].ID, Reason: "sought"}))
		}
		require.Equal(t, []care.Fault{{Field: "keeper", Rule: protection.Two}}, faults(t, protects(other)))
		require.NoError(t, protects(third))
		names := catalogue.NameKeeper.Command("", ledger.BareID(run), protection.NewKeeper{Keeper: p.Accounts[other].ID})
		require.Equal(t, []care.Fault{{Field: "keeper", Rule: protection.UnknownKeeper}}, faults(t, p.assignsAtOnce(one, names)))
	},
	"the end of a protection": func(t *testing.T, p *play) {
		h := p.protectedCase()
		p.identifies(one, other)
		require.NoError(t, h.asks(one, catalogue.AskLifting.Command("", h.id, catalogue.ReasonForm{Note: "Prova"})))
		lifts := catalogue.Lift.Command("", h.id, catalogue.ReasonForm{Note: "Prova"})
		h.refused(h.asks(other, lifts), protection.SecondKeeper)
		require.NoError(t, h.asks(one, catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: p.Accounts[third].ID})))
		require.NoError(t, h.asks(third, lifts))
	},
	"the approval of a closure": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		p.identifies(boss, one)
		task := p.proposesToClose(run)
		require.Equal(t, map[string]any{"zone": "prato"}, p.Row(`SELECT zone FROM task WHERE id = $1`, task), "there is another supervisor")
		p.identifies(boss, second) // who turns out to be the same: another zone is asked
		require.Equal(t, map[string]any{"zone": "lucca", "state": "ready"}, p.Row(`SELECT zone, state FROM task WHERE id = $1`, task))
		require.Contains(t, p.Moments(run), "approval_elsewhere")
	},
	"the approval that one has in hand": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		task := p.proposesToClose(run)
		require.NoError(t, p.Claim(second, task))
		e := p.Ask(second, run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Approved}))
		p.identifies(boss, second) // while the answer is on its way
		res := p.Tries(run, e, ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Approved}}}, nil)
		p.Refused(res, e, "outcome", care.RuleOtherPerson)
	},
	"whom an approval is given to": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		task := p.proposesToClose(run)
		_, err := p.Owner.Exec(t.Context(), `INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ('terzo.prato', 'Personale Prova', 'supervisor', 'prato', 'comune', 'terzo@percorso.example')`)
		require.NoError(t, err)
		_, err = p.Owner.Exec(t.Context(), `UPDATE case_health SET changes_at = 'infinity' WHERE case_id = $1`, ledger.BareID(run))
		require.NoError(t, err)
		p.identifies(boss, second)
		gives := catalogue.Reassign.Command("", task, catalogue.Assignment{To: p.Accounts[second].ID})
		breaks(t, "to", care.RuleOtherPerson, p.assignsAtOnce(boss, gives))
		require.Equal(t, 1, p.Count(`case_health WHERE case_id = $1 AND changes_at = 'epoch'`, ledger.BareID(run)), "how the case stands is computed anew")
		staff, err := p.Records.Colleagues(t.Context(), p.Accounts[boss])
		require.NoError(t, err)
		shown, err := p.Records.Task(t.Context(), p.Accounts[boss], task)
		require.NoError(t, err)
		receivers := shown.Receivers(staff)
		require.Len(t, receivers, 1)
		require.Equal(t, "Personale Prova", receivers[0].Name)
	},
	"the answer of an addressee": func(t *testing.T, p *play) {
		const cpi, colleague = "cpi_operator.prato", "cpi_operator_2.prato"
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		shown, err := p.Records.Disclosure(t.Context(), p.Accounts[one], ledger.BareID(run), "cpi", "labour")
		require.NoError(t, err)
		branch, referral := postgrestest.NewRun(care.RunReferral), uuid.NewString()
		p.Does(run, p.Ask(one, run, catalogue.Refer.Command("", "", catalogue.ReferForm{Agency: "cpi", Purpose: "labour", Notice: true, Seen: shown.Digest})), ledger.Effects{
			Tell: []ledger.Message{{Run: branch, Answer: care.Answer{Operation: care.OpOpen, Agency: "cpi", Matter: "labour"}}}}, nil)
		task := postgrestest.Opens(branch, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Role: care.CPIOperator, Agency: "cpi", Referral: referral})
		p.Does(branch, p.Hear(branch, care.OpOpen), ledger.Effects{
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}, Tasks: []ledger.TaskChange{task}}, nil)
		p.identifies(one, cpi)
		answers := func(account string) (ledger.StepResult, ledger.Entry) {
			e := p.Ask(account, branch, catalogue.Acknowledge.Command("", referral, catalogue.ReferralMoveForm{}))
			return p.Tries(branch, e, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}}, nil), e
		}
		res, e := answers(cpi)
		p.Refused(res, e, "", actors.RuleOwnQuestion)
		breaks(t, "to", actors.RuleOwnQuestion, p.assignsAtOnce(boss, catalogue.Reassign.Command("", task.ID, catalogue.Assignment{To: p.Accounts[cpi].ID})))
		given, err := p.Records.Task(t.Context(), p.Accounts[boss], task.ID)
		require.NoError(t, err)
		require.Equal(t, []ledger.Colleague{{ID: p.Accounts[colleague].ID, Name: p.Accounts[colleague].Name, Role: care.CPIOperator}}, given.GivenTo, "nor is it offered to them")
		waits := func() health.Waiting {
			file, err := p.Records.CaseFile(t.Context(), p.Accounts[one], ledger.BareID(run))
			require.NoError(t, err)
			return file.Waiting
		}
		require.NotEqual(t, health.Orphaned, waits().Health)
		_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE subject = $1`, colleague)
		require.NoError(t, err)
		require.Equal(t, []any{health.Orphaned, health.CauseAsker}, []any{waits().Health, waits().Cause}, "nobody else is there to answer")
		_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = true WHERE subject = $1`, colleague)
		require.NoError(t, err)
		res, _ = answers(colleague)
		require.Equal(t, ledger.Recorded, res.Verdict)

		// Who passes it on does not answer it there either.
		passes := p.Ask(colleague, branch, catalogue.Redirect.Command("", referral, catalogue.ReferralMoveForm{Agency: "cpia", Note: "Prova"}))
		p.Does(branch, passes, ledger.Effects{Referrals: []ledger.ReferralChange{
			{ID: referral, State: care.ReferralRedirected}, {ID: uuid.NewString(), State: care.ReferralRequested, Agency: "cpia", From: referral, Purpose: "labour"}}}, nil)
		_, err = p.Owner.Exec(t.Context(), `INSERT INTO staff (subject, name, role, zone, agency, email, identity) VALUES ('cpia.prato', 'Personale Prova', 'cpi_operator', 'prato', 'cpia', 'cpia@percorso.example', 'prova_2')`)
		require.NoError(t, err)
		there := func() any {
			return p.Row(`SELECT answers_oneself($1, id) AS it FROM staff WHERE subject = 'cpia.prato'`, branch)["it"]
		}
		require.Equal(t, false, there())
		_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET identity = 'prova_2' WHERE subject = $1`, colleague)
		require.NoError(t, err)
		require.Equal(t, true, there())
	},
	"who stands in for whoever approves": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		task := p.proposesToClose(run)
		_, err := p.Owner.Exec(t.Context(), `INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ('terzo.prato', 'Personale Prova', 'supervisor', 'prato', 'comune', 'terzo@percorso.example')`)
		require.NoError(t, err)
		require.NoError(t, p.Claim(second, task))
		_, err = p.Owner.Exec(t.Context(), `INSERT INTO absence (id, staff, first_day, last_day, substitute) SELECT gen_random_uuid(), $1, $2::date, $2::date, id FROM staff WHERE subject = 'terzo.prato'`,
			p.Accounts[second].ID, p.Now)
		require.NoError(t, err)
		stands := func() bool {
			return p.Row(`SELECT on_behalf($1, id::text, $2) AS it FROM staff WHERE subject = 'terzo.prato'`, task, p.Now)["it"].(bool)
		}
		require.True(t, stands())
		p.identifies(boss, "terzo.prato")
		require.False(t, stands())
	},
	"the seats of an équipe": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		seat := func(role care.Role, agency care.Code) ledger.SeatChange {
			return ledger.SeatChange{ID: uuid.NewString(), Role: role, Agency: agency, State: care.SeatInvited}
		}
		equipe := p.Equipe(run, seat(care.SocialWorker, "comune"), seat(care.CPIOperator, "cpi"))
		social := postgrestest.Opens(equipe, "one", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.SocialWorker, Agency: "comune"})
		cpi := postgrestest.Opens(equipe, "two", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
		p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{social, cpi}}, nil)
		p.identifies(one, "cpi_operator.prato")
		worked, wait := atomic.Int32{}, sync.WaitGroup{}
		for account, task := range map[string]string{one: social.ID, "cpi_operator.prato": cpi.ID} { // at once
			wait.Go(func() {
				if p.Claim(account, task) == nil {
					worked.Add(1)
				}
			})
		}
		wait.Wait()
		require.EqualValues(t, 1, worked.Load())
		require.Equal(t, 1, p.Count(`task WHERE run_id = $1 AND state = 'reserved'`, equipe))
	},
	"a seat that one has in hand": func(t *testing.T, p *play) {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited},
			ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited})
		social := postgrestest.Opens(equipe, "one", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.SocialWorker, Agency: "comune"})
		cpi := postgrestest.Opens(equipe, "two", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
		p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{social, cpi}}, nil)
		require.NoError(t, p.Claim(one, social.ID))
		e := p.Completion("cpi_operator.prato", equipe, cpi.ID, care.Completion{Outcome: care.Confirmed})
		p.identifies(one, "cpi_operator.prato")
		res := p.Tries(equipe, e, ledger.Effects{Tasks: []ledger.TaskChange{{ID: cpi.ID, State: care.TaskCompleted, Outcome: care.Confirmed}}}, nil)
		p.Refused(res, e, "outcome", care.RuleOneSeat)
	},
}

// TestTwoAccountsOfOnePersonAreOne, wherever a rule asks for two people; what is somebody's
// own stays with the account.
func TestTwoAccountsOfOnePersonAreOne(t *testing.T) {
	for name, tries := range ofTwo {
		t.Run(name, func(t *testing.T) { tries(t, newPlay(t)) })
	}
	t.Run("what is one's own", func(t *testing.T) {
		p := newPlay(t)
		_, task := p.withTask()
		p.identifies("desk_operator.prato", "desk_operator_2.prato")
		require.NoError(t, p.Claim("desk_operator.prato", task))
		is(t, care.RefusedTaken, p.Claim("desk_operator_2.prato", task))
	})
}
