// Package queued says in Italian what somebody waits for who is on a waiting list.
package queued

import (
	"strings"
	"time"

	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/italian/world"
	"percorso/internal/message"
	"percorso/internal/waitlist"
)

// Hours are those at which somebody can come.
func Hours(code string) string {
	said, _ := message.Find("waiting_hours", code)
	return said
}

// Mode is how somebody is received.
func Mode(code string) string {
	said, _ := message.Find("waiting_mode", code)
	return said
}

// Interpreter is who may interpret.
func Interpreter(code string) string {
	said, _ := message.Find("waiting_interpreter", code)
	return said
}

// Wish says what somebody waits for, beside the service: "interprete di urdu (solo una donna), di mattina, entro mar 1º dicembre".
func Wish(w waitlist.Wish) string {
	var parts []string
	if w.Language != "" {
		with := message.Say("waiting.interpreter", "Language", world.Language(w.Language))
		if w.Interpreter != "" {
			with = message.Say("waiting.interpreter_who", "Language", world.Language(w.Language), "Who", Interpreter(w.Interpreter))
		}
		parts = append(parts, with)
	}
	for _, part := range []string{Mode(w.Mode), Hours(w.Hours)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if w.WithChild {
		parts = append(parts, message.Say("waiting.with_child"))
	}
	if w.By != nil {
		parts = append(parts, message.Say("waiting.by", "Day", italian.Day(*w.By)))
	}
	return strings.Join(parts, ", ")
}

// Free says of a place that it is kept for somebody: "Si è liberato un posto: mar 2 dicembre, ore 9.30".
func Free(at time.Time) string { return message.Say("waiting.place_freed", "Place", offered.Place(at)) }

// Kept says until when it is.
func Kept(until, now time.Time) string {
	if !now.Before(until) {
		return message.Say("waiting.was_kept_until", "Day", italian.Day(until), "Hour", italian.Hour(until))
	}
	return message.Say("waiting.kept_until", "Day", italian.Day(until), "Hour", italian.Hour(until))
}

// TooLate says that no place came in time.
func TooLate() string { return message.Say("waiting.too_late") }
