// Package received says to programs when people are received: by the desk of a zone, and
// by a service.
package received

import (
	"context"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/zone"
)

// Records is what is read of zones, as whoever asks.
type Records interface {
	// Zones lists the newest loaded policy of every zone.
	Zones(ctx context.Context) ([]care.Policy, error)
	// Offers are the first free places of a service of the caller's zone, from a time on.
	Offers(ctx context.Context, s care.Staff, service string, from time.Time, most int) ([]agenda.Slot, error)
	// Block are those that the employment centre gives to those who send it somebody.
	Block(ctx context.Context, s care.Staff, from time.Time, most int) ([]agenda.Slot, error)
	// Beyond are those of some appointments that have a place although there was none, as far
	// as the caller sees them.
	Beyond(ctx context.Context, s care.Staff, appointments []string) ([]agenda.Given, error)
}

// ZoneJSON is a zone with all that it decides, and when its desk receives next.
type ZoneJSON struct {
	care.Policy
	NextOpening       *OpeningJSON `json:"next_opening,omitempty" doc:"Of free access at the desk: the one that lasts, else the next"`
	NextByAppointment string       `json:"next_by_appointment,omitempty" format:"date" doc:"Next day on which the desk receives by appointment alone"`
}

// OpeningJSON is a stretch of free access.
type OpeningJSON struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to" doc:"Excluded"`
}

// Zone says it of a zone as of now.
func Zone(rules *zone.Rules, now time.Time) ZoneJSON {
	j := ZoneJSON{Policy: rules.Policy}
	if o, ok := agenda.NextOpening(rules.Policy, rules.Calendar, now); ok {
		j.NextOpening = &OpeningJSON{From: o.From, To: o.To}
	}
	if day, ok := agenda.NextByAppointment(rules.Policy, rules.Calendar, now); ok {
		j.NextByAppointment = day.Format(time.DateOnly)
	}
	return j
}

// OfferJSON is a free place in a session of a service.
type OfferJSON struct {
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Mode  string    `json:"mode" enum:"in_person,phone" doc:"How one is received"`
}

// Offer says it of a slot.
func Offer(s agenda.Slot) OfferJSON { return OfferJSON{s.At, s.Until, s.Mode} }

// OffersInput asks for the free places of a service.
type OffersInput struct {
	Code  string    `path:"code" maxLength:"60" pattern:"^[a-z][a-z0-9_]*$" doc:"Code of a service of level 2"`
	From  time.Time `query:"from" doc:"Not before (RFC 3339); left out, or past: from now on"`
	Limit int       `query:"limit" minimum:"1" maximum:"50" default:"10"`
	Block bool      `query:"block" doc:"Those alone that the employment centre gives to those who send it somebody; other services have none"`
}

// Offers are the places that are asked for.
func Offers(ctx context.Context, records Records, who care.Staff, p care.Policy, in *OffersInput) ([]agenda.Slot, error) {
	switch {
	case !in.Block:
		return records.Offers(ctx, who, in.Code, in.From, in.Limit)
	case in.Code != p.CPI():
		return nil, nil
	}
	return records.Block(ctx, who, in.From, in.Limit)
}
