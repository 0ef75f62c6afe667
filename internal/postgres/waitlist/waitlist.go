// Package waitlist keeps who waits for a place of a service, and which places are kept for them.
//
// Say that a place becomes free while somebody at the desk is about to book it. Who comes first
// locks its day: either it is kept for the first of the list, and the desk is offered another
// one, or it is booked, and the list is offered nothing.
package waitlist

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/gates"
	"percorso/internal/postgres/places"
	"percorso/internal/waitlist"
)

// Store keeps the lists, as the member of staff who asks: whom they may not know of they find in
// none.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	now   func() time.Time
}

// New builds it on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, rules *postgres.Rules, now func() time.Time) *Store {
	return &Store{pool, rules, now}
}

// most is how many are read of a list at once: those who wait longest.
const most = 200

// columns are those of somebody in a list.
const columns = `w.id::text, w.case_id::text, f.number, btrim(p.given_name || ' ' || p.family_name) AS person, w.service, w.matter, w.language, w.interpreter, w.mode, w.hours,
	w.with_child, w.before_day, w.since, w.put_by::text, s.name AS by_name, p.speech`

// from is where they stand.
const from = ` FROM waiting w JOIN case_file f ON f.id = w.case_id JOIN person p ON p.case_id = w.case_id JOIN staff s ON s.id = w.put_by `

// entry are those of somebody with the place that is offered to her.
const entry = columns + `, (SELECT o.at FROM waiting_offer o WHERE o.entry = w.id AND o.state = 'open') AS offered_at`

const selectEntry = `SELECT ` + entry + `, 0 AS place` + from

// selectList numbers them besides, of each service: it is for whole lists alone.
const selectList = `SELECT ` + entry + `, row_number() OVER (PARTITION BY w.service ORDER BY w.since, w.id) AS place` + from

// Put puts the person of a case on the list of a service. With the same key again it gives what
// was put. *care.Refusal: a field breaks a rule, she may not be booked there, or there is a place,
// which comes along. ledger.ErrNotFound: the caller sees no such case. ledger.ErrForbidden: they
// may not. ledger.ErrKeyReused: the key was of another wish.
func (s *Store) Put(ctx context.Context, who care.Staff, key, caseID string, wish waitlist.Wish) (id string, err error) {
	if !care.IsID(caseID) {
		return "", ledger.ErrNotFound
	}
	id = ledger.DerivedID(who.ID, "waiting "+key)
	err = s.changing(ctx, who, func(tx postgres.Tx, rules *postgres.Ruleset, now time.Time) error {
		if !waitlist.MayKeep(who, rules.Policy, wish.Service) {
			return ledger.ErrForbidden
		}
		if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, []string{"person/" + caseID}); err != nil {
			return err
		}
		earlier, err := postgres.OneOrNone[waitlist.Entry](ctx, tx, selectEntry+`WHERE w.id = $1`, id)
		switch {
		case err != nil:
			return err
		case earlier != nil && (earlier.CaseID != caseID || earlier.Service != wish.Service || earlier.Matter != wish.Matter):
			return ledger.ErrKeyReused
		case earlier != nil:
			return nil
		}
		w, err := s.refuses(ctx, tx, rules, who, caseID, wish, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO waiting (id, case_id, zone, service, matter, language, interpreter, mode, hours, with_child, before_day, pua, put_by, since)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			id, caseID, who.Zone, wish.Service, wish.Matter, wish.Language, wish.Interpreter, wish.Mode, wish.Hours, wish.WithChild, wish.By, w.PUA, who.ID, now)
		if err == nil {
			err = postgres.TellMoment(ctx, tx, who, id, caseID, ledger.CaseRun(caseID), now, "waiting_put", wish.Service)
		}
		return err
	})
	return id, err
}

// refuses says why somebody is not put on a list, or how they would stand in it.
func (s *Store) refuses(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, who care.Staff, caseID string, wish waitlist.Wish, now time.Time) (w waitlist.Waiting, err error) {
	var speaks, seen bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file f WHERE f.id = $1), on_the_phone($2)`, caseID, ledger.CaseRun(caseID)).Scan(&seen, &speaks)
	switch {
	case err != nil:
		return w, err
	case !seen:
		return w, ledger.ErrNotFound
	}
	if faults := wish.Check(rules.Policy, now); len(faults) > 0 {
		return w, care.Refuse(faults...)
	}
	shut, err := gates.Books(ctx, tx, rules, caseID, care.Code(wish.Matter), now)
	switch {
	case err != nil:
		return w, err
	case len(shut) > 0:
		return w, care.Refuse(shut...)
	}
	var not string
	if err := tx.QueryRow(ctx, `SELECT refuses_waiting($1, $2, $3)`, caseID, wish.Service, wish.Matter).Scan(&not); err != nil {
		return w, err
	}
	if not != "" {
		return w, care.Refuse(care.Fault{Field: "service", Rule: not})
	}
	w = waitlist.Waiting{Wish: wish, PUA: places.Outside(rules, who, wish.Service), NoPhone: !speaks}
	of, taken, err := places.Around(ctx, tx, rules, wish.Service, now)
	if err != nil {
		return w, err
	}
	open, err := offersOf(ctx, tx, who.Zone, wish.Service)
	if err != nil {
		return w, err
	}
	for _, o := range open {
		taken = append(taken, o.Taken)
	}
	if slot, free := waitlist.First(w, of, taken, now); free {
		refusal := care.Refuse(care.Fault{Field: "service", Rule: agenda.PlaceFree})
		refusal.Offers = []care.Booking{{Service: care.Code(wish.Service), At: slot.At}}
		return w, refusal
	}
	return w, nil
}

// Waiting lists who waits for a service of the caller's zone, or for any, those who wait longest
// first, from behind one of them on. That the list was read is noted. ledger.ErrCursor: the caller
// sees nobody who was ever in a list by this id.
func (s *Store) Waiting(ctx context.Context, who care.Staff, service, after string) (page ledger.Page[waitlist.Entry], err error) {
	if after != "" && !care.IsID(after) {
		return page, ledger.ErrCursor
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		var known bool
		switch err := tx.QueryRow(ctx, `SELECT $1 = '' OR EXISTS (SELECT FROM waiting w WHERE w.id = nullif($1, '')::uuid)`, after).Scan(&known); {
		case err != nil:
			return err
		case !known:
			return ledger.ErrCursor
		}
		list, err := postgres.Many[waitlist.Entry](ctx, tx, `SELECT l.* FROM (`+selectList+`WHERE w.zone = $1 AND $2 IN ('', w.service) AND w.left_at IS NULL) l
			WHERE $4 = '' OR (l.service, l.since, l.id COLLATE "C") > (SELECT a.service, a.since, a.id::text FROM waiting a WHERE a.id = nullif($4, '')::uuid)
			ORDER BY l.service, l.since, l.id COLLATE "C" LIMIT $3`, who.Zone, service, most+1, after)
		if err != nil {
			return err
		}
		if page.Items = list; len(list) > most {
			page.Items = list[:most]
			page.Next = list[most-1].ID
		}
		return note(ctx, tx, postgres.IDs(page.Items, func(e waitlist.Entry) string { return e.CaseID }))
	})
	return page, err
}

// WaitingOf lists what the person of a case waits for.
func (s *Store) WaitingOf(ctx context.Context, who care.Staff, caseID string) (list []waitlist.Entry, err error) {
	if !care.IsID(caseID) {
		return nil, ledger.ErrNotFound
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[waitlist.Entry](ctx, tx, selectEntry+`WHERE w.case_id = $1 AND w.left_at IS NULL ORDER BY w.since, w.id`, caseID)
		if err != nil {
			return err
		}
		return note(ctx, tx, postgres.IDs(list, func(e waitlist.Entry) string { return e.CaseID }))
	})
	return list, err
}

const selectCall = `SELECT ` + columns + `, 0 AS place, o.at AS offered_at, coalesce(o.id::text, '') AS offer, o.ends_at, coalesce(p.phone, '') AS phone, coalesce(p.email, '') AS email, p.contacts, p.no_safe_contact,
	p.linked, p.languages, EXISTS (SELECT FROM protection k WHERE k.case_id = w.case_id) AS protected, f.stage` + from + `LEFT JOIN waiting_offer o ON o.entry = w.id AND o.state = 'open' `

// ToTell lists who is to be told of a place that has become free, the one that ends first first,
// and before them for whom it is too late by now. That their numbers were read is noted.
func (s *Store) ToTell(ctx context.Context, who care.Staff) (list []waitlist.Call, err error) {
	if !waitlist.MayCall(who) {
		return nil, nil
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[waitlist.Call](ctx, tx, selectCall+`WHERE w.zone = $1 AND w.left_at IS NULL AND (o.at > $2 OR o.id IS NULL AND w.before_day < day_of($2))
			ORDER BY o.ends_at NULLS FIRST, w.since, w.id LIMIT $3`, who.Zone, s.now(), most)
		if err != nil {
			return err
		}
		return note(ctx, tx, postgres.IDs(list, func(c waitlist.Call) string { return c.CaseID }))
	})
	return list, err
}

// Offer is the case and the booking of a place that is offered, or that the caller has booked.
// ledger.ErrNotFound: it is not there, or not for the caller to know. *care.Refusal: it is not
// offered any more.
func (s *Store) Offer(ctx context.Context, who care.Staff, id string) (caseID string, place care.Booking, err error) {
	if !care.IsID(id) {
		return "", place, ledger.ErrNotFound
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		var stands bool
		err := tx.QueryRow(ctx, `SELECT w.case_id::text, w.service, w.matter, o.at, o.state = 'open' OR o.state = 'booked' AND o.said_by = $2 FROM waiting_offer o JOIN waiting w ON w.id = o.entry WHERE o.id = $1`,
			id, who.ID).Scan(&caseID, &place.Service, &place.Matter, &place.At, &stands)
		if err == nil && !stands {
			err = over()
		}
		return postgres.Missing(err)
	})
	return caseID, place, err
}

// over refuses what is said of a place that is not offered any more.
func over() *care.Refusal { return care.RefuseChanged(waitlist.RuleOver) }

// Said keeps what came of a call. *care.Refusal: the place is not offered any more, as where that
// was said already. ledger.ErrNotFound: there is none that the caller may know of.
func (s *Store) Said(ctx context.Context, who care.Staff, id string, outcome waitlist.Outcome) error {
	return s.offered(ctx, who, id, func(tx postgres.Tx, c waitlist.Call, now time.Time) error {
		state := outcome
		if outcome == waitlist.Leaves {
			state = waitlist.Declined
		}
		if _, err := tx.Exec(ctx, `UPDATE waiting_offer SET state = $2, said_at = $3, said_by = $4 WHERE id = $1`, id, state, now, who.ID); err != nil {
			return err
		}
		if outcome == waitlist.Leaves {
			return leave(ctx, tx, who, c.Entry, now)
		}
		return postgres.TellMoment(ctx, tx, who, ledger.DerivedID(id, string(outcome)), c.CaseID, ledger.CaseRun(c.CaseID), now, "waiting_called", string(outcome))
	})
}

// offered does something with a place that is offered, which stays so until that is done.
func (s *Store) offered(ctx context.Context, who care.Staff, id string, work func(postgres.Tx, waitlist.Call, time.Time) error) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	if !waitlist.MayCall(who) {
		return ledger.ErrForbidden
	}
	return s.changing(ctx, who, func(tx postgres.Tx, _ *postgres.Ruleset, now time.Time) error {
		var state string
		err := tx.QueryRow(ctx, `SELECT o.state FROM waiting_offer o JOIN waiting w ON w.id = o.entry WHERE o.id = $1 FOR UPDATE OF o`, id).Scan(&state)
		switch {
		case err != nil:
			return postgres.Missing(err)
		case state != "open":
			return over()
		}
		c, err := postgres.One[waitlist.Call](ctx, tx, selectCall+`WHERE o.id = $1`, id)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, []string{c.CaseID}); err != nil {
			return err
		}
		return work(tx, c, now)
	})
}

// Leave takes somebody off a list who wants no place any more. Done twice it changes nothing.
// ledger.ErrNotFound: the caller sees nobody of that id. ledger.ErrForbidden: they may not.
func (s *Store) Leave(ctx context.Context, who care.Staff, id string) error {
	return s.turn(ctx, who, id, func(tx postgres.Tx, e waitlist.Entry, now time.Time) error { return leave(ctx, tx, who, e, now) })
}

// Stay has somebody wait on for whom no place came in time: from now on none is too late. Done
// twice it changes nothing. *care.Refusal: she is on the list no more. ledger.ErrNotFound and
// ledger.ErrForbidden are as at Leave.
func (s *Store) Stay(ctx context.Context, who care.Staff, id string) error {
	return s.turn(ctx, who, id, func(tx postgres.Tx, e waitlist.Entry, now time.Time) error {
		var waits bool
		if err := tx.QueryRow(ctx, `SELECT left_at IS NULL FROM waiting WHERE id = $1 FOR UPDATE`, e.ID).Scan(&waits); err != nil {
			return postgres.Missing(err)
		}
		if !waits {
			return care.RefuseChanged(waitlist.RuleLeft)
		}
		_, err := tx.Exec(ctx, `UPDATE waiting SET before_day = NULL WHERE id = $1 AND before_day < $2`, e.ID, care.DayOf(now))
		return err
	})
}

// turn does something with the turn of somebody.
func (s *Store) turn(ctx context.Context, who care.Staff, id string, work func(postgres.Tx, waitlist.Entry, time.Time) error) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	return s.changing(ctx, who, func(tx postgres.Tx, rules *postgres.Ruleset, now time.Time) error {
		e, err := postgres.One[waitlist.Entry](ctx, tx, selectEntry+`WHERE w.id = $1`, id)
		switch {
		case err != nil:
			return postgres.Missing(err)
		case !waitlist.MayKeep(who, rules.Policy, e.Service):
			return ledger.ErrForbidden
		}
		return work(tx, e, now)
	})
}

func leave(ctx context.Context, tx postgres.Tx, who care.Staff, e waitlist.Entry, now time.Time) error {
	done, err := tx.Exec(ctx, `UPDATE waiting SET left_at = $2, left_why = 'unwanted' WHERE id = $1 AND left_at IS NULL`, e.ID, now)
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	return postgres.TellMoment(ctx, tx, who, ledger.DerivedID(e.ID, "left"), e.CaseID, ledger.CaseRun(e.CaseID), now, "waiting_left", e.Service)
}

func (s *Store) reading(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.now()).AtOneMoment(), nil, work)
}

func (s *Store) changing(ctx context.Context, who care.Staff, work func(postgres.Tx, *postgres.Ruleset, time.Time) error) error {
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.now()), nil, func(tx postgres.Tx) error {
		rules, err := s.rules.Current(ctx, tx, who.Zone)
		if err != nil {
			return err
		}
		return work(tx, rules, rules.There(s.now()))
	})
}

// note leaves the line of whose turns were read.
func note(ctx context.Context, tx postgres.Tx, cases []string) error {
	if len(cases) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, 'waiting', NULL, $3, '')`, ledger.ListAppointments, ledger.ReadingPurposes[ledger.ListAppointments], cases)
	return err
}
