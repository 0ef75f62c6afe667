// Package gates asks what forbids a step, under the lock of its run.
package gates

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/plan"
	"percorso/internal/postgres"
	"percorso/internal/postgres/arrivals"
	"percorso/internal/postgres/gathered"
	"percorso/internal/postgres/merging"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/standing"
	"percorso/internal/sole"
	"percorso/internal/undoing"
)

// Step is a step of a run whose row is locked, with who asked for it. Without a
// role it is a machine: another run, a clock, or a partner's link.
type Step struct {
	ledger.Step
	Kind   care.RunKind // of the run
	Policy *postgres.Ruleset
	Task   *postgres.TaskRow // that it completes; nil: none

	Addressee string        // agency that the referral which it moves was sent to
	Told      []care.Answer // what the run was told that it has yet to hear of: to end, or that a consent is withdrawn

	Caller string
	ByLink bool // a partner's, through its link
	Role   care.Role
	Agency string
	Form   []byte // as it was stored with the command
}

// asked is a step that the gates are asked about, in its transaction.
type asked struct {
	ctx context.Context
	tx  postgres.Tx
	Step
}

// Ask asks what the API could not know for sure when it accepted the command:
// whether the person may have what is asked for on the day that it is asked, and
// whether the state of the case allows it.
func Ask(ctx context.Context, tx postgres.Tx, step Step) (*care.Refusal, error) {
	g := asked{ctx, tx, step}
	if refusal := g.toldToEnd(); refusal != nil {
		return refusal, nil
	}
	if refusal, err := g.takenElsewhere(); err != nil || refusal != nil {
		return refusal, err
	}
	if refusal, err := places.Stale(ctx, tx, step.Entry, step.Form); err != nil || refusal != nil {
		return refusal, err
	}
	if refusal, err := g.second(); err != nil || refusal != nil {
		return refusal, err
	}
	if refusal, err := g.keptApart(); err != nil || refusal != nil {
		return refusal, err
	}
	if refusal, err := g.overtakenMerge(); err != nil || refusal != nil {
		return refusal, err
	}
	faults, err := g.faults()
	switch {
	case err != nil:
		return nil, err
	case len(faults) > 0:
		return care.Refuse(faults...), nil
	case step.Effects.MergeInto != "":
		return g.secondOfMerge(ledger.BareID(step.Effects.MergeInto))
	}
	return nil, nil
}

// faults asks for all that stands in the way, so that whoever asks is told of it at once.
func (g *asked) faults() (all []care.Fault, _ error) {
	asks := []func() ([]care.Fault, error){g.dates, g.hour, g.eligibility}
	if !g.machine() {
		asks = append(asks, g.crossings, func() ([]care.Fault, error) { return ownQuestion(g) }, g.rule)
	}
	for _, ask := range asks {
		faults, err := ask()
		if err != nil {
			return nil, err
		}
		all = append(all, faults...)
	}
	return all, nil
}

func (g *asked) machine() bool { return g.Role == "" }

// caseID is the opaque id of the case.
func (g *asked) caseID() string { return ledger.BareID(g.Case) }

// second asks whether this would stand beside its like, with what stands now.
func (g *asked) second() (*care.Refusal, error) {
	if g.machine() {
		return nil, nil
	}
	return standing.Second(g.ctx, g.tx, g.Policy.Policy, g.caseID(), g.Run, g.Entry.Answer, g.Form, g.Agency)
}

// secondOfMerge asks whether the case that stays has the like of something open, or has the
// person somewhere at the time of an appointment of the other one.
func (g *asked) secondOfMerge(kept string) (*care.Refusal, error) {
	there, err := standing.Of(g.ctx, g.tx, g.Policy.Policy, kept, "")
	if err != nil {
		return nil, err
	}
	own, err := standing.OpenBranches(g.ctx, g.tx, g.Policy.Policy, g.caseID())
	if err != nil {
		return nil, err
	}
	if refusal := there.Merged(own); refusal != nil {
		return refusal, nil
	}
	var both bool // nobody books for either of them: the merge has the lock of their places
	err = g.tx.QueryRow(g.ctx, `SELECT both_expected($1, $2, $3)`, g.caseID(), kept, g.At).Scan(&both)
	if err != nil || !both {
		return nil, err
	}
	return care.Refuse(fault(true, "into", sole.RuleBothExpected)...), nil
}

// dates asks again whether the dates of the form can be meant: nothing is stored
// that a list could not show, whatever way it came, nor before what it follows.
func (g *asked) dates() ([]care.Fault, error) {
	if g.machine() && g.Entry.Answer.Operation == care.OpPermit {
		return nil, nil // of a permit that a merge has brought, whatever its day
	}
	var kind care.TaskKind
	if g.Task != nil {
		kind = g.Task.Kind
	}
	dated, err := catalogue.DatesIn(g.Entry.Answer.Operation, g.Form, kind)
	if err != nil {
		return nil, &ledger.Fault{Place: fmt.Sprintf("the form of %s does not read", g.Entry.Answer.Operation)}
	}
	var faults care.Faults
	faults.DatesByNow(dated, g.Policy.There(g.At))
	faults.OpenDays(dated, g.Policy.Calendar, g.Policy.There(g.At))
	early, err := follows(g, dated)
	return append(faults, early...), err
}

// hour asks whether what the outcome is of has been: the appointment, or the first day of what
// was accepted; and of an absence whether the person was not here after all.
func (g *asked) hour() ([]care.Fault, error) {
	if g.Task == nil || g.Entry.Answer.Operation != care.OpComplete {
		return nil, nil
	}
	if agenda.AfterItsStart(g.Task.Kind, g.Entry.Answer.Outcome) {
		starts, err := places.Starts(g.ctx, g.tx, g.caseID(), g.Run)
		return fault(starts != nil && care.DayOf(g.Policy.There(g.At)).Before(*starts), "outcome", agenda.NotBegun), err
	}
	if !agenda.AfterItsHour(g.Task.Kind, g.Entry.Answer.Outcome) {
		return nil, nil
	}
	at, err := places.Expects(g.ctx, g.tx, g.Run)
	if err != nil || at != nil && g.At.Before(*at) || g.Entry.Answer.Outcome != care.NoShow {
		return fault(at != nil && g.At.Before(*at), "outcome", care.RuleItsHour), err
	}
	form, err := postgres.FormOf(catalogue.Complete, g.Form)
	if err != nil {
		return nil, err
	}
	was, err := arrivals.Contradicted(g.ctx, g.tx, g.Run, care.NoShow, care.Code(form.Reason), form.Note)
	return fault(was, "note", arrival.Came), err
}

// rule asks what the state of the case allows. Each asks Postgres for itself:
// none of them is about an everyday step.
func (g *asked) rule() ([]care.Fault, error) {
	answer := g.Entry.Answer
	ofCase := g.Kind == care.RunCase
	switch answer.Operation {
	case care.OpRefer:
		return g.ruleOfRefer()
	case care.OpRedirect:
		return g.ruleOfRedirect(string(answer.Agency))
	case care.OpConsent:
		return ruleOfConsent(g)
	case care.OpUnconsent:
		if from := string(answer.Agency); from != "" {
			return g.faultIf("agency", care.RuleNoConsent, ofCase, "NOT has_consent($1, $2)", from)
		}
		return g.faultIf("", care.RuleNoConsent, ofCase, "NOT "+standing.ConsentInForce)
	case care.OpSuspend:
		return places.Meanwhile(g.ctx, g.tx, g.caseID(), g.Form, g.At)
	case care.OpMeet:
		return standing.AtWork(g.ctx, g.tx, g.caseID(), care.Staff{Role: g.Role, Agency: g.Agency})
	case care.OpMinutes:
		return ruleOfMinutes(g)
	case care.OpMerge:
		return g.ruleOfMerge()
	case care.OpReopen:
		var outcome string
		err := g.tx.QueryRow(g.ctx, `SELECT outcome FROM case_file WHERE id = $1`, g.caseID()).Scan(&outcome)
		return fault(err == nil && !undoing.MayReopen(outcome), "stage", care.RuleNoReopening), err
	case care.OpComplete:
		if g.Task != nil {
			return g.ruleOfTask(g.Task.Kind)
		}
	}
	return nil, nil
}

// ruleOfMinutes asks whether who writes the minutes is at work on the case, and whether the
// planned meeting that they are of has been.
func ruleOfMinutes(g *asked) ([]care.Fault, error) {
	form, err := postgres.FormOf(catalogue.Minutes, g.Form)
	if err != nil {
		return nil, err
	}
	faults, err := standing.AtWork(g.ctx, g.tx, g.caseID(), care.Staff{Role: g.Role, Agency: g.Agency})
	if err != nil {
		return nil, err
	}
	rule, err := gathered.Minuted(g.ctx, g.tx, g.Run, form.Meeting, g.At)
	return append(faults, fault(rule != "", "meeting", rule)...), err
}

// ruleOfTask asks what the state of the case allows of a completion.
func (g *asked) ruleOfTask(kind care.TaskKind) ([]care.Fault, error) {
	switch outcome := g.Entry.Answer.Outcome; {
	case g.Task.Actors().Seat():
		return g.ruleOfSeat(outcome)
	case kind == care.PlanDraft && outcome == care.Proposed:
		return g.ruleOfPlan()
	case kind == care.ClosureApproval && outcome == care.Approved: // who proposed it may still take it back
		return g.faultIf("outcome", care.RuleOtherPerson, true, `same_identity($3, coalesce((SELECT proposed_by FROM task WHERE id = $2), (SELECT holder FROM task
			WHERE case_id = $1 AND kind = 'closure' AND state = 'completed' ORDER BY ended_at DESC LIMIT 1)))`, g.Task.ID, g.Caller)
	case kind == care.Evaluation || kind == care.GoalEvaluation:
		return g.ruleOfGoals()
	}
	return nil, nil
}

// ruleOfPlan asks whether a plan that is proposed says what it changes of the active
// one, whether the goals and actions that it keeps are of an earlier version, and whether
// their days stay as they were, or are moved to later.
func (g *asked) ruleOfPlan() ([]care.Fault, error) {
	form, err := postgres.FormOf(catalogue.Complete, g.Form)
	if err != nil || form.Plan == nil {
		return nil, err
	}
	faults, err := g.faultIf("plan.changes", care.RuleRequired, !care.Said(form.Plan.Changes), `EXISTS (SELECT FROM plan WHERE case_id = $1 AND state = 'active')`)
	if err != nil {
		return nil, err
	}
	rows, _ := g.tx.Query(g.ctx, `SELECT content FROM plan WHERE case_id = $1 ORDER BY version`, g.caseID())
	earlier, err := pgx.CollectRows(rows, pgx.RowTo[ledger.PlanContent])
	if err != nil {
		return nil, err
	}
	for _, field := range ledger.UnknownParts(*form.Plan, earlier) {
		faults = append(faults, care.Fault{Field: field, Rule: care.RuleUnknownPart})
	}
	had := map[string]time.Time{}
	for _, version := range earlier {
		for _, a := range version.Actions {
			if a.Until != nil {
				had[a.ID] = *a.Until
			}
		}
	}
	return append(faults, plan.Moved(*form.Plan, had, g.Policy.There(g.At))...), nil
}

// ruleOfSeat asks whether who speaks from a seat is of its agency and sits there
// alone. Who cannot come says so whatever else they hold.
func (g *asked) ruleOfSeat(outcome care.Code) ([]care.Fault, error) {
	switch {
	case outcome == care.Unavailable:
		return nil, nil
	case g.Agency != g.Task.Agency:
		return fault(true, "outcome", care.RuleOtherAgency), nil
	}
	var sits bool
	err := g.tx.QueryRow(g.ctx, `SELECT sits_elsewhere($1, $2)`, g.Task.ID, g.Caller).Scan(&sits)
	return fault(sits, "outcome", care.RuleOneSeat), err
}

// NotAwaited says why a run did not take an entry: it rests on something else.
// Of minutes, the votes are named that no seat owes.
func NotAwaited(ctx context.Context, tx postgres.Tx, step Step) (*care.Refusal, error) {
	g := asked{ctx, tx, step}
	if refusal, err := g.second(); err != nil || refusal != nil {
		return refusal, err
	}
	if g.Entry.Answer.Operation != care.OpMinutes {
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	type seat struct {
		Role   care.Role `db:"role"`
		Agency string    `db:"agency"`
	}
	owing, err := postgres.Many[seat](g.ctx, g.tx, `SELECT role, agency FROM seat WHERE run_id = $1 AND (state IN ('invited', 'confirmed') OR state = 'spoken' AND EXISTS (
			SELECT FROM task t WHERE t.run_id = $1 AND t.kind = 'plan_sign_off' AND t.`+postgres.TaskOpen+` AND t.ready_at > coalesce(seat.signature_at, '-infinity')))`,
		g.Run)
	if err != nil {
		return nil, err
	}
	var faults []care.Fault
	for i, v := range g.Entry.Answer.Votes {
		faults = append(faults, fault(!slices.Contains(owing, seat{v.Role, string(v.Agency)}), fmt.Sprintf("votes[%d].role", i), care.RuleSaid)...)
	}
	if len(faults) == 0 {
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	return care.Refuse(faults...), nil
}

// ruleOfGoals asks whether the evaluated goals are the active plan's.
func (g *asked) ruleOfGoals() (faults []care.Fault, err error) {
	form, err := postgres.FormOf(catalogue.Complete, g.Form)
	if err != nil || len(form.Goals) == 0 {
		return nil, err
	}
	plan, err := standing.Plan(g.ctx, g.tx, `case_id = $1 AND state = 'active'`, g.caseID())
	for i, found := range form.Goals {
		known := slices.ContainsFunc(plan.Goals, func(goal care.PlanGoal) bool { return goal.ID == found.Goal })
		faults = append(faults, fault(!known, fmt.Sprintf("goals[%d].goal", i), care.RuleUnknownGoal)...)
	}
	return faults, err
}

// ruleOfMerge asks whether the case may be merged into another, which Postgres
// locks until the merge is done.
func (g *asked) ruleOfMerge() ([]care.Fault, error) {
	form, err := postgres.FormOf(catalogue.Merge, g.Form)
	if err != nil || !care.IsID(form.Into) {
		return fault(err == nil, "into", care.RuleUnknownCode), err
	}
	rule, err := merging.Rule(g.ctx, g.tx, g.caseID(), form.Into, care.Staff{ID: g.Caller, Role: g.Role, Agency: g.Agency}, g.At)
	return fault(rule != "", "into", rule), err
}

// overtakenMerge refuses a merge into a file that was merged, closed or handed over
// since somebody chose it, and one of persons whose data were corrected since. Both files are locked: nothing becomes of them meanwhile.
func (g *asked) overtakenMerge() (*care.Refusal, error) {
	if g.machine() || g.Entry.Answer.Operation != care.OpMerge || g.Kind != care.RunCase {
		return nil, nil
	}
	form, err := postgres.FormOf(catalogue.Merge, g.Form)
	if err != nil || !care.IsID(form.Into) {
		return nil, err
	}
	var rule *string
	err = g.tx.QueryRow(g.ctx, `SELECT became_of_kept($1, $2, $3, $4)`, g.caseID(), form.Into, g.Agency, g.Role).Scan(&rule)
	switch {
	case err != nil:
		return nil, err
	case rule != nil:
		return &care.Refusal{Code: care.RefusedChanged, Faults: fault(true, "into", *rule)}, nil
	case len(form.Seen) == 0:
		return nil, nil
	}
	return merging.Overtaken(g.ctx, g.tx, form, g.caseID())
}

// faultIf is a fault where something holds and Postgres says the rest; $1 of the
// question is the case.
func (g *asked) faultIf(field, rule string, holds bool, question string, args ...any) ([]care.Fault, error) {
	if !holds {
		return nil, nil
	}
	var yes *bool
	err := g.tx.QueryRow(g.ctx, `SELECT `+question, append([]any{g.caseID()}, args...)...).Scan(&yes)
	return fault(yes != nil && *yes, field, rule), err
}

func fault(holds bool, field, rule string) []care.Fault {
	if !holds {
		return nil
	}
	return []care.Fault{{Field: field, Rule: rule}}
}
