package zone

import (
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/zone/fault"
)

// matters reads what the level-2 services deal with. A matter that says nothing of who
// may book it has the gate of level 2.
func (r *reading) matters() {
	for _, item := range r.need("matters").list() {
		o := item.object("code", "name", "gate", "bring")
		code := o.need("code")
		m := care.Named{
			Code: once(code, code.code(), r.p.Matters, func(e care.Named) string { return e.Code }),
			Name: o.need("name").text(),
		}
		r.p.Matters = append(r.p.Matters, m)
		r.brings(o.may("bring"), m.Code)
		if gate := o.may("gate"); gate.there() {
			r.p.Gates = append(r.p.Gates, matterGate(gate, m.Code))
		}
	}
}

// matterGate reads who may book a matter.
func matterGate(n node, matter string) care.MatterGate {
	o := n.object("citizens", "permit", "permit_from", "age_min", "age_max", "source")
	age := func(name string) int {
		if years := o.may(name); years.there() {
			return years.integer(1, oldest)
		}
		return 0
	}
	g := care.MatterGate{
		Matter: matter, Source: o.need("source").text(),
		Citizens: oneOf(o.may("citizens"), fault.RuleValue, eligibility.Citizens), Permit: oneOf(o.may("permit"), fault.RuleValue, eligibility.PermitAsks),
		PermitFrom: age("permit_from"), AgeMin: age("age_min"), AgeMax: age("age_max"),
	}
	if g.PermitFrom > 0 && g.Permit == eligibility.PermitNotAsked {
		o.may("permit_from").fault(fault.RulePermitFrom)
	}
	if g.AgeMax > 0 && g.AgeMax < g.AgeMin {
		o.may("age_max").fault(fault.RuleAges)
	}
	return g
}

// oldest is the highest age that a gate may name.
const oldest = 120
