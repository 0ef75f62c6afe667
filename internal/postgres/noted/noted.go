// Package noted keeps what is said of a person beside their path, where the form is the record
// and nothing else of the case changes.
package noted

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/noted"
	"percorso/internal/postgres"
)

// The columns of case_file that end what may be said once they are filled in.
const (
	Closed = "closed_at"
	Merged = "merged_into" // a closed file takes it too: say the number in a system that goes on after it
)

// said is what a form says of what its author has seen, since when what it says is so, and what it
// is one of several of: each system has a number of its own. All forms that are noted have these names.
type said struct {
	On     *care.Date  `json:"on"`
	Seen   *noted.Seen `json:"seen"`
	System string      `json:"system"`
}

// latest is the record that stands of what a form says, of those that the caller may know.
const latest = `SELECT coalesce((SELECT id FROM records_of($1, NULL, ARRAY[$2], NULL, NULL, $4) WHERE $3 = '' OR readable AND data ->> 'system' = $3 LIMIT 1), '')`

// mostLooked is how many of the last records of a form are looked at.
const mostLooked = 100

// Work takes what a member of staff says until the file is over, or says why not, with a line
// in the timeline of the operation's code. Of two who say the same at once the second waits for
// the first, and is told.
func Work(until string) func(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	return func(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
		own := ledger.BareID(c.Run)
		if !care.IsID(own) {
			return nil, ledger.ErrNotFound
		}
		var over bool
		err := tx.QueryRow(ctx, `SELECT `+until+` IS NOT NULL FROM case_file WHERE id = $1`, own).Scan(&over)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil, ledger.ErrNotFound
		case err != nil:
			return nil, err
		case over:
			return &care.Refusal{Code: care.RefusedEnded}, nil
		}
		var form said
		if err := json.Unmarshal(c.Data, &form); err != nil {
			return nil, &ledger.Fault{Place: "a form of what is noted that does not read"}
		}
		if form.On != nil {
			var birth time.Time
			if err := tx.QueryRow(ctx, `SELECT birth_date FROM person WHERE case_id = $1`, own).Scan(&birth); err != nil {
				return nil, err
			}
			if faults := after.Born("on", form.On.Time(), birth, time.UTC); len(faults) > 0 {
				return care.Refuse(faults...), nil
			}
		}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('noted ' || $1 || $2, 0))`, string(c.Operation), own); err != nil {
			return nil, err
		}
		if form.Seen != nil {
			var stands string
			if err := tx.QueryRow(ctx, latest, own, string(c.Operation), form.System, mostLooked).Scan(&stands); err != nil {
				return nil, err
			}
			if refusal := form.Seen.Meanwhile(stands); refusal != nil {
				return refusal, nil
			}
		}
		return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, string(c.Operation), "")
	}
}
