// Package mediation keeps the mediators who are asked for, and counts what that takes of the
// providers' lots.
//
// Say that two professionals get a yes for the same mediator at the same hour, at the same
// moment. Whoever comes first locks the zone's requests, looks where the mediator is, and has
// them; the other one looks again, and is told.
package mediation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/postgres"
)

// Store keeps the requests. Row-level security shows each to those of its zone who see its
// appointment, and to the coordinator who was asked last.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, rules *postgres.Rules, clock func() time.Time) *Store {
	return &Store{pool, rules, clock}
}

const selectRequest = `SELECT m.id::text, m.zone, m.agency, coalesce(m.appointment_id::text, '') AS appointment, m.language, m.matter, m.place, m.mode, m.at, m.until,
	m.state, m.provider, m.lot, m.link::text, m.mediator, m.proposed_at, m.cancel_by, m.used, m.counted, mediators_unsent(m.link) AS unsent,
	coalesce((SELECT a.at <> m.at FROM appointment a WHERE a.id = m.appointment_id), false) AS elsewhen FROM mediation m`

// most is how many requests a list has at most, and ended for how many days it has what is over.
const most, ended = 200, 90

// Mediations lists the requests that are open, the next first; or those that are over, the last first.
func (s *Store) Mediations(ctx context.Context, who care.Staff, over bool) (list []mediation.Request, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		if over {
			list, err = postgres.Many[mediation.Request](ctx, tx, selectRequest+` WHERE m.zone = $1 AND m.ended_at > $2 ORDER BY m.ended_at DESC, m.id LIMIT $3`,
				who.Zone, s.clock().AddDate(0, 0, -ended), most)
			return err
		}
		list, err = postgres.Many[mediation.Request](ctx, tx, selectRequest+` WHERE m.zone = $1 AND m.state IN ('requested', 'proposed', 'confirmed', 'declined') ORDER BY m.at, m.id LIMIT $2`,
			who.Zone, most)
		return err
	})
	return list, err
}

// Mediation is one request, with who was asked, the first first. ledger.ErrNotFound: the caller sees none of that id.
func (s *Store) Mediation(ctx context.Context, who care.Staff, id string) (r mediation.Request, asked []mediation.Asked, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		if r, err = byID(ctx, tx, id, ""); err != nil {
			return err
		}
		asked, err = postgres.Many[mediation.Asked](ctx, tx, selectAsked+` WHERE mediation_id = $1 ORDER BY asked_at, id`, id)
		return err
	})
	return r, asked, err
}

const selectAsked = `SELECT provider, lot, asked_at, answer, answered_at FROM mediation_ask`

// MediationFor is the open request for an appointment; nil: there is none, or not for the caller to see.
func (s *Store) MediationFor(ctx context.Context, who care.Staff, appointment string) (r *mediation.Request, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		r, err = postgres.OneOrNone[mediation.Request](ctx, tx, selectRequest+` WHERE m.appointment_id = $1 AND m.ended_at IS NULL`, appointment)
		return err
	})
	return r, err
}

// Balances say what is left of each lot of the caller's zone.
func (s *Store) Balances(ctx context.Context, who care.Staff) (all []mediation.Balance, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		rules, err := s.rules.Current(ctx, tx, who.Zone)
		if err == nil {
			all, err = balances(ctx, tx, rules)
		}
		return err
	})
	return all, err
}

// AskMediator asks a provider for a mediator: its coordinator gets a mail with a link. With the
// same key again it gives what was asked. *care.Refusal: a field breaks a rule.
// ledger.ErrNotFound: the caller sees no such appointment.
func (s *Store) AskMediator(ctx context.Context, who care.Staff, key string, f mediation.Form) (r mediation.Request, err error) {
	id := ledger.DerivedID(who.ID, "mediation "+key)
	err = s.changing(ctx, who, func(tx postgres.Tx, rules *postgres.Ruleset, now time.Time) error {
		var again bool
		if r, again, err = sent(ctx, tx, id, key, f); err != nil || again {
			return err
		}
		digest := f.Digest()
		if f.At, err = expected(ctx, tx, f); err != nil {
			return err
		}
		if faults := f.Check(rules.Policy, rules.Calendar, now); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		lot, err := serves(ctx, tx, rules, f.Lot, f.Minutes)
		if err != nil {
			return err
		}
		provider, _, _ := mediation.LotOf(rules.Policy, f.Lot)
		r = mediation.Request{
			ID: id, Zone: who.Zone, Appointment: f.Appointment, Language: f.Language, Matter: f.Matter, Place: f.Place, Mode: f.Mode, At: f.At,
			Until: f.At.Add(time.Duration(f.Minutes) * time.Minute), State: mediation.Requested, Provider: provider.Code, Lot: lot.Code,
			Link: ledger.DerivedID(id, "asked"), CancelBy: mediation.CancelBy(rules.Calendar, lot, f.At),
		}
		if err := insert(ctx, tx, who, r, lot, digest, now); err != nil {
			return err
		}
		return ask(ctx, tx, r, now)
	})
	return r, err
}

// NoteCall keeps that a mediator was rung up there and then, with the minutes that it took of
// the lot, be it used up. With the same key again nothing more.
func (s *Store) NoteCall(ctx context.Context, who care.Staff, key string, f mediation.Form) (r mediation.Request, err error) {
	id := ledger.DerivedID(who.ID, "mediation "+key)
	f.At = time.Time{} // that is when it is noted
	err = s.changing(ctx, who, func(tx postgres.Tx, rules *postgres.Ruleset, now time.Time) error {
		var again bool
		if r, again, err = sent(ctx, tx, id, key, f); err != nil || again {
			return err
		}
		digest := f.Digest()
		f.At = now.Add(-time.Duration(f.Minutes) * time.Minute)
		if faults := f.CheckCall(rules.Policy); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		provider, lot, _ := mediation.LotOf(rules.Policy, f.Lot)
		r = mediation.Request{
			ID: id, Zone: who.Zone, Language: f.Language, Matter: f.Matter, Mode: agenda.ByPhone, At: f.At, Until: now, State: mediation.Done,
			Provider: provider.Code, Lot: lot.Code, Link: ledger.DerivedID(id, "called"), CancelBy: f.At, Used: f.Minutes, Counted: mediation.Charged(lot, f.Minutes),
		}
		return insert(ctx, tx, who, r, lot, digest, now)
	})
	return r, err
}

// AskNext asks another provider, or another lot, for what the one before has no mediator for.
// seen is the link of that one: where another was asked meanwhile nothing happens.
func (s *Store) AskNext(ctx context.Context, who care.Staff, id, seen, code string) error {
	return s.acting(ctx, who, id, func(tx postgres.Tx, rules *postgres.Ruleset, r mediation.Request, now time.Time) error {
		next := ledger.DerivedID(seen, "asked "+code)
		switch {
		case r.Link == next:
			return nil // asked twice
		case r.Link != seen:
			var was bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM mediation_ask WHERE mediation_id = $1 AND id::text = $2)`, id, seen).Scan(&was); err != nil {
				return err
			}
			if !was {
				return care.Refuse(care.Fault{Field: "seen", Rule: care.RuleUnknownCode})
			}
			return mediation.Changed()
		}
		if rule := r.Refuses(mediation.Ask, now); rule != "" {
			return care.RefuseChanged(rule)
		}
		if r.Elsewhen { // what was proposed has become the appointment's hour
			lasts := r.Until.Sub(r.At)
			if err := tx.QueryRow(ctx, `SELECT at FROM appointment WHERE id = $1`, r.Appointment).Scan(&r.At); err != nil {
				return err
			}
			r.Until = r.At.Add(lasts)
		}
		provider, lot, ok := mediation.LotOf(rules.Policy, code)
		if !ok || !mediation.Serves(lot, r.Language, r.Mode, r.At) {
			return care.Refuse(care.Fault{Field: "lot", Rule: mediation.RuleLot})
		}
		if r.State != mediation.Declined {
			if err := tell(ctx, tx, r.Link, mediation.MailCalled); err != nil {
				return err
			}
		}
		// What the one before would have taken is free again.
		if _, err := tx.Exec(ctx, `UPDATE mediation SET state = 'declined' WHERE id = $1`, id); err != nil {
			return err
		}
		if _, err := serves(ctx, tx, rules, code, r.Minutes()); err != nil {
			return err
		}
		r.Link, r.Provider, r.Lot = next, provider.Code, lot.Code
		_, err := tx.Exec(ctx, `UPDATE mediation SET state = 'requested', link = $2, provider = $3, lot = $4, mediator = '', proposed_at = NULL, cancel_by = $5, planned = $6, at = $7, until = $8 WHERE id = $1`,
			id, r.Link, r.Provider, r.Lot, mediation.CancelBy(rules.Calendar, lot, r.At), mediation.Charged(lot, r.Minutes()), r.At, r.Until)
		if err != nil {
			return err
		}
		return ask(ctx, tx, r, now)
	})
}

// AcceptProposal takes the time that the provider proposes, which the caller has seen; the zero
// time: whichever it is. The coordinator is told.
func (s *Store) AcceptProposal(ctx context.Context, who care.Staff, id string, seen time.Time) error {
	return s.acting(ctx, who, id, func(tx postgres.Tx, rules *postgres.Ruleset, r mediation.Request, now time.Time) error {
		switch {
		case r.State == mediation.Confirmed && r.ProposedAt != nil && r.ProposedAt.Equal(r.At):
			return nil // accepted twice
		case r.Refuses(mediation.Accept, now) != "":
			return care.RefuseChanged(r.Refuses(mediation.Accept, now))
		case !seen.IsZero() && !seen.Equal(*r.ProposedAt): // the provider may propose again
			return mediation.Changed()
		}
		r.At, r.Until = *r.ProposedAt, r.ProposedAt.Add(r.Until.Sub(r.At))
		lot, err := free(ctx, tx, rules, r, "")
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE mediation SET state = 'confirmed', at = $2, until = $3, cancel_by = $4 WHERE id = $1`, id, r.At, r.Until, mediation.CancelBy(rules.Calendar, lot, r.At))
		if err != nil {
			return err
		}
		return tell(ctx, tx, r.Link, mediation.MailAccepted)
	})
}

// CallOff ends a request. In time, or by the provider, that costs nothing; too late it counts
// as if it had been held.
func (s *Store) CallOff(ctx context.Context, who care.Staff, id string, byProvider bool) (becomes mediation.State, err error) {
	err = s.acting(ctx, who, id, func(tx postgres.Tx, _ *postgres.Ruleset, r mediation.Request, now time.Time) error {
		becomes = r.State
		switch {
		case r.State == mediation.Cancelled || r.State == mediation.Late:
			return nil // called off twice
		case r.Refuses(mediation.Call, now) != "":
			return care.RefuseChanged(r.Refuses(mediation.Call, now))
		}
		becomes = r.CalledOff(byProvider, now)
		_, err := tx.Exec(ctx, `UPDATE mediation SET state = $2, counted = CASE $2 WHEN 'late' THEN planned ELSE 0 END, ended_at = $3 WHERE id = $1`, id, becomes, now)
		if err != nil || byProvider || r.State == mediation.Declined || !now.Before(r.At) {
			return err
		}
		return tell(ctx, tx, r.Link, mediation.MailCalled)
	})
	return becomes, err
}

// NoteHeld keeps the minutes that a mediator was there.
func (s *Store) NoteHeld(ctx context.Context, who care.Staff, id string, minutes int) error {
	return s.acting(ctx, who, id, func(tx postgres.Tx, rules *postgres.Ruleset, r mediation.Request, now time.Time) error {
		switch {
		case r.State == mediation.Done && r.Used == minutes:
			return nil // noted twice
		case r.Refuses(mediation.Held, now) != "":
			return care.RefuseChanged(r.Refuses(mediation.Held, now))
		}
		if faults := mediation.CheckMinutes(minutes); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		_, lot, _ := mediation.LotOf(rules.Policy, r.Lot) // one that the zone has no more is counted by the minute
		_, err := tx.Exec(ctx, `UPDATE mediation SET state = 'done', used = $2, counted = $3, ended_at = $4 WHERE id = $1`, id, minutes, mediation.Charged(lot, minutes), now)
		return err
	})
}

// MediationByLink is what a coordinator's link shows: the request, for as long as they are the
// one who was asked last, with what they were asked and have answered. ledger.ErrNotFound: the
// link opens nothing.
func (s *Store) MediationByLink(ctx context.Context, link string) (r *mediation.Request, asked mediation.Asked, err error) {
	err = postgres.Within(ctx, s.pool, postgres.Asked(link), nil, func(tx postgres.Tx) error {
		if asked, err = postgres.One[mediation.Asked](ctx, tx, selectAsked+` WHERE id = $1`, link); err != nil {
			return postgres.Missing(err)
		}
		r, err = postgres.OneOrNone[mediation.Request](ctx, tx, selectRequest+` WHERE m.link = $1`, link)
		return err
	})
	return r, asked, err
}

// Answer takes what a coordinator answers through a link. The same again is well.
// *care.Refusal: a field breaks a rule, or it is not asked of them any more.
// ledger.ErrNotFound: the link opens nothing.
func (s *Store) Answer(ctx context.Context, link string, a mediation.Answer) (r mediation.Request, err error) {
	err = postgres.Acting(ctx, s.pool, postgres.Asked(link), nil, func(tx postgres.Tx) error {
		var zone string
		if err := tx.QueryRow(ctx, `SELECT zone FROM mediation WHERE link = $1`, link).Scan(&zone); err != nil {
			return postgres.Missing(err)
		}
		if _, err := tx.Exec(ctx, lock, zone); err != nil {
			return err
		}
		if r, err = postgres.One[mediation.Request](ctx, tx, selectRequest+` WHERE m.link = $1 FOR UPDATE OF m`, link); err != nil {
			return postgres.Missing(err)
		}
		rules, err := s.rules.Current(ctx, tx, zone)
		if err != nil {
			return err
		}
		return answer(ctx, tx, rules, &r, a, rules.There(s.clock()))
	})
	return r, err
}

func answer(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, r *mediation.Request, a mediation.Answer, now time.Time) error {
	again := r.State == a.What && (a.What != mediation.Proposed || r.ProposedAt.Equal(a.At))
	switch {
	case again:
		return nil
	case !slices.Contains(r.Answers(now), a.What):
		return mediation.Changed()
	}
	if faults := a.Check(*r, rules.Policy, rules.Calendar, now); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	r.State, r.Mediator, r.ProposedAt = a.What, a.Mediator, nil
	switch a.What {
	case mediation.Proposed:
		r.ProposedAt = &a.At
	case mediation.Confirmed:
		if _, err := free(ctx, tx, rules, *r, "mediator"); err != nil {
			return err
		}
	case mediation.Declined:
		r.Mediator = ""
	}
	if _, err := tx.Exec(ctx, `UPDATE mediation SET state = $2, mediator = $3, proposed_at = $4 WHERE id = $1`, r.ID, r.State, r.Mediator, r.ProposedAt); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE mediation_ask SET answer = $2, answered_at = $3 WHERE id = $1`, r.Link, a.What, now)
	return err
}

// lock has everybody wait who changes a request of a zone: whether one is possible depends on
// the others.
const lock = `SELECT pg_advisory_xact_lock(hashtext('percorso mediation'), hashtext($1))`

func (s *Store) reading(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}

func (s *Store) changing(ctx context.Context, who care.Staff, work func(tx postgres.Tx, rules *postgres.Ruleset, now time.Time) error) error {
	first := func(b *pgx.Batch) { b.Queue(lock, who.Zone) }
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), first, func(tx postgres.Tx) error {
		rules, err := s.rules.Current(ctx, tx, who.Zone)
		if err != nil {
			return err
		}
		return work(tx, rules, rules.There(s.clock()))
	})
}

// acting changes one request, which nobody else does meanwhile.
func (s *Store) acting(ctx context.Context, who care.Staff, id string, work func(postgres.Tx, *postgres.Ruleset, mediation.Request, time.Time) error) error {
	return s.changing(ctx, who, func(tx postgres.Tx, rules *postgres.Ruleset, now time.Time) error {
		r, err := byID(ctx, tx, id, " FOR UPDATE OF m")
		if err != nil {
			return err
		}
		return work(tx, rules, r, now)
	})
}

func byID(ctx context.Context, tx postgres.Tx, id, held string) (r mediation.Request, err error) {
	if !care.IsID(id) {
		return r, ledger.ErrNotFound
	}
	r, err = postgres.One[mediation.Request](ctx, tx, selectRequest+` WHERE m.id = $1`+held, id)
	return r, postgres.Missing(err)
}

// sent gives what was made of a form that was sent before with the same key. What was asked for
// may have another hour and another lot by now, so that a digest says what it was asked with.
func sent(ctx context.Context, tx postgres.Tx, id, key string, f mediation.Form) (r mediation.Request, again bool, err error) {
	if key == "" {
		return r, false, ledger.ErrNoKey
	}
	switch r, err = byID(ctx, tx, id, ""); {
	case errors.Is(err, ledger.ErrNotFound):
		return r, false, nil
	case err != nil:
		return r, false, err
	}
	var before string
	if err := tx.QueryRow(ctx, `SELECT form_digest FROM mediation WHERE id = $1`, id).Scan(&before); err != nil {
		return r, false, err
	}
	if before != "" && before != f.Digest() || r.Language != f.Language || r.Appointment != f.Appointment || r.Minutes() != f.Minutes {
		return r, false, ledger.ErrKeyReused
	}
	return r, true, nil
}

// expected is when the mediator is to be there: with the person of an appointment, whom the
// place does not name, or when the form says.
func expected(ctx context.Context, tx postgres.Tx, f mediation.Form) (at time.Time, err error) {
	if f.Appointment == "" {
		return f.At, nil
	}
	if !care.IsID(f.Appointment) {
		return at, ledger.ErrNotFound
	}
	if _, err := tx.Exec(ctx, `SELECT hold_appointment($1)`, f.Appointment); err != nil {
		return at, err
	}
	var stands, asked bool
	var given, family string
	err = tx.QueryRow(ctx, `SELECT a.at, a.state IN ('booked', 'confirmed'), EXISTS (SELECT FROM mediation m WHERE m.appointment_id = a.id AND m.ended_at IS NULL),
			coalesce(p.given_name, s.snapshot ->> 'given_name', ''), coalesce(p.family_name, s.snapshot ->> 'family_name', '')
		FROM appointment a LEFT JOIN person p ON p.case_id = a.case_id
		LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE g.run_id = a.run_id AND g.agency = my('agency') LIMIT 1) s ON true
		WHERE a.id = $1`, f.Appointment).Scan(&at, &stands, &asked, &given, &family)
	switch {
	case err != nil:
		return at, postgres.Missing(err)
	case !stands:
		return at, care.Refuse(care.Fault{Rule: mediation.RuleOver})
	case asked:
		return at, care.Refuse(care.Fault{Rule: mediation.RuleAsked})
	case gathering.Tells(f.Place, given, family):
		return at, care.Refuse(care.Fault{Field: "place", Rule: mediation.RuleTells})
	}
	return at, nil
}

func balances(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset) ([]mediation.Balance, error) {
	spent, err := postgres.Many[mediation.Spent](ctx, tx, `SELECT lot, used, held FROM mediation_spent($1)`, rules.Zone)
	return mediation.Balances(rules.Policy, spent), err
}

// serves gives a lot of which so many minutes may still be promised.
func serves(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, code string, minutes int) (care.Lot, error) {
	all, err := balances(ctx, tx, rules)
	if err != nil {
		return care.Lot{}, err
	}
	i := slices.IndexFunc(all, func(b mediation.Balance) bool { return b.Lot.Code == code })
	if i < 0 || all[i].Left() < mediation.Charged(all[i].Lot, minutes) {
		return care.Lot{}, care.Refuse(care.Fault{Field: "lot", Rule: mediation.RuleUsedUp})
	}
	return all[i].Lot, nil
}

// free gives the lot of a request for which a mediator can be there then.
func free(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, r mediation.Request, field string) (care.Lot, error) {
	_, lot, _ := mediation.LotOf(rules.Policy, r.Lot)
	taken, err := postgres.Many[mediation.Taken](ctx, tx, `SELECT provider, lot, mediator, at, until FROM mediators_taken($1, $2, $3, $4)`, r.Zone, r.At, r.Until, r.ID)
	if err != nil {
		return lot, err
	}
	if rule := mediation.Clash(lot, r, taken); rule != "" {
		return lot, care.Refuse(care.Fault{Field: field, Rule: rule})
	}
	return lot, nil
}

func insert(ctx context.Context, tx postgres.Tx, who care.Staff, r mediation.Request, lot care.Lot, digest string, now time.Time) error {
	var over *time.Time
	if !r.State.Open() {
		over = &now
	}
	_, err := tx.Exec(ctx, `INSERT INTO mediation (id, zone, agency, appointment_id, language, matter, place, mode, at, until, state, provider, lot, link, cancel_by, planned, used, counted, asked_by, asked_at, ended_at, form_digest)
		VALUES ($1, $2, $3, nullif($4, '')::uuid, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		r.ID, r.Zone, who.Agency, r.Appointment, r.Language, r.Matter, r.Place, r.Mode, r.At, r.Until, r.State, r.Provider, r.Lot, r.Link, r.CancelBy,
		mediation.Charged(lot, r.Minutes()), r.Used, r.Counted, who.ID, now, over, digest)
	return err
}

// linkLasts is for how long after its hour a coordinator may still look at what was asked.
const linkLasts = 30

// ask writes down who is asked, and mails them the link.
func ask(ctx context.Context, tx postgres.Tx, r mediation.Request, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO mediation_ask (id, mediation_id, provider, lot, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.Link, r.ID, r.Provider, r.Lot, now, r.At.AddDate(0, 0, linkLasts))
	if err != nil {
		return err
	}
	return tell(ctx, tx, r.Link, mediation.MailRequest)
}

func tell(ctx context.Context, tx postgres.Tx, link, template string) error {
	_, err := tx.Exec(ctx, `SELECT tell_mediators($1, $2)`, link, template)
	return err
}
