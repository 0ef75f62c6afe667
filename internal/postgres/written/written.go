// Package written keeps what people write as records, and reads them as whoever asks.
package written

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/amending"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/speech"
	"percorso/internal/written"
)

// Entry is a form that was worked, as its command had it.
type Entry struct {
	ID, Case, Run, Zone, Agency string
	Form                        string // the kind of task that it completed, or else the operation
	Role                        care.Role
	By                          *string // nil: a partner, through its link
	At                          time.Time
	Data                        []byte // nil: nothing was filled in
	Done                        []byte // what was done, beside what was asked; nil: just that
}

// Keep is the statement that writes a form's record: the form as it was filled in, but for
// what has a row of its own.
func Keep(e Entry) (sql string, args []any) {
	return `INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at, circle)
		SELECT $1, $2, $3, $4, $5, $6, filled, $8, $9, $11
		FROM (SELECT record_form($6, coalesce(nullif($7::jsonb, 'null'), '{}')) || CASE WHEN $10::jsonb IS NULL THEN '{}' ELSE jsonb_build_object('done', $10::jsonb) END AS filled) AS f
		WHERE filled <> '{}'`,
		[]any{e.ID, e.Case, e.Run, e.Zone, e.Agency, e.Form, postgres.OrNull(e.Data), e.By, e.At, postgres.OrNull(e.Done), written.CircleOf(e.Form, e.Role)}
}

// KeepApart writes a form's record, and beside it those of the notes in it that are for others
// than the rest.
func KeepApart(e Entry, queue func(sql string, args ...any)) error {
	rest, notes, err := written.Apart(e.Form, e.Role, e.Data)
	if err != nil {
		return err
	}
	own := e
	own.Data = rest
	sql, args := Keep(own)
	queue(sql, args...)
	for _, n := range notes {
		own.ID, own.Form = ledger.DerivedID(e.ID, written.AreaNote+" "+n.Area), written.AreaNote
		if own.Data, err = json.Marshal(n); err != nil {
			return err
		}
		sql, args = Keep(own)
		queue(sql, args...)
	}
	return nil
}

// KeepNeeds is the statement that keeps which needs a case has, by the case, the kind of form
// and the form: the first listening says which, and what an assessment finds is added. Who
// found which, and when, is in the records.
const KeepNeeds = `UPDATE case_file SET needs = CASE $2 WHEN 'first_listening' THEN ARRAY (SELECT jsonb_array_elements_text($3::jsonb -> 'needs'))
		ELSE needs || ARRAY (SELECT a ->> 'area' FROM jsonb_array_elements($3::jsonb -> 'areas') a WHERE a ->> 'need' <> 'none' AND NOT a ->> 'area' = ANY (needs)) END
	WHERE id = $1`

// FindsNeeds says whether a form says which needs a case has.
func FindsNeeds(form string) bool {
	return form == string(care.FirstListening) || form == string(care.Assessment)
}

// conversations are the forms of what was said with a person, and how many of the last are looked at.
var conversations = []string{string(care.FirstListening), string(care.Interview), string(care.Assessment), string(care.Review), string(care.OpMeet)}

const lastSaid = 20

// Of puts into a case the last conversations of which the caller may know who interpreted,
// the latest first.
func Of(ctx context.Context, tx postgres.Tx, c *ledger.Case) (err error) {
	c.Interpreted, err = postgres.Many[speech.Held](ctx, tx, `SELECT at, data ->> 'interpreted' AS by FROM records_of($1, NULL, $2, NULL, NULL, $3) WHERE readable AND data ? 'interpreted'`, c.ID, conversations, lastSaid)
	return err
}

// Store reads records.
type Store struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Store { return &Store{pool, clock} }

// Sizes of a page.
const (
	usual = 25
	most  = 100
)

// WrittenIn lists the records of a case, of a kind or of all, the newest first. The read
// is audited. ledger.ErrNotFound: the caller does not work on the case.
func (s *Store) WrittenIn(ctx context.Context, who care.Staff, caseID string, kind written.Kind, p ledger.Paging) (page ledger.Page[ledger.Record], err error) {
	if !care.IsID(caseID) {
		return page, ledger.ErrNotFound
	}
	limit, after := usual, place{}
	if p.Limit > 0 {
		limit = min(p.Limit, most)
	}
	if p.Cursor != "" {
		if after, err = placeOf(p.Cursor, caseID, kind); err != nil {
			return page, err
		}
	}
	var forms []string
	if kind != "" {
		forms = written.Of(kind)
	}
	err = s.reads(ctx, who, caseID, ledger.ReadRecords, func(tx postgres.Tx) error {
		var seen bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file WHERE id = $1) OR works_on($1) AND EXISTS (SELECT FROM task WHERE case_id = $1)`, caseID).Scan(&seen); err != nil {
			return err
		}
		if !seen {
			return ledger.ErrNotFound
		}
		page.Items, err = postgres.Many[ledger.Record](ctx, tx, `SELECT * FROM records_of($1, NULL, $2, $3, nullif($4, '')::uuid, $5)`, caseID, forms, after.at, after.id, limit+1)
		return err
	})
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.Next = place{&last.At, last.ID}.cursor(caseID, kind)
	}
	return page, errors.Join(err, complete(page.Items))
}

// complete says of records what follows from what is kept of them.
func complete(records []ledger.Record) (err error) {
	for i := range records {
		r := &records[i]
		r.Kind = string(written.KindOf(r.Form))
		r.MayAmend = r.MayAmend && len(amending.Amendable(r.Form)) > 0
		if r.Amended, err = amending.History(r.Versions); err != nil {
			return &ledger.Fault{Place: "the versions of a record"}
		}
		r.Versions = nil
	}
	return nil
}

// mostForEquipe is how many of them WrittenForEquipe gives.
const mostForEquipe = 50

// WrittenForEquipe lists what was written in a case for its équipe, the newest first, for who
// sits in it or is in the circle otherwise. That something was read is audited.
func (s *Store) WrittenForEquipe(ctx context.Context, who care.Staff, caseID string) (list []ledger.Record, err error) {
	if !care.IsID(caseID) {
		return nil, ledger.ErrNotFound
	}
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[ledger.Record](ctx, tx, `SELECT o.* FROM record r CROSS JOIN LATERAL records_of(r.case_id, r.id, NULL, NULL, NULL, 1) o
			WHERE r.case_id = $1 AND r.circle = 'equipe' ORDER BY r.created_at DESC, r.id DESC LIMIT $2`, caseID, mostForEquipe)
		if err != nil || len(list) == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ReadRecords, ledger.ReadingPurposes[ledger.ReadRecords], []string{caseID})
		return err
	})
	return list, errors.Join(err, complete(list))
}

// RecordIn reads one record of a case, as WrittenIn does. ledger.ErrNotFound: the caller
// does not know of it.
func (s *Store) RecordIn(ctx context.Context, who care.Staff, caseID, id string) (r ledger.Record, err error) {
	if !care.IsID(caseID) || !care.IsID(id) {
		return r, ledger.ErrNotFound
	}
	err = s.reads(ctx, who, caseID, ledger.ReadRecords, func(tx postgres.Tx) error {
		found, err := postgres.Many[ledger.Record](ctx, tx, `SELECT * FROM records_of($1, $2, NULL, NULL, NULL, 1)`, caseID, id)
		if err == nil && len(found) == 0 {
			err = ledger.ErrNotFound
		}
		if err == nil {
			err = complete(found)
			r = found[0]
		}
		return err
	})
	return r, err
}

// HasRecord says whether somebody may ask to open a record of a case. ledger.ErrNotFound:
// there is none such in what they work on.
func (s *Store) HasRecord(ctx context.Context, who care.Staff, caseID, id string) error {
	if !care.IsID(caseID) || !care.IsID(id) {
		return ledger.ErrNotFound
	}
	return s.within(ctx, who, func(tx postgres.Tx) error {
		var has bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM written_of($1, NULL, NULL, NULL, NULL) w WHERE w.id = $2)`, caseID, id).Scan(&has)
		if err == nil && !has {
			err = ledger.ErrNotFound
		}
		return err
	})
}

// OpenRecord opens a record to somebody outside of its circle, for a day; its author is
// told the reason. To who is in it nothing happens, nor with the same key again.
// ledger.ErrNotFound: there is no such record in what the caller works on.
// ledger.ErrKeyReused: the key was of another opening.
func (s *Store) OpenRecord(ctx context.Context, who care.Staff, key, id, reason string) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	opening := ledger.DerivedID(who.ID, "opening "+key)
	return s.within(ctx, who, func(tx postgres.Tx) error {
		var found *string
		var other bool
		err := tx.QueryRow(ctx, `SELECT open_record($1, $2, $3)::text`, opening, id, reason).Scan(&found)
		if err == nil && found == nil {
			err = ledger.ErrNotFound
		}
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM record_opening WHERE id = $1 AND (record_id, reason) <> ($2, $3))`, opening, id, reason).Scan(&other)
		if err == nil && other {
			err = ledger.ErrKeyReused
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, $4)`, ledger.OpenRecord, ledger.ReadingPurposes[ledger.OpenRecord], []string{*found}, id)
		return err
	})
}

// reads runs work with the line of what it reads of a case, also where that is refused.
func (s *Store) reads(ctx context.Context, who care.Staff, caseID string, kind ledger.Reading, work func(postgres.Tx) error) error {
	var refused error
	err := s.within(ctx, who, func(tx postgres.Tx) error {
		err := work(tx)
		if errors.Is(err, ledger.ErrNotFound) {
			refused = err
			_, err = tx.Exec(ctx, `SELECT note_refusal('case', $1)`, caseID)
		} else if err == nil {
			_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, kind, ledger.ReadingPurposes[kind], []string{caseID})
		}
		return err
	})
	return errors.Join(err, refused)
}

func (s *Store) within(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}

// place is where a page ended.
type place struct {
	at *time.Time
	id string
}

// cursor is the place as it is sent: it goes with one case and one kind.
func (l place) cursor(caseID string, kind written.Kind) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s/%s/%d/%s", caseID, kind, l.at.UnixMicro(), l.id))
}

// placeOf reads a cursor. ledger.ErrCursor: it is not of this list.
func placeOf(cursor, caseID string, kind written.Kind) (place, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(text), "/")
	if err != nil || len(parts) != 4 || !care.IsID(parts[3]) {
		return place{}, ledger.ErrCursor
	}
	micro, err := strconv.ParseInt(parts[2], 10, 64)
	at := time.UnixMicro(micro).UTC()
	l := place{&at, parts[3]}
	if err != nil || l.cursor(caseID, kind) != cursor || at.Year() < 0 || at.Year() > 9999 {
		return place{}, ledger.ErrCursor
	}
	return l, nil
}
