// Package offered says where a service has a free place.
package offered

import (
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// Place is a free place in a session: "mar 1º dicembre, ore 9.30".
func Place(at time.Time) string {
	weekday, day, _ := strings.Cut(italian.Day(at), " ")
	day = day[:strings.LastIndexByte(day, ' ')] // within some weeks its year is plain
	return message.Say("places.at", "Weekday", string([]rune(weekday)[:3]), "Day", day, "Hour", italian.Hour(at))
}

// Slot is Place, with how one is received where it is not in person.
func Slot(s agenda.Slot) string {
	if s.Mode == agenda.ByPhone {
		return message.Say("places.by_telephone", "Place", Place(s.At))
	}
	return Place(s.At)
}

// Next says which places are free instead of one that is not, after the sentence that
// says why; empty: none is known.
func Next(offers []care.Booking) string {
	if len(offers) == 0 {
		return ""
	}
	places := make([]string, len(offers))
	for i, o := range offers {
		places[i] = Place(o.At)
	}
	return " " + message.Count("places.first_free", len(places), "Places", strings.Join(places, "; "))
}
