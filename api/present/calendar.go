package present

import (
	"time"

	"percorso/internal/agenda"
	"percorso/internal/ical"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// CalendarEntry is an appointment as a calendar program shows it: when and where, and not whose.
func CalendarEntry(rules *zone.Rules, id, service string, at, now time.Time) ical.Entry {
	e := ical.Entry{ID: id, Title: message.Say("case_pages.appointment"), From: at, To: agenda.Of(rules.Policy, service, rules.Calendar, now).Lasts(at).Until}
	if of, _ := rules.Service(service); of.Place.Address != "" {
		e.Place = of.Place.Name + ", " + of.Place.Address
	}
	return e
}
