// Package consults keeps who is called to a desk at once, and what they answer.
package consults

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Store keeps the calls.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, calendars postgres.Calendars, clock func() time.Time) *Store {
	return &Store{pool, postgres.NewRules(calendars), clock}
}

const (
	selectCall = `SELECT t.id::text AS task, t.case_id::text, coalesce(case_number(t.case_id), '') AS number FROM task t
		WHERE t.kind = 'social_consult' AND t.ended_at IS NULL AND t.zone = my('zone')`
	selectRing = `SELECT r.id::text, r.task::text, r.staff::text, s.name, r.at, r.until, r.answer FROM consult_ring r JOIN staff s ON s.id = r.staff`
)

// most is how many calls are read at most.
const most = 50

// Calls lists the consults at a desk that are to be held and that the caller sees, with who was
// rung for each. The reading leaves a line.
func (s *Store) Calls(ctx context.Context, who care.Staff) (list []consult.Call, err error) {
	err = postgres.Within(ctx, s.pool, postgres.App(who, s.clock()).AtOneMoment(), nil, func(tx postgres.Tx) error {
		if list, err = read(ctx, tx, selectCall+` ORDER BY t.ready_at, t.id LIMIT $1`, most); err != nil || len(list) == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ListTasks, ledger.ReadingPurposes[ledger.ListTasks],
			postgres.IDs(list, func(c consult.Call) string { return c.CaseID }))
		return err
	})
	return list, err
}

// read reads calls with their rings.
func read(ctx context.Context, tx postgres.Tx, sql string, args ...any) ([]consult.Call, error) {
	type row struct {
		Task   string `db:"task"`
		CaseID string `db:"case_id"`
		Number string `db:"number"`
	}
	rows, err := postgres.Many[row](ctx, tx, sql, args...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	rings, err := postgres.Many[consult.Ring](ctx, tx, selectRing+` WHERE r.task = ANY ($1) ORDER BY r.seq`, postgres.IDs(rows, func(r row) string { return r.Task }))
	if err != nil {
		return nil, err
	}
	list := make([]consult.Call, 0, len(rows))
	for _, r := range rows {
		c := consult.Call{Task: r.Task, CaseID: r.CaseID, Number: r.Number}
		for _, ring := range rings {
			if ring.Task == r.Task {
				c.Rings = append(c.Rings, ring)
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// Ring calls the next on duty for a consult. With the same key again it rings nobody anew.
// ledger.ErrNotFound: there is no such consult that the caller sees. *care.Refusal: somebody is
// rung or comes, or nobody is on duty, which the supervisor is told.
func (s *Store) Ring(ctx context.Context, who care.Staff, key, task string) error {
	if !consult.MayRing(who) {
		return ledger.ErrForbidden
	}
	if !care.IsID(task) {
		return ledger.ErrNotFound
	}
	ring, rung := ledger.DerivedID(who.ID, "ring "+key), true
	err := s.changing(ctx, who, task, func(tx postgres.Tx) error {
		calls, err := read(ctx, tx, selectCall+` AND t.id = $1`, task)
		switch {
		case err != nil:
			return err
		case len(calls) == 0:
			return ledger.ErrNotFound
		case calls[0].Last() != nil && calls[0].Last().ID == ring:
			return nil
		}
		if rule := calls[0].Refuses(s.clock()); rule != "" {
			return care.RefuseChanged(rule)
		}
		rung, err = s.next(ctx, tx, who, task, ring)
		return err
	})
	if err == nil && !rung { // which is told all the same
		err = care.RefuseChanged(consult.NoDuty)
	}
	return err
}

// Answer takes what the caller says to a ring of theirs. ledger.ErrNotFound: it is none of
// theirs, or the consult is over. *care.Refusal: it was answered.
func (s *Store) Answer(ctx context.Context, who care.Staff, id string, answer consult.Answer) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	found := func(ctx context.Context, tx postgres.Tx) (consult.Ring, error) {
		ring, err := postgres.One[consult.Ring](ctx, tx, selectRing+` JOIN task t ON t.id = r.task AND t.ended_at IS NULL WHERE r.id = $1 AND r.staff = $2`, id, who.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			err = ledger.ErrNotFound
		}
		return ring, err
	}
	var task string
	if err := postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, func(tx postgres.Tx) error {
		ring, err := found(ctx, tx)
		task = ring.Task
		return err
	}); err != nil {
		return err
	}
	return s.changing(ctx, who, task, func(tx postgres.Tx) error {
		ring, err := found(ctx, tx)
		if err != nil || ring.Answer == answer {
			return err
		}
		if rule := ring.Refuses(answer); rule == consult.NoAnswer {
			return care.Refuse(care.Fault{Field: "answer", Rule: rule})
		} else if rule != "" {
			return care.RefuseChanged(rule)
		}
		if _, err := tx.Exec(ctx, `UPDATE consult_ring SET answer = $2, answered_at = my_now() WHERE id = $1`, id, string(answer)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT answered_consult($1)`, id); err != nil || answer != consult.Cannot {
			return err
		}
		calls, err := read(ctx, tx, selectCall+` AND t.id = $1`, task)
		if err != nil || len(calls) == 0 || calls[0].Last().ID != id { // somebody else was rung since
			return err
		}
		_, err = s.next(ctx, tx, who, task, ledger.DerivedID(id, "next"))
		return err
	})
}

// next rings the next on duty, for as long as the zone says.
func (s *Store) next(ctx context.Context, tx postgres.Tx, who care.Staff, task, ring string) (rung bool, err error) {
	set, err := s.rules.Current(ctx, tx, who.Zone)
	if err != nil {
		return false, err
	}
	now := s.clock()
	until := now
	if d, ok := set.Deadline(care.DeadlineConsultCall); ok {
		until = set.Calendar.After(now, d.Duration)
	}
	err = tx.QueryRow(ctx, `SELECT ring_consult($1, $2, $3, $4)`, task, ring, now, until).Scan(&rung)
	return rung, err
}

// changing runs work while nobody else rings for the consult, or answers.
func (s *Store) changing(ctx context.Context, who care.Staff, task string, work func(postgres.Tx) error) error {
	lock := func(b *pgx.Batch) {
		b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('consult ' || $1, 0))`, task)
	}
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), lock, work)
}
