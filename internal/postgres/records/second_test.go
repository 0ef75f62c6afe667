package records_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/sole"
)

// opening is what a step of a case tells a branch that it begins.
func opening(kind care.RunKind, a care.Answer) ledger.Effects {
	a.Operation = care.OpOpen
	return ledger.Effects{Tell: []ledger.Message{{Run: postgrestest.NewRun(kind), Answer: a}}}
}

// asksFor asks with a form that is right whatever the case is.
func asksFor[F any](o catalogue.Operation[F], form F) func(string) catalogue.Command {
	return func(string) catalogue.Command { return o.Command("", "", form) }
}

// refusal is why a command was refused.
func (p *play) refusal(id string) (r care.Refusal) {
	p.T.Helper()
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), `SELECT refusal FROM command WHERE id = $1`, id).Scan(&r))
	return r
}

// What four people ask at once is worked once; the others, and who asks later,
// are told what there is.
func TestNoSecondOneSideBySide(t *testing.T) {
	p := newPlay(t)
	until := p.Now.AddDate(0, 6, 0)
	nothing := func() ledger.Effects { return ledger.Effects{} }
	for name, c := range map[string]struct {
		command func(shown string) catalogue.Command
		effects func() ledger.Effects
		state   func(*care.RunState)
		fault   care.Fault
	}{
		"book": {asksFor(catalogue.Book, catalogue.BookingForm{Booking: care.Booking{Service: "cpi", At: p.Now.AddDate(0, 0, 7)}}),
			func() ledger.Effects { return opening(care.RunService, care.Answer{Service: "cpi"}) }, nil, care.Fault{Field: "service", Rule: care.RuleServiceOpen}},
		"cpi": {asksFor(catalogue.ReferToCPI, catalogue.SendToCPI{}),
			func() ledger.Effects { return opening(care.RunPlacement, care.Answer{Agency: "cpi"}) }, nil, care.Fault{Rule: care.RulePlacementOpen}},
		"equipe": {asksFor(catalogue.Convene, catalogue.ConveneForm{Kind: care.WithinAgency}),
			func() ledger.Effects { return opening(care.RunEquipe, care.Answer{Equipe: care.WithinAgency}) }, nil, care.Fault{Field: "kind", Rule: care.RuleEquipeOpen}},
		"refer": {func(shown string) catalogue.Command {
			return catalogue.Refer.Command("", "", catalogue.ReferForm{Agency: "asl", Purpose: "housing", Notice: true, Seen: shown})
		}, func() ledger.Effects { return opening(care.RunReferral, care.Answer{Agency: "asl", Matter: "housing"}) }, nil, care.Fault{Field: "agency", Rule: care.RuleReferralOpen}},
		"transfer": {asksFor(catalogue.Transfer, catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova"}),
			func() ledger.Effects { return opening(care.RunTransfer, care.Answer{Zone: "lucca"}) }, nil, care.Fault{Field: "zone", Rule: care.RuleTransfer}},
		"suspend": {asksFor(catalogue.Suspend, agenda.SuspendForm{Until: &until, Reason: "abroad"}), nothing,
			func(s *care.RunState) { s.Suspended = &until }, care.Fault{Field: "until", Rule: care.RuleSuspended}},
		"consent": {asksFor(catalogue.Consent, crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"}), nothing, nil, care.Fault{Field: "purpose", Rule: care.RuleConsented}},
		"meet":    {asksFor(catalogue.Meet, catalogue.MeetingForm{At: p.Now}), nothing, nil, care.Fault{Field: "at", Rule: care.RuleMeetingKnown}},
		"permit": {asksFor(catalogue.Permit, catalogue.PermitForm{Permit: "family", Expiry: care.DateOf(until)}), nothing, nil,
			care.Fault{Field: "permit", Rule: care.RulePermitKnown}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &play{&postgrestest.Play{Archive: p.Archive, Owner: p.Owner, Runs: p.Runs, Now: p.Now}}
			p.T = t
			run, _ := p.withTask()
			id := ledger.BareID(run)
			shown, err := p.Records.Disclosure(t.Context(), p.Accounts["supervisor.prato"], id, "asl", "housing")
			require.NoError(t, err)
			ask := p.asks("supervisor.prato", c.command(shown.Digest).InRun(run).NewCommand)
			var asked []ledger.Command
			for range 4 { // before any of them is worked
				cmd, err := ask(uuid.NewString())
				require.NoError(t, err)
				if name == "book" && len(asked) > 0 { // the person is expected there already
					require.Equal(t, agenda.Elsewhere, cmd.Refusal.Faults[0].Rule)
					continue
				}
				require.Equal(t, ledger.CommandAccepted, cmd.State)
				asked = append(asked, cmd)
			}
			before := p.everything()
			begun := ""
			for i, cmd := range asked {
				effects := c.effects()
				res := p.Tries(run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, effects, c.state)
				if i == 0 {
					require.Equal(t, ledger.Recorded, res.Verdict)
					if len(effects.Tell) > 0 {
						begun = effects.Tell[0].Run
					}
					continue
				}
				require.Equal(t, ledger.Refused, res.Verdict)
				require.Equal(t, care.RefusedOpen, res.Result.Refusal)
				require.Equal(t, care.Refusal{Code: care.RefusedOpen, Faults: []care.Fault{c.fault}, Open: &care.Open{Case: id, Run: begun}}, p.refusal(cmd.ID))
			}
			require.LessOrEqual(t, p.difference(before)["run"], 1)

			// Who asks later is told at once, and again under the same key.
			for range 2 {
				late, err := ask("late " + name)
				require.NoError(t, err)
				require.Equal(t, ledger.CommandRefused, late.State)
				require.Equal(t, c.fault, late.Refusal.Faults[0])
				require.Equal(t, begun, late.Refusal.Open.Run)
			}
		})
	}
}

// What is over makes room.
func TestAnotherOneAfterTheFirst(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	send := func() ledger.Entry {
		return p.Ask("supervisor.prato", run, catalogue.ReferToCPI.Command("", "", catalogue.SendToCPI{}))
	}
	first := opening(care.RunPlacement, care.Answer{Agency: "cpi"})
	p.Does(run, send(), first, nil)
	placement := first.Tell[0].Run
	p.Does(placement, p.Hear(placement, care.OpOpen), ledger.Effects{Ending: care.ReferralEnded}, nil)
	p.Does(run, send(), opening(care.RunPlacement, care.Answer{Agency: "cpi"}), nil)
}

// A closed case is reopened once, and closed once.
func TestACaseIsReopenedOnce(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	closure := catalogue.Close.Command("", "", catalogue.EarlyClosure{Outcome: care.OutcomePlaced, Note: "Prova"}).InRun(run)
	ending := p.Ask("supervisor.prato", run, closure)
	p.Does(run, ending, ledger.Effects{}, func(s *care.RunState) { s.Interrupt = &ending.Answer })
	again, err := p.asks("supervisor.prato", closure.NewCommand)("again")
	require.NoError(t, err)
	require.Equal(t, care.RuleClosing, again.Refusal.Faults[0].Rule)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)

	reopening := catalogue.Reopen.Command("", "", catalogue.ReopenForm{Stage: care.StageFirstLevel, Note: "Prova"})
	first, second := p.Ask("supervisor.prato", run, reopening), p.Ask("social_worker.prato", run, reopening)
	p.Does(run, first, ledger.Effects{Stage: care.StageFirstLevel}, func(s *care.RunState) { s.Interrupt = nil })
	r := p.Runs[run]
	res, err := p.Steps.Record(t.Context(), ledger.Step{Run: run, Case: run, Epoch: r.Epoch, Revision: r.Revision, Entry: second, At: p.Now, State: r.State})
	require.NoError(t, err)
	require.Equal(t, care.RefusedOpen, res.Result.Refusal, "a run on its way does not await it")
	require.Equal(t, care.RuleNotClosed, p.refusal(second.ID).Faults[0].Rule)
}

// What follows from an answer goes on in what is open: the branch ends as it
// begins, reports so, and the timeline says it.
func TestAPathGoesOnInWhatIsOpen(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	p.Does(run, p.Clock(), opening(care.RunPlacement, care.Answer{Agency: "cpi"}), nil)
	again := opening(care.RunPlacement, care.Answer{Agency: "cpi"})
	second := again.Tell[0].Run
	p.Does(run, p.Clock(), again, nil)
	require.Equal(t, map[string]any{"ended": true, "outcome": care.AlreadyOpen}, p.Row(`SELECT ended_at IS NOT NULL AS ended, outcome FROM run WHERE id = $1`, second))
	require.Zero(t, p.Count(`command WHERE run_id = $1`, second), "nobody starts it")
	report := p.Hear(run, care.OpReport)
	require.Equal(t, care.Answer{Operation: care.OpReport, Run: second, Outcome: care.AlreadyOpen, Case: run}, report.Answer)
	require.Equal(t, 1, p.Count(`timeline WHERE case_id = $1 AND code = 'branch_joined' AND detail = 'placement'`, ledger.BareID(run)))
	p.Does(run, report, ledger.Effects{}, nil)

	// Two of a kind that begin with one step are one.
	both := opening(care.RunEquipe, care.Answer{Equipe: care.WithinAgency})
	both.Tell = append(both.Tell, opening(care.RunEquipe, care.Answer{Equipe: care.WithinAgency}).Tell...)
	p.Does(run, p.Clock(), both, nil)
	require.Equal(t, 1, p.Count(`run WHERE case_id = $1 AND kind = 'equipe' AND ended_at IS NULL`, ledger.BareID(run)))
}

// An agreed plan sends the person to a partner for the needs of its goals, unless
// the partner has the person for them all.
func TestAPlanSendsForItsNeeds(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	p.Does(run, p.Clock(), opening(care.RunReferral, care.Answer{Agency: "asl", Matter: "housing"}), nil)
	until := p.Now.Add(30 * postgrestest.DayLong)
	activates := func(goals ...care.PlanGoal) (referral string) {
		equipe, plan := p.Equipe(run), uuid.NewString()
		form := care.PlanForm{Goals: goals, Changes: "Prova"}
		for i := range goals {
			form.Actions = append(form.Actions, care.PlanAction{Goal: i, Text: "Prova", Agency: "asl", Until: &until, Send: true})
		}
		p.Propose(equipe, plan, form)
		p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.PlanActivated}, nil)
		effects := opening(care.RunReferral, care.Answer{Agency: "asl"})
		effects.Plan = &ledger.PlanChange{ID: plan, State: care.PlanActive}
		p.Does(run, p.Clock(), effects, nil)
		return effects.Tell[0].Run
	}
	row := func(referral string) map[string]any {
		return p.Row(`SELECT outcome, needs FROM run WHERE id = $1`, referral)
	}
	housing, school := care.PlanGoal{Area: "housing", Text: "Prova"}, care.PlanGoal{Area: "school", Text: "Prova"}
	require.Equal(t, care.AlreadyOpen, row(activates(housing))["outcome"])
	require.Equal(t, map[string]any{"outcome": "", "needs": []any{"housing", "school"}}, row(activates(housing, school)))
	require.Equal(t, care.AlreadyOpen, row(activates(school))["outcome"], "the one that goes on is for it too")
}

// A referral is not sent on, nor sent again, to who has the person for its need.
func TestAReferralIsNotSentWhereOneIs(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	refers := func(agency care.Code) (branch, referral, task string) {
		branch, referral = postgrestest.NewRun(care.RunReferral), uuid.NewString()
		answer := postgrestest.Opens(branch, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: agency, Referral: referral})
		p.Branch(run, branch, care.Answer{Agency: agency, Matter: "labour"}, ledger.Effects{
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: agency, Purpose: "labour"}}, Tasks: []ledger.TaskChange{answer},
		})
		return branch, referral, answer.ID
	}
	atCPI, first, _ := refers("cpi")
	sentOn := p.Ask("cpi_operator.prato", atCPI, catalogue.Redirect.Command("", first, catalogue.ReferralMoveForm{Agency: "cpia"}))
	refers("cpia")
	res := p.Tries(atCPI, sentOn, ledger.Effects{}, nil)
	require.Equal(t, care.RefusedOpen, res.Result.Refusal)
	require.Equal(t, care.Refusal{Code: care.RefusedOpen, Faults: []care.Fault{{Field: "agency", Rule: care.RuleReferralOpen}}}, p.refusal(sentOn.ID),
		"who sends it on is not told of the case's others")

	// Rejected by whom it was sent on to, it goes back to its first addressee, who has another by now.
	toASL, referral, _ := refers("asl")
	next := postgrestest.Opens(toASL, "next", ledger.TaskChange{Kind: care.NextStepAfterRejection, Referral: referral})
	p.Now = p.Now.Add(time.Minute)
	on := uuid.NewString()
	p.Does(toASL, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next}, Referrals: []ledger.ReferralChange{
		{ID: referral, State: care.ReferralRedirected}, {ID: on, State: care.ReferralRequested, Agency: "centri_sociali", From: referral, Purpose: "labour"},
		{ID: on, State: care.ReferralRejected}}}, nil)
	again := care.Completion{Outcome: care.Resubmit, Note: "Prova"}
	early := p.Completion("social_worker.prato", toASL, next.ID, again)
	refers("asl")
	res = p.Tries(toASL, early, ledger.Effects{}, nil)
	require.Equal(t, care.RefusedOpen, res.Result.Refusal)
	require.Equal(t, []care.Fault{{Field: "outcome", Rule: care.RuleReferralOpen}}, p.refusal(early.ID).Faults)
}

// Two files of a person are not merged while both have the same thing open, or
// while one of them is asked of another zone. Of two reviews one goes on.
func TestAMergeBringsNoSecondOne(t *testing.T) {
	p := newPlay(t)
	begin := func(branches ...care.Answer) (run string, begun []string) {
		run, _ = p.withTask()
		p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
		for _, a := range branches {
			kind := care.RunKind(a.Case)
			a.Case = ""
			begun = append(begun, postgrestest.NewRun(kind))
			p.Branch(run, begun[len(begun)-1], a, ledger.Effects{})
		}
		return run, begun
	}
	placement, review := care.Answer{Case: "placement", Agency: "cpi"}, care.Answer{Case: "follow-up"}
	transfer := care.Answer{Case: "transfer", Zone: "lucca"}
	for rule, c := range map[string]struct{ from, into []care.Answer }{
		care.RuleBothOpen:     {[]care.Answer{placement}, []care.Answer{placement}},
		care.RuleIntoTransfer: {nil, []care.Answer{transfer}},
	} {
		from, _ := begin(c.from...)
		into, begun := begin(c.into...)
		res, e := p.Merge("supervisor.prato", from, into)
		require.Equal(t, care.RefusedOpen, res.Result.Refusal, rule)
		require.Equal(t, care.Refusal{Code: care.RefusedOpen, Faults: []care.Fault{{Field: "into", Rule: rule}},
			Open: &care.Open{Case: ledger.BareID(into), Run: begun[0]}}, p.refusal(e.ID))
	}
	from, _ := begin(transfer)
	into, kept := begin(review, placement)
	cmd, err := p.asks("supervisor.prato", catalogue.Merge.Command("", "", catalogue.MergeForm{Into: ledger.BareID(into), Note: "Prova"}).InRun(from).NewCommand)("transfer")
	require.NoError(t, err)
	require.Equal(t, care.RuleTransfer, cmd.Refusal.Faults[0].Rule)

	from, merged := begin(review)
	res, _ := p.Merge("supervisor.prato", from, into)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.Equal(t, into, p.Hear(merged[0], care.OpEnd).Answer.Case)
	require.Zero(t, p.Count(`command WHERE run_id = $1 AND operation = 'end'`, kept[0]))

	// Where the case that stays has none, the other's go on.
	from, merged = begin(review)
	into, _ = begin()
	res, _ = p.Merge("supervisor.prato", from, into)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.Zero(t, p.Count(`command WHERE run_id = $1 AND operation = 'end'`, merged[0]))
}

// The pages go by the same standing that is asked under lock.
func TestThePagesSeeWhatStands(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	for _, e := range []ledger.Effects{
		opening(care.RunService, care.Answer{Service: "cpi", Matter: "family"}), opening(care.RunPlacement, care.Answer{Agency: "cpi"}),
		opening(care.RunEquipe, care.Answer{Equipe: care.WithinAgency}), opening(care.RunReferral, care.Answer{Agency: "asl", Matter: "housing"}),
	} {
		p.Does(run, p.Clock(), e, nil)
		p.Now = p.Now.Add(time.Second)
	}
	sentOn, referral, on := postgrestest.NewRun(care.RunReferral), uuid.NewString(), uuid.NewString()
	p.Branch(run, sentOn, care.Answer{Agency: "centri_sociali", Matter: "labour"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "centri_sociali", Purpose: "labour"}}})
	p.Now = p.Now.Add(time.Second)
	p.Does(sentOn, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{
		{ID: referral, State: care.ReferralRedirected}, {ID: on, State: care.ReferralRequested, Agency: "cpia", From: referral, Purpose: "labour"}}}, nil)

	supervisor := p.Accounts["supervisor.prato"]
	file, err := p.Records.CaseFile(t.Context(), supervisor, ledger.BareID(run))
	require.NoError(t, err)
	policy, err := p.Records.Policy(t.Context(), "prato")
	require.NoError(t, err)
	shown := file.Standing(policy)
	rows, err := p.Owner.Query(t.Context(), `SELECT * FROM open_branches($1)`, file.ID)
	require.NoError(t, err)
	stored, err := pgx.CollectRows(rows, pgx.RowToStructByName[sole.Branch])
	require.NoError(t, err)
	require.Len(t, stored, 5)
	require.Equal(t, sole.Branch{Run: sentOn, Kind: care.RunReferral, Agency: "cpia", Needs: []string{"labour"}, Referral: on}, stored[4])
	stored[1].Needs = crossing.PlacementNeeds(policy)
	require.Equal(t, stored, shown.Branches)
}

// Two who have seen the same permit record another one at once: the step of the second tells
// them which is on record.
func TestTheSecondOfTwoPermitsIsTold(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{Permit: "work"}, ledger.Effects{})
	day := p.Now.AddDate(1, 0, 0)
	asks := func(account string, form catalogue.PermitForm) ledger.Entry {
		return p.Ask(account, run, catalogue.Permit.Command("", "", form))
	}
	first := asks("social_worker.prato", catalogue.PermitForm{Permit: "family", Expiry: care.DateOf(day), Seen: "work"})
	second := asks("desk_operator.prato", catalogue.PermitForm{Permit: care.PermitRequested, Seen: "work"})
	p.Does(run, first, ledger.Effects{}, nil)
	require.Equal(t, ledger.Refused, p.Tries(run, second, ledger.Effects{}, nil).Verdict)
	require.Equal(t, care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Rule: sole.RulePermitMeanwhile}}}, p.Refusal(second.ID))
	require.Equal(t, "family", p.Row(`SELECT permit FROM person WHERE case_id = $1`, ledger.BareID(run))["permit"])
	p.Does(run, asks("desk_operator.prato", catalogue.PermitForm{Permit: care.PermitRequested, Seen: "family " + day.Format(time.DateOnly)}), ledger.Effects{}, nil)
}
