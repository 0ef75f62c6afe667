package zone

import (
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/message"
	"percorso/internal/zone/fault"
)

// What is far more than a lot has: of hours, of minutes in a unit, of mediators at one time.
const mostHours, mostMinutes, mostMediators = 20_000, 8 * 60, 50

// providers reads who gives mediators on request, with the lots that were bought of them.
// A lot's code is the zone's: what was used of it is kept under that alone.
func (r *reading) providers() {
	var lots []care.Lot
	for _, item := range r.may("mediation_providers").list() {
		o := item.object("code", "name", "email", "phone", "lots")
		code := o.need("code")
		p := care.Provider{
			Code:  once(code, code.code(), r.p.Providers, func(p care.Provider) string { return p.Code }),
			Name:  o.need("name").text(),
			Email: o.need("email").email(),
			Phone: phone(o.may("phone")),
		}
		for _, item := range o.filled("lots").list() {
			lot := readLot(item, lots)
			p.Lots, lots = append(p.Lots, lot), append(lots, lot)
		}
		r.p.Providers = append(r.p.Providers, p)
	}
}

func readLot(item node, earlier []care.Lot) care.Lot {
	o := item.object("code", "hours", "languages", "notice", "unit", "modes", "parallel", "ends", "source")
	code := o.need("code")
	lot := care.Lot{
		Code:   once(code, code.code(), earlier, func(l care.Lot) string { return l.Code }),
		Hours:  o.need("hours").integer(1, mostHours),
		Notice: o.need("notice").duration(),
		Unit:   o.need("unit").integer(1, mostMinutes), Parallel: 1,
		Ends: o.may("ends").day(), Source: o.need("source").text(),
	}
	for _, item := range o.filled("languages").list() {
		tag := item.language()
		lot.Languages = append(lot.Languages, once(item, tag, lot.Languages, func(s string) string { return s }))
	}
	for _, item := range o.filled("modes").list() {
		mode := oneOf(item, fault.RuleValue, agenda.Modes)
		lot.Modes = append(lot.Modes, once(item, mode, lot.Modes, func(s string) string { return s }))
	}
	if n := o.may("parallel"); n.value != nil {
		lot.Parallel = n.integer(1, mostMediators)
	}
	if lot.Notice.Unit == care.CalendarDays {
		o.may("notice").fault(fault.RuleUnit, message.Say("zone_rules.allowed_units", "Names", "working_days, hours"))
	}
	return lot
}
