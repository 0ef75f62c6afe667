// Package notices reads what people are to be told: that what they wrote was accepted and
// refused later, that somebody outside of its circle opened it, that a mistake waits for
// them to confirm it, or that nobody has confirmed theirs.
package notices

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/undoing"
)

// Store keeps the notices. A transaction of the database writes one as it refuses
// an accepted command; its author alone reads it.
type Store struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Store { return &Store{pool, clock} }

// most is how many notices are read at once. Whoever has more sees the next ones
// when these are dismissed.
const most = 100

const selectNotice = `SELECT n.command_id::text AS id, n.at, c.created_at, c.operation, c.refusal, c.data,
	coalesce(f.id::text, '') AS case_id, coalesce(f.number, '') AS case_number,
	coalesce(t.id::text, '') AS task_id, coalesce(t.kind, '') AS task, t.id IS NOT NULL AND t.ended_at IS NULL AS task_open,
	coalesce(r.id::text, '') AS referral_id
	FROM notice n JOIN command c ON c.id = n.command_id LEFT JOIN case_file f ON f.id = c.case_id
		LEFT JOIN task t ON t.id = nullif(c.target, '')::uuid LEFT JOIN referral r ON r.id = nullif(c.target, '')::uuid
	WHERE n.dismissed_at IS NULL ORDER BY n.at DESC, n.command_id LIMIT $1`

// openings are those of what the caller wrote that they do not know of yet.
const openings = `SELECT o.id::text, o.at, coalesce(f.id::text, '') AS case_id, coalesce(f.number, '') AS case_number, o.record_id::text, r.kind AS form, r.created_at AS written,
	s.name AS by_name, o.role AS by_role, o.agency AS by_agency, o.reason
	FROM record_opening o JOIN record r ON r.id = o.record_id JOIN staff s ON s.id = o.staff LEFT JOIN case_file f ON f.id = r.case_id
	WHERE o.author = my('staff')::uuid AND o.dismissed_at IS NULL ORDER BY o.at DESC, o.id LIMIT $1`

type openingRow struct {
	ID         string    `db:"id"`
	At         time.Time `db:"at"`
	CaseID     string    `db:"case_id"`
	CaseNumber string    `db:"case_number"`
	ledger.RecordOpening
}

type mistakeRow struct {
	ID         string    `db:"id"`
	CaseID     string    `db:"case_id"`
	CaseNumber string    `db:"number"`
	At         time.Time `db:"at"`
	undoing.Awaited
}

// Notices lists those of the caller that are not dismissed, the newest first. The
// read is audited, since a form is about somebody.
func (n *Store) Notices(ctx context.Context, s care.Staff) (list []ledger.Notice, err error) {
	err = n.within(ctx, s, func(tx postgres.Tx) error {
		if list, err = postgres.Many[ledger.Notice](ctx, tx, selectNotice, most); err != nil {
			return err
		}
		opened, err := postgres.Many[openingRow](ctx, tx, openings, most)
		for _, o := range opened {
			list = append(list, ledger.Notice{ID: o.ID, At: o.At, Asked: o.Written, CaseID: o.CaseID, CaseNumber: o.CaseNumber, Opened: &o.RecordOpening})
		}
		if err != nil {
			return err
		}
		mistakes, err := mistakes(ctx, tx, `SELECT * FROM mistakes_told()`)
		if err != nil {
			return err
		}
		list = append(list, mistakes...)
		slices.SortStableFunc(list, func(a, b ledger.Notice) int { return b.At.Compare(a.At) })
		return noteReading(ctx, tx, list)
	})
	return list, err
}

// ToConfirm lists the mistakes that wait for the caller to confirm them, those first whose
// term is over first.
func (n *Store) ToConfirm(ctx context.Context, s care.Staff) (list []ledger.Notice, err error) {
	err = n.within(ctx, s, func(tx postgres.Tx) error {
		if list, err = mistakes(ctx, tx, `SELECT * FROM mistakes_told() WHERE NOT lapsed`); err != nil {
			return err
		}
		return noteReading(ctx, tx, list)
	})
	return list, err
}

func mistakes(ctx context.Context, tx postgres.Tx, sql string) (list []ledger.Notice, err error) {
	rows, err := postgres.Many[mistakeRow](ctx, tx, sql)
	for _, m := range rows {
		list = append(list, ledger.Notice{ID: m.ID, At: m.At, Asked: m.At, CaseID: m.CaseID, CaseNumber: m.CaseNumber, Mistake: &m.Awaited})
	}
	return list, err
}

// noteReading audits that a list was read, where there is something in it.
func noteReading(ctx context.Context, tx postgres.Tx, list []ledger.Notice) error {
	if len(list) == 0 {
		return nil
	}
	cases, things := []string{}, []string{}
	for _, notice := range list {
		if notice.CaseID != "" {
			cases = append(cases, notice.CaseID)
		} else {
			things = append(things, notice.ID)
		}
	}
	_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, $4)`, ledger.ListNotices, ledger.ReadingPurposes[ledger.ListNotices], cases, strings.Join(things, " "))
	return err
}

// CountNotices counts those of the caller that are not dismissed. rung: they are called to a desk
// for a consult that nobody comes to yet, and have not answered.
func (n *Store) CountNotices(ctx context.Context, s care.Staff) (count int, rung bool, err error) {
	err = n.within(ctx, s, func(tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM notice WHERE dismissed_at IS NULL)
			+ (SELECT count(*) FROM record_opening WHERE author = my('staff')::uuid AND dismissed_at IS NULL)
			+ (SELECT count(*) FROM mistakes_here()),
			EXISTS (SELECT FROM consult_ring r JOIN task t ON t.id = r.task AND t.ended_at IS NULL WHERE r.staff = my('staff')::uuid AND r.answer = ''
				AND NOT EXISTS (SELECT FROM consult_ring o WHERE o.task = r.task AND o.answer IN ('coming', 'in_ten_minutes')))`).Scan(&count, &rung)
	})
	return count, rung, err
}

// DismissNotice says that the caller knows; saying it again changes nothing.
// ledger.ErrNotFound: there is no such notice of theirs.
func (n *Store) DismissNotice(ctx context.Context, s care.Staff, id string) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	return n.within(ctx, s, func(tx postgres.Tx) error {
		for _, sql := range []string{`UPDATE notice SET dismissed_at = coalesce(dismissed_at, $2) WHERE command_id = $1`,
			`UPDATE record_opening SET dismissed_at = coalesce(dismissed_at, $2) WHERE id = $1`} {
			if tag, err := tx.Exec(ctx, sql, id, n.clock()); err != nil || tag.RowsAffected() > 0 {
				return err
			}
		}
		var known bool
		if err := tx.QueryRow(ctx, `SELECT dismiss_mistake($1, $2)`, id, n.clock()).Scan(&known); err != nil || known {
			return err
		}
		return ledger.ErrNotFound
	})
}

func (n *Store) within(ctx context.Context, s care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, n.pool, postgres.App(s, n.clock()), nil, work)
}
