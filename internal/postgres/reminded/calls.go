package reminded

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/printed"
	"percorso/internal/remind"
)

// Calls is whom somebody is to call, as the member of staff who asks.
type Calls struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// NewCalls builds them on a pool whose login may join the API's role.
func NewCalls(pool *pgxpool.Pool, clock func() time.Time) *Calls { return &Calls{pool, clock} }

// most is how many a list has at most: those whose hour is nearest.
const most = 200

// Of whom the caller sees the file it says how they are reached from that, and else from what
// their agency was given; whom they may know nothing of any more they cannot call.
const toCall = `SELECT r.failed, r.unanswered, r.called_at, ` + printed.Visit + ` JOIN reminder r ON r.appointment_id = a.id
	WHERE a.id = ANY (ARRAY(SELECT appointment FROM to_call_here($1, $2))) AND (p.case_id IS NOT NULL OR s.snapshot IS NOT NULL)
	ORDER BY a.at, a.id`

// line is written along with what it says was read.
const line = `SELECT note_reading($1, $2, 'to_call', NULL, $3, '')`

// ToCall lists who is to be called before an appointment, the nearest hour first. That their
// numbers were read is noted.
func (s *Calls) ToCall(ctx context.Context, who care.Staff) (list []remind.Called, err error) {
	err = postgres.Within(ctx, s.pool, postgres.App(who, s.clock()).AtOneMoment(), nil, func(tx postgres.Tx) error {
		if list, err = postgres.Many[remind.Called](ctx, tx, toCall, s.clock(), most); err != nil || len(list) == 0 {
			return err
		}
		_, err := tx.Exec(ctx, line, ledger.ListAppointments, ledger.ReadingPurposes[ledger.ListAppointments], postgres.IDs(list, func(c remind.Called) string { return c.CaseID }))
		return err
	})
	return list, err
}

// Called keeps that the caller called somebody before an appointment, and whether they
// answered. Said twice it changes nothing. *care.Refusal: they are not to be called any more.
// ledger.ErrNotFound: there is no such appointment that the caller sees.
func (s *Calls) Called(ctx context.Context, who care.Staff, appointment string, answered bool) error {
	if !care.IsID(appointment) {
		return ledger.ErrNotFound
	}
	return postgres.Acting(ctx, s.pool, postgres.App(who, s.clock()), nil, func(tx postgres.Tx) error {
		var not *string
		if err := tx.QueryRow(ctx, `SELECT note_reminder_call($1, $2, $3)`, appointment, answered, s.clock()).Scan(&not); err != nil || not == nil {
			return err
		}
		if *not == remind.RuleNotToCall {
			return care.Refuse(care.Fault{Field: "answered", Rule: remind.RuleNotToCall})
		}
		return ledger.ErrNotFound
	})
}
