// Package places holds places in the sessions of services for what is asked, so that
// nobody is promised one that is taken.
//
// Say that two clerks ask for the last place of a Monday at 9:30 at the same moment. Who
// comes first locks that day of the service, counts, and holds the place with their
// command. The other one waits, counts again, and is refused with what is free besides.
package places

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/calledoff"
	"percorso/internal/speech"
)

// offered is how many free places somebody is told of who cannot have theirs.
const offered = 3

// searched is how many are looked through for those of them that suit the person.
const searched = 20

// longest is the most that an appointment lasts.
const longest = 8 * time.Hour

// always are the rules that hold also for who is there already.
var always = []string{speech.RuleNoPhone, homevisit.RuleMoveBusy, homevisit.RuleMoveAway}

// wish is an appointment that a command asks for.
type wish struct {
	care.Booking
	field  string
	itself bool   // the service gives it itself
	sends  bool   // the person to the employment centre, with a place of its block
	beyond string // why it is given although there is none; empty: it is not
	joins  string // the appointment whose place it is; empty: its own
}

// Hold holds a place for each appointment that a command asks for, until it is worked or
// refused. It says why not where there is none, and what is free; nil: all are held. The
// caller inserts the command under this id, of this case, in the same transaction.
func Hold(ctx context.Context, tx postgres.Tx, all *postgres.Rules, s care.Staff, c ledger.NewCommand, id, caseID string, now time.Time) (*care.Refusal, error) {
	if c.Operation == care.OpSuspend {
		faults, err := Meanwhile(ctx, tx, caseID, c.Data, now)
		if err == nil && len(faults) > 0 {
			return care.Refuse(faults...), nil
		}
		return nil, err
	}
	rules, err := all.Current(ctx, tx, s.Zone)
	if err != nil {
		return nil, err
	}
	wishes, refused, err := wished(ctx, tx, rules, c, now)
	if err != nil || refused != nil || len(wishes) == 0 {
		return refused, err
	}
	asked := make([]care.Booking, len(wishes))
	for i, w := range wishes {
		asked[i] = w.Booking
	}
	locks := []string{PersonKey(caseID)}
	if ledger.KindOf(c.Run) != care.RunCase {
		locks = append(locks, RunKey(c.Run))
		for _, w := range asked {
			locks = append(locks, StaffKey(rules.Zone, rules.There(w.At)))
		}
	}
	if err := lockDays(ctx, tx, rules, locks, asked); err != nil {
		return nil, err
	}
	if rules, err = all.Newest(ctx, tx, s.Zone); err != nil {
		return nil, err
	}
	var merged bool // while this waited
	if err := tx.QueryRow(ctx, `SELECT merged_away($1)`, caseID).Scan(&merged); err != nil {
		return nil, err
	}
	if merged {
		return care.RefuseChanged(care.RuleMerged), nil
	}
	var speaks bool // on the telephone
	if err := tx.QueryRow(ctx, `SELECT on_the_phone($1)`, c.Run).Scan(&speaks); err != nil {
		return nil, err
	}
	refusal, joint := care.Refuse(), "" // another person's place: of a command that asks for one alone
	held, own := map[care.Code][]agenda.Taken{}, []agenda.Taken(nil)
	given := make([]agenda.Given, len(wishes)) // as what each place is given of which there is none
	for i, w := range wishes {
		off, err := calledoff.In(ctx, tx, rules.Zone, string(w.Service), rules.There(w.At), rules.There(w.At))
		if err != nil {
			return nil, err
		}
		of := agendaOf(rules, s, string(w.Service), now)
		if w.sends {
			of = agenda.Block(rules.Policy, rules.Calendar, now)
		}
		of = of.Without(off)
		lasts := of.Lasts(w.At)
		lasts.PUA = w.sends || Outside(rules, s, string(w.Service))
		taken, err := takenIn(ctx, tx, s, caseID, rules.Zone, string(w.Service), lasts.At, lasts.Until, now)
		if err != nil {
			return nil, err
		}
		var rule string
		if w.joins == "" {
			rule = of.Broken(w.At, append(taken, held[w.Service]...))
		} else {
			shared, err := postgres.OneOrNone[agenda.Shared](ctx, tx, `SELECT place, service, at, until, home FROM joint_place($1, $2)`, w.joins, c.Run)
			if err != nil {
				return nil, err
			}
			if rule = shared.Broken(w.Booking); rule != "" {
				refusal.Faults = append(refusal.Faults, care.Fault{Field: "joins", Rule: rule})
				continue
			}
			lasts.Until, joint = shared.Until, shared.Place
			rule = agenda.OnTheDay(of.Broken(w.At, nil))
		}
		if rule == agenda.NoPlace {
			kept, err := promised(ctx, tx, caseID, string(w.Service), w.At, now)
			if err != nil {
				return nil, err
			}
			if kept {
				rule = ""
			}
		}
		if as := agenda.Beyond(rule); w.beyond != "" && as != "" {
			if !agenda.Decides(s, rules.Policy, string(w.Service)) {
				refusal.Faults = append(refusal.Faults, care.Fault{Field: "beyond", Rule: agenda.NotYours})
				continue
			}
			if as == agenda.OutOfHours && !agenda.InHours(rules.There(w.At), agenda.Sessions(rules.Policy, string(w.Service))...) {
				rule = agenda.OutsideHours
			} else {
				rule, given[i] = "", agenda.Given{As: as, Why: w.beyond}
			}
		}
		if rule == "" {
			if rule, err = expected(ctx, tx, caseID, c.Run, lasts, own); err != nil {
				return nil, err
			}
		}
		if rule == "" {
			if rule, err = suspended(ctx, tx, caseID, c.Run, w.At, now); err != nil {
				return nil, err
			}
		}
		if visits := c.Operation == care.OpMoveMeeting || w.itself; visits && rule == "" {
			if rule, err = visited(ctx, tx, c.Run, w.At); err != nil {
				return nil, err
			}
		}
		if rule == "" && !w.sends {
			elsewhere, err := attended(ctx, tx, c.Run, w.joins, lasts.At, lasts.Until)
			if err != nil {
				return nil, err
			}
			if elsewhere {
				rule = agenda.StaffElsewhere
			}
		}
		slot, within := of.At(w.At)
		if within && slot.Mode == agenda.ByPhone && !speaks {
			rule = speech.RuleNoPhone
		}
		held[w.Service], own = append(held[w.Service], lasts), append(own, lasts)
		if rule == "" || !slices.Contains(always, rule) && w.itself && w.At.Sub(now) <= agenda.AtOnce {
			continue
		}
		refusal.Faults = append(refusal.Faults, care.Fault{Field: w.field, Rule: rule})
		if len(refusal.Offers) > 0 || rule == agenda.StandsStill {
			continue
		}
		free, err := freeFrom(ctx, tx, s, rules, of, string(w.Service), agenda.Morning(rules.There(w.At)), now, searched)
		if err != nil {
			return nil, err
		}
		if !speaks {
			free = slices.DeleteFunc(free, func(s agenda.Slot) bool { return s.Mode == agenda.ByPhone })
		}
		for _, s := range free[:min(len(free), offered)] {
			refusal.Offers = append(refusal.Offers, care.Booking{Service: w.Service, At: s.At})
		}
	}
	if len(refusal.Faults) > 0 {
		return refusal, nil
	}
	for i, t := range own { // one for each wish, since none was refused
		service := wishes[i].Service
		if _, err := tx.Exec(ctx, `INSERT INTO booking (id, zone, service, at, until, run_id, command_id, state, made_at, pua, beyond, beyond_why, joint)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9, $10, $11, nullif($12, '')::uuid)`, uuid.NewString(), rules.Zone, service, t.At, t.Until, c.Run, id, now, t.PUA, given[i].As, given[i].Why, joint); err != nil {
			return nil, err
		}
		if err := calls(ctx, tx, s, caseID, string(service), t.At, now); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM place_kept WHERE staff = $1 AND service = $2 AND at = $3`, s.ID, service, t.At); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// expected says by which rule a person has no time then: she is expected somewhere else,
// or is about to be, by this command or by another; empty: she has. What a branch that is
// asked for another time has itself does not count.
func expected(ctx context.Context, tx postgres.Tx, caseID, run string, at agenda.Taken, own []agenda.Taken) (rule string, err error) {
	if ledger.KindOf(run) == care.RunCase {
		run = ""
	}
	elsewhere := slices.ContainsFunc(own, at.Overlaps)
	if !elsewhere {
		err = tx.QueryRow(ctx, `SELECT expected_then($1, $2, $3, $4)`, caseID, at.At, at.Until, run).Scan(&elsewhere)
	}
	if elsewhere {
		rule = agenda.Elsewhere
	}
	return rule, err
}

// wished are the appointments that a command asks for: bookings, another time, and the time
// that the task of a service gives. Times of other tasks are no appointments. The refusal
// says why the appointment that is to have another time, or none, stays as it is.
func wished(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, c ledger.NewCommand, now time.Time) (wishes []wish, refused *care.Refusal, err error) {
	if c.Operation == care.OpMoveMeeting || c.Operation == care.OpCancelMeeting {
		service, refused, err := changes(ctx, tx, c, now)
		if err == nil && refused == nil && c.Answer.At != nil {
			var form agenda.Moving
			form, err = postgres.FormOf(catalogue.MoveAppointment, c.Data)
			wishes = []wish{{Booking: care.Booking{Service: service, At: *c.Answer.At}, field: "at", beyond: form.Beyond, joins: form.Joins}}
		}
		return wishes, refused, err
	}
	beyond, joins, err := besides(c)
	if err != nil {
		return nil, nil, err
	}
	for i, b := range c.Answer.Bookings {
		w := wish{Booking: b, field: "at", beyond: beyond, joins: joins}
		if c.Operation != care.OpBook {
			w.field = fmt.Sprintf("bookings[%d].at", i)
		}
		wishes = append(wishes, w)
	}
	if c.Operation == care.OpSendToCPI && c.Answer.At != nil {
		wishes = append(wishes, wish{Booking: care.Booking{Service: care.Code(rules.CPI()), At: *c.Answer.At}, field: "at", sends: true})
	}
	if c.Operation != care.OpComplete || c.Answer.At == nil {
		return wishes, nil, nil
	}
	var kind care.TaskKind
	var service, agency string
	if err := tx.QueryRow(ctx, `SELECT kind, service, agency FROM task WHERE id = $1`, c.Target).Scan(&kind, &service, &agency); err != nil {
		return nil, nil, err
	}
	if completion.Sends(kind, string(c.Answer.Outcome)) {
		if kind == care.PlanAgreement {
			refused, err := sentByPlan(ctx, tx, c, rules.CPI())
			if err != nil || refused != nil {
				return nil, refused, err
			}
		}
		wishes = append(wishes, wish{Booking: care.Booking{Service: care.Code(rules.CPI()), At: *c.Answer.At}, field: "at", sends: true})
	}
	if slices.Contains(agenda.OfServices, kind) {
		service = cmp.Or(service, agency)
		wishes = append(wishes, wish{Booking: care.Booking{Service: care.Code(service), At: *c.Answer.At}, field: "at", itself: true})
	}
	return wishes, nil, nil
}

// besides is why what a command books has places although there are none, and whose place it
// shares; empty: nobody says so.
func besides(c ledger.NewCommand) (beyond, joins string, err error) {
	if len(c.Answer.Bookings) == 0 {
		return "", "", nil
	}
	switch c.Operation {
	case care.OpBook:
		form, err := postgres.FormOf(catalogue.Book, c.Data)
		return form.Beyond, form.Joins, err
	case care.OpReopen:
		form, err := postgres.FormOf(catalogue.Reopen, c.Data)
		return form.Beyond, "", err
	case care.OpComplete:
		form, err := postgres.FormOf(catalogue.Complete, c.Data)
		return form.Beyond, "", err
	}
	return "", "", nil
}

// sentByPlan refuses a place at the employment centre with the agreement to a plan that sends the
// person nowhere near it.
func sentByPlan(ctx context.Context, tx postgres.Tx, c ledger.NewCommand, cpi string) (*care.Refusal, error) {
	var sends bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM plan p, jsonb_array_elements(p.content -> 'actions') a
		WHERE p.run_id = $1 AND p.state = 'signed_off' AND a ->> 'agency' = $2 AND (a ->> 'send')::boolean)`, c.Run, cpi).Scan(&sends)
	if err != nil || sends && !slices.Contains(c.Answer.LeftOut, care.Code(cpi)) {
		return nil, err
	}
	return care.Refuse(care.Fault{Field: "at", Rule: agenda.SentElsewhere}), nil
}

// takenIn are the places that are taken at some time of a stretch for who asks: those that
// colleagues keep are, and their own are not; and those that are kept for whoever waits for one,
// but for that of a case.
func takenIn(ctx context.Context, tx postgres.Tx, s care.Staff, caseID, zone, service string, from, to, now time.Time) (taken []agenda.Taken, err error) {
	b := &pgx.Batch{}
	queueTaken(b, &taken, s, caseID, zone, service, from, to, now)
	return taken, tx.SendBatch(ctx, b).Close()
}

// queueTaken asks for them with a batch; no case: whatever is kept for somebody who waits is taken.
func queueTaken(b *pgx.Batch, taken *[]agenda.Taken, s care.Staff, caseID, zone, service string, from, to, now time.Time) {
	postgres.QueueMany(b, taken, `SELECT at, until, false AS unseen, pua, false AS kept FROM booking b
		WHERE zone = $1 AND service = $2 AND at > $3 AND at < $4 AND until > $5 AND state IN ('held', 'booked') AND `+counts+`
		UNION ALL SELECT at, until, false, pua, true FROM place_kept
		WHERE zone = $1 AND service = $2 AND at > $3 AND at < $4 AND until > $5 AND ends_at > $6 AND staff <> $7
		UNION ALL SELECT o.at, o.until, false, o.pua, true FROM waiting_offer o
		WHERE o.zone = $1 AND o.service = $2 AND o.at > $3 AND o.at < $4 AND o.until > $5 AND o.ends_at > $6 AND o.state = 'open'
			AND NOT EXISTS (SELECT FROM waiting w WHERE w.id = o.entry AND w.case_id = nullif($8, '')::uuid)`,
		zone, service, from.Add(-longest), to, from, now, s.ID, caseID)
}

// counts leaves of the bookings (b) at the place of another one those out for which that place
// is counted already.
const counts = `(b.joint IS NULL OR NOT EXISTS (SELECT FROM booking o WHERE (o.id = b.joint OR o.joint = b.joint AND o.id < b.id) AND o.at = b.at AND o.state IN ('held', 'booked')))`

// Outside says whether who asks for a place is of another agency than the service: then
// they take of what it gives the PUA.
func Outside(rules *postgres.Ruleset, s care.Staff, service string) bool {
	of, known := rules.Service(service)
	if !known { // an agency that people meet outside of one
		of.Agency = service
	}
	return s.Agency != of.Agency
}

// agendaOf is the agenda of a service as its staff, or the PUA, may book in it.
func agendaOf(rules *postgres.Ruleset, s care.Staff, service string, now time.Time) agenda.Agenda {
	of := agenda.Of(rules.Policy, service, rules.Calendar, now)
	if Outside(rules, s, service) {
		return of.ForPUA()
	}
	return of
}

// freeFrom are the first free places of a service's agenda from a time on.
func freeFrom(ctx context.Context, tx postgres.Tx, s care.Staff, rules *postgres.Ruleset, of agenda.Agenda, service string, from, now time.Time, most int) ([]agenda.Slot, error) {
	if !of.HasSessions() {
		return nil, nil
	}
	if from.Before(now) {
		from = now
	}
	until := from.AddDate(0, 0, agenda.Ahead+1)
	var off []agenda.Off
	var taken []agenda.Taken
	b := &pgx.Batch{}
	calledoff.QueueIn(b, &off, rules.Zone, service, rules.There(from), rules.There(until))
	queueTaken(b, &taken, s, "", rules.Zone, service, from, until, now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	return of.Without(off).Next(from, most, taken), nil
}

// Reader reads what is free, as whoever asks, and keeps the days that are called off.
type Reader struct {
	*calledoff.Days
	pool  *pgxpool.Pool
	rules *postgres.Rules
	now   func() time.Time
}

// New builds it on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, rules *postgres.Rules, now func() time.Time) *Reader {
	return &Reader{calledoff.New(pool, rules, now), pool, rules, now}
}

// Offers are the first free places of a service of the caller's zone, from a time on.
func (r *Reader) Offers(ctx context.Context, s care.Staff, service string, from time.Time, most int) ([]agenda.Slot, error) {
	return r.free(ctx, s, from, most, func(rules *postgres.Ruleset, now time.Time) (agenda.Agenda, string) {
		return agendaOf(rules, s, service, now), service
	})
}

// Block are the first free places that the employment centre of the caller's zone gives to
// those who send it somebody, from a time on.
func (r *Reader) Block(ctx context.Context, s care.Staff, from time.Time, most int) ([]agenda.Slot, error) {
	return r.free(ctx, s, from, most, func(rules *postgres.Ruleset, now time.Time) (agenda.Agenda, string) {
		return agenda.Block(rules.Policy, rules.Calendar, now), rules.CPI()
	})
}

// OnThePhone says whether the person whom a run is about speaks on the telephone: nobody who
// does not is offered a place by it. Of a run of another zone nothing is said.
func (r *Reader) OnThePhone(ctx context.Context, s care.Staff, run string) (speaks bool, err error) {
	err = postgres.Within(ctx, r.pool, postgres.App(s, r.now()), nil, func(tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT on_the_phone($1)`, run).Scan(&speaks)
	})
	return speaks, err
}

// free are the first free places of an agenda.
func (r *Reader) free(ctx context.Context, s care.Staff, from time.Time, most int, of func(*postgres.Ruleset, time.Time) (agenda.Agenda, string)) (free []agenda.Slot, err error) {
	now, version := r.now(), ""
	first := func(b *pgx.Batch) { postgres.QueueVersion(b, s.Zone, &version) }
	err = postgres.Within(ctx, r.pool, postgres.App(s, now), first, func(tx postgres.Tx) error {
		rules, err := r.rules.At(ctx, tx, s.Zone, version)
		if err == nil {
			a, service := of(rules, now)
			free, err = freeFrom(ctx, tx, s, rules, a, service, from, now, most)
		}
		return err
	})
	return free, err
}

// Taken are the places of a service of the caller's zone that are taken in a stretch, each
// with whether the caller may know whose it is.
func (r *Reader) Taken(ctx context.Context, s care.Staff, service string, from, to time.Time) (taken []agenda.Taken, err error) {
	err = postgres.Within(ctx, r.pool, postgres.App(s, r.now()), nil, func(tx postgres.Tx) error {
		taken, err = postgres.Many[agenda.Taken](ctx, tx, `SELECT at, until, unseen, pua, false AS kept FROM places_taken($1, $2, $3)
			UNION ALL SELECT at, until, false, pua, true FROM place_kept WHERE zone = $4 AND service = $1 AND at < $3 AND until > $2 AND ends_at > $5
			UNION ALL SELECT at, until, false, pua, true FROM waiting_offer WHERE zone = $4 AND service = $1 AND at < $3 AND until > $2 AND ends_at > $5 AND state = 'open'`,
			service, from, to, s.Zone, r.now())
		return err
	})
	return taken, err
}

// Beyond are those of some appointments that have a place although there was none, as far as
// the caller sees them.
func (r *Reader) Beyond(ctx context.Context, s care.Staff, appointments []string) (given []agenda.Given, err error) {
	err = postgres.Within(ctx, r.pool, postgres.App(s, r.now()), nil, func(tx postgres.Tx) error {
		given, err = postgres.Many[agenda.Given](ctx, tx, `SELECT id, beyond, beyond_why FROM booked_beyond($1)`, appointments)
		return err
	})
	return given, err
}
