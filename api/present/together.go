package present

import (
	"slices"
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/together"
	"percorso/internal/written"
)

var gaps = map[together.Gap]string{
	together.Away: "quel giorno è assente", together.CalledOff: "quel giorno i suoi servizi non ricevono", together.NoPart: "il suo ente non ha più una parte nel fascicolo",
}

// Gap says why the part of one who takes part in an appointment has nobody; empty: it has.
func Gap(g together.Gap) string { return gaps[g] }

var partWhys = map[string]string{
	"cannot_come": "non può venire", "somebody_else": "viene un’altra persona", "not_needed": "non serve più", "by_mistake": "aggiunta per errore",
}

// PartWhy says why somebody was taken out of an appointment.
func PartWhy(code string) string { return partWhys[code] }

var partCircles = map[written.Circle]string{
	written.Agency: "Solo il mio ente", written.Equipe: "Chi siede nell’équipe della persona", written.Case: "Chi lavora al fascicolo",
}

// PartCircle says for whom an agency's note on its part is.
func PartCircle(c written.Circle) string { return partCircles[c] }

// ParticipantName is one who takes part, with their agency.
func ParticipantName(p care.Policy, of together.Participant) string {
	return of.Name + " (" + AgencyName(p, of.Agency) + ")"
}

// MeetingLine is a meeting of an équipe in somebody's day.
func MeetingLine(m together.Meeting) web.Line {
	line := web.Line{URL: "/equipe/" + ledger.BareID(m.Run), Text: "Ore " + italian.Hour(m.At) + ": riunione dell’équipe"}
	if place := italian.MeetingPlace(m.How, m.Place); place != "" {
		line.State = italian.Upper(place)
	}
	return line
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
			gaps = append(gaps, "Parte scoperta: "+of.Name+", "+why)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return strings.Join(slices.Concat([]string{"Anche con " + italian.Enumerate(names)}, gaps), ". ")
}
