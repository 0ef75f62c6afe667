// Package mediating says in Italian how it stands with a mediator who was asked for.
package mediating

import (
	"strconv"
	"strings"

	"percorso/internal/agenda"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/mediation"
)

var states = map[mediation.State]string{
	mediation.Requested: "chiesto, da confermare", mediation.Proposed: "propone un altro orario", mediation.Confirmed: "confermato",
	mediation.Declined: "nessuno disponibile", mediation.Done: "svolto", mediation.Cancelled: "annullato", mediation.Late: "annullato tardi: conta nel lotto",
}

// State says how a request stands.
func State(s mediation.State) string { return states[s] }

// OfAppointment says of an appointment, by the state of its request, whether a mediator
// comes; empty: none was asked for.
func OfAppointment(state string) string {
	switch mediation.State(state) {
	case "":
		return ""
	case mediation.Confirmed:
		return "Mediatore confermato"
	}
	return "Mediatore non confermato"
}

// Mode says how the mediator is there.
func Mode(mode string) string {
	if mode == agenda.ByPhone {
		return "per telefono"
	}
	return "di persona"
}

// Language names one, with where its variety is spoken: "arabo (Marocco)".
func Language(tag string) string {
	name := world.Language(tag)
	if _, of, varies := strings.Cut(tag, "-"); varies && len(of) == 2 {
		name += " (" + world.Citizenship(of) + ")"
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
	hours, rest := italian.Count(minutes/60, "ora", "ore"), italian.Count(minutes%60, "minuto", "minuti")
	switch {
	case minutes%60 == 0:
		return hours
	case minutes < 60:
		return rest
	}
	return hours + " e " + rest
}

// Balance says what is left of a lot: "usate 12 ore su 60 (20 %), promesse 2 ore".
func Balance(b mediation.Balance) string {
	said := "usate " + Hours(b.Used) + " su " + strconv.Itoa(b.Lot.Hours) + " (" + strconv.Itoa(b.Percent()) + " %)"
	if b.Held > 0 {
		said += ", promesse " + Hours(b.Held)
	}
	if b.Left() <= 0 {
		return said + "; non resta niente"
	}
	return said + "; restano " + Hours(b.Left())
}

// Lot names a lot by who gives it and its languages.
func Lot(b mediation.Balance) string { return b.Provider.Name + ": " + Languages(b.Lot.Languages) }

// Terms says what a lot may be used for: "di persona, per telefono; si annulla gratis fino a 2 giorni lavorativi prima; conta a unità di 30 minuti".
func Terms(b mediation.Balance) string {
	modes := make([]string, len(b.Lot.Modes))
	for i, mode := range b.Lot.Modes {
		modes[i] = Mode(mode)
	}
	return italian.Upper(strings.Join(modes, ", ")) + "; preavviso " + italian.Duration(b.Lot.Notice) + "; conta a unità di " + italian.Count(b.Lot.Unit, "minuto", "minuti")
}
