// Package absences keeps when staff are away, and who works their tasks meanwhile.
package absences

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/absence"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Store keeps the absences. What is over, nobody reads and nothing keeps.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, rules *postgres.Rules, clock func() time.Time) *Store {
	return &Store{pool, rules, clock}
}

const selectAbsence = `SELECT a.id::text, s.id::text AS staff_id, s.name, s.role, s.agency, a.first_day, a.last_day,
	coalesce(t.id::text, '') AS substitute_id, coalesce(t.name, '') AS substitute_name
	FROM absence a JOIN staff s ON s.id = a.staff AND s.active LEFT JOIN staff t ON t.id = a.substitute AND t.active`

// Absences lists what is now and to come, the first first: the caller's own and those in
// which they stand in for somebody; a supervisor's of the whole zone.
func (s *Store) Absences(ctx context.Context, who care.Staff) (list []absence.Entry, err error) {
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[absence.Entry](ctx, tx, selectAbsence+` WHERE a.staff = $1 OR a.substitute = $1 OR $2 ORDER BY a.first_day, s.name, a.id`,
			who.ID, who.Role == care.Supervisor)
		return err
	})
	return list, err
}

// EnterAbsence enters that somebody is away, the caller where no other is named. With the
// same key again it gives what was entered. ledger.ErrNotFound: nobody of that id is at work
// in the zone. ledger.ErrForbidden: it is not the caller's to say. *care.Refusal: a field
// breaks a rule. ledger.ErrKeyReused: the key was of something else.
func (s *Store) EnterAbsence(ctx context.Context, who care.Staff, key, of string, form absence.Days) (entered absence.Entry, err error) {
	id := ledger.DerivedID(who.ID, "absence "+key)
	if of == "" {
		of = who.ID
	}
	err = s.changing(ctx, who, func(tx postgres.Tx, now time.Time) error {
		entered, err = postgres.One[absence.Entry](ctx, tx, selectAbsence+` WHERE a.id = $1`, id)
		span := absence.Span{First: entered.First, Last: entered.Last}
		switch {
		case err == nil && (entered.StaffID != of || span != form.Span() || entered.SubstituteID != form.Substitute):
			return ledger.ErrKeyReused
		case err == nil:
			return nil
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		if err := refuse(ctx, tx, who, of, id, form, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO absence (id, staff, first_day, last_day, substitute) VALUES ($1, $2, $3, $4, nullif($5, '')::uuid)`,
			id, of, form.Span().First, form.Span().Last, form.Substitute)
		if err != nil {
			return err
		}
		if entered, err = postgres.One[absence.Entry](ctx, tx, selectAbsence+` WHERE a.id = $1`, id); err != nil {
			return err
		}
		return note(ctx, tx, absence.LineEntered, of)
	})
	return entered, err
}

// ChangeAbsence changes the days or the substitute. ledger.ErrNotFound: there is none of that
// id now or to come that the caller may change. *care.Refusal: a field breaks a rule, or somebody
// has changed it since the caller looked.
func (s *Store) ChangeAbsence(ctx context.Context, who care.Staff, id string, form absence.Days) (changed absence.Entry, err error) {
	err = s.changing(ctx, who, func(tx postgres.Tx, now time.Time) error {
		was, err := changeable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if refusal := was.Meanwhile(form.Seen); refusal != nil {
			return refusal
		}
		if err := refuse(ctx, tx, who, was.StaffID, id, form, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE absence SET first_day = $2, last_day = $3, substitute = nullif($4, '')::uuid WHERE id = $1`,
			id, form.Span().First, form.Span().Last, form.Substitute)
		if err != nil {
			return err
		}
		if changed, err = postgres.One[absence.Entry](ctx, tx, selectAbsence+` WHERE a.id = $1`, id); err != nil {
			return err
		}
		return note(ctx, tx, absence.LineChanged, was.StaffID)
	})
	return changed, err
}

// EndAbsence ends an absence at once, or calls it off. ledger.ErrNotFound: there is none of
// that id now or to come that the caller may end. *care.Refusal: it is not as they have seen it.
func (s *Store) EndAbsence(ctx context.Context, who care.Staff, id, seen string) error {
	return s.changing(ctx, who, func(tx postgres.Tx, _ time.Time) error {
		was, err := changeable(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if refusal := was.Meanwhile(seen); refusal != nil {
			return refusal
		}
		if _, err := tx.Exec(ctx, `DELETE FROM absence WHERE id = $1`, id); err != nil {
			return err
		}
		return note(ctx, tx, absence.LineEnded, was.StaffID)
	})
}

// changing runs work while nobody else in the zone changes any absence: whether somebody may
// stand in depends on two of them.
func (s *Store) changing(ctx context.Context, who care.Staff, work func(tx postgres.Tx, now time.Time) error) error {
	lock := func(b *pgx.Batch) {
		b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('absences of ' || my('zone'), 0))`)
	}
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), lock, func(tx postgres.Tx) error {
		rules, err := s.rules.Current(ctx, tx, who.Zone)
		if err != nil {
			return err
		}
		now := rules.There(s.clock())
		if _, err := tx.Exec(ctx, `SELECT forget_absences($1)`, care.DayOf(now)); err != nil {
			return err
		}
		return work(tx, now)
	})
}

// changeable is an absence, where the caller may change it.
func changeable(ctx context.Context, tx postgres.Tx, who care.Staff, id string) (found absence.Entry, err error) {
	if !care.IsID(id) {
		return found, ledger.ErrNotFound
	}
	found, err = postgres.One[absence.Entry](ctx, tx, selectAbsence+` WHERE a.id = $1`, id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !absence.MayEnter(who, care.Staff{ID: found.StaffID, Zone: who.Zone}) {
		err = ledger.ErrNotFound
	}
	return found, err
}

// refuse asks what the form and the absences of the two say, under the lock of the zone's.
func refuse(ctx context.Context, tx postgres.Tx, who care.Staff, of, id string, form absence.Days, now time.Time) error {
	if faults := form.Check(now); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	away, err := colleague(ctx, tx, of)
	switch {
	case err != nil:
		return err
	case away == nil:
		return ledger.ErrNotFound
	case !absence.MayEnter(who, *away):
		return ledger.ErrForbidden
	}
	to, err := colleague(ctx, tx, form.Substitute)
	if err != nil {
		return err
	}
	own, err := spans(ctx, tx, of, id)
	if err != nil {
		return err
	}
	theirs, err := spans(ctx, tx, form.Substitute, id)
	if err != nil {
		return err
	}
	if faults := form.Refuse(*away, own, to, theirs); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	return nil
}

// colleague is who is at work in the caller's zone; nil: nobody of that id is.
func colleague(ctx context.Context, tx postgres.Tx, id string) (*care.Staff, error) {
	if !care.IsID(id) {
		return nil, nil
	}
	s := care.Staff{ID: id}
	err := tx.QueryRow(ctx, `SELECT role, zone, agency, coalesce(identity, '') FROM staff WHERE id = $1 AND active AND zone = my('zone')`, id).Scan(&s.Role, &s.Zone, &s.Agency, &s.Identity)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &s, err
}

// spans are the days on which somebody is away, but for one absence.
func spans(ctx context.Context, tx postgres.Tx, of, but string) ([]absence.Span, error) {
	rows, _ := tx.Query(ctx, `SELECT first_day, last_day FROM absence WHERE staff = nullif($1, '')::uuid AND id <> $2`, of, but)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[absence.Span])
}

func note(ctx context.Context, tx postgres.Tx, line, of string) error {
	_, err := tx.Exec(ctx, `SELECT note_absence($1, $2)`, line, of)
	return err
}

func (s *Store) within(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}
