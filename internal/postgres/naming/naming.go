// Package naming keeps the keys by which people's case files are found.
package naming

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/finding"
	"percorso/internal/fiscal"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
	"percorso/internal/reach"
	"percorso/internal/telephone"
)

// The kinds of keys in Postgres.
const (
	word   = "word"
	within = "within"
	whole  = "whole"
	born   = "born"
	day    = "day"
	sound  = "sound"
	birth  = "birth"
	phone  = "phone"
	code   = "fiscal"
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
	add(day, k.Days...)
	add(sound, k.Sounds...)
	add(word, k.Heard...)
	return kinds, keys
}

// Of are the kinds and the keys by which a person is found: by names, day of birth,
// telephone and codice fiscale.
func Of(p ledger.Person) (kinds, keys []string) {
	kinds, keys = Rows(names.Of(p.GivenName, p.FamilyName, p.BirthDate))
	if !p.BirthDate.IsZero() {
		key := finding.Birth(p.BirthDate)
		if p.YearOnly {
			key = finding.BirthYear(p.BirthDate)
		}
		kinds, keys = append(kinds, birth), append(keys, key)
	}
	var numbers []string
	for _, c := range p.Reached() {
		if c.Kind == reach.Phone {
			numbers = append(numbers, telephone.Keys(c.Value)...)
		}
	}
	slices.Sort(numbers)
	for _, number := range slices.Compact(numbers) {
		kinds, keys = append(kinds, phone), append(keys, number)
	}
	if key := finding.Code(p.FiscalCode); key != "" {
		kinds, keys = append(kinds, code), append(keys, key)
	}
	return kinds, keys
}

// Keep gives what writes the keys of a person who has none yet, in the transaction
// that writes the person.
func Keep(caseID string, p ledger.Person) (sql string, args []any) {
	kinds, keys := Of(p)
	return `SELECT keep_keys($1, $2, $3)`, []any{caseID, kinds, keys}
}

// File is a case file that is found, by which a search also goes on.
type File struct {
	ID     string       `db:"id"`
	Opened time.Time    `db:"opened_at"`
	Born   time.Time    `db:"birth_date"`
	By     []finding.By `db:"-"`
}

// Find lists the files that a search finds in one of some ways among those that the
// caller sees, the newest first. from nil: from the newest on; else those that come
// after it.
func Find(ctx context.Context, tx postgres.Tx, ways []finding.Way, from *File, most int) (files []File, err error) {
	at := map[string]int{}
	for _, way := range ways {
		found, err := find(ctx, tx, way.Asked, from, most)
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			i, known := at[file.ID]
			if !known {
				i, files = len(files), append(files, file)
				at[file.ID] = i
			}
			if !slices.Contains(files[i].By, way.By) && (!known || way.By != finding.ByHeard) {
				files[i].By = append(files[i].By, way.By)
			}
		}
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Or(b.Opened.Compare(a.Opened), strings.Compare(b.ID, a.ID)) })
	return files[:min(len(files), most)], nil
}

// find lists those that are found in one way.
func find(ctx context.Context, tx postgres.Tx, asked names.Asked, from *File, most int) ([]File, error) {
	at, id := pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}, uuid.NewString()
	if from != nil {
		at, id = pgtype.Timestamptz{Time: from.Opened, Valid: true}, from.ID
	}
	return postgres.Many[File](ctx, tx, `SELECT f.id::text, f.opened_at, p.birth_date FROM find_files($1, $2, $3, $4, $5, $6) f JOIN person p ON p.case_id = f.id`,
		asked.Words, asked.Number, asked.Text, at, id, most)
}

// Like is a file that may be of a person, and in what the two are alike.
type Like struct {
	Case string
	Born time.Time
	In   names.Likeness
	// Somebody has said that the two are not of one person.
	Apart bool
}

// compared is how many files are compared with a person at most.
const compared = 300

// Which files may be listed as those of a person.
const (
	Open = false // those that are open
	All  = true  // closed ones too, but for those that another file goes on for
)

// TellApart notes that the person of a case is none of those whose files may be of them:
// no file that the caller was offered is taken for a likely one of that case again.
func TellApart(ctx context.Context, tx postgres.Tx, caseID string, p ledger.Person, most int) error {
	same, err := Same(ctx, tx, p, All, "", most)
	if err != nil || len(same) == 0 {
		return err
	}
	others := make([]string, len(same))
	for i, l := range same {
		others[i] = l.Case
	}
	_, err = tx.Exec(ctx, `INSERT INTO told_apart (case_id, other_id, zone, by_staff) SELECT $1, o, my('zone'), my('staff')::uuid FROM unnest($2::uuid[]) o`, caseID, others)
	return err
}

// Same lists the files that may be of a person (of open ones also those of somebody with the
// same family name and day of birth, who is looked for by hand) among those that the caller sees, other
// than a case's own and those of which somebody has said that they are somebody else's
// (empty: all), the likeliest first and no more than most.
func Same(ctx context.Context, tx postgres.Tx, p ledger.Person, which bool, but string, most int) (list []Like, err error) {
	k := names.Of(p.GivenName, p.FamilyName, p.BirthDate)
	type row struct {
		Case   string    `db:"case_id"`
		Given  string    `db:"given_name"`
		Family string    `db:"family_name"`
		Born   time.Time `db:"birth_date"`
		Year   bool      `db:"birth_year_only"`
		Code   string    `db:"fiscal_code"`
	}
	of := names.Person{Given: p.GivenName, Family: p.FamilyName, Born: p.BirthDate, YearOnly: p.YearOnly, Code: fiscal.Key(p.FiscalCode)}
	rows, err := postgres.Many[row](ctx, tx, `SELECT p.case_id::text, p.given_name, p.family_name, p.birth_date, p.birth_year_only, p.fiscal_code
		FROM (SELECT l.id, min(l.n) AS n FROM (
				SELECT a.id, a.n FROM find_like($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, '')::uuid, $10) WITH ORDINALITY a (id, n)
				UNION ALL SELECT b, 0 FROM find_coded($11, $8, nullif($9, '')::uuid, $10) b) l GROUP BY l.id) f JOIN person p ON p.case_id = f.id
		WHERE NOT EXISTS (SELECT FROM told_apart a WHERE a.case_id = nullif($9, '')::uuid AND a.other_id = f.id
			OR a.case_id = f.id AND a.other_id = nullif($9, '')::uuid) ORDER BY f.n`,
		postgres.OrEmpty(k.Wholes), k.Born, append(k.Days, names.Exchanged(p.GivenName, p.FamilyName, p.BirthDate)...), postgres.OrEmpty(k.Sounds),
		p.GivenName, p.FamilyName, p.BirthDate, which, but, compared, finding.Code(p.FiscalCode))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		in := names.Like(of, names.Person{Given: r.Given, Family: r.Family, Born: r.Born, YearOnly: r.Year, Code: fiscal.Key(r.Code)})
		if in.Offered() || !which && in.Any() {
			list = append(list, Like{Case: r.Case, Born: r.Born, In: in})
		}
	}
	slices.SortStableFunc(list, func(a, b Like) int { return a.In.Rank() - b.In.Rank() })
	return list[:min(len(list), most)], nil
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
		Case     string      `db:"case_id"`
		Given    string      `db:"given_name"`
		Family   string      `db:"family_name"`
		Born     time.Time   `db:"birth_date"`
		Year     bool        `db:"birth_year_only"`
		Phone    string      `db:"phone"`
		Code     string      `db:"fiscal_code"`
		Contacts []reach.Way `db:"contacts"`
	}
	err = pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error {
		rows, err := postgres.Many[row](ctx, tx, `SELECT case_id::text, given_name, family_name, birth_date, birth_year_only, phone, fiscal_code, contacts FROM person
			WHERE keys < $1 LIMIT $2 FOR UPDATE SKIP LOCKED`, names.Version, batch)
		if err != nil {
			return err
		}
		n = len(rows)
		b := &pgx.Batch{}
		for _, r := range rows {
			b.Queue(`DELETE FROM person_key WHERE case_id = $1`, r.Case)
			sql, args := Keep(r.Case, ledger.Person{GivenName: r.Given, FamilyName: r.Family, BirthDate: r.Born, YearOnly: r.Year, Phone: r.Phone, FiscalCode: r.Code, Contacts: r.Contacts})
			b.Queue(sql, args...)
			b.Queue(`UPDATE person SET keys = $2 WHERE case_id = $1`, r.Case, names.Version)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return n, err
}
