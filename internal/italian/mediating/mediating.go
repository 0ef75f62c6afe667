// Package mediating says in Italian how it stands with a mediator who was asked for.
package mediating

import (
	"strings"

	"percorso/internal/agenda"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/mediation"
	"percorso/internal/message"
)

// State says how a request stands.
func State(s mediation.State) string {
	said, _ := message.Find("mediation_state", s)
	return said
}

// OfAppointment says of an appointment, by the state of its request, whether a mediator
// comes; empty: none was asked for.
func OfAppointment(state string) string {
	switch mediation.State(state) {
	case "":
		return ""
	case mediation.Confirmed:
		return message.Say("mediation.confirmed")
	}
	return message.Say("mediation.not_confirmed")
}

// Mode says how the mediator is there.
func Mode(mode string) string {
	if mode == agenda.ByPhone {
		return message.Say("mediation.by_telephone")
	}
	return message.Say("mediation.in_person")
}

// Language names one, with where its variety is spoken: "arabo (Marocco)".
func Language(tag string) string {
	name := world.Language(tag)
	if _, of, varies := strings.Cut(tag, "-"); varies && len(of) == 2 {
		return message.Say("mediation.variety", "Language", name, "Country", world.Citizenship(of))
	}
	return name
}

// Languages names some: "bengalese, urdu".
func Languages(tags []string) string {
	named := make([]string, len(tags))
	for i, tag := range tags {
		named[i] = Language(tag)
	}
	return strings.Join(named, ", ")
}

// Hours says minutes as hours: "1 ora e 30 minuti".
func Hours(minutes int) string {
	hours, rest := message.Count("mediation.hours", minutes/60), message.Count("mediation.minutes", minutes%60)
	switch {
	case minutes%60 == 0:
		return hours
	case minutes < 60:
		return rest
	}
	return message.Say("mediation.hours_and_minutes", "Hours", hours, "Minutes", rest)
}

// Balance says what is left of a lot: "usate 12 ore su 60 (20 %), promesse 2 ore".
func Balance(b mediation.Balance) string {
	said := message.Say("mediation.used", "Hours", Hours(b.Used), "All", b.Lot.Hours, "Percent", b.Percent())
	if b.Held > 0 {
		said = message.Say("mediation.used_and_held", "Used", said, "Held", Hours(b.Held))
	}
	if b.Left() <= 0 {
		return message.Say("mediation.none_left", "Used", said)
	}
	return message.Say("mediation.left", "Used", said, "Left", Hours(b.Left()))
}

// Lot names a lot by who gives it and its languages.
func Lot(b mediation.Balance) string {
	return message.Say("mediation.lot", "Provider", b.Provider.Name, "Languages", Languages(b.Lot.Languages))
}

// Terms says what a lot may be used for: "di persona, per telefono; si annulla gratis fino a 2 giorni lavorativi prima; conta a unità di 30 minuti".
func Terms(b mediation.Balance) string {
	modes := make([]string, len(b.Lot.Modes))
	for i, mode := range b.Lot.Modes {
		modes[i] = Mode(mode)
	}
	return message.Say("mediation.terms", "Modes", italian.Upper(strings.Join(modes, ", ")), "Notice", italian.Duration(b.Lot.Notice), "Unit", message.Count("mediation.minutes", b.Lot.Unit))
}
