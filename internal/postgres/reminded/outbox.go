// Package reminded keeps that people are reminded of their appointments: the messages that the
// worker is to send, and whom somebody calls.
package reminded

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/postgres"
	"percorso/internal/remind"
)

// Outbox hands out the reminders that are due.
type Outbox struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
}

// NewOutbox builds it on a pool whose login may join the worker's role.
func NewOutbox(pool *pgxpool.Pool, calendars postgres.Calendars) *Outbox {
	return &Outbox{pool, postgres.NewRules(calendars)}
}

// Take begins the reminders of the appointments that are near by now, and hands out those that
// are due, each to one worker alone. One comes again after a minute, unless Tried says before
// what became of it. rest is for how long nothing needs to be looked for.
func (o *Outbox) Take(ctx context.Context, now time.Time, most int) (due []remind.Taken, rest time.Duration, err error) {
	err = postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		due, rest = nil, remind.LongestRest
		zones, err := postgres.Many[zoneRow](ctx, tx, `SELECT zone FROM zone_policy WHERE current ORDER BY zone`)
		if err != nil {
			return err
		}
		sets := map[string]*postgres.Ruleset{}
		for _, z := range zones {
			set, err := o.rules.Current(ctx, tx, z.Zone)
			if err != nil {
				return err
			}
			until := remind.Until(set.Policy, set.Calendar, now)
			if _, err := tx.Exec(ctx, `SELECT begin_reminders($1, $2, $3)`, z.Zone, now, until); err != nil {
				return err
			}
			sets[z.Zone], rest = set, min(rest, remind.Rest(until.Sub(now)))
		}
		rows, err := postgres.Many[remind.Due](ctx, tx, `SELECT * FROM take_reminders($1, $2)`, now, most)
		if err != nil || len(rows) == 0 {
			return err
		}
		homes, err := postgres.Many[home](ctx, tx, `SELECT id FROM visits_at_home($1)`, postgres.IDs(rows, func(d remind.Due) string { return d.ID }))
		for _, d := range rows {
			d.AtHome = slices.Contains(homes, home{d.ID})
			set := sets[d.Zone]
			if set == nil {
				return errNoRules
			}
			due = append(due, remind.Taken{Due: d, Policy: set.Policy, Calendar: set.Calendar})
		}
		return err
	})
	return due, rest, err
}

// home is an appointment to which somebody goes.
type home struct {
	ID string `db:"id"`
}

type zoneRow struct {
	Zone string `db:"zone"`
}

var errNoRules = errors.New("an appointment in a zone without rules")

// PutOff has a reminder wait until people are written to. It was no try.
func (o *Outbox) PutOff(ctx context.Context, id string, until time.Time) error {
	return postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT put_off_reminder($1, $2)`, id, until)
		return err
	})
}

// Tried keeps what became of a reminder.
func (o *Outbox) Tried(ctx context.Context, id string, made remind.Outcome, way remind.Way, now time.Time) error {
	return postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT reminder_tried($1, $2, $3, $4)`, id, made, way, now)
		return err
	})
}
