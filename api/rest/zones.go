package rest

import (
	"context"
	"time"

	"percorso/api/rest/persons"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/zone"
)

type zoneSummaryJSON struct {
	Code         string `json:"code"`
	Municipality string `json:"municipality"`
	Version      string `json:"version" doc:"Hash of the zone's file"`
	Lead         bool   `json:"lead,omitempty" doc:"It sees the aggregate of all zones"`
}

type zoneInput struct {
	Code string `path:"code" maxLength:"40" pattern:"^[a-z][a-z0-9_-]*$"`
}

func (a *API) registerZones() {
	register(a, query("/zones", "list-zones", tagZones, "Zones", ""),
		func(ctx context.Context, _ care.Staff, _ *struct{}) (*listOutput[zoneSummaryJSON], error) {
			zones, err := a.records.Zones(ctx)
			if err != nil {
				return nil, err
			}
			out := &listOutput[zoneSummaryJSON]{}
			out.Body.Items = converted(zones, func(p care.Policy) zoneSummaryJSON {
				return zoneSummaryJSON{Code: p.Zone, Municipality: p.Municipality, Version: p.Version, Lead: p.Lead}
			})
			return out, nil
		})
	register(a, query("/zones/{code}", "get-zone", tagZones, "A zone with all that it decides for itself",
		"Desk hours, services, needs, roles, deadlines, outcomes: the codes that forms take."),
		func(ctx context.Context, _ care.Staff, in *zoneInput) (*output[zoneJSON], error) {
			rules, err := a.book.Rules(ctx, in.Code)
			return one(rules, err, a.zone)
		})
}

// zoneJSON is a zone with all that it decides, and when its desk receives next.
type zoneJSON struct {
	care.Policy
	NextOpening       *openingJSON `json:"next_opening,omitempty" doc:"Of free access at the desk: the one that lasts, else the next"`
	NextByAppointment string       `json:"next_by_appointment,omitempty" format:"date" doc:"Next day on which the desk receives by appointment alone"`
}

type openingJSON struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to" doc:"Excluded"`
}

func (a *API) zone(rules *zone.Rules) zoneJSON {
	j := zoneJSON{Policy: rules.Policy}
	if o, ok := agenda.NextOpening(rules.Policy, rules.Calendar, a.now()); ok {
		j.NextOpening = &openingJSON{From: o.From, To: o.To}
	}
	if day, ok := agenda.NextByAppointment(rules.Policy, rules.Calendar, a.now()); ok {
		j.NextByAppointment = persons.Day(day)
	}
	return j
}
