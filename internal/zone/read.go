package zone

import (
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"percorso/internal/care"
	"percorso/internal/message"
	"percorso/internal/zone/fault"
)

// reading is one file on its way to a policy. Its parts are read in an order
// in which each finds what it refers to, whatever their order in the file.
type reading struct {
	object
	p care.Policy
}

// read reads a whole zone.
func (n node) read() care.Policy {
	r := &reading{object: n.object(
		"zone", "municipality", "lead", "patron_saint", "day_ends", "closures",
		"agencies", "roles", "desk", "needs", "matters", "services", "follow_through", "partners", "shared_agenda", "checked_languages", "sms", "messages",
		"tasks", "deadlines", "no_show", "follow_ups", "equipes", "closure_approval", "outcomes", "reject_reasons", "measures",
		"target", "figures", "schedule", "mediation_providers",
	)}
	r.p.Zone = r.need("zone").code()
	r.p.Municipality = r.need("municipality").text()
	r.p.Lead = r.may("lead").boolean()
	r.days()
	r.agencies()
	r.lists()
	r.services()
	r.checked()
	r.p.SMS, r.p.Messages = gateway(r.may("sms")), r.may("messages").band("")
	r.desk()
	r.providers()
	r.approval()
	r.tasks()
	r.deadlines()
	r.equipes()
	r.reports()
	return r.p
}

func (r *reading) days() {
	saint := r.need("patron_saint").object("day", "name")
	r.p.PatronSaint = care.PatronSaint{Day: saint.need("day").dayOfYear(), Name: saint.need("name").text()}
	r.p.DayEnds = r.need("day_ends").timeOfDay()
	for _, item := range r.may("closures").list() {
		o := item.object("from", "to", "name")
		from, to := o.days()
		if tooLong(from, to) {
			o.may("to").fault(fault.RuleClosure)
		}
		r.p.Closures = append(r.p.Closures, care.OfficeClosure{From: from, To: to, Name: o.need("name").text()})
	}
}

// tooLong says whether two valid days lie more than a year apart.
func tooLong(from, to string) bool {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	return errA == nil && errB == nil && b.After(a.AddDate(1, 0, 0))
}

// agencies reads agencies and roles, which refer to one another.
func (r *reading) agencies() {
	list := r.need("agencies")
	var answers []node // by agency
	var cpi int
	for _, item := range list.list() {
		o := item.object("code", "name", "kind", "answers", "email", "phone", "acts_as", "act", "act_end")
		code := o.need("code")
		answers = append(answers, o.may("answers"))
		a := care.Agency{
			Code:    once(code, code.code(), r.p.Agencies, func(a care.Agency) string { return a.Code }),
			Name:    o.need("name").text(),
			Kind:    oneOf(o.need("kind"), fault.RuleValue, care.AgencyKinds),
			Answers: oneOf(o.may("answers"), fault.RuleRole, care.Roles),
			Email:   o.may("email").email(),
			Phone:   phone(o.may("phone")),
			ActsAs:  oneOf(o.may("acts_as"), fault.RuleValue, []care.ActsAs{care.ActsPublicBody, care.ActsProcessor, care.ActsJointController, care.ActsIndependent}),
			Act:     o.may("act").text(),
			ActEnd:  o.may("act_end").day(),
		}
		if a.ActsAs == care.ActsProcessor && a.Act == "" {
			o.may("acts_as").fault(fault.RuleAct)
		}
		if a.ActEnd != "" && a.Act == "" {
			o.may("act_end").fault(fault.RuleAct)
		}
		if a.Answers != "" && a.Email != "" {
			o.may("email").fault(fault.RuleOneWay)
		}
		if a.Kind == care.KindCPI && a.Answers != "" {
			cpi++
		}
		r.p.Agencies = append(r.p.Agencies, a)
	}
	if cpi != 1 && list.value != nil {
		list.fault(fault.RuleOneCPI)
	}

	roles := r.need("roles")
	for _, item := range roles.list() {
		o := item.object("role", "agency")
		role := o.need("role")
		r.p.Roles = append(r.p.Roles, care.RoleHolder{
			Role:   care.Role(once(role, string(oneOf(role, fault.RuleRole, care.Roles)), r.p.Roles, func(h care.RoleHolder) string { return string(h.Role) })),
			Agency: r.agency(o.need("agency")),
		})
	}
	for _, role := range []care.Role{care.DeskOperator, care.Supervisor} {
		if roles.value != nil && !r.p.HasRole(role) {
			roles.fault(fault.RuleMissing, message.Say("zone_rules.role_in_each", "Role", role))
		}
	}
	for i, a := range r.p.Agencies {
		if a.Answers != "" {
			r.roleOf(answers[i], a.Answers, a.Code)
		}
	}
}

// agency reads the code of an agency of the zone.
func (r *reading) agency(n node) string {
	code := n.code()
	if code == "" {
		return ""
	}
	if _, ok := r.p.Agency(code); !ok {
		n.fault(fault.RuleAgency)
		return ""
	}
	return code
}

// role reads a role of the zone.
func (r *reading) role(n node) care.Role {
	role := oneOf(n, fault.RuleRole, care.Roles)
	if role != "" && !r.p.HasRole(role) {
		n.fault(fault.RuleRoleNotInZone)
	}
	return role
}

// roleOf checks that a role is one of an agency's.
func (r *reading) roleOf(n node, role care.Role, agency string) {
	switch of := r.p.RoleAgency(role); {
	case of == "":
		n.fault(fault.RuleRoleNotInZone)
	case agency != "" && of != agency:
		n.fault(fault.RuleRoleAgency, of)
	}
}

// lists reads the plain lists of codes.
func (r *reading) lists() {
	for _, item := range r.need("needs").list() {
		o := item.object("code", "name", "difficulty")
		code := o.need("code")
		r.p.Needs = append(r.p.Needs, care.NeedArea{
			Code:       once(code, code.code(), r.p.Needs, func(a care.NeedArea) string { return a.Code }),
			Name:       o.need("name").text(),
			Difficulty: oneOf(o.may("difficulty"), fault.RuleValue, []care.Difficulty{care.DifficultySocial, care.DifficultyLabour}),
		})
	}
	r.matters()
	r.p.Measures = r.filled("measures").named()
	outcomes := r.need("outcomes")
	r.p.Outcomes = outcomes.named()
	for _, code := range care.ClosureOutcomes {
		if _, ok := care.ByCode(r.p.Outcomes, code); !ok && outcomes.value != nil {
			outcomes.fault(fault.RuleMissing, message.Say("zone_rules.outcome_in_each", "Code", code))
		}
	}
	for _, item := range r.filled("reject_reasons").list() {
		o := item.object("code", "name", "next_step")
		code := o.need("code")
		r.p.RejectReasons = append(r.p.RejectReasons, care.RejectReason{
			Code:     once(code, code.code(), r.p.RejectReasons, func(e care.RejectReason) string { return e.Code }),
			Name:     o.need("name").text(),
			NextStep: oneOf(o.need("next_step"), fault.RuleValue, care.NextSteps),
		})
	}
}

// filled gives a required list that must not be empty.
func (o object) filled(name string) node {
	n := o.need(name)
	if s, ok := n.value.(*ast.SequenceNode); ok && len(s.Values) == 0 {
		n.fault(fault.RuleMissing, message.Say("zone_rules.at_least_one"))
	}
	return n
}

func (r *reading) services() {
	for _, item := range r.filled("services").list() {
		o := item.object("code", "name", "agency", "role", "matters", "sessions", "place")
		code := o.need("code")
		s := care.Service{
			Code:   once(code, code.code(), r.p.Services, func(s care.Service) string { return s.Code }),
			Name:   o.need("name").text(),
			Agency: r.agency(o.need("agency")),
			Role:   oneOf(o.need("role"), fault.RuleRole, care.Roles),
			Matters: o.may("matters").codes(fault.RuleMatter, func(code string) bool {
				_, ok := care.ByCode(r.p.Matters, code)
				return ok
			}),
			Place: readPlace(o.may("place")),
		}
		s.Sessions = readSessions(o.may("sessions"), s.Agency == r.p.RoleAgency(care.DeskOperator))
		if s.Role != "" {
			r.roleOf(o.may("role"), s.Role, s.Agency)
		}
		r.p.Services = append(r.p.Services, s)
	}
	r.p.FollowThrough = r.may("follow_through").codes(fault.RuleService, func(code string) bool {
		_, ok := r.p.Service(code)
		return ok
	})
	for _, item := range r.need("partners").list() {
		o := item.object("code", "name", "agency")
		code, of := o.need("code"), o.need("agency")
		p := care.Partner{
			Code:   once(code, code.code(), r.p.Partners, func(e care.Partner) string { return e.Code }),
			Name:   o.need("name").text(),
			Agency: r.agency(of),
		}
		if a, ok := r.p.Agency(p.Agency); ok && !a.Reachable() {
			of.fault(fault.RuleUnreachable)
		}
		r.p.Partners = append(r.p.Partners, p)
	}
	if n := r.may("shared_agenda"); n.value != nil {
		o := n.object("with", "slots")
		r.p.SharedAgenda = care.SharedAgenda{With: r.agency(o.need("with")), Slots: o.need("slots").week()}
	}
}

func (r *reading) desk() {
	o := r.need("desk").object("channels", "topics", "hours", "by_appointment", "practices",
		"operator_languages", "always_present", "mediator_access", "mediators", "link", "consult_at_once")
	if o.value == nil {
		return
	}
	d := &r.p.Desk
	d.Channels, d.Topics = o.filled("channels").named(), o.filled("topics").named()
	d.Practices = o.may("practices").named()
	d.Hours = o.need("hours").week()
	for _, item := range o.may("by_appointment").list() {
		day := oneOf(item, fault.RuleWeekday, care.Weekdays)
		switch {
		case day == "":
			continue
		case slices.Contains(d.ByAppointment, day):
			item.fault(fault.RuleDuplicate)
		case slices.ContainsFunc(d.Hours, func(b care.Band) bool { return b.Weekday == day }):
			item.fault(fault.RuleOpenDay)
		}
		d.ByAppointment = append(d.ByAppointment, day)
	}
	for _, item := range o.filled("operator_languages").list() {
		tag := item.language()
		d.OperatorLanguages = append(d.OperatorLanguages, once(item, tag, d.OperatorLanguages, func(s string) string { return s }))
	}
	for _, item := range o.may("always_present").list() {
		d.AlwaysPresent = append(d.AlwaysPresent, r.presence(item))
	}
	d.Link, d.ConsultAtOnce = r.role(o.may("link")), r.role(o.may("consult_at_once"))
	r.mediators(o)
}

func (r *reading) presence(item node) care.Presence {
	o := item.object("role", "count", "language", "for", "in_bands")
	presence := care.Presence{
		Role: r.role(o.need("role")), Count: 1, Language: o.may("language").language(), InBands: o.may("in_bands").boolean(),
		For: o.may("for").codes(fault.RuleNeed, func(code string) bool { return len(r.p.NeedAreas([]string{code})) > 0 }),
	}
	if count := o.may("count"); count.value != nil {
		presence.Count = count.integer(1, 100)
	}
	return presence
}

func (r *reading) mediators(desk object) {
	d := &r.p.Desk
	access := desk.need("mediator_access")
	d.MediatorAccess = oneOf(access, fault.RuleValue, []care.MediatorAccess{
		care.MediatorsByCalendar, care.MediatorsByAppointment, care.MediatorsAsNeeded,
	})
	for _, item := range desk.may("mediators").list() {
		o := item.object("language", "weekday", "time")
		m := care.Mediator{Language: o.need("language").language()}
		m.Band = o.need("time").band(oneOf(o.need("weekday"), fault.RuleWeekday, care.Weekdays))
		if m.Weekday != "" && !slices.ContainsFunc(d.Hours, func(b care.Band) bool {
			return b.Weekday == m.Weekday && b.From <= m.From && m.To <= b.To
		}) {
			o.may("time").fault(fault.RuleMediatorTime)
		}
		d.Mediators = append(d.Mediators, m)
	}
	if d.MediatorAccess != "" && (d.MediatorAccess == care.MediatorsByCalendar) != (len(d.Mediators) > 0) {
		access.fault(fault.RuleMediators)
	}
}

// reports reads what figures are reported against.
func (r *reading) reports() {
	target := r.need("target").object("take_overs", "from", "to")
	if target.value != nil {
		r.p.Target.TakeOvers = target.need("take_overs").integer(0, 1_000_000)
		r.p.Target.From, r.p.Target.To = target.days()
	}
	for _, item := range r.may("figures").list() {
		o := item.object("code", "value", "note")
		code := o.need("code")
		r.p.Figures = append(r.p.Figures, care.Figure{
			Code:  once(code, code.code(), r.p.Figures, func(f care.Figure) string { return f.Code }),
			Value: o.need("value").number(), Note: o.may("note").text(),
		})
	}
	for _, item := range r.may("schedule").list() {
		o := item.object("code", "from", "to", "outputs")
		code := o.need("code")
		a := care.Activity{Code: once(code, code.code(), r.p.Schedule, func(a care.Activity) string { return a.Code })}
		a.From, a.To = o.days()
		a.Outputs = o.need("outputs").codes(fault.RuleCode, func(string) bool { return true })
		r.p.Schedule = append(r.p.Schedule, a)
	}
}
