package places

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/terms"
)

// standing is an appointment as somebody finds it who changes it.
type standing struct {
	Service care.Code             `db:"service"`
	State   care.AppointmentState `db:"state"`
	At      time.Time             `db:"at"`
}

// changes asks whether the caller may have an appointment moved or cancelled, which they
// see: it stands, its hour has not come, and who has asked them is who they say. It gives
// the service that it is with.
func changes(ctx context.Context, tx postgres.Tx, c ledger.NewCommand, now time.Time) (care.Code, *care.Refusal, error) {
	asked, err := asked(c.Operation, c.Data)
	if err != nil {
		return "", nil, err
	}
	found, err := postgres.One[standing](ctx, tx, `SELECT service, state, at FROM appointment WHERE id = $1`, c.Target)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, ledger.ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	if refused := found.stale(asked); refused != nil {
		return "", refused, nil
	}
	if !now.Before(found.At) {
		return "", care.Refuse(care.Fault{Rule: agenda.HourCame}), nil
	}
	if c.Answer.At != nil && c.Answer.At.Equal(found.At) {
		return "", care.Refuse(care.Fault{Field: "at", Rule: agenda.SameTime}), nil
	}
	if asked.By == agenda.TheService {
		return found.Service, nil, nil
	}
	var known bool
	if err := tx.QueryRow(ctx, `SELECT speaks_of($1, $2, $3)`, c.Target, asked.Number, asked.BirthDate.Time()).Scan(&known); err != nil || known {
		return found.Service, nil, err
	}
	return "", care.Refuse(care.Fault{Field: "number", Rule: agenda.UnknownPair}), nil
}

// stale refuses to change an appointment that stands no more, or not as who asks saw it.
func (s standing) stale(asked agenda.Cancelling) *care.Refusal {
	rule := ""
	switch {
	case s.State != care.AppointmentBooked && s.State != care.AppointmentConfirmed:
		rule = agenda.NotStanding
	case asked.Was != nil && !asked.Was.Equal(s.At):
		rule = agenda.OtherTime
	default:
		return nil
	}
	return care.RefuseChanged(rule)
}

// asked is who asks that an appointment be changed, and why.
func asked(of care.Operation, form []byte) (agenda.Cancelling, error) {
	if of == care.OpMoveMeeting {
		moving, err := postgres.FormOf(catalogue.MoveAppointment, form)
		return moving.Asked(), err
	}
	return postgres.FormOf(catalogue.CancelAppointment, form)
}

// Stale refuses a step that changes an appointment which another one has changed since it
// was asked; nil: it stands as it was seen.
func Stale(ctx context.Context, tx postgres.Tx, e ledger.Entry, form []byte) (*care.Refusal, error) {
	if e.Answer.Operation != care.OpMoveMeeting && e.Answer.Operation != care.OpCancelMeeting {
		return nil, nil
	}
	asked, err := asked(e.Answer.Operation, form)
	if err != nil {
		return nil, err
	}
	found, err := postgres.One[standing](ctx, tx, `SELECT service, state, at FROM appointment WHERE id = $1 FOR UPDATE`, e.Target)
	if err != nil {
		return nil, err
	}
	return found.stale(asked), nil
}

// Write writes what a step does to an appointment of its run that it does not begin. What
// gets another time leaves behind what it was. queue writes with the step.
func Write(ctx context.Context, tx postgres.Tx, policy *postgres.Ruleset, s ledger.Step, form []byte, change ledger.AppointmentChange, queue func(string, ...any)) error {
	by, why := "", ""
	if of := s.Entry.Answer.Operation; of == care.OpMoveMeeting || of == care.OpCancelMeeting {
		asked, err := asked(of, form)
		if err != nil {
			return err
		}
		by, why = asked.By, asked.Why
	}
	var at *time.Time
	if !change.At.IsZero() {
		at = &change.At
		queue(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, matter, state, at, moved_to, asked_by, why)
			SELECT $1, run_id, case_id, zone, agency, service, matter, 'moved', at, id, $4, $5 FROM appointment
			WHERE id = $2 AND at <> $3 AND state IN ('booked', 'confirmed') ON CONFLICT DO NOTHING`,
			ledger.DerivedID(s.Entry.ID, "moved "+change.ID), change.ID, at, by, why)
		by, why = "", "" // of the time that it has now nobody has asked anything
	}
	queue(`UPDATE appointment SET state = coalesce(nullif($2, ''), state), at = coalesce($3, at), asked_by = $4, why = $5,
		arrived_at = CASE WHEN $3 IS NULL OR $3 = at THEN arrived_at END WHERE id = $1`,
		change.ID, change.State, at, by, why)
	if s.Entry.Answer.Operation == care.OpMoveMeeting {
		return putOff(ctx, tx, policy, s, change.At, queue)
	}
	return nil
}

// putOff has the clocks of the task to say how an appointment went begin with the hour that
// it has now, and those of the task to confirm it look to that hour. A term that somebody set
// by hand stays.
func putOff(ctx context.Context, tx postgres.Tx, policy *postgres.Ruleset, s ledger.Step, at time.Time, queue func(string, ...any)) error {
	tasks, err := postgres.Many[postgres.TaskRow](ctx, tx, `SELECT `+postgres.TaskColumns+` FROM task t WHERE t.run_id = $1 AND t.term_set IS NULL AND t.`+postgres.TaskOpen+` ORDER BY t.id FOR UPDATE OF t`, s.Run)
	for _, t := range tasks {
		clock, rule := terms.Clock{From: at}, policy.Terms(t.Kind)
		switch {
		case t.Kind.SaysHowItWent():
			clock = rule.Opened(at)
		case t.Kind == care.ConfirmAppointment && !t.Clock().Late(s.At):
			clock = rule.Confirms(terms.Clock{From: t.ClockFrom}, &at)
		default:
			continue
		}
		if t.Begun != nil {
			clock.Begun = t.Begun
			clock = rule.Claimed(clock, *t.Begun)
		}
		queue(`UPDATE task SET clock_from = $2, remind_at = $3, escalate_at = $4, reminded = false, escalated = false WHERE id = $1`, t.ID, clock.From, clock.Remind, clock.Escalate)
	}
	return err
}

// From gives when the clocks of a task that a step opens begin. Those of how an appointment
// went begin with its hour, as its record has it, unless the step itself gives it another.
func From(ctx context.Context, tx postgres.Tx, s ledger.Step, t ledger.TaskChange) (*time.Time, error) {
	given := slices.ContainsFunc(s.Effects.Appointments, func(a ledger.AppointmentChange) bool { return !a.At.IsZero() })
	if !t.Kind.SaysHowItWent() || given {
		return t.From, nil
	}
	at, err := Expects(ctx, tx, s.Run)
	if at == nil {
		at = t.From
	}
	return at, err
}

// Confirms gives the hour of the appointment that a task which a step opens is to confirm: the
// one that the step itself gives it, else that of its record; nil: it confirms none.
func Confirms(ctx context.Context, tx postgres.Tx, s ledger.Step, t ledger.TaskChange) (*time.Time, error) {
	if t.Kind != care.ConfirmAppointment {
		return nil, nil
	}
	for _, a := range s.Effects.Appointments {
		if !a.At.IsZero() {
			return &a.At, nil
		}
	}
	at, err := Expects(ctx, tx, s.Run)
	if at != nil && !at.After(s.At) { // it was missed, and its next hour is yet to be said
		return nil, err
	}
	return at, err
}

// Expects gives when a run expects the person; nil: it does not.
func Expects(ctx context.Context, tx postgres.Tx, run string) (at *time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT max(at) FROM appointment WHERE run_id = $1 AND state IN ('booked', 'confirmed')`, run).Scan(&at)
	return at, err
}

// Starts gives the first day of what a run's referral was last accepted for, as who accepted
// it has named it; nil: nobody has.
func Starts(ctx context.Context, tx postgres.Tx, caseID, run string) (*time.Time, error) {
	var accepted []byte
	err := tx.QueryRow(ctx, `SELECT data FROM record WHERE case_id = $1 AND run_id = $2 AND kind = $3 ORDER BY created_at DESC LIMIT 1`, caseID, run, care.OpAccept).Scan(&accepted)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	form, err := postgres.FormOf(catalogue.Accept, accepted)
	return form.Starts.Time(), err
}
