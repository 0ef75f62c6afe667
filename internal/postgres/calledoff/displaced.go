package calledoff

import (
	"context"
	"slices"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/postgres"
	"percorso/internal/postgres/printed"
)

// mostDisplaced is how many are listed at once: who moves them comes to the others then.
const mostDisplaced = 200

// hour is one of a service at which somebody is expected.
type hour struct {
	Service string    `db:"service"`
	At      time.Time `db:"at"`
}

// apart is an appointment that is meant to be at its hour, whatever the sessions are.
type apart struct {
	ID string `db:"id"`
}

// Displaced is who is expected at an hour at which their service receives nobody any more,
// since its sessions or the closed days of the zone have changed: of the services on whose
// hours the caller decides, the next first. Who was given the hour all the same, and who is
// visited at home, is none of them.
func (d *Days) Displaced(ctx context.Context, s care.Staff) (list []expected.Visit, err error) {
	now := d.now()
	err = postgres.Within(ctx, d.pool, postgres.App(s, now).AtOneMoment(), nil, func(tx postgres.Tx) error {
		rules, err := d.rules.Newest(ctx, tx, s.Zone)
		if err != nil {
			return err
		}
		hours, err := postgres.Many[hour](ctx, tx, `SELECT DISTINCT service, at FROM booking WHERE zone = $1 AND state = 'booked' AND at > $2`, s.Zone, now)
		if err != nil {
			return err
		}
		var services []string
		var times []time.Time
		for _, h := range hours {
			if agenda.Decides(s, rules.Policy, h.Service) && agenda.Of(rules.Policy, h.Service, rules.Calendar, now).Outside(h.At) {
				services, times = append(services, h.Service), append(times, h.At)
			}
		}
		if len(services) == 0 {
			return nil
		}
		list, err = postgres.Many[expected.Visit](ctx, tx, `SELECT `+printed.Visit+`
			WHERE a.zone = $1 AND (a.service, a.at) IN (SELECT * FROM unnest($2::text[], $3::timestamptz[])) AND a.state IN ('booked', 'confirmed')
			ORDER BY a.at, a.id LIMIT $4`, s.Zone, services, times, mostDisplaced)
		if err != nil {
			return err
		}
		meant, err := postgres.Many[apart](ctx, tx, `SELECT appointment_id::text AS id FROM home_visit WHERE appointment_id = ANY ($1::uuid[]) AND NOT called_off UNION ALL SELECT id FROM booked_beyond($1)`, postgres.IDs(list, func(v expected.Visit) string { return v.ID }))
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(v expected.Visit) bool { return slices.Contains(meant, apart{v.ID}) })
		return note(ctx, tx, "displaced", postgres.IDs(list, func(v expected.Visit) string { return v.CaseID }))
	})
	return list, err
}
