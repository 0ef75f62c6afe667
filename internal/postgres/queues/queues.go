// Package queues keeps the numbers of who comes to a desk without an appointment.
package queues

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/queue"
)

// Store keeps the numbers of today. Of a day that is over, counts alone are kept.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, calendars postgres.Calendars, clock func() time.Time) *Store {
	return &Store{pool, postgres.NewRules(calendars), clock}
}

const columns = `id::text, number, topic, language, state, taken_at, called_at`

// Numbers lists those of today of the caller's desk, a supervisor's of all desks of the zone.
// ledger.ErrForbidden: it is nothing of theirs.
func (s *Store) Numbers(ctx context.Context, who care.Staff) (list []queue.Ticket, err error) {
	err = s.within(ctx, who, queue.MayCount(who), func(tx postgres.Tx) error {
		list, err = postgres.Many[queue.Ticket](ctx, tx, `SELECT `+columns+` FROM desk_number WHERE day = day_of(my_now()) ORDER BY taken_at, number`)
		return err
	})
	return list, err
}

// daysShown is how many days that are over are read at most.
const daysShown = 14

// Days lists what is left of the days that are over, the latest first.
func (s *Store) Days(ctx context.Context, who care.Staff) (list []queue.Day, err error) {
	err = s.within(ctx, who, queue.MayCount(who), func(tx postgres.Tx) error {
		list, err = postgres.Many[queue.Day](ctx, tx, `SELECT day, sum(taken)::int AS taken, sum(served)::int AS served, sum(gone)::int AS gone
			FROM desk_day GROUP BY day ORDER BY day DESC LIMIT $1`, daysShown)
		return err
	})
	return list, err
}

// Take gives the next number of the desk. With the same key again it is the same number.
// *care.Refusal: a field breaks a rule. ledger.ErrKeyReused: the key was of another number.
func (s *Store) Take(ctx context.Context, who care.Staff, key string, form queue.NewNumber) (t queue.Ticket, err error) {
	id := ledger.DerivedID(who.ID, "number "+key)
	err = s.changing(ctx, who, func(tx postgres.Tx) error {
		set, err := s.rules.Current(ctx, tx, who.Zone)
		if err != nil {
			return err
		}
		if faults := form.Check(set.Policy); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO desk_number (id, zone, agency, day, number, topic, language, state, taken_at)
			SELECT $1, my('zone'), my('agency'), day_of(my_now()), coalesce(max(number), 0) + 1, $2, $3, 'waiting', my_now()
			FROM desk_number WHERE zone = my('zone') AND agency = my('agency') AND day = day_of(my_now()) ON CONFLICT (id) DO NOTHING`, id, form.Topic, form.Language); err != nil {
			return err
		}
		t, err = postgres.One[queue.Ticket](ctx, tx, `SELECT `+columns+` FROM desk_number WHERE id = $1`, id)
		if err == nil && (t.Topic != form.Topic || t.Language != form.Language) {
			err = ledger.ErrKeyReused
		}
		return err
	})
	return t, err
}

// CallNext calls who waits longest. With the same key again it is the same number.
// *care.Refusal: nobody waits.
func (s *Store) CallNext(ctx context.Context, who care.Staff, key string) (t queue.Ticket, err error) {
	call := ledger.DerivedID(who.ID, "call "+key)
	err = s.changing(ctx, who, func(tx postgres.Tx) error {
		t, err = postgres.One[queue.Ticket](ctx, tx, `SELECT `+columns+` FROM desk_number WHERE call = $1 AND day = day_of(my_now())`, call)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		t, err = postgres.One[queue.Ticket](ctx, tx, `UPDATE desk_number SET state = 'called', called_at = my_now(), call = $1
			WHERE id = (SELECT id FROM desk_number WHERE day = day_of(my_now()) AND state = 'waiting' ORDER BY number LIMIT 1) RETURNING `+columns, call)
		if errors.Is(err, pgx.ErrNoRows) {
			return care.RefuseChanged(queue.Nobody)
		}
		return err
	})
	return t, err
}

// Becomes says what has become of a number: called, served, gone, or that it waits again.
// ledger.ErrNotFound: the desk has no such number today. *care.Refusal: it stands otherwise.
func (s *Store) Becomes(ctx context.Context, who care.Staff, id string, to queue.State) (t queue.Ticket, err error) {
	if !care.IsID(id) {
		return t, ledger.ErrNotFound
	}
	err = s.changing(ctx, who, func(tx postgres.Tx) error {
		t, err = postgres.One[queue.Ticket](ctx, tx, `SELECT `+columns+` FROM desk_number WHERE id = $1 AND day = day_of(my_now())`, id)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return ledger.ErrNotFound
		case err != nil || t.State == to: // it was said before
			return err
		}
		switch rule := t.Refuses(to); rule {
		case "":
		case queue.NoState:
			return care.Refuse(care.Fault{Field: "state", Rule: rule})
		default:
			return care.RefuseChanged(rule)
		}
		t, err = postgres.One[queue.Ticket](ctx, tx, `UPDATE desk_number SET state = $2, called_at = CASE $2 WHEN 'called' THEN my_now() WHEN 'waiting' THEN NULL ELSE called_at END
			WHERE id = $1 RETURNING `+columns, id, string(to))
		return err
	})
	return t, err
}

// changing runs work while nobody else of the caller's desk takes or calls a number.
func (s *Store) changing(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return s.within(ctx, who, queue.MayWork(who), func(tx postgres.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('numbers of ' || my('zone') || '/' || my('agency'), 0))`); err != nil {
			return err
		}
		return work(tx)
	})
}

// within runs work once what is over is forgotten, for whoever may do it.
func (s *Store) within(ctx context.Context, who care.Staff, may bool, work func(postgres.Tx) error) error {
	if !may {
		return ledger.ErrForbidden
	}
	forget := func(b *pgx.Batch) { b.Queue(`SELECT forget_numbers()`) }
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), forget, work)
}
