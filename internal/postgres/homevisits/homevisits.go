// Package homevisits keeps who visits people at home, and whether they are back.
package homevisits

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/places"
)

// Store keeps the visits.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, calendars postgres.Calendars, clock func() time.Time) *Store {
	return &Store{pool, postgres.NewRules(calendars), clock}
}

// selectVisit reads visits with what the caller sees of their persons; whoever does not see
// the person reads no address, nor why one goes alone, which may speak of her.
const selectVisit = `SELECT v.appointment_id::text AS appointment, v.version, coalesce(p.case_id::text, '') AS case_id, coalesce(f.number, '') AS number,
	btrim(coalesce(p.given_name || ' ' || p.family_name, '')) AS person, v.first::text, s.name AS first_name, coalesce(v.second::text, '') AS second, coalesce(t.name, '') AS second_name,
	CASE WHEN p.case_id IS NULL THEN '' ELSE v.alone END AS alone, v.knows::text, k.name AS knows_name, v.phone, CASE WHEN p.case_id IS NULL THEN '' ELSE v.address END AS address,
	coalesce(concat_ws(', ', nullif(p.address, ''), nullif(p.municipality, '')), '') AS domicile, v.at, v.until, v.ask_at, v.alarm_at, v.first_back, v.second_back
	FROM `

const ofVisit = ` v JOIN staff s ON s.id = v.first LEFT JOIN staff t ON t.id = v.second JOIN staff k ON k.id = v.knows
	LEFT JOIN appointment a ON a.id = v.appointment_id LEFT JOIN case_file f ON f.id = a.case_id LEFT JOIN person p ON p.case_id = a.case_id `

// VisitsOf are those of some appointments that are visits at home, as far as the caller reads
// the domiciles of their persons.
func (s *Store) VisitsOf(ctx context.Context, who care.Staff, appointments []string) (list []homevisit.Visit, err error) {
	if len(appointments) == 0 {
		return nil, nil
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[homevisit.Visit](ctx, tx, selectVisit+`home_visit`+ofVisit+`WHERE v.appointment_id = ANY ($1) AND v.at = a.at AND NOT v.called_off ORDER BY v.at, v.appointment_id`, appointments)
		if err != nil {
			return err
		}
		return note(ctx, tx, list)
	})
	return list, err
}

// note keeps that the persons of some visits were read.
func note(ctx context.Context, tx postgres.Tx, list []homevisit.Visit) error {
	var cases []string
	for _, v := range list {
		if v.CaseID != "" && !slices.Contains(cases, v.CaseID) {
			cases = append(cases, v.CaseID)
		}
	}
	if len(cases) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, 'home_visits', NULL, $3, '')`, ledger.ListAppointments, ledger.ReadingPurposes[ledger.ListAppointments], cases)
	return err
}

// ahead is for how many days from now on a visit is shown to who goes.
const ahead = 14

// Watched are the visits from which not everybody is back and that the caller goes on or knows
// about, and for a supervisor those of which nobody answers, whoever's they are.
func (s *Store) Watched(ctx context.Context, who care.Staff) (list []homevisit.Visit, err error) {
	now := s.clock()
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[homevisit.Visit](ctx, tx, selectVisit+`visits_watched($1, $2)`+ofVisit+`ORDER BY v.at, v.appointment_id`, now, now.AddDate(0, 0, ahead))
		if err != nil {
			return err
		}
		return note(ctx, tx, list)
	})
	return list, err
}

// Visitors are whom a form for an appointment may name, by name.
func (s *Store) Visitors(ctx context.Context, who care.Staff, appointment string) (list []homevisit.Visitor, err error) {
	if !care.IsID(appointment) {
		return nil, ledger.ErrNotFound
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[homevisit.Visitor](ctx, tx, `SELECT id, name, role, visits FROM visitors_of($1)`, appointment)
		return err
	})
	return list, err
}

// Plan makes an appointment a visit at home, or changes who goes. Sent again it changes nothing.
// ledger.ErrNotFound: the caller does not read the person of such an appointment. *care.Refusal:
// the form is not right, who goes is elsewhere then, or somebody else has changed the visit.
func (s *Store) Plan(ctx context.Context, who care.Staff, appointment string, f homevisit.Going) error {
	f = f.Trimmed()
	return s.changing(ctx, who, appointment, func(tx postgres.Tx, rules *postgres.Ruleset, found standing) error {
		now := s.clock()
		if found.was != nil && !found.other() && found.was.says(f) {
			return nil
		}
		if rule := found.refuses(rules, f, now); rule != "" {
			return care.RefuseChanged(rule)
		}
		faults := care.Faults(f.Check())
		faults.Add(f.Address != "" || found.Domicile, "address", homevisit.RuleDomicile)
		if len(faults) > 0 {
			return care.Refuse(faults...)
		}
		until := found.At.Add(time.Duration(f.Minutes) * time.Minute)
		named := slices.DeleteFunc([]string{f.First, f.Second, f.Knows}, func(id string) bool { return !care.IsID(id) })
		workers, err := postgres.Many[homevisit.Worker](ctx, tx, `SELECT * FROM visitors_then($1, $2, $3, $4)`, appointment, named, found.At, until)
		if err != nil {
			return err
		}
		if faults := f.Named(workers); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		ask, alarm := homevisit.Clocks(rules.Policy, rules.Calendar, until)
		told := slices.DeleteFunc([]string{f.First, f.Second}, func(id string) bool { return id == "" })
		if found.was != nil {
			told = append(told, found.was.goes()...)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO home_visit AS v (appointment_id, zone, run_id, first, second, alone, knows, phone, address, at, until, ask_at, alarm_at, planned_by, planned_at)
				VALUES ($1, $2, $3, $4, nullif($5, '')::uuid, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			ON CONFLICT (appointment_id) DO UPDATE SET version = v.version + 1, first = excluded.first, second = excluded.second, alone = excluded.alone, knows = excluded.knows, phone = excluded.phone,
				address = excluded.address, at = excluded.at, until = excluded.until, ask_at = excluded.ask_at, alarm_at = excluded.alarm_at, planned_by = excluded.planned_by, planned_at = excluded.planned_at, called_off = false, first_back = NULL, second_back = NULL`,
			appointment, who.Zone, found.Run, f.First, f.Second, f.Alone, f.Knows, f.Phone, f.Address, found.At, until, ask, alarm, who.ID, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT visit_planned($1, $2, $3)`, appointment, told, now)
		return err
	})
}

// Drop makes a visit at home an appointment like any other again; of one that is none nothing changes.
func (s *Store) Drop(ctx context.Context, who care.Staff, appointment string, seen int) error {
	return s.changing(ctx, who, appointment, func(tx postgres.Tx, rules *postgres.Ruleset, found standing) error {
		if found.was == nil || found.was.Off || found.other() {
			return nil
		}
		now := s.clock()
		if rule := found.refuses(rules, homevisit.Going{Seen: seen}, now); rule != "" {
			return care.RefuseChanged(rule)
		}
		if _, err := tx.Exec(ctx, `UPDATE home_visit SET version = version + 1, called_off = true, planned_by = $2, planned_at = $3 WHERE appointment_id = $1`, appointment, who.ID, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT visit_planned($1, $2, $3)`, appointment, found.was.goes(), now)
		return err
	})
}

// Returned keeps that the caller is back from a visit, or that everybody is. Said again it
// changes nothing. ledger.ErrNotFound: it is none that the caller goes on or is told of.
func (s *Store) Returned(ctx context.Context, who care.Staff, appointment string, a homevisit.Answer) error {
	if !care.IsID(appointment) {
		return ledger.ErrNotFound
	}
	now := s.clock()
	return postgres.Acting(ctx, s.pool, postgres.App(who, now), lockedFor(who.Zone), func(tx postgres.Tx) error {
		v, err := postgres.OneOrNone[homevisit.Visit](ctx, tx, selectVisit+`visit_of($1)`+ofVisit, appointment)
		if err != nil {
			return err
		}
		if v == nil {
			return ledger.ErrNotFound
		}
		if rule := v.Returns(who, a, now); rule == care.RuleUnknownCode {
			return care.Refuse(care.Fault{Field: "answer", Rule: rule})
		} else if rule != "" {
			return care.RefuseChanged(rule)
		}
		var first, second *time.Time
		if a == homevisit.All || v.First == who.ID {
			first = &now
		}
		if v.Second != "" && (a == homevisit.All || v.Second == who.ID) {
			second = &now
		}
		if _, err := tx.Exec(ctx, `SELECT visit_returns($1, $2, $3)`, appointment, first, second); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT visit_answered($1)`, appointment)
		return err
	})
}

// lock keeps whoever plans a visit in a zone waiting for who says there that they are back, so
// that nobody is back from one that is planned meanwhile.
const lock = `SELECT pg_advisory_xact_lock(hashtext('percorso home visits'), hashtext($1))`

func lockedFor(zone string) func(*pgx.Batch) {
	return func(b *pgx.Batch) { b.Queue(lock, zone) }
}

// standing is an appointment as somebody finds it who plans a visit.
type standing struct {
	Run      string      `db:"run_id"`
	Service  string      `db:"service"`
	At       time.Time   `db:"at"`
	Stands   bool        `db:"stands"`
	Domicile bool        `db:"domicile"`
	Hours    []time.Time `db:"hours"` // that it has, or is about to have
	was      *planned
}

const stands = `SELECT a.run_id, a.service, a.at, a.state IN ('booked', 'confirmed') AS stands, p.address <> '' AS domicile, visit_hours(a.id) AS hours
	FROM appointment a JOIN person p ON p.case_id = a.case_id WHERE a.id = $1`

// planned is a visit as it was planned before.
type planned struct {
	Version int       `db:"version"`
	First   string    `db:"first"`
	Second  string    `db:"second"`
	Alone   string    `db:"alone"`
	Knows   string    `db:"knows"`
	Phone   string    `db:"phone"`
	Address string    `db:"address"`
	At      time.Time `db:"at"`
	Until   time.Time `db:"until"`
	Off     bool      `db:"called_off"`
	Back    bool      `db:"back"` // everybody who went
}

// goes are who goes.
func (p planned) goes() []string {
	if p.Second == "" {
		return []string{p.First}
	}
	return []string{p.First, p.Second}
}

// says says whether the visit is already as a form asks for.
func (p planned) says(f homevisit.Going) bool {
	f.Seen = 0
	return !p.Off && f == homevisit.Going{First: p.First, Second: p.Second, Alone: p.Alone, Knows: p.Knows, Phone: p.Phone, Address: p.Address, Minutes: int(p.Until.Sub(p.At).Minutes())}
}

// other says whether the visit was at another hour than the appointment has now: that has begun,
// or it would have moved along.
func (s standing) other() bool { return s.was != nil && !s.was.Off && !s.was.At.Equal(s.At) }

// refuses says by which rule nothing is planned for the appointment as it stands; empty: it may be.
func (s standing) refuses(rules *postgres.Ruleset, f homevisit.Going, now time.Time) string {
	version := 0
	if s.was != nil && !s.was.Off && !s.other() {
		version = s.was.Version
	}
	slot, in := agenda.Of(rules.Policy, s.Service, rules.Calendar, now).At(s.At)
	switch {
	case !s.Stands || !now.Before(s.At):
		return homevisit.RuleOver
	case in && slot.Mode == agenda.ByPhone:
		return homevisit.RuleByPhone
	case s.other() && !s.was.Back:
		return homevisit.RuleNotBack
	case f.Seen != version:
		return homevisit.RuleChanged
	}
	return ""
}

// changing runs work on an appointment whose person the caller reads, which nobody else plans
// meanwhile or gives another hour; nor does anybody fix anything for one of the zone's staff on
// its day, or on that to which it is about to be moved.
func (s *Store) changing(ctx context.Context, who care.Staff, appointment string, work func(postgres.Tx, *postgres.Ruleset, standing) error) error {
	if !care.IsID(appointment) {
		return ledger.ErrNotFound
	}
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), nil, func(tx postgres.Tx) error {
		rules, err := s.rules.Current(ctx, tx, who.Zone)
		if err != nil {
			return err
		}
		if !homevisit.MayPlan(who, rules.Policy) {
			return ledger.ErrForbidden
		}
		seen, err := postgres.One[standing](ctx, tx, stands, appointment)
		if err != nil {
			return postgres.Missing(err)
		}
		days := []string{places.RunKey(seen.Run)}
		for _, at := range seen.Hours {
			days = append(days, places.StaffKey(who.Zone, rules.There(at)))
		}
		if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, days); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, lock, who.Zone); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT hold_appointment($1)`, appointment); err != nil {
			return err
		}
		found, err := postgres.One[standing](ctx, tx, stands, appointment)
		if err != nil {
			return postgres.Missing(err)
		}
		if !slices.EqualFunc(found.Hours, seen.Hours, time.Time.Equal) {
			return care.RefuseChanged(homevisit.RuleChanged)
		}
		if found.was, err = postgres.OneOrNone[planned](ctx, tx, `SELECT version, first::text, coalesce(second::text, '') AS second, alone, knows::text, phone, address, at, until, called_off,
				first_back IS NOT NULL AND (second IS NULL OR second_back IS NOT NULL) AS back
			FROM home_visit WHERE appointment_id = $1 FOR UPDATE`, appointment); err != nil {
			return err
		}
		return work(tx, rules, found)
	})
}

func (s *Store) reading(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}
