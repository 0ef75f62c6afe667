package records

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
)

// reading is what somebody reads of people, for the line of it in the audit.
type reading struct {
	kind    ledger.Reading
	purpose ledger.ReadingPurpose // empty: what is usual for the kind
	asked   []string              // filters of a list, as codes
	search  string                // what was searched; its keyed digest alone is kept
	cases   []string              // of which something was shown
	things  []string              // ids of what was shown that is of no case

	// What is asked for by its id: where it is there and the caller does not see
	// it, the refusal leaves a line.
	of, id string
}

// nothing says that nobody's data were shown or searched.
func (l *reading) nothing() bool { return len(l.cases)+len(l.things) == 0 && l.search == "" }

// ask notes a filter of a list, where it is set.
func (l *reading) ask(name string, set bool, value string) {
	if set {
		l.asked = append(l.asked, strings.TrimSuffix(name+"="+value, "="))
	}
}

// reads runs work, and writes the line of what it read along with the end of its
// transaction, so that it costs no round trip. Without its line nothing is given.
// All that work reads is of one moment. The line is of a later one: it must see
// whether the same look at the same time has left it already.
func (r *store) reads(ctx context.Context, s care.Staff, l *reading, work func(postgres.Tx) error) error {
	as := postgres.App(s, r.Clock())
	return postgres.Within(ctx, r.pool, as.AtOneMoment(), nil, func(tx postgres.Tx) error {
		err := work(tx)
		batch := &pgx.Batch{}
		batch.Queue("COMMIT")
		as.Begin(batch)
		switch {
		case errors.Is(err, ledger.ErrNotFound) && l.id != "":
			batch.Queue(`SELECT note_refusal($1, $2)`, l.of, l.id)
		case err != nil:
			return err
		case l.nothing():
			return nil
		default:
			batch.Queue(`SELECT note_reading($1, $2, $3, $4, $5, $6)`, l.kind, cmp.Or(l.purpose, ledger.ReadingPurposes[l.kind]),
				strings.Join(l.asked, " "), r.digest(l.search), postgres.OrEmpty(l.cases), strings.Join(l.things, " "))
		}
		batch.Queue("COMMIT")
		if failed := tx.SendBatch(ctx, batch).Close(); failed != nil {
			return failed
		}
		return err
	})
}

// byID reads one row that the caller may see; found says what it shows.
func byID[T any](ctx context.Context, r *store, s care.Staff, l *reading, sql, id string, found func(T)) (row T, err error) {
	if !care.IsID(id) {
		return row, ledger.ErrNotFound
	}
	err = r.reads(ctx, s, l, func(tx postgres.Tx) error {
		if row, err = postgres.One[T](ctx, tx, sql, id); err != nil {
			return postgres.Missing(err)
		}
		found(row)
		return nil
	})
	return row, err
}

// ofCase reads what belongs to a case. ledger.ErrNotFound: sees says that the
// caller does not see it.
func (r *store) ofCase(ctx context.Context, s care.Staff, kind ledger.Reading, caseID string, sees func(context.Context, postgres.Tx, string) error, read func(postgres.Tx) error) error {
	if !care.IsID(caseID) {
		return ledger.ErrNotFound
	}
	l := reading{kind: kind, of: "case", id: caseID, cases: []string{caseID}}
	return r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		if err := sees(ctx, tx, caseID); err != nil {
			return err
		}
		return read(tx)
	})
}

// digest is that of a searched text, which tells whether the same was searched to who
// has the installation's key, and nothing to anybody else.
func (r *store) digest(text string) []byte {
	if text == "" {
		return nil
	}
	sum := hmac.New(sha256.New, r.SearchKey)
	sum.Write([]byte(names.Plain(text)))
	return sum.Sum(nil)
}
