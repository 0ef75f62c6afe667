package gates

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/eligibility"
	"percorso/internal/kin"
	"percorso/internal/postgres"
)

// signer asks whether somebody may sign for the person of the case; empty: the person
// themself. It answers with the rule by which they may not.
func signer(g *asked, name string) (rule string, err error) {
	type row struct {
		Born   time.Time    `db:"birth_date"`
		Year   bool         `db:"birth_year_only"`
		Linked []kin.Linked `db:"linked"`
	}
	p, err := postgres.One[row](g.ctx, g.tx, `SELECT birth_date, birth_year_only, linked FROM person WHERE case_id = $1`, g.caseID())
	if err != nil {
		return "", err
	}
	return kin.MaySign(p.Linked, eligibility.Adult(p.Born, p.Year, g.Policy.There(g.At)), name), nil
}

// ruleOfConsent asks whether who signs a consent may sign for the person.
func ruleOfConsent(g *asked) ([]care.Fault, error) {
	form, err := postgres.FormOf(catalogue.Consent, g.Form)
	if err != nil {
		return nil, err
	}
	rule, err := signer(g, form.SignedBy)
	return fault(rule != "", "signed_by", rule), err
}
