package gates

import (
	"slices"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/given"
	"percorso/internal/protection"
)

// crossings asks whether the person's data may go to each agency that the answer
// gives them, whatever way it is: by the rules of the zone, and with the consent of the
// person to that agency and purpose where the agency's legal basis asks for it. The
// person may give it with the same form, agency by agency; a plan leaves those out to
// whom they say no. What goes on without it asks for none: whoever an équipe invites is
// given nothing before, and nothing at all once their act has ended.
func (g *asked) crossings() ([]care.Fault, error) {
	list, err := given.To(g.ctx, g.tx, g.Gives())
	if err != nil {
		return nil, err
	}
	said, err := given.Said(g.Entry.Answer, g.Form)
	if err != nil {
		return nil, err
	}
	var faults care.Faults
	var private, unasked []string
	for _, c := range list {
		agency, known := g.Policy.Agency(c.Agency)
		if known && agency.LegalBasis() == care.Consent {
			var consents bool
			if err := g.tx.QueryRow(g.ctx, `SELECT consents_to($1, $2, $3)`, g.caseID(), c.Agency, c.Purposes).Scan(&consents); err != nil {
				return nil, err
			}
			private = append(private, c.Agency)
			if !consents && !slices.Contains(unasked, c.Agency) {
				unasked = append(unasked, c.Agency)
			}
			if said.Without(c.Agency) && !c.Waits {
				continue // which is sent nothing
			}
			faults.Add(consents || c.Waits || said.To(c.Agency), given.Field(g.Entry.Answer, c.Field), care.RuleConsent)
		}
		knows, err := g.mayKnow(c.Agency)
		if err != nil {
			return nil, err
		}
		faults.Add(known, c.Field, care.RuleUnknownCode)
		faults.Add(knows, c.Field, protection.NoKeeper)
		faults.Add(c.Waits || !crossing.Shut(agency, g.Policy.There(g.At)), c.Field, care.RuleActOver)
	}
	if len(private) > 0 && said.Yes() { // with the same form, which does not say who signs
		rule, err := signer(g, "")
		if err != nil {
			return nil, err
		}
		faults.Add(rule == "", given.Consents(g.Entry.Answer), kin.RuleSignsFirst)
	}
	return once(append(faults, said.Faults(private, unasked)...)), nil // of two actions of a plan
}

// once leaves each fault out that is there already.
func once(faults []care.Fault) (list []care.Fault) {
	for _, f := range faults {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

// Gives is the answer of the step, with what it may give data by.
func (s Step) Gives() given.Asked {
	asked := given.Asked{Case: ledger.BareID(s.Case), Policy: s.Policy.Policy, Answer: s.Entry.Answer, Target: s.Entry.Target, Run: s.Run}
	if s.Task != nil {
		asked.Kind = s.Task.Kind
	}
	return asked
}

// ruleOfRefer asks whether the sender saw exactly what will be disclosed.
func (g *asked) ruleOfRefer() ([]care.Fault, error) {
	form, err := postgres.FormOf(catalogue.Refer, g.Form)
	if err != nil {
		return nil, err
	}
	needs := crossing.Referral(g.Policy.Policy, form.Agency, form.Purpose, nil)
	var seen bool
	err = g.tx.QueryRow(g.ctx, `SELECT md5((disclosed($1, $2, $3, $4, $5) || disclosed_code($1, $7) || disclosed_work($1, $8))::text) = $6`,
		g.caseID(), g.Policy.LegalBasis(form.Agency), needs.All, postgres.OrEmpty(needs.Areas), needs.Known, form.Seen,
		crossing.TellsFiscalCode(g.Policy.Policy, form.Agency, crossing.ForReferral), crossing.TellsWork(g.Policy.Policy, form.Agency, crossing.ForReferral, g.Policy.There(g.At))).Scan(&seen)
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
