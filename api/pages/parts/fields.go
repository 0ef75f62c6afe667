// Package parts is what several places show.
package parts

import (
	"net/url"
	"strings"
	"time"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// WhenField asks for a day and an hour.
func WhenField(label string, sent url.Values) web.Field {
	return web.Field{Shape: "group", Label: label, Row: true, Fields: []web.Field{
		{Shape: "input", Type: "date", ID: "day", Label: message.Say("case_pages.day"), Value: sent.Get("day"), Required: true},
		{Shape: "input", Type: "hour", ID: "hour", Label: message.Say("case_pages.hour"), Value: sent.Get("hour"), Required: true},
	}}
}

// FaultIf is the fault of a field that cannot be read; none where there is no rule.
func FaultIf(rule, field string) []care.Fault {
	if rule == "" {
		return nil
	}
	return []care.Fault{{Field: field, Rule: rule}}
}

// What was typed is no day, or no hour.
const (
	RuleDate = "no_day"
	RuleHour = "no_hour"
)

// ReadDate reads a date field, also as people write it where the browser has no
// such field; nothing typed is the zero time.
func ReadDate(text string) (time.Time, bool) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{time.DateOnly, "2/1/2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, !t.IsZero() // typed, the first day of year 1 is not nothing
		}
	}
	return time.Time{}, false
}

// ServiceOptions are the level-2 services with their matters; the value of a
// choice is service/matter, so that no matter goes with a service without it.
func ServiceOptions(p care.Policy, chosen string) []web.OptionGroup {
	var groups []web.OptionGroup
	for _, s := range p.Services {
		group := web.OptionGroup{Label: s.Name}
		for _, code := range s.Matters {
			value := s.Code + "/" + code
			group.Options = append(group.Options, web.Option{Value: value, Text: s.Name + ": " + present.NameIn(p.Matters, code), Chosen: value == chosen})
		}
		value := s.Code + "/"
		group.Options = append(group.Options, web.Option{Value: value, Text: message.Say("task_form.other_matter", "Service", s.Name), Chosen: value == chosen})
		groups = append(groups, group)
	}
	return groups
}

// ShutMatters says which matters the person cannot book on a day, and why: each reason
// once, with from when time alone takes it away.
func ShutMatters(p care.Policy, facts eligibility.PersonFacts, today time.Time) string {
	var reasons []string
	names := map[string][]string{}
	for _, m := range p.Matters {
		for _, refusal := range eligibility.OfMatter(p, m.Code, facts, today).Refusals {
			reason := italian.GateRefusal(refusal)
			if names[reason] == nil {
				reasons = append(reasons, reason)
			}
			names[reason] = append(names[reason], message.Say("case_pages.quoted", "Text", m.Name))
		}
	}
	for i, reason := range reasons {
		reasons[i] = message.Say("task_form.shut_matters", "Matters", strings.Join(names[reason], ", "), "Reason", reason)
	}
	return strings.Join(reasons, " ")
}

// AgencyNames names some agencies.
func AgencyNames(agencies []care.Agency) string {
	return strings.Join(web.Each(agencies, func(a care.Agency) string { return a.Name }), ", ")
}

// ReadBooking reads the choice of ServiceOptions, with when. A place that is chosen is one
// of its service.
func ReadBooking(choice, id string, sent url.Values) (b care.Booking, faults []care.Fault) {
	service, matter, _ := strings.Cut(choice, "/")
	of, at, rule := ReadWhen(id, sent)
	b.Service, b.Matter = care.Code(service), care.Code(matter)
	switch {
	case service == "":
		faults = append(faults, care.Fault{Field: "service", Rule: care.RuleRequired})
	case of != "" && of != service:
		faults = append(faults, care.Fault{Field: "at", Rule: agenda.OtherService})
	}
	switch {
	case rule != "":
		faults = append(faults, care.Fault{Field: "at", Rule: rule})
	case at == nil:
		faults = append(faults, care.Fault{Field: "at", Rule: care.RuleRequired})
	default:
		b.At = *at
	}
	return b, faults
}

// ReadMoment reads a day and an hour of the people's clocks. Nil: neither is given;
// rule: what is wrong with them.
func ReadMoment(day, hour string) (at *time.Time, rule string) {
	switch {
	case day == "" && hour == "":
		return nil, ""
	case day == "" || hour == "":
		return nil, care.RuleRequired
	}
	date, ok := ReadDate(day)
	if !ok {
		return nil, RuleDate
	}
	t, err := readHour(hour)
	if err != nil {
		return nil, RuleHour
	}
	moment := time.Date(date.Year(), date.Month(), date.Day(), t.Hour(), t.Minute(), 0, 0, italian.Rome)
	return &moment, ""
}

// readHour reads an hour of the day: 9.30, 09:30.
func readHour(hour string) (time.Time, error) {
	return time.Parse("15:04", strings.ReplaceAll(strings.TrimSpace(hour), ".", ":"))
}

// WhenID is the id of what is in the way of a moment: the hour, where the day is well.
func WhenID(day, hour, dayID, hourID string) string {
	date, ok := ReadDate(day)
	if _, err := readHour(hour); ok && !date.IsZero() && err != nil {
		return hourID
	}
	return dayID
}
