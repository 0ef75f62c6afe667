// Package together keeps who takes part in appointments, and what each agency says of its part.
//
// Say that two colleagues add the same operator to two appointments of the same hour, at the
// same moment. Whoever comes first locks that day of the zone's staff, looks where she is, and
// has her; the other one waits, looks again, and is told.
package together

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/places"
	"percorso/internal/together"
)

// Store keeps them. Row-level security shows those of an appointment to whoever sees that.
type Store struct {
	pool  *pgxpool.Pool
	rules *postgres.Rules
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, rules *postgres.Rules, clock func() time.Time) *Store {
	return &Store{pool, rules, clock}
}

// Participants are those of some appointments as far as the caller sees these, those first who
// were added first; who was taken out as well.
func (s *Store) Participants(ctx context.Context, who care.Staff, appointments []string) (list []together.Participant, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[together.Participant](ctx, tx, `SELECT p.id::text, p.appointment_id::text AS appointment, p.staff::text, s.name, s.role, p.agency, b.name AS added_by,
				coalesce(e.name, '') AS ended_by, p.ended_at, p.why, CASE WHEN p.ended_at IS NULL THEN coalesce(uncovered_part(p.appointment_id, p.staff), '') ELSE '' END AS uncovered
			FROM participant p JOIN staff s ON s.id = p.staff JOIN staff b ON b.id = p.added_by LEFT JOIN staff e ON e.id = p.ended_by
			WHERE p.appointment_id = ANY ($1) ORDER BY p.added_at, p.id`, appointments)
		return err
	})
	return list, err
}

// Beside are the other persons who are expected at the places of some appointments, as far as
// the caller sees theirs.
func (s *Store) Beside(ctx context.Context, who care.Staff, appointments []string) (list []together.Beside, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[together.Beside](ctx, tx, `SELECT o.appointment::text, a.id::text AS other, a.run_id, a.case_id::text, coalesce(f.number, case_number(a.case_id), '') AS number,
				btrim(coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '')) AS person
			FROM same_place($1) o JOIN appointment a ON a.id = o.other LEFT JOIN case_file f ON f.id = a.case_id LEFT JOIN person p ON p.case_id = a.case_id
			LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE g.agency = my('agency') AND g.run_id = a.run_id ORDER BY g.shared_at DESC LIMIT 1) s ON true
			WHERE EXISTS (SELECT FROM appointment m WHERE m.id = o.appointment) ORDER BY o.appointment, a.id`, appointments)
		if err != nil || len(list) == 0 {
			return err
		}
		var cases []string
		for _, b := range list {
			cases = append(cases, b.CaseID)
		}
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, 'beside', NULL, $3, '')`, ledger.ListAppointments, ledger.ReadingPurposes[ledger.ListAppointments], cases)
		return err
	})
	return list, err
}

// Vacancies are what is to come and was planned for somebody who is away then, for whoever
// planned it; of visits at home the supervisor reads all.
func (s *Store) Vacancies(ctx context.Context, who care.Staff) (list []together.Vacancy, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[together.Vacancy](ctx, tx, `SELECT appointment, at, name, as_what FROM vacancies($1)`, s.clock())
		return err
	})
	return list, err
}

// MayAttend are whom the caller may add to an appointment.
func (s *Store) MayAttend(ctx context.Context, who care.Staff, appointment string) (list []together.Professional, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[together.Professional](ctx, tx, `SELECT id, name, role, agency FROM may_attend($1)`, appointment)
		return err
	})
	return list, err
}

// Organizes says whether the caller may change who takes part in an appointment; who takes part
// alone takes themselves out alone. ledger.ErrNotFound: they see no such appointment.
func (s *Store) Organizes(ctx context.Context, who care.Staff, appointment string) (yes bool, err error) {
	if !care.IsID(appointment) {
		return false, ledger.ErrNotFound
	}
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		a, err := postgres.One[found](ctx, tx, find, appointment)
		yes = a.Yours
		return postgres.Missing(err)
	})
	return yes, err
}

// Outcomes are what each agency says of its part in some appointments.
func (s *Store) Outcomes(ctx context.Context, who care.Staff, appointments []string) (list []together.Part, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[together.Part](ctx, tx, `SELECT appointment, agency, held, note, circle, by_name, at FROM part_outcomes($1)`, appointments)
		return err
	})
	return list, err
}

// Meetings are those of équipes in which somebody sits in a stretch, as far as the caller reads these.
func (s *Store) Meetings(ctx context.Context, who care.Staff, of string, from, to time.Time) (list []together.Meeting, err error) {
	err = s.reading(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[together.Meeting](ctx, tx, `SELECT id, run_id, case_id, at, how, place FROM meetings_of($1, $2, $3)`, of, from, to)
		return err
	})
	return list, err
}

// found is an appointment as somebody finds it who changes who takes part.
type found struct {
	Run    string    `db:"run_id"`
	Agency string    `db:"agency"`
	At     time.Time `db:"at"`
	Stands bool      `db:"stands"`
	Gone   bool      `db:"gone"` // it was moved away or cancelled
	Yours  bool      `db:"yours"`
	Until  time.Time `db:"until"`
	Moves  bool      `db:"moves"`
}

const find = `SELECT a.run_id, a.agency, a.at, a.state IN ('booked', 'confirmed') AS stands, a.state IN ('cancelled', 'moved') AS gone, a.agency = my('agency') OR sees_case(a.case_id) AS yours,
		coalesce(t.until, a.at + interval '30 minutes') AS until, coalesce(t.moves, false) AS moves
	FROM appointment a LEFT JOIN LATERAL place_of(a.id) t ON true WHERE a.id = $1`

// AddParticipant adds a professional to an appointment. With the same key again it adds
// nobody twice. ledger.ErrNotFound: the caller sees no such appointment. *care.Refusal: the
// professional cannot take part, or the appointment is over.
func (s *Store) AddParticipant(ctx context.Context, who care.Staff, key, appointment, staff string) error {
	id := ledger.DerivedID(who.ID, "participant "+key)
	return s.changing(ctx, who, appointment, func(tx postgres.Tx, a found, now time.Time) error {
		again, err := postgres.OneOrNone[together.Participant](ctx, tx, `SELECT id::text, appointment_id::text AS appointment, staff::text, '' AS name, '' AS role, agency, '' AS added_by, '' AS ended_by, ended_at, why, '' AS uncovered
			FROM participant WHERE id = $1`, id)
		switch {
		case err != nil:
			return err
		case again != nil && (again.Staff != staff || again.Appointment != appointment):
			return ledger.ErrKeyReused
		case again != nil:
			return nil
		case !a.Yours:
			return care.RefuseChanged(together.RuleNotYours)
		case !care.IsID(staff):
			return care.Refuse(care.Fault{Field: "staff", Rule: care.RuleRequired})
		}
		agency, err := add(ctx, tx, a, appointment, staff, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO participant (id, appointment_id, zone, staff, agency, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, appointment, who.Zone, staff, agency, who.ID, now)
		return err
	})
}

// add asks whether a professional may be added, and gives their agency.
func add(ctx context.Context, tx postgres.Tx, a found, appointment, staff string, now time.Time) (agency string, err error) {
	asked := together.Asked{Stands: a.Stands, Came: !now.Before(a.At), Moves: a.Moves}
	of, err := postgres.OneOrNone[together.Professional](ctx, tx, `SELECT id, name, role, agency FROM may_attend($1) WHERE id = $2`, appointment, staff)
	if err != nil {
		return "", err
	}
	if of != nil {
		asked.May, agency = true, of.Agency
	}
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM participant WHERE appointment_id = $1 AND staff = $2 AND ended_at IS NULL), coalesce(uncovered_part($1, $2), '')`,
		appointment, staff).Scan(&asked.There, &asked.Gap); err != nil {
		return "", err
	}
	busy, err := places.BusyIn(ctx, tx, []string{staff}, a.At, a.Until, appointment)
	if err != nil {
		return "", err
	}
	for _, b := range busy {
		asked.Busy, asked.Meets = asked.Busy || !b.Meets, asked.Meets || b.Meets
	}
	return agency, asked.Refuse()
}

// EndParticipant takes somebody out of an appointment, with why. ledger.ErrNotFound: the caller
// sees nobody of that id in it. *care.Refusal: they were taken out meanwhile, or it is not the
// caller's to do.
func (s *Store) EndParticipant(ctx context.Context, who care.Staff, appointment, id, why string) error {
	return s.changing(ctx, who, appointment, func(tx postgres.Tx, a found, now time.Time) error {
		if !care.IsID(id) {
			return care.Refuse(care.Fault{Field: "chi", Rule: care.RuleRequired})
		}
		var staff, was string
		var out bool
		err := tx.QueryRow(ctx, `SELECT staff::text, why, ended_at IS NOT NULL FROM participant WHERE id = $1 AND appointment_id = $2`, id, appointment).Scan(&staff, &was, &out)
		if err != nil {
			return postgres.Missing(err)
		}
		switch {
		case out && was == why:
			return nil // pressed twice
		case out:
			return care.RefuseChanged(together.RuleOut)
		case !a.Stands || !now.Before(a.At):
			return care.RefuseChanged(together.RuleOver)
		case !together.MayTakeOut(who, a.Yours, staff):
			return care.RefuseChanged(together.RuleNotYours)
		}
		if faults := together.CheckWhy(why); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		_, err = tx.Exec(ctx, `UPDATE participant SET ended_by = $2, ended_at = $3, why = $4 WHERE id = $1`, id, who.ID, now, why)
		return err
	})
}

// SayOutcome keeps what the caller's agency says of its part, once the hour has been. The same
// again is well.
func (s *Store) SayOutcome(ctx context.Context, who care.Staff, appointment string, said together.Outcome) error {
	return s.changing(ctx, who, appointment, func(tx postgres.Tx, a found, now time.Time) error {
		if faults := said.Check(); len(faults) > 0 {
			return care.Refuse(faults...)
		}
		var part bool
		err := tx.QueryRow(ctx, `SELECT $2 = $3 OR EXISTS (SELECT FROM participant WHERE appointment_id = $1 AND agency = $3 AND ended_at IS NULL)`, appointment, a.Agency, who.Agency).Scan(&part)
		if err != nil {
			return err
		}
		there, err := postgres.OneOrNone[together.Part](ctx, tx, `SELECT appointment, agency, held, note, circle, by_name, at FROM part_outcomes(ARRAY[$1::uuid]) WHERE agency = $2`, appointment, who.Agency)
		switch {
		case err != nil:
			return err
		case there != nil && there.Held == *said.Held && there.Note == said.Note && there.Circle == said.Circle:
			return nil
		}
		if rule := (together.Said{Part: part, Gone: a.Gone, Came: !now.Before(a.At), There: there != nil}).Refuses(); rule != "" {
			return care.RefuseChanged(rule)
		}
		_, err = tx.Exec(ctx, `INSERT INTO part_outcome (appointment_id, agency, zone, held, note, circle, by_staff, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			appointment, who.Agency, who.Zone, *said.Held, said.Note, said.Circle, who.ID, now)
		return err
	})
}

// changing changes who takes part in an appointment, or what is said of it, which nobody else
// does meanwhile; nor does anybody give it another hour, or fix anything for one of the
// zone's staff on its day.
func (s *Store) changing(ctx context.Context, who care.Staff, appointment string, work func(postgres.Tx, found, time.Time) error) error {
	if !care.IsID(appointment) {
		return ledger.ErrNotFound
	}
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), nil, func(tx postgres.Tx) error {
		rules, err := s.rules.Current(ctx, tx, who.Zone)
		if err != nil {
			return err
		}
		seen, err := postgres.One[found](ctx, tx, find, appointment)
		if err != nil {
			return postgres.Missing(err)
		}
		if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, []string{places.RunKey(seen.Run), places.StaffKey(who.Zone, rules.There(seen.At))}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT hold_appointment($1)`, appointment); err != nil {
			return err
		}
		a, err := postgres.One[found](ctx, tx, find, appointment)
		if err != nil {
			return postgres.Missing(err)
		}
		if !a.At.Equal(seen.At) {
			return care.RefuseChanged(together.RuleMoves)
		}
		return work(tx, a, rules.There(s.clock()))
	})
}

func (s *Store) reading(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}
