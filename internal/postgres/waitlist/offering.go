package waitlist

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/places"
	"percorso/internal/waitlist"
)

// Offering gives places that are free to whoever waits for one.
type Offering struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
}

// NewOffering builds it on a pool whose login may join the worker's role.
func NewOffering(pool *pgxpool.Pool, calendars postgres.Calendars) *Offering {
	return &Offering{pool, postgres.NewRules(calendars)}
}

// queue is the list of one service.
type queue struct {
	Zone    string `db:"zone"`
	Service string `db:"service"`
}

// open is a place that is offered.
type open struct {
	ID string `db:"id"`
	agenda.Taken
	Ends time.Time `db:"ends_at"`
}

// Round keeps each place that is free for the first of a list whom it X
func (o *Offering) Round(ctx context.Context, now time.Time) error {
	var lists []queue
	err := postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) (err error) {
		lists, err = postgres.Many[queue](ctx, tx, `SELECT zone, service FROM waiting_lists()`)
		return err
	})
	for _, list := range lists {
		one := postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error { return o.offer(ctx, tx, list, now) })
		err = errors.Join(err, one)
		if fault, ok := errors.AsType[*ledger.Fault](one); ok && fault.Away() {
			break
		}
	}
	return err
}

// offer gives the places of one list.
func (o *Offering) offer(ctx context.Context, tx postgres.Tx, list queue, now time.Time) error {
	if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, []string{"waiting/" + list.Zone + "/" + list.Service}); err != nil {
		return err
	}
	rules, err := o.rules.Current(ctx, tx, list.Zone)
	if err != nil {
		return err
	}
	now = rules.There(now)
	of, booked, err := places.Around(ctx, tx, rules, list.Service, now)
	if err != nil {
		return err
	}
	kept, err := withdraw(ctx, tx, list, of, booked, now)
	if err != nil {
		return err
	}
	people, err := postgres.Many[waitlist.Waiting](ctx, tx, `SELECT * FROM waiting_people($1, $2, $3)`, list.Zone, list.Service, now)
	if err != nil {
		return err
	}
	given := waitlist.Give(people, of, append(booked, kept...), now)
	if len(given) == 0 {
		return nil
	}
	// Whoever books meanwhile has the place: it is looked at again once their days are locked.
	days := make([]care.Booking, len(given))
	for i, g := range given {
		days[i] = care.Booking{Service: care.Code(list.Service), At: g.At}
	}
	if err := places.Lock(ctx, tx, rules, days); err != nil {
		return err
	}
	if of, booked, err = places.Around(ctx, tx, rules, list.Service, now); err != nil {
		return err
	}
	for _, g := range given {
		if asked(of, g.PUA).Broken(g.At, append(booked, kept...)) != "" {
			continue
		}
		if _, err := tx.Exec(ctx, `SELECT offer_waiting($1, $2, $3, $4, $5)`, g.Waiting, g.At, g.Until, waitlist.Until(rules.Policy, rules.Calendar, g.At, now), now); err != nil {
			return err
		}
		kept = append(kept, agenda.Taken{At: g.At, Until: g.Until, PUA: g.PUA})
	}
	return nil
}

// withdraw keeps no place any more that is over, that the service does not have any more, or
// that somebody has booked after nobody had called in time. It gives those that stay.
func withdraw(ctx context.Context, tx postgres.Tx, list queue, of agenda.Agenda, booked []agenda.Taken, now time.Time) (kept []agenda.Taken, err error) {
	offers, err := offersOf(ctx, tx, list.Zone, list.Service)
	if err != nil {
		return nil, err
	}
	for _, one := range offers {
		rule := asked(of, one.PUA).Broken(one.At, append(booked, kept...))
		if one.At.After(now) && (rule == "" || rule == agenda.NoPlace && one.Ends.After(now)) {
			kept = append(kept, one.Taken)
			continue
		}
		if _, err := tx.Exec(ctx, `SELECT withdraw_waiting($1, $2)`, one.ID, now); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// asked is the agenda as who asks for a place may book in it.
func asked(of agenda.Agenda, pua bool) agenda.Agenda {
	if pua {
		return of.ForPUA()
	}
	return of
}

// offersOf are the places of a service that are offered, the first that was first.
func offersOf(ctx context.Context, tx postgres.Tx, zone, service string) ([]open, error) {
	return postgres.Many[open](ctx, tx, `SELECT id::text, at, until, false AS unseen, pua, true AS kept, ends_at FROM waiting_offer
		WHERE zone = $1 AND service = $2 AND state = 'open' ORDER BY made_at, id`, zone, service)
}
