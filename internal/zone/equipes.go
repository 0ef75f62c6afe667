package zone

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/message"
	"percorso/internal/zone/fault"
)

// equipes reads how the zone composes its équipes, one of each kind.
func (r *reading) equipes() {
	list := r.need("equipes")
	for _, item := range list.list() {
		o := item.object("kind", "seats", "quorum")
		kind := o.need("kind")
		rule := care.EquipeRule{
			Kind: care.EquipeKind(once(kind, string(oneOf(kind, fault.RuleValue, care.EquipeKinds)), r.p.Equipes,
				func(e care.EquipeRule) string { return string(e.Kind) })),
		}
		rule.Seats = r.seats(rule.Kind, o.filled("seats"))
		rule.Quorum = r.quorum(rule.Seats, o.need("quorum"))
		r.p.Equipes = append(r.p.Equipes, rule)
	}
	for _, kind := range care.EquipeKinds {
		if _, ok := r.p.Equipe(kind); !ok && list.value != nil {
			list.fault(fault.RuleMissing, message.Say("zone_rules.equipe_in_each", "Kind", kind))
		}
	}
}

// seats reads the roles that an équipe is made of.
func (r *reading) seats(kind care.EquipeKind, list node) []care.SeatRule {
	var seats []care.SeatRule
	var replaced []node // by seat: its replace_by
	for _, item := range list.list() {
		o := item.object("role", "if_silent", "replace_by")
		role, by := o.need("role"), o.may("replace_by")
		seat := care.SeatRule{
			Role:     care.Role(once(role, string(r.role(role)), seats, func(s care.SeatRule) string { return string(s.Role) })),
			IfSilent: oneOf(o.need("if_silent"), fault.RuleValue, []care.Silent{care.WaiveSilent, care.ReplaceSilent, care.TacitSilent}),
		}
		seat.ReplaceBy = r.role(by)
		if seat.IfSilent != "" && (seat.IfSilent == care.ReplaceSilent) != (by.value != nil) {
			by.fault(fault.RuleReplace)
		}
		if kind == care.WithinAgency {
			first := seat
			if len(seats) > 0 {
				first = seats[0]
			}
			r.sameAgency(role, seat.Role, first.Role)
			r.sameAgency(by, seat.ReplaceBy, first.Role)
		}
		seats, replaced = append(seats, seat), append(replaced, by)
	}
	// One who has a seat cannot take another: the équipe would have a role twice.
	for i, seat := range seats {
		if seat.ReplaceBy != "" && slices.ContainsFunc(seats, func(s care.SeatRule) bool { return s.Role == seat.ReplaceBy }) {
			replaced[i].fault(fault.RuleDuplicate)
		}
	}
	if agencies := r.agenciesOf(seats); kind == care.BetweenAgencies && len(agencies) == 1 {
		list.fault(fault.RuleTwoAgencies, agencies[0])
	}
	return seats
}

// sameAgency checks that a role is of the same agency as another. Roles that
// the zone has not have been told already.
func (r *reading) sameAgency(n node, role, other care.Role) {
	agency, of := r.p.RoleAgency(role), r.p.RoleAgency(other)
	if agency != "" && of != "" && agency != of {
		n.fault(fault.RuleOneAgency, agency+", "+of)
	}
}

// quorum reads how many roles, of how many agencies, must sign; the seats can
// give as many.
func (r *reading) quorum(seats []care.SeatRule, n node) care.QuorumRule {
	o := n.object("roles", "agencies")
	if o.value == nil {
		return care.QuorumRule{}
	}
	roles, agencies := o.need("roles"), o.need("agencies")
	q := care.QuorumRule{Roles: roles.integer(1, 100), Agencies: agencies.integer(1, 100)}
	if len(seats) == 0 {
		return q
	}
	if q.Roles > len(seats) {
		roles.fault(fault.RuleQuorum, message.Say("zone_rules.so_many_roles", "Number", len(seats)))
	}
	if most := len(r.agenciesOf(seats)); q.Agencies > most {
		agencies.fault(fault.RuleQuorum, message.Say("zone_rules.so_many_agencies", "Number", most))
	}
	return q
}

// agenciesOf lists the agencies of the seats' roles, each once.
func (r *reading) agenciesOf(seats []care.SeatRule) []string {
	var agencies []string
	for _, s := range seats {
		if agency := r.p.RoleAgency(s.Role); agency != "" && !slices.Contains(agencies, agency) {
			agencies = append(agencies, agency)
		}
	}
	return agencies
}
