// Package queued says in Italian what somebody waits for who is on a waiting list.
package queued

import (
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/italian/world"
	"percorso/internal/waitlist"
)

var hours = map[string]string{waitlist.Morning: "di mattina", waitlist.Afternoon: "di pomeriggio"}

// Hours are those at which somebody can come.
func Hours(code string) string { return hours[code] }

var modes = map[string]string{agenda.InPerson: "di persona", agenda.ByPhone: "per telefono"}

// Mode is how somebody is received.
func Mode(code string) string { return modes[code] }

var interpreters = map[string]string{"woman": "solo una donna", "man": "solo un uomo"}

// Interpreter is who may interpret.
func Interpreter(code string) string { return interpreters[code] }

// Wish says what somebody waits for, beside the service: "interprete di urdu (solo una donna), di mattina, entro mar 1º dicembre".
func Wish(w waitlist.Wish) string {
	var parts []string
	if w.Language != "" {
		with := "interprete di " + world.Language(w.Language)
		if w.Interpreter != "" {
			with += " (" + Interpreter(w.Interpreter) + ")"
		}
		parts = append(parts, with)
	}
	for _, part := range []string{Mode(w.Mode), Hours(w.Hours)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if w.WithChild {
		parts = append(parts, "con un bambino")
	}
	if w.By != nil {
		parts = append(parts, "entro "+italian.Day(*w.By))
	}
	return strings.Join(parts, ", ")
}

// Free says of a place that it is kept for somebody: "Si è liberato un posto: mar 2 dicembre, ore 9.30".
func Free(at time.Time) string { return "Si è liberato un posto: " + offered.Place(at) }

// Kept says until when it is.
func Kept(until, now time.Time) string {
	if !now.Before(until) {
		return "In ritardo: il posto era tenuto fino a " + italian.Day(until) + ", ore " + italian.Hour(until) + ". Chi lo chiede adesso lo prende"
	}
	return "Tenuto fino a " + italian.Day(until) + ", ore " + italian.Hour(until)
}

// TooLate says that no place came in time.
const TooLate = "In ritardo: è passato il giorno entro cui serviva. Senti se aspetta ancora"
