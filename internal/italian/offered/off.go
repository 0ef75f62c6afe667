package offered

import (
	"time"

	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/italian"
)

// reasons are why days of a service are called off, in short.
var reasons = map[string]string{
	"staff": "manca il personale", "premises": "sede non utilizzabile", "strike": "sciopero", "training": "formazione", "emergency": "allerta o emergenza", "other": "altro motivo",
}

// OffReason is why days of a service are called off, in short.
func OffReason(code string) string { return reasons[code] }

// OffDays are the days of a service that are called off.
func OffDays(first, last time.Time) string {
	if care.DayOf(first).Equal(care.DayOf(last)) {
		return italian.Upper(italian.Day(first))
	}
	return "Da " + italian.Day(first) + " a " + italian.Day(last)
}

// tries are how it went to tell somebody that they are not expected any more.
var tries = map[string]string{calledoff.Reached: "Avvisata", calledoff.NotReached: "Non raggiunta"}

// Try is how it went to tell somebody that they are not expected any more.
func Try(code string) string { return tries[code] }
