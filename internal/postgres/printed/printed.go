// Package printed keeps that something was put on paper, and reads what a day's list shows.
package printed

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Sheets prepares them as the member of staff who asks.
type Sheets struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds them on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Sheets { return &Sheets{pool, clock} }

// line is written along with what it says was read, so that nothing is read without it.
const line = `SELECT note_reading($1, $2, $3, NULL, $4, '')`

// Printed notes that what the caller has just read of a case is put on paper.
func (s *Sheets) Printed(ctx context.Context, who care.Staff, what ledger.Reading, caseID string) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, line, what, ledger.ReadingPurposes[what], "", []string{caseID})
		return err
	})
}

// most is how many appointments a day's list has at most.
const most = 500

// Visit is the columns of an appointment with how its person is spoken to and reached, and
// where they come from: the file for who sees it, and else what the caller's agency was given.
const Visit = `a.id::text, a.run_id, a.case_id::text, coalesce(f.number, case_number(a.case_id)) AS case_number,
	btrim(coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '')) AS person,
	a.service, coalesce(appointment_matter(a.id), '') AS matter, a.state, a.at, coalesce(a.moved_to::text, '') AS moved_to, a.asked_by, a.why, a.arrived_at,
	a.state IN ('booked', 'confirmed') AND CASE WHEN f.id IS NULL THEN suspended_then(a.case_id, a.at) ELSE coalesce(f.suspended_until > a.at, false) END AS suspended, mediator_of(a.id, a.at) AS mediator,
	coalesce(p.languages, ARRAY(SELECT jsonb_array_elements_text(coalesce(s.snapshot -> 'languages', '[]')))) AS languages,
	coalesce(p.phone, s.snapshot ->> 'phone', '') AS phone, coalesce(p.email, '') AS email,
	coalesce(p.contacts, CASE WHEN s.snapshot -> 'phone_terms' IS NOT NULL
		THEN jsonb_build_array((s.snapshot -> 'phone_terms') || jsonb_build_object('kind', 'phone', 'value', s.snapshot ->> 'phone')) END) AS contacts,
	coalesce(p.no_safe_contact, false) AS no_safe_contact, p.linked, p.speech
	FROM appointment a LEFT JOIN case_file f ON f.id = a.case_id LEFT JOIN person p ON p.case_id = a.case_id
	LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE g.agency = my('agency') AND (g.run_id = a.run_id OR g.case_id = a.case_id AND a.agency <> g.agency) ORDER BY g.run_id = a.run_id DESC, g.shared_at DESC LIMIT 1) s ON true`

// visits reads those of a day.
const visits = `SELECT ` + Visit + `
	WHERE a.at >= $1 AND a.at < $2 AND $3 IN ('', a.service) AND a.state NOT IN ('cancelled', 'moved')
	AND NOT ($5 AND a.case_id IN (SELECT o.case_id FROM protection o))
	ORDER BY a.at, a.id LIMIT $4`

// DayOf lists the appointments of a day that stand or took place, of a service or of all,
// for paper. The door's sheet names nobody, and neither does the answer: it has no hour of a
// protected person, whoever prints it, since everybody reads it.
func (s *Sheets) DayOf(ctx context.Context, who care.Staff, from, to time.Time, service string, door bool) (list []expected.Visit, err error) {
	err = postgres.Within(ctx, s.pool, postgres.App(who, s.clock()).AtOneMoment(), nil, func(tx postgres.Tx) error {
		if list, err = postgres.Many[expected.Visit](ctx, tx, visits, from, to, service, most, door); err != nil || len(list) == 0 {
			return err
		}
		asked := []string{"day=" + from.Format(time.DateOnly)}
		if service != "" {
			asked = append(asked, "service="+service)
		}
		if door {
			asked = append(asked, "door")
		}
		_, err := tx.Exec(ctx, line, ledger.PrintDay, ledger.ReadingPurposes[ledger.PrintDay], strings.Join(asked, " "),
			postgres.IDs(list, func(v expected.Visit) string { return v.CaseID }))
		return err
	})
	if door {
		for i, v := range list {
			list[i] = expected.Visit{Appointment: ledger.Appointment{ID: v.ID, Service: v.Service, At: v.At, State: v.State}}
		}
	}
	return list, err
}
