// Package critical keeps the days of a case after which something is lost, and reads them as
// whoever asks.
package critical

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/critical"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// moments are what the timeline says of each operation: never which day, nor what happens then.
var moments = map[care.Operation]string{care.OpAddDate: "date_added", care.OpMoveDate: "date_corrected", care.OpEndDate: "date_over"}

// Work adds a day, corrects one or ends it, as a member of staff asks; or says why not.
// Whoever asks meanwhile waits for the case's run. The words are in the record that the form
// becomes.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	kind, err := postgres.FormOf(catalogue.AddDate, c.Data)
	if err != nil {
		return nil, err
	}
	form, err := postgres.FormOf(catalogue.MoveDate, c.Data) // which has the other fields of all three
	if err != nil {
		return nil, err
	}
	var rule *string
	err = tx.QueryRow(ctx, `SELECT keep_date($1, $2, nullif($3, '')::uuid, $4, $5, nullif($6, '')::uuid, $7, $8)`,
		own, id, form.Date, kind.Kind, form.On.Time(), form.Watcher, c.Operation == care.OpEndDate, at).Scan(&rule)
	switch {
	case err != nil:
		return nil, err
	case rule == nil:
		return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, moments[c.Operation], "")
	case *rule == critical.UnknownCase:
		return nil, ledger.ErrNotFound
	case *rule == critical.Ended:
		return &care.Refusal{Code: care.RefusedEnded}, nil
	}
	return care.Refuse(care.Fault{Field: critical.Field(*rule), Rule: *rule}), nil
}

// Of reads the days of a case, those that are over last.
func Of(ctx context.Context, tx postgres.Tx, c *ledger.Case) (err error) {
	c.Dates, err = postgres.Many[critical.Date](ctx, tx, `SELECT * FROM dates_of($1)`, c.ID)
	for i := range c.Dates {
		c.Dates[i].Day = care.Date(c.Dates[i].On)
	}
	return err
}

// Store reads the days that somebody watches.
type Store struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Store { return &Store{pool, clock} }

// watched looks the files up by their ids: of a join by an id as text Postgres reads them all.
const watched = `WITH d AS MATERIALIZED (SELECT * FROM dates_watched_here($1)), x AS (SELECT f.id::text, f.number, p.given_name || ' ' || p.family_name AS name
		FROM case_file f LEFT JOIN person p ON p.case_id = f.id WHERE f.id = ANY (ARRAY(SELECT case_id::uuid FROM d)))
	SELECT d.id, d.case_id, d.kind, d.on_day, coalesce(x.number, '') AS number, btrim(coalesce(x.name, '')) AS person FROM d LEFT JOIN x ON x.id = d.case_id ORDER BY d.on_day, d.id`

// WatchedDates lists the days until another that the caller watches now, themselves or in the
// place of somebody, the first first. That they were read leaves a line.
func (s *Store) WatchedDates(ctx context.Context, who care.Staff, until time.Time) (list []critical.Watched, err error) {
	err = postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, func(tx postgres.Tx) error {
		list, err = postgres.Many[critical.Watched](ctx, tx, watched, until)
		if err != nil || len(list) == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ListCases, ledger.ReadingPurposes[ledger.ListCases], postgres.IDs(list, func(w critical.Watched) string { return w.CaseID }))
		return err
	})
	return list, err
}
