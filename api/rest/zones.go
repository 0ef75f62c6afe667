package rest

import (
	"context"

	"percorso/api/rest/received"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
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
		func(ctx context.Context, _ care.Staff, in *zoneInput) (*output[received.ZoneJSON], error) {
			rules, err := a.book.Rules(ctx, in.Code)
			return one(rules, err, func(r *zone.Rules) received.ZoneJSON { return received.Zone(r, a.now()) })
		})
	register(a, query("/services/{code}/offers", "list-offers", tagZones, "Free places of a service",
		"The first ones in its sessions, earliest first, within three months. A service without sessions receives at any hour of the day, and has none."),
		func(ctx context.Context, who care.Staff, in *received.OffersInput) (*listOutput[received.OfferJSON], error) {
			rules, err := a.book.Rules(ctx, who.Zone)
			if err != nil {
				return nil, err
			}
			if _, ok := rules.Service(in.Code); !ok {
				return nil, ledger.ErrNotFound
			}
			var faults care.Faults
			faults.Dates([]care.Dated{{Field: "query.from", Meaning: care.ListBound, At: care.Given(in.From)}}, a.now())
			if len(faults) > 0 {
				return nil, care.Refuse(faults...)
			}
			free, err := received.Offers(ctx, a.records, who, rules.Policy, in)
			return listed(ledger.Page[agenda.Slot]{Items: free}, err, received.Offer)
		})
}
