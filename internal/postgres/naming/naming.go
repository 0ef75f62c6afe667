// Package naming keeps the keys of people's names, by which their case files are found.
package naming

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
)

// The kinds of keys in Postgres.
const (
	word   = "word"
	within = "within"
	whole  = "whole"
	born   = "born"
)

// Rows are the kinds and the keys of a name, as Postgres keeps them.
func Rows(k names.Keys) (kinds, keys []string) {
	add := func(kind string, list ...string) {
		for _, key := range list {
			if key != "" {
				kinds, keys = append(kinds, kind), append(keys, key)
			}
		}
	}
	add(word, k.Words...)
	add(within, k.Within...)
	add(whole, k.Wholes...)
	add(born, k.Born)
	return kinds, keys
}

// Keep gives what writes the keys of a person who has none yet, in the transaction
// that writes the person's names.
func Keep(caseID string, p ledger.Person) (sql string, args []any) {
	kinds, keys := Rows(names.Of(p.GivenName, p.FamilyName, p.BirthDate))
	return `SELECT keep_keys($1, $2, $3)`, []any{caseID, kinds, keys}
}

// File is where a search goes on: a case file by its time and id.
type File struct {
	ID     string    `db:"id"`
	Opened time.Time `db:"opened_at"`
}

// Find lists the files that a search finds among those that the caller sees, the
// newest first. from nil: from the newest on; else those that come after it.
func Find(ctx context.Context, tx postgres.Tx, asked names.Asked, from *File, most int) ([]File, error) {
	if asked.Empty() {
		return nil, nil
	}
	if from == nil {
		return postgres.Many[File](ctx, tx, `SELECT id::text, opened_at FROM find_files($1, $2, $3, 'infinity', gen_random_uuid(), $4)`,
			asked.Words, asked.Number, asked.Text, most)
	}
	return postgres.Many[File](ctx, tx, `SELECT id::text, opened_at FROM find_files($1, $2, $3, $4, $5, $6)`, asked.Words, asked.Number, asked.Text, from.Opened, from.ID, most)
}

// Same lists the open files that seem to be of a person among those that the caller
// sees, other than a case's own (empty: all), the newest first and no more than most.
func Same(ctx context.Context, tx postgres.Tx, p ledger.Person, but string, most int) ([]string, error) {
	k := names.Of(p.GivenName, p.FamilyName, p.BirthDate)
	rows, _ := tx.Query(ctx, `SELECT id::text FROM find_same($1, $2, $3, $4, $5, nullif($6, '')::uuid, $7) AS id`,
		postgres.OrEmpty(k.Wholes), k.Born, p.GivenName, p.FamilyName, p.BirthDate, but, most)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// batch is how many people are given their keys in one transaction.
const batch = 500

// Complete gives keys to everybody who has none, or those of an older version. It can
// be cut off and begun again, by several at once. The pool acts as the owner of the tables.
func Complete(ctx context.Context, owner *pgxpool.Pool) (people int, err error) {
	for {
		n, err := completeSome(ctx, owner)
		people += n
		if err != nil || n == 0 {
			return people, postgres.FaultOf(err, false)
		}
	}
}

// completeSome gives keys to some of them.
func completeSome(ctx context.Context, owner *pgxpool.Pool) (n int, err error) {
	type row struct {
		Case   string    `db:"case_id"`
		Given  string    `db:"given_name"`
		Family string    `db:"family_name"`
		Born   time.Time `db:"birth_date"`
	}
	err = pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error {
		rows, err := postgres.Many[row](ctx, tx, `SELECT case_id::text, given_name, family_name, birth_date FROM person
			WHERE keys < $1 LIMIT $2 FOR UPDATE SKIP LOCKED`, names.Version, batch)
		if err != nil {
			return err
		}
		n = len(rows)
		b := &pgx.Batch{}
		for _, r := range rows {
			b.Queue(`DELETE FROM person_key WHERE case_id = $1`, r.Case)
			sql, args := Keep(r.Case, ledger.Person{GivenName: r.Given, FamilyName: r.Family, BirthDate: r.Born})
			b.Queue(sql, args...)
			b.Queue(`UPDATE person SET keys = $2 WHERE case_id = $1`, r.Case, names.Version)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return n, err
}
