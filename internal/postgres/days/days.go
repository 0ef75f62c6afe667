// Package days reads when the days come on which a case asks for somebody whatever its
// path rests on.
package days

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
	"percorso/internal/permits"
	"percorso/internal/postgres"
	"percorso/internal/terms"
)

// Case is a case at a moment, in the transaction of who asks.
type Case struct {
	Context context.Context
	Tx      postgres.Tx
	Policy  *postgres.Ruleset
	ID      string
	At      time.Time
}

// Born is when somebody was born: a day, or the 1 January of a year of which no more is known.
type Born struct {
	Day      time.Time
	YearOnly bool
}

// Birthday says when one of a minor's birthdays asks for somebody; nil: it is over, or
// the day of birth is not known. born is the day where nothing is stored of it yet. Where
// the year alone is known, it asks on the first day on which it may be so. Who
// was waited for, and is older by a day of birth that was corrected or merged, has turned 16 meanwhile: that
// asks for somebody now.
func (c Case) Birthday(code string, born *Born, corrected bool) (*time.Time, error) {
	if born == nil {
		born = &Born{}
		err := c.Tx.QueryRow(c.Context, `SELECT birth_date, birth_year_only FROM person WHERE case_id = $1`, c.ID).Scan(&born.Day, &born.YearOnly)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	if born.Day.IsZero() {
		return nil, nil
	}
	there, cal := c.Policy.There(c.At), c.Policy.Calendar
	midnight := func(day time.Time) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, cal.Location())
	}
	due := cal.NextOpen(midnight(eligibility.TurnsSixteen(born.Day)))
	over := !corrected && !there.Before(due)
	if code == care.NearlyAdult {
		due, over = cal.LastOpen(midnight(eligibility.NearlyAdult(born.Day))), eligibility.Adult(born.Day, born.YearOnly, there)
	}
	if !over && due.Before(c.At) { // what is asked already is not asked again where a merge has written the day of birth
		err := c.Tx.QueryRow(c.Context, `SELECT EXISTS (SELECT FROM task WHERE case_id = $1 AND kind = $2 AND state <> 'obsolete')`, c.ID, care.ComingOfAge).Scan(&over)
		if err != nil {
			return nil, err
		}
	}
	if over {
		return nil, nil
	}
	return c.notBefore(due), nil
}

// notBefore is a time, or now where it has passed.
func (c Case) notBefore(t time.Time) *time.Time {
	if t.Before(c.At) {
		t = c.At
	}
	return &t
}

// openActions are the actions of the plan that are neither done nor dropped.
const openActions = ` FROM plan p, jsonb_array_elements(p.content -> 'actions') a
	WHERE p.case_id = $1 AND CASE $2 WHEN '' THEN p.state = 'active' ELSE p.id::text = $2 END AND NOT EXISTS (SELECT FROM action_progress g
		WHERE g.action_id::text = a ->> 'id' AND g.state IN ('done', 'dropped'))`

// Action says when an action asks for somebody: of the plan that becomes active, and of the
// one that a merge has brought, also one whose date has passed; else the next of the active
// one. Nil: none.
func (c Case) Action(told care.Answer) (*time.Time, error) {
	becomesActive := ""
	if told.Operation == care.OpReport {
		becomesActive = told.Subject
	}
	var due *time.Time
	err := c.Tx.QueryRow(c.Context, `SELECT min((a ->> 'until')::timestamptz)`+openActions+` AND ((a ->> 'until')::timestamptz > $3 OR $2 <> ''
		OR $4 AND NOT EXISTS (SELECT FROM task t WHERE t.case_id = $1 AND t.kind = $5 AND t.ended_at IS NULL))`,
		c.ID, becomesActive, c.At, told.Outcome == care.OutcomeMerged, care.PlanActionDue).Scan(&due)
	if err != nil || due == nil {
		return nil, err
	}
	return c.notBefore(c.Policy.Calendar.NextOpen(*due)), nil
}

// Performer is whose task it is to see to the plan's actions whose date has come: of the
// agency of the one that came first, where it has staff of its own.
func (c Case) Performer(t ledger.TaskChange) (ledger.TaskChange, error) {
	if t.Kind != care.PlanActionDue {
		return t, nil
	}
	var agency string
	err := c.Tx.QueryRow(c.Context, `SELECT a ->> 'agency'`+openActions+` AND (a ->> 'until')::timestamptz <= $3 ORDER BY (a ->> 'until')::timestamptz LIMIT 1`,
		c.ID, "", c.At).Scan(&agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, nil
	}
	if a, known := c.Policy.Agency(agency); known && a.Answers != "" {
		t.Agency = care.Code(agency)
	}
	return t, err
}

// Permit is what the record knows of a residence permit.
type Permit struct {
	Kind    string     `db:"permit"`
	Expiry  *time.Time `db:"permit_expiry"` // its last day; nil: it does not expire
	Receipt *time.Time `db:"receipt_on"`    // day of the receipt of a request for renewal
}

// Expires says whether the permit has a day to look out for.
func (p Permit) Expires() bool { return p.Kind != care.PermitRequested && p.Expiry != nil }

// Regular says whether the permit, or the receipt of a request to renew it, is good on a
// day. The request of a first one is no permit yet.
func (p Permit) Regular(on time.Time) bool {
	if p.Kind == care.PermitRequested {
		return p.Expiry != nil
	}
	return p.Kind != "" && care.PermitValid(p.Expiry, on)
}

// Permit reads the person's permit.
func (c Case) Permit() (Permit, error) {
	return postgres.One[Permit](c.Context, c.Tx, `SELECT permit, permit_expiry, receipt_on FROM person WHERE case_id = $1`, c.ID)
}

// PermitDue says when a permit asks for attention: a while before it expires, or a
// while after the receipt of a request, to ask what came of it. Nil: never.
func (c Case) PermitDue(p Permit, notRenewed bool) *time.Time {
	switch {
	case notRenewed:
		if look := c.PermitLook(p); look != nil {
			return look
		}
		return c.notBefore(c.Policy.Due(care.DeadlinePermitReceipt, c.At))
	case p.Expires():
		return c.notBefore(c.Policy.BeforeEnd(p.Kind, *p.Expiry, care.DeadlinePermitWarning))
	case p.Kind == care.PermitRequested && p.Receipt != nil:
		from := *p.Receipt
		if from.Format(time.DateOnly) == c.Policy.There(c.At).Format(time.DateOnly) { // its hour is known
			from = c.At
		}
		return c.notBefore(c.Policy.Due(care.DeadlinePermitReceipt, from))
	}
	return nil
}

// PermitClock gives the clock of the task to see to a permit: towards the day on which
// it expires, or, after a receipt, that of the kind.
func (c Case) PermitClock(p Permit, usual terms.Clock) terms.Clock {
	if !p.Expires() {
		return usual
	}
	soonest := c.At.Add(time.Second)
	at := func(code string) *time.Time {
		if t := c.Policy.BeforeEnd(p.Kind, *p.Expiry, code); t.After(soonest) {
			return &t
		}
		return &soonest
	}
	usual.Remind, usual.Escalate = at(care.DeadlinePermitReminder), at(care.DeadlinePermitAlarm)
	return usual
}

// PermitLook is when somebody must look again after a permit whose leads are over; nil:
// it has no day for that, or both are over.
func (c Case) PermitLook(p Permit) *time.Time {
	if !p.Expires() {
		return nil
	}
	return permits.Of(p.Kind).NextLook(c.Policy.Calendar, *p.Expiry, c.At)
}

// Met says until when a rhythm of reviews of a run waits that begins anew because the
// person was met: it takes the place of the wait before, whose row is still there.
func (c Case) Met(run, deadline string) (set, due time.Time, err error) {
	type wait struct {
		Latest *time.Time `db:"latest"`
		Set    *time.Time `db:"set_at"`
		Due    *time.Time `db:"due_at"`
	}
	w, err := postgres.One[wait](c.Context, c.Tx, `SELECT (SELECT max(held_at) FROM meeting WHERE case_id = $1) AS latest, w.set_at, w.due_at
		FROM (VALUES (1)) AS once LEFT JOIN LATERAL (SELECT set_at, coalesce(due_at, stood_due) AS due_at FROM wait
			WHERE run_id = $2 AND code = $3 AND coalesce(due_at, stood_due) IS NOT NULL ORDER BY 2 DESC LIMIT 1) w ON true`, c.ID, run, deadline)
	if err != nil {
		return set, due, err
	}
	set = c.At
	if w.Latest != nil {
		set = *w.Latest
	}
	due = c.Policy.Due(deadline, set)
	if w.Set != nil && w.Due != nil {
		set, due = terms.Met(*w.Set, *w.Due, set, due)
	}
	return set, due, nil
}

// Opened is the clock of a task that a step opens, by the rules of the zone that does it.
// After a missed appointment the next one is to be agreed by a term of its own.
// hour is of the appointment that the task is to confirm.
func (c Case) Opened(by *postgres.Ruleset, kind care.TaskKind, from time.Time, hour *time.Time, answer care.Answer) terms.Clock {
	clock := by.Terms(kind).Confirms(terms.Clock{From: from}, hour)
	if kind != care.ConfirmAppointment || answer.Operation != care.OpComplete || answer.Outcome != care.NoShow {
		return clock
	}
	due := by.Due(care.DeadlineRebook, c.At)
	clock.Escalate = &due
	if clock.Remind.After(due) {
		clock.Remind = &due
	}
	return clock
}

// Resumed is the clock of a task that goes on after a suspension. What an older version
// of the code let stand still without saying since when has all of its time again.
func (c Case) Resumed(t postgres.TaskRow) terms.Clock {
	rule, clock := c.Policy.Terms(t.Kind), t.Clock()
	switch {
	case t.Stood != nil:
		return rule.Resumed(clock, *t.Stood, c.At)
	case clock.Set != nil:
		return clock
	}
	from := c.At
	if t.ClockFrom.After(from) {
		from = t.ClockFrom
	}
	anew := rule.Confirms(terms.Clock{From: from}, t.Expected)
	if t.State == care.TaskReserved {
		anew = rule.Claimed(anew, c.At)
	}
	return anew
}
