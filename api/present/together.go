package present

import (
	"slices"
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
	"percorso/internal/written"
)

// Gap says why the part of one who takes part in an appointment has nobody; empty: it has.
func Gap(g together.Gap) string { return message.Of("taking_part.gap", g) }

// PartWhy says why somebody was taken out of an appointment.
func PartWhy(code string) string { return message.Of("taking_part.why", code) }

// PartCircle says for whom an agency's note on its part is.
func PartCircle(c written.Circle) string { return message.Of("taking_part.circle", c) }

// ParticipantName is one who takes part, with their agency.
func ParticipantName(p care.Policy, of together.Participant) string {
	return of.Name + " (" + AgencyName(p, of.Agency) + ")"
}

// MeetingLine is a meeting of an équipe in somebody's day.
func MeetingLine(m together.Meeting) web.Line {
	line := web.Line{URL: "/equipe/" + ledger.BareID(m.Run), Text: message.Say("taking_part.meeting", "Hour", italian.Hour(m.At))}
	if place := italian.MeetingPlace(m.How, m.Place); place != "" {
		line.State = italian.Upper(place)
	}
	return line
}

// Beside says who else is expected at the place of an appointment, as far as the reader may know;
// empty: nobody.
func Beside(list []together.Beside, appointment string) string {
	var names []string
	for _, b := range list {
		if b.Appointment == appointment {
			names = append(names, BesideName(b))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return message.Say("taking_part.together_with", "Names", italian.Enumerate(names))
}

// BesideName is one of them: by the number where the name is out of sight.
func BesideName(b together.Beside) string {
	if b.Person == "" {
		return message.Say("taking_part.unseen_case", "Number", b.Number)
	}
	return b.Person
}

// Vacant asks who stands in for somebody who is away at something to come.
func Vacant(v together.Vacancy) string {
	return message.Say("taking_part.vacant."+string(v.As), "Name", v.Name)
}

// With says who takes part in an appointment besides, and whose part has nobody; empty: nobody.
func With(p care.Policy, list []together.Participant, appointment string) string {
	var names, gaps []string
	for _, of := range list {
		if of.Appointment != appointment || of.EndedAt != nil {
			continue
		}
		names = append(names, ParticipantName(p, of))
		if why := Gap(of.Uncovered); why != "" {
			gaps = append(gaps, message.Say("taking_part.uncovered", "Name", of.Name, "Why", why))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(slices.Concat([]string{message.Say("taking_part.with", "Names", italian.Enumerate(names))}, gaps), ". ")
}
