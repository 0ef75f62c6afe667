// Package calledoff keeps the days on which a service receives nobody, as it has said, and
// who was expected then.
package calledoff

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/expected"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/printed"
)

// Days keeps them.
type Days struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	now   func() time.Time
}

// New builds it on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, rules *postgres.Rules, now func() time.Time) *Days {
	return &Days{pool, rules, now}
}

// stands is until which day days are called off.
const stands = `coalesce(c.back_from - 1, c.last_day)`

// In are the days of a service within a stretch on which it receives nobody, as whoever
// asks may read them.
func In(ctx context.Context, tx postgres.Tx, zone, service string, first, last time.Time) (off []agenda.Off, err error) {
	b := &pgx.Batch{}
	QueueIn(b, &off, zone, service, first, last)
	return off, tx.SendBatch(ctx, b).Close()
}

// QueueIn asks for them with a batch.
func QueueIn(b *pgx.Batch, off *[]agenda.Off, zone, service string, first, last time.Time) {
	postgres.QueueMany(b, off, `SELECT c.id::text, c.first_day, `+stands+` AS last_day, c.reason FROM called_off c
		WHERE c.zone = $1 AND c.service = $2 AND c.last_day >= $3 AND c.first_day <= $4 AND `+stands+` >= greatest($3, c.first_day) ORDER BY c.first_day`,
		zone, service, care.DayOf(first), care.DayOf(last))
}

// Key is by which a day of a service is locked, by who asks for its places and who calls it off.
func Key(zone, service string, day time.Time) string {
	return fmt.Sprintf("%s/%s/%s", zone, service, day.Format(time.DateOnly))
}

// CalledOff are the days of a service of the caller's zone, within a stretch, on which it
// receives nobody.
func (d *Days) CalledOff(ctx context.Context, s care.Staff, service string, first, last time.Time) (off []agenda.Off, err error) {
	err = d.within(ctx, s, func(tx postgres.Tx) error {
		off, err = In(ctx, tx, s.Zone, service, first, last)
		return err
	})
	return off, err
}

// span is from when to when the days of a form are, where the zone is. What is over by now
// is no part of it.
func span(rules *postgres.Ruleset, form calledoff.Form, now time.Time) (from, to time.Time) {
	at := func(day time.Time) time.Time {
		year, month, date := day.Date()
		return time.Date(year, month, date, 0, 0, 0, 0, rules.Calendar.Location())
	}
	if from = at(*form.First.Time()); from.Before(now) {
		from = now
	}
	return from, at(form.Last.Time().AddDate(0, 0, 1))
}

// may asks whether the caller may call off days of a service.
func (d *Days) may(ctx context.Context, tx postgres.Tx, s care.Staff, service string) (*postgres.Ruleset, error) {
	rules, err := d.rules.Current(ctx, tx, s.Zone)
	if err != nil {
		return nil, err
	}
	if _, known := rules.Service(service); !known {
		return nil, care.Refuse(care.Fault{Field: "service", Rule: care.RuleService})
	}
	if !agenda.Decides(s, rules.Policy, service) {
		return nil, ledger.ErrForbidden
	}
	return rules, nil
}

// Proposal is who is expected on days that are to be called off, and would have no place any
// more. It is what CallOff would tell, of those of whom the caller may know.
func (d *Days) Proposal(ctx context.Context, s care.Staff, form calledoff.Form) (list []expected.Visit, err error) {
	now := d.now()
	err = postgres.Within(ctx, d.pool, postgres.App(s, now).AtOneMoment(), nil, func(tx postgres.Tx) error {
		rules, err := d.may(ctx, tx, s, form.Service)
		if err != nil {
			return err
		}
		if faults := form.CheckDays(rules.There(now)); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		from, to := span(rules, form, now)
		list, err = postgres.Many[expected.Visit](ctx, tx, `SELECT `+printed.Visit+` WHERE a.service = $1 AND a.at >= $2 AND a.at < $3 AND a.state IN ('booked', 'confirmed') ORDER BY a.at, a.id`,
			form.Service, from, to)
		if err != nil {
			return err
		}
		return note(ctx, tx, "called_off", postgres.IDs(list, func(v expected.Visit) string { return v.CaseID }))
	})
	return list, err
}

// CallOff calls days off and has everybody who is expected then cancelled by the service. With
// the same key again it gives what was called off. ledger.ErrForbidden: the caller may not.
// *care.Refusal: a field breaks a rule. ledger.ErrKeyReused: the key was of other days.
//
// Whoever asks for a place of these days at the same moment has it before, and is cancelled
// with the others, or comes after, and is refused.
func (d *Days) CallOff(ctx context.Context, s care.Staff, key string, form calledoff.Form) (id string, err error) {
	id = ledger.DerivedID(s.ID, "called off "+key)
	now := d.now()
	err = postgres.Acting(ctx, d.pool, postgres.App(s, now), nil, func(tx postgres.Tx) error {
		rules, err := d.may(ctx, tx, s, form.Service)
		if err != nil {
			return err
		}
		days := []string{"called off " + id}
		for _, day := range form.Each() {
			days = append(days, Key(s.Zone, form.Service, day))
		}
		if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, days); err != nil {
			return err
		}
		earlier, err := postgres.OneOrNone[calledoff.Entry](ctx, tx, selectEntry+` WHERE c.id = $1`, id)
		switch {
		case err != nil:
			return err
		case earlier != nil && (earlier.Service != form.Service || form.First == nil || form.Last == nil || !earlier.First.Equal(*form.First.Time()) || !earlier.Last.Equal(*form.Last.Time())):
			return ledger.ErrKeyReused
		case earlier != nil:
			return nil
		}
		if faults := form.Check(rules.There(now)); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		from, to := span(rules, form, now)
		off, err := In(ctx, tx, s.Zone, form.Service, *form.First.Time(), *form.Last.Time())
		if err != nil {
			return err
		}
		if len(off) > 0 {
			return care.Refuse(care.Fault{Field: "first", Rule: calledoff.Already})
		}
		var fixing bool
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM booking WHERE zone = $1 AND service = $2 AND at >= $3 AND at < $4 AND state = 'held')`, s.Zone, form.Service, from, to).Scan(&fixing)
		switch {
		case err != nil:
			return err
		case fixing:
			return care.Refuse(care.Fault{Field: "first", Rule: calledoff.Fixing})
		}
		if _, err = tx.Exec(ctx, `INSERT INTO called_off (id, zone, service, first_day, last_day, reason, note, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			id, s.Zone, form.Service, form.First.Time(), form.Last.Time(), form.Reason, form.Note, s.ID, now); err != nil {
			return err
		}
		cancel := catalogue.CancelAppointment.Command("", "", agenda.Cancelling{By: agenda.TheService})
		_, err = tx.Exec(ctx, `SELECT call_off($1, $2, $3, $4)`, id, from, to, cancel.Answer)
		return err
	})
	return id, err
}

// selectEntry reads days that were called off. Whom the reader must not know of is in no count.
const selectEntry = `SELECT c.id::text, c.service, c.first_day, c.last_day, c.reason, c.note, s.name AS by_name, c.made_at, c.back_from, coalesce(b.name, '') AS back_name,
	(SELECT count(*) FROM called_off_person p WHERE p.called_off = c.id AND p.try <> 'reached') AS to_tell,
	(SELECT count(*) FROM called_off_person p WHERE p.called_off = c.id AND p.try = 'reached') AS told
	FROM called_off c JOIN staff s ON s.id = c.made_by LEFT JOIN staff b ON b.id = c.back_by`

// recent is for how many days after their last one days that were called off are listed.
const recent = 14

// CalledOffDays lists those that are now and to come, and those that were not long ago.
func (d *Days) CalledOffDays(ctx context.Context, s care.Staff) (list []calledoff.Entry, err error) {
	err = d.within(ctx, s, func(tx postgres.Tx) error {
		list, err = postgres.Many[calledoff.Entry](ctx, tx, selectEntry+` WHERE c.zone = $1 AND c.last_day >= $2 ORDER BY c.first_day, c.service, c.id`,
			s.Zone, care.DayOf(d.now()).AddDate(0, 0, -recent))
		return err
	})
	return list, err
}

// selectPerson is a visit with how it went to tell the person.
const selectPerson = `SELECT w.try, coalesce(t.name, '') AS by_name, w.tried_at, `

// CalledOffDay reads days that were called off, with whom they concern, of those of whom the
// caller may know. ledger.ErrNotFound: there are none of that id.
func (d *Days) CalledOffDay(ctx context.Context, s care.Staff, id string) (e calledoff.Entry, people []calledoff.Person, err error) {
	if !care.IsID(id) {
		return e, nil, ledger.ErrNotFound
	}
	err = postgres.Within(ctx, d.pool, postgres.App(s, d.now()).AtOneMoment(), nil, func(tx postgres.Tx) error {
		if e, err = postgres.One[calledoff.Entry](ctx, tx, selectEntry+` WHERE c.id = $1`, id); err != nil {
			return postgres.Missing(err)
		}
		people, err = postgres.Many[calledoff.Person](ctx, tx, selectPerson+printed.Visit+` JOIN called_off_person w ON w.appointment = a.id LEFT JOIN staff t ON t.id = w.tried_by
			WHERE w.called_off = $1 ORDER BY a.at, a.id`, id)
		if err != nil {
			return err
		}
		return note(ctx, tx, "called_off", postgres.IDs(people, func(p calledoff.Person) string { return p.CaseID }))
	})
	return e, people, err
}

// Tried says how it went to tell somebody. ledger.ErrNotFound: they are nobody of these days
// of whom the caller may know. *care.Refusal: somebody has said otherwise since the caller looked.
func (d *Days) Tried(ctx context.Context, s care.Staff, id, appointment, try, seen string) error {
	if !care.IsID(id) || !care.IsID(appointment) {
		return ledger.ErrNotFound
	}
	return d.acting(ctx, s, func(tx postgres.Tx) error {
		var was calledoff.Person
		err := tx.QueryRow(ctx, `SELECT try, tried_at FROM called_off_person WHERE called_off = $1 AND appointment = $2 FOR UPDATE`, id, appointment).Scan(&was.Try, &was.Tried)
		switch {
		case err != nil:
			return postgres.Missing(err)
		case was.Unseen(seen, try):
			return care.RefuseChanged(calledoff.Meanwhile)
		}
		_, err = tx.Exec(ctx, `UPDATE called_off_person SET try = $3, tried_by = $4, tried_at = $5 WHERE called_off = $1 AND appointment = $2`, id, appointment, try, s.ID, d.now())
		return err
	})
}

// TakeBack has the service receive again on the days that are to come. Who was cancelled stays
// so. ledger.ErrNotFound: there are none of that id. ledger.ErrForbidden: the caller may not.
// *care.Refusal: none is to come.
func (d *Days) TakeBack(ctx context.Context, s care.Staff, id string) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	return d.acting(ctx, s, func(tx postgres.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, []string{"called off " + id}); err != nil {
			return err
		}
		e, err := postgres.One[calledoff.Entry](ctx, tx, selectEntry+` WHERE c.id = $1`, id)
		if err != nil {
			return postgres.Missing(err)
		}
		rules, err := d.may(ctx, tx, s, e.Service)
		if err != nil {
			return err
		}
		from, left := calledoff.BackFrom(e.First, e.Last, care.DayOf(rules.There(d.now())))
		if !left || e.Back != nil {
			return care.Refuse(care.Fault{Rule: calledoff.Over})
		}
		_, err = tx.Exec(ctx, `UPDATE called_off SET back_from = $2, back_by = $3 WHERE id = $1`, id, from, s.ID)
		return err
	})
}

func (d *Days) within(ctx context.Context, s care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, d.pool, postgres.App(s, d.now()), nil, work)
}

func (d *Days) acting(ctx context.Context, s care.Staff, work func(postgres.Tx) error) error {
	return postgres.Acting(ctx, d.pool, postgres.App(s, d.now()), nil, work)
}

// note leaves the line of whose appointments were read.
func note(ctx context.Context, tx postgres.Tx, list string, cases []string) error {
	if len(cases) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, $4, NULL, $3, '')`, ledger.ListAppointments, ledger.ReadingPurposes[ledger.ListAppointments], cases, list)
	return err
}
