// Package ical writes entries as calendar programs read them (RFC 5545).
package ical

import (
	"time"

	ics "github.com/arran4/golang-ical"
)

// Entry is when and where, and nothing that says whose it is or why: a telephone shows its
// calendar to whoever looks at it.
type Entry struct {
	ID       string
	Version  int // how often it was moved
	Title    string
	From, To time.Time // the zero time: how long it takes is not known
	Place    string
	URL      string // that opens Percorso
}

// File is a calendar of entries, as of now.
func File(now time.Time, entries ...Entry) []byte {
	file := ics.NewCalendar()
	file.SetProductId("-//Percorso//IT")
	for _, e := range entries {
		event := file.AddEvent(e.ID + "@percorso")
		event.SetDtStampTime(now)
		event.SetSequence(e.Version)
		event.SetStartAt(e.From)
		if e.To.IsZero() { // as where nothing is said; but some programs overlook an entry without any end
			event.AddProperty(ics.ComponentPropertyDuration, "PT0S")
		} else {
			event.SetEndAt(e.To)
		}
		event.SetSummary(e.Title)
		if e.Place != "" {
			event.SetLocation(e.Place)
		}
		if e.URL != "" {
			event.SetURL(e.URL)
		}
	}
	return []byte(file.Serialize(ics.WithNewLineWindows)) // as the standard asks, on whichever machine
}
