// Package correcting corrects the data of persons, and keeps what they were before.
package correcting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/papers"
	"percorso/internal/postgres"
	"percorso/internal/postgres/naming"
	"percorso/internal/reach"
)

// Work corrects the data of the person of a case, as a member of staff asks; or says why
// not. Whoever asks meanwhile waits for the person's row. The person is found by the
// corrected names from then on, and by those that a merge has set aside.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	form, err := postgres.FormOf(catalogue.Correct, c.Data)
	if err != nil {
		return nil, err
	}
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	var merged *string
	err = tx.QueryRow(ctx, `SELECT merged_into::text FROM lock_person($1)`, own).Scan(&merged)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ledger.ErrNotFound
	case err != nil:
		return nil, err
	case merged != nil:
		return care.Refuse(care.Fault{Rule: correction.RuleMerged}), nil
	}
	known, err := Person(ctx, tx, own)
	if err != nil {
		return nil, err
	}
	if form.Linked != nil {
		sees, err := seen(ctx, tx, known.Linked, *form.Linked)
		if err != nil {
			return nil, err
		}
		if faults := unknownFiles(*form.Linked, sees); len(faults) > 0 {
			return care.Refuse(faults...), nil
		}
		kept := kin.Kept(*form.Linked, known.Linked, sees)
		form.Linked = &kept
	}
	var opened time.Time
	if err := tx.QueryRow(ctx, `SELECT day_of(min(opened_at)) FROM case_file WHERE id = ANY (same_file($1))`, own).Scan(&opened); err != nil {
		return nil, err
	}
	corrected, changes, faults := form.Of(known, opened, s.Role, at)
	switch {
	case slices.ContainsFunc(faults, func(f care.Fault) bool { return f.Rule == correction.RuleMeanwhile }):
		return &care.Refusal{Code: care.RefusedChanged, Faults: faults}, nil
	case len(faults) > 0:
		return care.Refuse(faults...), nil
	}
	kinds, keys, err := keysOf(ctx, tx, own, corrected)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `SELECT correct_person($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		own, id, whole(corrected), names.Version, kinds, keys, changes, form.Note, at); err != nil {
		return nil, err
	}
	fields := make([]string, len(changes))
	for i, change := range changes {
		fields[i] = change.Field
	}
	if slices.Contains(fields, correction.BirthDate) {
		if _, err := tx.Exec(ctx, `SELECT tell_corrected($1, $2, $3)`, own, ledger.DerivedID(c.Run, "corrected "+id), correction.Course); err != nil {
			return nil, err
		}
	}
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "person_corrected", strings.Join(fields, " "))
}

// seen reads which numbers of some people are of files that the caller sees.
func seen(ctx context.Context, tx postgres.Tx, lists ...[]kin.Linked) (sees func(number string) bool, err error) {
	var asked, found []string
	for _, p := range slices.Concat(lists...) {
		if p.File != "" {
			asked = append(asked, p.File)
		}
	}
	if len(asked) > 0 {
		rows, _ := tx.Query(ctx, `SELECT number FROM case_file WHERE number = ANY ($1)`, asked)
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	return func(number string) bool { return slices.Contains(found, number) }, err
}

// unknownFiles says which people are said to have a file that the caller does not see, or
// that there is none: the two are told alike, also of a number that is there already.
func unknownFiles(given []kin.Linked, sees func(number string) bool) []care.Fault {
	var f care.Faults
	for i, p := range given {
		f.Add(p.File == "" || sees(p.File), fmt.Sprintf("%s[%d].file", correction.Linked, i), kin.RuleFile)
	}
	return f
}

// whole is a person who says of their contacts, and what is known besides, even that there
// is none: one who says nothing of them was corrected by code that does not know them, and keeps them.
func whole(p ledger.Person) any {
	return struct {
		ledger.Person
		Contacts      []reach.Way    `json:"contacts"`
		NoSafeContact bool           `json:"no_safe_contact"`
		Linked        []kin.Linked   `json:"linked"`
		Reads         []string       `json:"reads"`
		Speech        []string       `json:"speech"`
		NoAbode       bool           `json:"no_abode"`
		Papers        []papers.Paper `json:"papers"`
	}{
		p, postgres.OrEmpty(p.Contacts), p.NoSafeContact, postgres.OrEmpty(p.Linked), postgres.OrEmpty(p.Reads), postgres.OrEmpty(p.Speech), p.NoAbode, postgres.OrEmpty(p.Papers),
	}
}

// keysOf are the keys by which a person is found: by what is known of them, and by names
// and codes that a merge has set aside.
func keysOf(ctx context.Context, tx postgres.Tx, caseID string, p ledger.Person) (kinds, keys []string, err error) {
	type aside struct {
		Given  string `db:"given"`
		Family string `db:"family"`
		Code   string `db:"code"`
	}
	others, err := postgres.Many[aside](ctx, tx, `SELECT coalesce(value ->> 'given_name', '') AS given, coalesce(value ->> 'family_name', '') AS family,
		coalesce(value ->> 'fiscal_code', '') AS code FROM set_aside WHERE case_id = $1 AND field IN ('name', 'fiscal_code')`, caseID)
	if err != nil {
		return nil, nil, err
	}
	type key struct{ kind, key string }
	seen := map[key]bool{}
	add := func(ofKinds, ofKeys []string) {
		for i, kind := range ofKinds {
			if k := (key{kind, ofKeys[i]}); !seen[k] {
				seen[k] = true
				kinds, keys = append(kinds, k.kind), append(keys, k.key)
			}
		}
	}
	add(naming.Of(p))
	for _, other := range others {
		add(naming.Of(ledger.Person{GivenName: other.Given, FamilyName: other.Family, BirthDate: p.BirthDate, YearOnly: p.YearOnly, FiscalCode: other.Code}))
	}
	return kinds, keys, nil
}

// Renew makes the keys anew by which the person of a case is found, which the caller sees.
func Renew(ctx context.Context, tx postgres.Tx, caseID string) error {
	p, err := Person(ctx, tx, caseID)
	if err != nil {
		return err
	}
	kinds, keys, err := keysOf(ctx, tx, caseID, p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `SELECT renew_keys($1, $2, $3, $4)`, caseID, names.Version, kinds, keys)
	return err
}

// Person reads the person of a case. pgx.ErrNoRows: the caller does not see them.
func Person(ctx context.Context, tx postgres.Tx, caseID string) (ledger.Person, error) {
	return postgres.One[ledger.Person](ctx, tx, `SELECT id::text, given_name, family_name, birth_date, birth_year_only, citizenship, permit, permit_expiry, receipt_on,
		languages, phone, email, municipality, address, fiscal_code, contacts, no_safe_contact, linked, reads, speech, no_abode, papers, version FROM person WHERE case_id = $1`, caseID)
}

// Shown is the person of a case with no more numbers of other files than the caller sees.
func Shown(ctx context.Context, tx postgres.Tx, caseID string) (ledger.Person, error) {
	p, err := Person(ctx, tx, caseID)
	if err != nil {
		return p, err
	}
	sees, err := seen(ctx, tx, p.Linked)
	p.Linked = kin.Shown(p.Linked, sees)
	return p, err
}

// shown are corrections likewise.
func shown(ctx context.Context, tx postgres.Tx, list []ledger.Correction) error {
	for i, c := range list {
		if c.Field != correction.Linked {
			continue
		}
		was, is := kin.Read(c.Old), kin.Read(c.New)
		sees, err := seen(ctx, tx, was, is)
		if err != nil {
			return err
		}
		list[i].Old, list[i].New = kin.Text(kin.Shown(was, sees)), kin.Text(kin.Shown(is, sees))
	}
	return nil
}

// Persons reads the persons of cases with what was corrected of them.
type Persons struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds them on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Persons { return &Persons{pool, clock} }

// Corrections lists what was corrected of the person of a case, in it and in those that
// were merged into it, the latest first. The reading is audited. ledger.ErrNotFound: the
// caller does not see the case.
func (p *Persons) Corrections(ctx context.Context, s care.Staff, caseID string) (list []ledger.Correction, err error) {
	if !care.IsID(caseID) {
		return nil, ledger.ErrNotFound
	}
	err = postgres.Within(ctx, p.pool, postgres.App(s, p.clock()), nil, func(tx postgres.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file WHERE id = $1)`, caseID).Scan(&there); err != nil {
			return err
		}
		if !there {
			_, err := tx.Exec(ctx, `SELECT note_refusal('case', $1)`, caseID)
			return err
		}
		if list, err = postgres.Many[ledger.Correction](ctx, tx, `SELECT c.at, c.field, c.old, c.new, c.why, coalesce(s.name, '') AS by_name, coalesce(s.role, '') AS by_role
			FROM correction c LEFT JOIN staff s ON s.id = c.by_staff WHERE c.case_id = ANY (same_file($1)) ORDER BY c.at DESC, c.command_id, c.field`, caseID); err != nil {
			return err
		}
		if err := shown(ctx, tx, list); err != nil {
			return err
		}
		if list == nil {
			list = []ledger.Correction{}
		}
		_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ReadCorrections, ledger.ReadingPurposes[ledger.ReadCorrections], []string{caseID})
		return err
	})
	if err == nil && list == nil {
		err = ledger.ErrNotFound
	}
	return list, err
}

// FilesOf are the ids of the case files with some numbers, by the number, of those that the
// caller sees.
func (p *Persons) FilesOf(ctx context.Context, s care.Staff, numbers []string) (ids map[string]string, err error) {
	type row struct {
		Number string `db:"number"`
		ID     string `db:"id"`
	}
	ids = map[string]string{}
	err = postgres.Within(ctx, p.pool, postgres.App(s, p.clock()), nil, func(tx postgres.Tx) error {
		rows, err := postgres.Many[row](ctx, tx, `SELECT number, id::text FROM case_file WHERE number = ANY ($1)`, numbers)
		for _, r := range rows {
			ids[r.Number] = r.ID
		}
		return err
	})
	return ids, err
}
