package gates

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/postgres"
	"percorso/internal/protection"
)

// keptApart refuses to merge a protected person's file, or to hand it over: that would
// make her known. Of one that they must not know of somebody is told what they would be
// told of a file that there is not.
func (g *asked) keptApart() (*care.Refusal, error) {
	field, other := "into", ""
	switch {
	case g.machine() || g.Kind != care.RunCase:
		return nil, nil
	case g.Entry.Answer.Operation == care.OpMerge:
		form, err := postgres.FormOf(catalogue.Merge, g.Form)
		if err != nil || !care.IsID(form.Into) {
			return nil, err
		}
		other = form.Into
	case g.Entry.Answer.Operation == care.OpTransfer:
		field = "zone"
	default:
		return nil, nil
	}
	var known, kept bool
	err := g.tx.QueryRow(g.ctx, `SELECT known, kept FROM kept_apart($1, nullif($2, '')::uuid, $3)`, g.caseID(), other, g.Caller).Scan(&known, &kept)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return care.Refuse(care.Fault{Field: field, Rule: care.RuleUnknownCode}), nil
	case kept:
		return care.Refuse(care.Fault{Field: field, Rule: protection.Protected}), nil
	}
	return nil, nil
}

// mayKnow says whether an agency may be given something of the person: of a protected
// one, whoever keeps her file, and where somebody of it is a keeper.
func (g *asked) mayKnow(agency string) (may bool, err error) {
	err = g.tx.QueryRow(g.ctx, `SELECT may_know($1, $2)`, g.caseID(), agency).Scan(&may)
	return may, err
}
