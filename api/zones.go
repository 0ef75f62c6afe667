package api

import (
	"context"

	"percorso/internal/care"
)

type zoneSummaryJSON struct {
	Code         string `json:"code"`
	Municipality string `json:"municipality"`
	Version      string `json:"version" doc:"Hash of the zone's file"`
	Lead         bool   `json:"lead,omitempty" doc:"It sees the aggregate of all zones"`
}

type zoneInput struct {
	Code string `path:"code" maxLength:"40" pattern:"^[a-z][a-z0-9_-]*$" patternDescription:"a zone's code"`
}

func (s *Server) registerZones() {
	register(s, query("/zones", "list-zones", tagZones, "Zones", ""),
		func(ctx context.Context, _ care.Staff, _ *struct{}) (*listOutput[zoneSummaryJSON], error) {
			zones, err := s.records.Zones(ctx)
			if err != nil {
				return nil, err
			}
			out := &listOutput[zoneSummaryJSON]{}
			out.Body.Items = converted(zones, func(p care.Policy) zoneSummaryJSON {
				return zoneSummaryJSON{Code: p.Zone, Municipality: p.Municipality, Version: p.Version, Lead: p.Lead}
			})
			return out, nil
		})
}
