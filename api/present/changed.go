package present

import (
	"strings"

	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/italian"
	"percorso/internal/italian/mediating"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// AskedToChange says who asked that an appointment be moved or cancelled, and why.
func AskedToChange(a ledger.Appointment) string {
	return message.Say("appointment_changes.asked_by", "Who", lower(offered.Asker(a.AskedBy)), "Why", lower(offered.Why(a.Why)))
}

// Kept says that an appointment stands although its case stands still.
func Kept() string { return message.Say("appointment_changes.kept") }

// HowAppointmentStands says the state of an appointment, whether it was kept, and how it
// stands with the mediator who was asked for.
func HowAppointmentStands(a ledger.Appointment) string {
	said := italian.Upper(italian.AppointmentState(a.State))
	if a.Suspended {
		said += ". " + Kept()
	}
	if mediator := MediatorOf(a); mediator != "" {
		said += ". " + mediator
	}
	return said
}

// MediatorOf says whether a mediator who was asked for comes; empty: none was, or nobody is
// expected any more.
func MediatorOf(a ledger.Appointment) string {
	if !a.Stands() {
		return ""
	}
	return mediating.OfAppointment(a.Mediator)
}

func lower(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// Here says since when the person of an appointment is here, what they speak, and how late
// they came; empty: nobody has marked that they are.
func Here(a ledger.Appointment) string {
	if a.Arrived == nil {
		return ""
	}
	here := message.Say("appointment_changes.here_since", "Hour", italian.Hour(*a.Arrived))
	if !a.Stands() {
		here = message.Say("appointment_changes.came_at", "Hour", italian.Hour(*a.Arrived))
	}
	if late := arrival.Late(a.At, a.Arrived); late > 0 {
		here = message.Count("appointment_changes.late", late, "Here", here)
	}
	if len(a.Languages) > 0 {
		here = message.Say("appointment_changes.speaks", "Here", here, "Languages", Languages(a.Languages))
	}
	return here
}

// Beyond says of an appointment that it has a place although there was none, and why; empty:
// it has one of those that there are.
func Beyond(given []agenda.Given, appointment string) string {
	for _, g := range given {
		if g.ID == appointment {
			return offered.Beyond(g)
		}
	}
	return ""
}
