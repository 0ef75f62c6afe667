// Package doubles keeps which case files may be of one person.
package doubles

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/fiscal"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
)

// Pairs reads them as the member of staff who asks.
type Pairs struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds it on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Pairs { return &Pairs{pool, clock} }

// Sizes of a page: how many pairs it shows, and how many are compared for it at most.
const (
	usual    = 25
	compared = 100
)

// place is from where on a list goes on.
type place struct {
	At         time.Time
	File, Twin string
}

type row struct {
	At   time.Time `db:"at"`
	File string    `db:"file"`
	Twin string    `db:"twin"`
}

// person is a file of a pair.
type person struct {
	ID     string     `db:"id"`
	Number string     `db:"number"`
	Given  string     `db:"given_name"`
	Family string     `db:"family_name"`
	Born   time.Time  `db:"birth_date"`
	Year   bool       `db:"birth_year_only"`
	Code   string     `db:"fiscal_code"`
	Opened time.Time  `db:"opened_at"`
	Closed *time.Time `db:"closed_at"`
}

func (p person) compared() names.Person {
	return names.Person{Given: p.Given, Family: p.Family, Born: p.Born, Code: fiscal.Key(p.Code)}
}

func (p person) shown() ledger.DoubleFile {
	return ledger.DoubleFile{ID: p.ID, Number: p.Number, GivenName: p.Given, FamilyName: p.Family, BirthDate: p.Born, YearOnly: p.Year, OpenedAt: p.Opened, ClosedAt: p.Closed}
}

// Doubles lists the pairs of files that may be of one person among those that the caller
// sees, one of each open at least, those first that were found last, without those of which
// somebody has said that they are two people. The read is audited. ledger.ErrForbidden: the
// caller merges no files.
func (d *Pairs) Doubles(ctx context.Context, who care.Staff, p ledger.Paging) (page ledger.Page[ledger.Double], err error) {
	if !slices.Contains(catalogue.Merge.Asks, who.Role) {
		return page, ledger.ErrForbidden
	}
	after := place{File: uuid.Nil.String(), Twin: uuid.Nil.String()} // none comes after infinity with them
	if p.Cursor != "" {
		if after, err = placeOf(p.Cursor); err != nil {
			return page, err
		}
	}
	limit := usual
	if p.Limit > 0 {
		limit = min(p.Limit, compared)
	}
	err = postgres.Within(ctx, d.pool, postgres.App(who, d.clock()), nil, func(tx postgres.Tx) error {
		before := pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
		if p.Cursor != "" {
			before = pgtype.Timestamptz{Time: after.At, Valid: true}
		}
		pairs, err := postgres.Many[row](ctx, tx, `SELECT a.at, a.file::text, a.twin::text FROM alike a
				JOIN case_file f ON f.id = a.file AND f.merged_into IS NULL JOIN case_file t ON t.id = a.twin AND t.merged_into IS NULL
			WHERE a.zone = my('zone') AND (a.at, a.file, a.twin) < ($1, $2, $3) AND (f.closed_at IS NULL OR t.closed_at IS NULL)
				AND NOT EXISTS (SELECT FROM told_apart o WHERE o.case_id = a.file AND o.other_id = a.twin)
				AND NOT EXISTS (SELECT FROM told_apart o WHERE o.case_id = a.twin AND o.other_id = a.file)
			ORDER BY a.at DESC, a.file DESC, a.twin DESC LIMIT $4`, before, after.File, after.Twin, compared+1)
		if err != nil {
			return err
		}
		page, err = likely(ctx, tx, pairs, limit)
		if err != nil || len(page.Items) == 0 {
			return err
		}
		var cases []string
		for _, pair := range page.Items {
			cases = append(cases, pair.Files[0].ID, pair.Files[1].ID)
		}
		slices.Sort(cases)
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ListMergeable, ledger.ReadingPurposes[ledger.ListMergeable], slices.Compact(cases))
		return err
	})
	return page, err
}

// likely leaves of pairs those that are alike, as many as a page has.
func likely(ctx context.Context, tx postgres.Tx, pairs []row, limit int) (page ledger.Page[ledger.Double], err error) {
	var ids []string
	for _, pair := range pairs {
		ids = append(ids, pair.File, pair.Twin)
	}
	rows, err := postgres.Many[person](ctx, tx, `SELECT f.id::text, f.number, p.given_name, p.family_name, p.birth_date, p.birth_year_only, p.fiscal_code, f.opened_at, f.closed_at
		FROM case_file f JOIN person p ON p.case_id = f.id WHERE f.id = ANY ($1)`, postgres.OrEmpty(ids))
	if err != nil {
		return page, err
	}
	people := map[string]person{}
	for _, p := range rows {
		people[p.ID] = p
	}
	for i, pair := range pairs {
		if i == compared || len(page.Items) == limit {
			last := pairs[i-1]
			page.Next = place(last).cursor()
			break
		}
		a, b := people[pair.File], people[pair.Twin]
		if a.Opened.After(b.Opened) {
			a, b = b, a
		}
		if like := names.Like(a.compared(), b.compared()); like.Code || like.Offered() && like.Born != names.OtherBirth {
			page.Items = append(page.Items, ledger.Double{Files: [2]ledger.DoubleFile{a.shown(), b.shown()}, Like: like})
		}
	}
	return page, nil
}

// TellApart says that two files are of two people: neither is taken for the other's any more.
// Said twice it is said once. ledger.ErrNotFound: the caller does not see both, or there is no
// such pair. ledger.ErrForbidden: they merge no files.
func (d *Pairs) TellApart(ctx context.Context, who care.Staff, file, other string) error {
	switch {
	case !slices.Contains(catalogue.Merge.Asks, who.Role):
		return ledger.ErrForbidden
	case !care.IsID(file) || !care.IsID(other):
		return ledger.ErrNotFound
	}
	return postgres.Within(ctx, d.pool, postgres.App(who, d.clock()), nil, func(tx postgres.Tx) error {
		var known, said bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM alike WHERE (file, twin) IN (($1::uuid, $2::uuid), ($2, $1))),
			EXISTS (SELECT FROM told_apart WHERE (case_id, other_id) IN (($1::uuid, $2::uuid), ($2, $1)))`, file, other).Scan(&known, &said)
		switch {
		case err != nil:
			return err
		case !known:
			return ledger.ErrNotFound
		case said:
			return nil
		}
		tag, err := tx.Exec(ctx, `INSERT INTO told_apart (case_id, other_id, zone, by_staff) VALUES ($1, $2, my('zone'), my('staff')::uuid) ON CONFLICT DO NOTHING`, file, other)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT note_act($1, c) FROM unnest($2::uuid[]) c`, ledger.ToldApart, []string{file, other})
		return err
	})
}

func (p place) cursor() string {
	text, _ := json.Marshal(p) // of a time and two texts
	return base64.RawURLEncoding.EncodeToString(text)
}

func placeOf(cursor string) (p place, err error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(text, &p) != nil || !care.IsID(p.File) || !care.IsID(p.Twin) {
		return p, ledger.ErrCursor
	}
	return p, nil
}
