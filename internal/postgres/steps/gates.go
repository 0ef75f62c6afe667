package steps

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/standing"
)

// gates is what is asked under lock before a step is written.
type gates struct{ *writer }

// ask asks, under lock, what the API could not know for sure when it accepted
// the command: whether the person may have what is asked for on the day that it
// is asked, and whether the state of the case allows it.
func (w *gates) ask() (*care.Refusal, error) {
	if refusal, err := w.second(); err != nil || refusal != nil {
		return refusal, err
	}
	faults, err := w.dates()
	if err == nil && len(faults) == 0 {
		faults, err = w.eligibility()
	}
	if err == nil && len(faults) == 0 && !w.entry.machine() {
		faults, err = w.rule()
	}
	switch {
	case err != nil:
		return nil, err
	case len(faults) > 0:
		return care.Refuse(faults...), nil
	case w.step.Effects.MergeInto != "":
		return w.secondOfMerge(ledger.BareID(w.step.Effects.MergeInto))
	}
	return nil, nil
}

// second asks whether this would stand beside its like, with what stands now.
func (w *gates) second() (*care.Refusal, error) {
	if w.entry.machine() {
		return nil, nil
	}
	return standing.Second(w.ctx, w.tx, w.policy.Policy, w.caseID(), w.step.Run, w.step.Entry.Answer, w.entry.Data, w.entry.Agency)
}

// secondOfMerge asks whether the case that stays has the like of something open.
func (w *gates) secondOfMerge(kept string) (*care.Refusal, error) {
	there, err := standing.Of(w.ctx, w.tx, w.policy.Policy, kept, "")
	if err != nil {
		return nil, err
	}
	own, err := standing.OpenBranches(w.ctx, w.tx, w.policy.Policy, w.caseID())
	return there.Merged(own), err
}

// dates asks again whether the dates of the form can be meant: nothing is stored
// that a list could not show, whatever way it came.
func (w *gates) dates() ([]care.Fault, error) {
	var kind care.TaskKind
	if w.about.task != nil {
		kind = w.about.task.Kind
	}
	dated, err := catalogue.DatesIn(w.step.Entry.Answer.Operation, w.entry.Data, kind)
	if err != nil {
		return nil, &ledger.Fault{Place: fmt.Sprintf("the form of %s does not read", w.step.Entry.Answer.Operation)}
	}
	var faults care.Faults
	faults.DatesByNow(dated, w.policy.There(w.step.At))
	return faults, nil
}

// gateOf names the gate of eligibility that an answer asks to pass, if any, and
// the field of the form that asks for it. Level 2 is asked for by a booking, the
// take-over by the CPI and by an équipe.
func gateOf(a care.Answer) (gate care.Gate, field string) {
	switch a.Operation {
	case care.OpSendToCPI:
		return care.GateTakeOver, ""
	case care.OpConvene:
		return care.GateTakeOver, "kind"
	case care.OpRefer:
		return care.GateLevel1, "agency"
	case care.OpBook:
		return care.GateLevel2, "service"
	case care.OpReopen:
		switch a.Stage {
		case care.StageEquipe, care.StagePlacement:
			return care.GateTakeOver, "stage"
		case care.StageSecondLevel:
			return care.GateLevel2, "stage"
		}
	case care.OpComplete:
		switch {
		case slices.Contains([]care.Code{care.ToCPI, care.ToEquipeBetween, care.ToEquipeWithin}, a.Outcome):
			return care.GateTakeOver, "outcome"
		case len(a.Bookings) > 0:
			return care.GateLevel2, "bookings"
		}
	}
	return "", ""
}

// eligibility asks whether the person of the case may have what the answer asks for.
func (w *gates) eligibility() (faults []care.Fault, err error) {
	gate, field := gateOf(w.step.Entry.Answer)
	if gate == "" {
		return nil, nil
	}
	type row struct {
		BirthDate    time.Time  `db:"birth_date"`
		Citizenship  string     `db:"citizenship"`
		Permit       string     `db:"permit"`
		PermitExpiry *time.Time `db:"permit_expiry"`
		Needs        []string   `db:"needs"`
	}
	r, err := postgres.One[row](w.ctx, w.tx, `SELECT p.birth_date, p.citizenship, p.permit, p.permit_expiry, f.needs
		FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = $1`, w.caseID())
	if err != nil {
		return nil, err
	}
	person := ledger.Person{BirthDate: r.BirthDate, Citizenship: r.Citizenship, Permit: r.Permit, PermitExpiry: r.PermitExpiry}
	answer := care.MayPass(gate, person.Facts(w.policy.Policy, r.Needs), w.policy.There(w.step.At))
	for _, refusal := range answer.Refusals {
		faults = append(faults, care.Fault{Field: field, Rule: refusal.Rule})
	}
	return faults, nil
}

// rule asks what the state of the case allows. Each asks Postgres for itself:
// none of them is about an everyday step.
func (w *gates) rule() ([]care.Fault, error) {
	answer := w.step.Entry.Answer
	ofCase := w.run.Kind == care.RunCase
	switch answer.Operation {
	case care.OpRefer:
		return w.ruleOfRefer()
	case care.OpRedirect:
		if _, known := w.policy.Agency(string(answer.Agency)); !known {
			return fault(true, "agency", care.RuleUnknownCode), nil
		}
		return w.faultIf("agency", care.RuleConsent, w.policy.LegalBasis(string(answer.Agency)) == care.Consent, "NOT "+standing.ConsentInForce)
	case care.OpUnconsent:
		return w.faultIf("", care.RuleNoConsent, ofCase, "NOT "+standing.ConsentInForce)
	case care.OpMerge:
		return w.ruleOfMerge()
	case care.OpReopen:
		var outcome string
		err := w.tx.QueryRow(w.ctx, `SELECT outcome FROM case_file WHERE id = $1`, w.caseID()).Scan(&outcome)
		return fault(err == nil && !care.MayReopen(outcome), "stage", care.RuleNoReopening), err
	case care.OpComplete:
		if w.about.task != nil {
			return w.ruleOfTask(w.about.task.Kind)
		}
	}
	return nil, nil
}

// ruleOfTask asks what the state of the case allows of a completion.
func (w *gates) ruleOfTask(kind care.TaskKind) ([]care.Fault, error) {
	switch outcome := w.step.Entry.Answer.Outcome; {
	case kind == care.PlanDraft && outcome == care.Proposed:
		form, err := formOf(w.writer, catalogue.Complete)
		if err != nil {
			return nil, err
		}
		return w.faultIf("plan.changes", care.RuleRequired, form.Plan != nil && form.Plan.Changes == "",
			`EXISTS (SELECT FROM plan WHERE case_id = $1 AND state = 'active')`)
	case kind == care.NextStepAfterRejection && outcome == care.Resubmit:
		var addressee string
		err := w.tx.QueryRow(w.ctx, `SELECT r.to_agency FROM task t JOIN referral r ON r.id = t.referral_id WHERE t.id = $1`, w.about.task.ID).Scan(&addressee)
		if err != nil {
			return nil, err
		}
		return w.faultIf("outcome", care.RuleConsent, w.policy.LegalBasis(addressee) == care.Consent, "NOT "+standing.ConsentInForce)
	case kind == care.PlanAgreement && outcome == care.Agreed:
		return w.ruleOfAgreement()
	case kind == care.ClosureApproval:
		return w.faultIf("outcome", care.RuleOtherPerson, true, `(SELECT holder::text FROM task
			WHERE case_id = $1 AND kind = 'closure' AND state = 'completed' ORDER BY ended_at DESC LIMIT 1) = $2`, w.entry.Caller)
	case kind == care.Evaluation || kind == care.GoalEvaluation:
		return w.ruleOfGoals()
	}
	return nil, nil
}

// notAwaited says why a run did not take an entry: it rests on something else.
// Of minutes, the votes are named that no seat owes.
func (w *gates) notAwaited() (*care.Refusal, error) {
	if refusal, err := w.second(); err != nil || refusal != nil {
		return refusal, err
	}
	if w.step.Entry.Answer.Operation != care.OpMinutes {
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	type seat struct {
		Role   care.Role `db:"role"`
		Agency string    `db:"agency"`
	}
	owing, err := postgres.Many[seat](w.ctx, w.tx, `SELECT role, agency FROM seat WHERE run_id = $1 AND (state IN ('invited', 'confirmed') OR state = 'spoken' AND EXISTS (
			SELECT FROM task t WHERE t.run_id = $1 AND t.kind = 'plan_sign_off' AND t.`+isOpen+` AND t.ready_at > coalesce(seat.signature_at, '-infinity')))`,
		w.step.Run)
	if err != nil {
		return nil, err
	}
	var faults []care.Fault
	for i, v := range w.step.Entry.Answer.Votes {
		faults = append(faults, fault(!slices.Contains(owing, seat{v.Role, string(v.Agency)}), fmt.Sprintf("votes[%d].role", i), care.RuleSaid)...)
	}
	if len(faults) == 0 {
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	return care.Refuse(faults...), nil
}

// ruleOfRefer asks for the consent that the partner's legal basis needs, and
// whether the sender saw exactly what will be disclosed. A partner that the zone
// named after the run got its rules is known once they are renewed.
func (w *gates) ruleOfRefer() ([]care.Fault, error) {
	form, err := formOf(w.writer, catalogue.Refer)
	if err != nil {
		return nil, err
	}
	if _, known := w.policy.Agency(form.Agency); !known {
		return fault(true, "agency", care.RuleUnknownCode), nil
	}
	basis := w.policy.LegalBasis(form.Agency)
	var consent, seen bool
	err = w.tx.QueryRow(w.ctx, `SELECT $2 <> 'consent' OR `+standing.ConsentInForce+`, md5(disclosure($1, $2, $3)::text) = $4`,
		w.caseID(), basis, form.Purpose, form.Seen).Scan(&consent, &seen)
	return append(fault(!consent, "agency", care.RuleConsent), fault(!seen, "seen", care.RuleSeen)...), err
}

// ruleOfAgreement asks for the consent that the plan needs which the person
// agrees to, unless they give it along with their agreement.
func (w *gates) ruleOfAgreement() ([]care.Fault, error) {
	form, err := formOf(w.writer, catalogue.Complete)
	if err != nil || form.Consent {
		return nil, err
	}
	plan, err := w.plans.newest(`run_id = $1 AND state IN ('proposed', 'signed_off')`, w.step.Run)
	if err != nil {
		return nil, err
	}
	asks := slices.ContainsFunc(plan.Actions, func(a ledger.PlannedAction) bool {
		return a.Send && w.policy.LegalBasis(a.Agency) == care.Consent
	})
	return w.faultIf("consent", care.RuleConsent, asks, "NOT "+standing.ConsentInForce)
}

// ruleOfGoals asks whether the evaluated goals are the active plan's.
func (w *gates) ruleOfGoals() (faults []care.Fault, err error) {
	form, err := formOf(w.writer, catalogue.Complete)
	if err != nil || len(form.Goals) == 0 {
		return nil, err
	}
	plan, err := w.plans.newest(`case_id = $1 AND state = 'active'`, w.caseID())
	for i, found := range form.Goals {
		known := slices.ContainsFunc(plan.Goals, func(g care.PlanGoal) bool { return g.ID == found.Goal })
		faults = append(faults, fault(!known, fmt.Sprintf("goals[%d].goal", i), care.RuleUnknownGoal)...)
	}
	return faults, err
}

// ruleOfMerge asks whether the case may be merged into another, which Postgres
// locks until the merge is done.
func (w *gates) ruleOfMerge() ([]care.Fault, error) {
	form, err := formOf(w.writer, catalogue.Merge)
	if err != nil || !care.IsID(form.Into) {
		return fault(err == nil, "into", care.RuleUnknownCode), err
	}
	var rule *string
	err = w.tx.QueryRow(w.ctx, `SELECT may_merge($1, $2, $3, $4)`, w.caseID(), form.Into, w.entry.Agency, w.entry.Role).Scan(&rule)
	if err != nil || rule == nil {
		return nil, err
	}
	return fault(true, "into", *rule), nil
}

// faultIf is a fault where something holds and Postgres says the rest; $1 of the
// question is the case.
func (w *gates) faultIf(field, rule string, holds bool, question string, args ...any) ([]care.Fault, error) {
	if !holds {
		return nil, nil
	}
	var yes *bool
	err := w.tx.QueryRow(w.ctx, `SELECT `+question, append([]any{w.caseID()}, args...)...).Scan(&yes)
	return fault(yes != nil && *yes, field, rule), err
}

func fault(holds bool, field, rule string) []care.Fault {
	if !holds {
		return nil
	}
	return []care.Fault{{Field: field, Rule: rule}}
}
