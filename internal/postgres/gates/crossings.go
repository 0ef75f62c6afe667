package gates

import (
	"slices"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/postgres"
	"percorso/internal/postgres/standing"
)

// crossings asks whether the person's data may go to each agency that the answer
// gives them, whatever way it is: by the rules of the zone, and with the consent of the
// person where the agency's legal basis asks for it.
func (g *asked) crossings() ([]care.Fault, error) {
	list, consents, err := g.crossed()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if !consents {
		if err := g.tx.QueryRow(g.ctx, `SELECT `+standing.ConsentInForce, g.caseID()).Scan(&consents); err != nil {
			return nil, err
		}
	}
	var faults care.Faults
	for i, c := range list {
		if slices.Contains(list[:i], c) { // once is enough, as of two actions of a plan
			continue
		}
		agency, known := g.Policy.Agency(c.Agency)
		faults.Add(known, c.Field, care.RuleUnknownCode)
		faults.Add(!crossing.Shut(agency, g.Policy.There(g.At)), c.Field, care.RuleActOver)
		faults.Add(!known || consents || g.Policy.LegalBasis(c.Agency) != care.Consent, c.Field, care.RuleConsent)
	}
	return faults, nil
}

// crossed lists what the answer gives to other agencies: what it says itself, and what
// follows from a referral that is sent again, or a plan that the person agrees to, who
// may consent with the same form.
func (g *asked) crossed() (list []crossing.Crossing, consents bool, err error) {
	list = crossing.Of(g.Policy.Policy, g.Entry.Answer)
	if g.Entry.Answer.Operation != care.OpComplete || g.Task == nil {
		return list, false, nil
	}
	switch outcome := g.Entry.Answer.Outcome; {
	case g.Task.Kind == care.NextStepAfterRejection && outcome == care.Resubmit:
		var addressee string
		err = g.tx.QueryRow(g.ctx, `SELECT r.to_agency FROM task t JOIN referral r ON r.id = t.referral_id WHERE t.id = $1`, g.Task.ID).Scan(&addressee)
		return append(list, crossing.Crossing{Field: "outcome", Agency: addressee}), false, err
	case g.Task.Kind == care.PlanAgreement && outcome == care.Agreed:
		form, err := postgres.FormOf(catalogue.Complete, g.Form)
		if err != nil {
			return nil, false, err
		}
		plan, err := standing.Plan(g.ctx, g.tx, `run_id = $1 AND state IN ('proposed', 'signed_off')`, g.Run)
		for _, a := range plan.Actions {
			if a.Send {
				list = append(list, crossing.Crossing{Field: "consent", Agency: a.Agency})
			}
		}
		return list, form.Consent, err
	}
	return list, false, nil
}

// ruleOfRefer asks whether the sender saw exactly what will be disclosed.
func (g *asked) ruleOfRefer() ([]care.Fault, error) {
	form, err := postgres.FormOf(catalogue.Refer, g.Form)
	if err != nil {
		return nil, err
	}
	needs := crossing.Referral(g.Policy.Policy, form.Agency, form.Purpose, nil)
	var seen bool
	err = g.tx.QueryRow(g.ctx, `SELECT md5(disclosed($1, $2, $3, $4, $5)::text) = $6`,
		g.caseID(), g.Policy.LegalBasis(form.Agency), needs.All, postgres.OrEmpty(needs.Areas), needs.Known, form.Seen).Scan(&seen)
	return fault(!seen, "seen", care.RuleSeen), err
}

// ruleOfRedirect asks whether the referral may go to an agency after whom it asked already.
func (g *asked) ruleOfRedirect(to string) ([]care.Fault, error) {
	var asked actors.Asked
	err := g.tx.QueryRow(g.ctx, `SELECT from_agency, referral_asked(id) FROM referral WHERE id = $1`, g.Entry.Target).Scan(&asked.Sender, &asked.Addressees)
	if err != nil {
		return nil, err
	}
	rule := asked.Redirect(to)
	return fault(rule != "", "agency", rule), nil
}
