package zone

import (
	"cmp"
	"slices"

	"percorso/internal/care"
	"percorso/internal/message"
	"percorso/internal/usual"
	"percorso/internal/zone/fault"
)

// tasks reads who does each kind of task and how long they may take. A kind
// that the file leaves out, and a clock that a kind leaves out, are as usual:
// the role of usual.TaskKinds, the clocks of the section's defaults.
func (r *reading) tasks() {
	section := r.need("tasks").object("defaults", "kinds")
	if section.value == nil {
		return
	}
	defaults := section.need("defaults").object("claim", "complete")
	claim, complete := defaults.need("claim").clock(), defaults.need("complete").clock()

	type given struct {
		kind care.TaskKind
		node object
	}
	kinds := make([]care.TaskKind, len(usual.TaskKinds))
	for i, k := range usual.TaskKinds {
		kinds[i] = k.Kind
	}
	var rows []given
	for _, item := range section.may("kinds").list() {
		o := item.object("kind", "role", "claim", "complete")
		n := o.need("kind")
		kind := oneOf(n, fault.RuleValue, kinds)
		once(n, string(kind), rows, func(g given) string { return string(g.kind) })
		rows = append(rows, given{kind, o})
	}

	for _, kind := range usual.TaskKinds {
		rule := care.TaskRule{Kind: kind.Kind, Role: kind.Role, Claim: claim, Complete: complete}
		if kind.Kind == care.ClosureApproval {
			rule.Role = cmp.Or(r.p.ClosureApproval, kind.Role)
		}
		at := section.node
		if i := slices.IndexFunc(rows, func(g given) bool { return g.kind == kind.Kind }); i >= 0 {
			row := rows[i].node
			at = row.node
			if n := row.may("role"); n.value != nil {
				rule.Role, at = oneOf(n, fault.RuleRole, care.Roles), n
			}
			if n := row.may("claim"); n.value != nil {
				rule.Claim = n.clock()
			}
			if n := row.may("complete"); n.value != nil {
				rule.Complete = n.clock()
			}
		}
		if rule.Role != "" && !r.p.HasRole(rule.Role) {
			at.fault(fault.RuleRoleNotInZone, string(kind.Kind)+" → "+string(rule.Role))
		}
		if kind.Kind == care.ClosureApproval && r.p.ClosureApproval != "" && rule.Role != r.p.ClosureApproval {
			at.fault(fault.RuleApproval, string(r.p.ClosureApproval))
		}
		r.p.Tasks = append(r.p.Tasks, rule)
	}
}

// clock reads one of a task's clocks.
func (n node) clock() care.Clock {
	o := n.object("remind", "escalate", "kind", "source")
	c := care.Clock{
		Remind: o.need("remind").duration(), Escalate: o.need("escalate").duration(),
		Kind: oneOf(o.need("kind"), fault.RuleValue, care.DeadlineKinds), Source: o.need("source").text(),
	}
	switch {
	case c.Remind.IsZero() || c.Escalate.IsZero():
	case c.Remind.Unit != c.Escalate.Unit: // which of the two comes first would hang on the day
		o.may("escalate").fault(fault.RuleSameUnit, string(c.Remind.Unit)+", "+string(c.Escalate.Unit))
	case c.Escalate.N < c.Remind.N:
		o.may("escalate").fault(fault.RuleEscalate)
	}
	return c
}

// countedBack are the deadlines that lie before a date.
var countedBack = []string{
	care.DeadlineAppointmentReminder, care.DeadlinePermitWarning, care.DeadlinePermitReminder, care.DeadlinePermitAlarm,
}

// mayBeUsual are the deadlines that came after the first zones' files: one that
// a file leaves out is as is usual.
var mayBeUsual = []string{care.DeadlineShareAfterEnd, care.DeadlineExtension, care.DeadlineConsultCall, care.DeadlineWaitingOffer, care.DeadlineVisitReturn, care.DeadlineVisitAlarm}

// deadlines reads the other terms, and the rules of absences and reviews.
func (r *reading) deadlines() {
	list := r.need("deadlines")
	lasts := map[string]node{} // durations by code
	for _, item := range list.list() {
		o := item.object("code", "duration", "kind", "source")
		code := o.need("code")
		d := care.Deadline{
			Code:     once(code, oneOf(code, fault.RuleDeadline, care.DeadlineCodes), r.p.Deadlines, func(d care.Deadline) string { return d.Code }),
			Duration: o.need("duration").duration(),
			Kind:     oneOf(o.need("kind"), fault.RuleValue, care.DeadlineKinds),
			Source:   o.need("source").text(),
		}
		lasts[d.Code] = o.may("duration")
		if d.Duration.Unit == care.WorkingDays && slices.Contains(countedBack, d.Code) {
			o.may("duration").fault(fault.RuleBefore)
		}
		r.p.Deadlines = append(r.p.Deadlines, d)
	}
	for _, code := range care.DeadlineCodes {
		if _, ok := r.p.Deadline(code); !ok && list.value != nil && !slices.Contains(mayBeUsual, code) {
			list.fault(fault.RuleMissing, message.Say("zone_rules.deadline_in_each", "Code", code))
		}
	}
	r.permitLeads(lasts)

	if o := r.need("no_show").object("attempts"); o.value != nil {
		r.p.NoShow.Attempts = o.need("attempts").integer(1, 20)
	}

	list = r.need("follow_ups")
	for _, item := range list.list() {
		o := item.object("after", "deadline", "reviews")
		after := o.need("after")
		r.p.FollowUps = append(r.p.FollowUps, care.FollowUpRule{
			After: care.Stage(once(after, string(oneOf(after, fault.RuleValue, usual.FollowUpStages)), r.p.FollowUps, func(f care.FollowUpRule) string { return string(f.After) })),
			Deadline: oneOf(o.need("deadline"), fault.RuleDeadline, []string{
				care.DeadlineReviewAfterPlacement, care.DeadlineReviewAfterService, care.DeadlineReviewAfterPlan,
			}),
			Reviews: o.need("reviews").integer(1, 100),
		})
	}
	for _, stage := range usual.FollowUpStages {
		if list.value != nil && !slices.ContainsFunc(r.p.FollowUps, func(f care.FollowUpRule) bool { return f.After == stage }) {
			list.fault(fault.RuleMissing, message.Say("zone_rules.rhythm_in_each", "Stage", stage))
		}
	}
}

// permitLeads checks that the leads on a permit's expiry grow shorter: one is
// warned, then reminded, then the case stands out. lasts are their nodes.
func (r *reading) permitLeads(lasts map[string]node) {
	leads := []string{care.DeadlinePermitWarning, care.DeadlinePermitReminder, care.DeadlinePermitAlarm}
	for i, code := range leads[1:] {
		longer, ok := r.p.Deadline(leads[i])
		shorter, known := r.p.Deadline(code)
		if !ok || !known || longer.Duration.IsZero() || shorter.Duration.IsZero() {
			continue
		}
		switch {
		case shorter.Duration.Unit != longer.Duration.Unit:
			lasts[code].fault(fault.RuleSameUnit, string(longer.Duration.Unit)+", "+string(shorter.Duration.Unit))
		case shorter.Duration.N >= longer.Duration.N:
			lasts[code].fault(fault.RulePermitLeads)
		}
	}
}
