package gates

import (
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
	list, err := g.crossed()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var consents bool
	if err := g.tx.QueryRow(g.ctx, `SELECT `+standing.ConsentInForce, g.caseID()).Scan(&consents); err != nil {
		return nil, err
	}
	var faults care.Faults
	for _, c := range list {
		_, known := g.Policy.Agency(c.Agency)
		faults.Add(known, c.Field, care.RuleUnknownCode)
		faults.Add(!known || consents || g.Policy.LegalBasis(c.Agency) != care.Consent, c.Field, care.RuleConsent)
	}
	return faults, nil
}

// crossed lists what the answer gives to other agencies: what it says itself, and what
// follows from a referral that is sent again, or a plan that the person agrees to.
func (g *asked) crossed() ([]crossing.Crossing, error) {
	list := crossing.Of(g.Policy.Policy, g.Entry.Answer)
	if g.Entry.Answer.Operation != care.OpComplete || g.Task == nil {
		return list, nil
	}
	switch outcome := g.Entry.Answer.Outcome; {
	case g.Task.Kind == care.NextStepAfterRejection && outcome == care.Resubmit:
		var addressee string
		err := g.tx.QueryRow(g.ctx, `SELECT r.to_agency FROM task t JOIN referral r ON r.id = t.referral_id WHERE t.id = $1`, g.Task.ID).Scan(&addressee)
		return append(list, crossing.Crossing{Field: "outcome", Agency: addressee}), err
	case g.Task.Kind == care.PlanAgreement && outcome == care.Agreed:
		form, err := postgres.FormOf(catalogue.Complete, g.Form)
		if err != nil {
			return nil, err
		}
		plan, err := standing.Plan(g.ctx, g.tx, `run_id = $1 AND state IN ('proposed', 'signed_off')`, g.Run)
		for _, a := range plan.Actions {
			// Who agrees may consent with the same form.
			if a.Send && !(form.Consent && g.Policy.LegalBasis(a.Agency) == care.Consent) {
				list = append(list, crossing.Crossing{Field: "consent", Agency: a.Agency})
			}
		}
		return list, err
	}
	return list, nil
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
