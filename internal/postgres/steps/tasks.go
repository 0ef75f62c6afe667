package steps

import (
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/standing"
)

// tasks is what people have to do, and the clocks that run for it.
type tasks struct{ *writer }

// write opens, reserves and ends tasks.
func (w *tasks) write() error {
	if t := w.about.Behalf(w.entry.who()); t != nil {
		w.moment("task_on_behalf", string(t.Kind)+"/"+*t.Holder)
	}
	for _, t := range w.step.Effects.Tasks {
		switch t.State {
		case care.TaskReady:
			if err := w.open(t); err != nil {
				return err
			}
		case care.TaskReserved:
			w.acknowledge(t)
		default:
			w.end(t)
		}
	}
	return nil
}

func (w *tasks) open(t ledger.TaskChange) error {
	zone, policy, err := w.zoneOf(t)
	if err != nil {
		return err
	}
	if t, err = w.days().Performer(t); err != nil {
		return err
	}
	role, agency := policy.Performer(t)
	elsewhere := false
	if t.Kind == care.ClosureApproval {
		home := zone
		if zone, agency, role, err = w.approver(zone, agency, role); err != nil {
			return err
		}
		elsewhere = zone != home
	}
	if t.From, err = places.From(w.ctx, w.tx, w.step, t); err != nil {
		return err
	}
	from := w.step.At
	if t.From != nil && t.From.After(from) {
		from = *t.From
	}
	hour, err := places.Confirms(w.ctx, w.tx, w.step, t)
	if err != nil {
		return err
	}
	clock := w.days().Opened(policy, t.Kind, from, hour, w.step.Entry.Answer)
	var alarm *time.Time // besides the clock
	partner, byLink := policy.TaskByLink(t)
	later := from.After(w.step.At)
	if byLink && later { // it is asked when what it is asked about can have happened
		clock.Remind = &from
	}
	switch {
	case t.Like != "":
		w.openLike(t, role, agency, from)
		return nil
	case w.redirects(t):
		w.openRedirected(t, role, agency)
		return nil
	case t.Kind == care.ReferralAnswer:
		if again, err := w.openAgain(t, zone, role, agency); again || err != nil {
			return err
		}
	case t.Kind == care.PermitRenewal:
		known, err := w.permits.read()
		if err != nil {
			return err
		}
		clock, alarm = w.days().PermitClock(known, clock), w.days().PermitLook(known)
		w.moment("permit_warning", "")
	case t.Kind == care.EquipeInvitation:
		if none, err := w.equipes.nobodyElse(t, zone, agency, role); none || err != nil {
			return err
		}
	case w.run.Kind == care.RunCase && slices.Contains([]care.TaskKind{care.NextService, care.BookAgain, care.FindPerson, care.DecideNext}, t.Kind):
		if joined, err := w.joins(t, zone, agency, role); joined || err != nil {
			return err
		}
	case t.Zone != "":
		sharesOf(w.writer).ToZone(zone, agency)
	}
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, state, ready_at, clock_from, remind_at, escalate_at, suspended, stood_at, alarm_at, proposed_by, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, '')::uuid, 'ready', $10, $11, $12, $13, $14, CASE WHEN $14 THEN $10::timestamptz END, $15, CASE WHEN $7 = 'closure_approval' THEN $16::uuid END, $17) ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), zone, agency, role, t.Kind, t.Service, t.Referral, w.step.At, from, clock.Remind, clock.Escalate, w.suspension.holds(t.Kind), alarm, w.by(), t.Reason)
	if byLink && !later {
		w.links.invite(partner, t.Kind, t.ID, t.Referral, *clock.Escalate)
	}
	if elsewhere {
		sharesOf(w.writer).ForApproval(zone, agency, t.ID)
		w.moment("approval_elsewhere", zone)
	}
	return nil
}

// approver says who is asked to approve what the step's author proposes: those of the role,
// else the zone's supervisor, else that of another zone. Where nobody of these is
// anybody else, it stays with the role, and the case is an orphan that says so.
func (w *tasks) approver(zone, agency string, role care.Role) (string, string, care.Role, error) {
	err := w.tx.QueryRow(w.ctx, `SELECT zone, agency, role FROM approver_of($1, $2, $3, $4::uuid)`, zone, agency, role, w.by()).Scan(&zone, &agency, &role)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return zone, agency, role, err
}

// redirects says whether a task is to answer a referral in the place of who has
// just redirected it.
func (w *tasks) redirects(t ledger.TaskChange) bool {
	return t.Kind == care.ReferralAnswer && w.about.Answer != nil && w.step.Entry.Answer.Operation == care.OpRedirect
}

// openRedirected opens the task of who is asked in the place of another agency, by
// the term that that one had: a redirection gives no time.
func (w *tasks) openRedirected(t ledger.TaskChange, role care.Role, agency string) {
	before := w.about.Answer
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, state, ready_at, clock_from, remind_at, escalate_at, reminded, escalated, suspended,
			stood_at, term_set, late_since, untold_since)
		SELECT $1, $2, $3, $4, $5, $6, $7, '', $8, 'ready', $9, clock_from, remind_at, escalate_at, reminded, escalated, $10::boolean,
			CASE WHEN $10 THEN coalesce(stood_at, $9) END, term_set, late_since, untold_since FROM task WHERE id = $11 ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), w.run.Zone, agency, role, t.Kind, t.Referral, w.step.At, w.suspension.holds(t.Kind), before.ID)
	if partner, ok := w.policy.TaskByLink(t); ok {
		w.links.invite(partner, t.Kind, t.ID, t.Referral, w.step.At)
	}
}

// openAgain opens the task to answer a referral whose addressee had asked for more, and
// has it now: its clock stood still meanwhile, and goes on, late where it was late.
func (w *tasks) openAgain(t ledger.TaskChange, zone string, role care.Role, agency string) (again bool, err error) {
	type earlier struct {
		postgres.TaskRow
		Ended time.Time `db:"ended_at"`
	}
	before, err := postgres.Many[earlier](w.ctx, w.tx, `SELECT `+postgres.TaskColumns+`, t.ended_at FROM task t
		WHERE t.run_id = $1 AND t.referral_id::text = $2 AND t.kind = $3 AND t.ended_at IS NOT NULL ORDER BY t.ended_at DESC LIMIT 1`, w.step.Run, t.Referral, t.Kind)
	if err != nil || len(before) == 0 {
		return false, err
	}
	clock := w.policy.Terms(t.Kind).Resumed(before[0].Clock(), before[0].Ended, w.step.At)
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, state, ready_at, clock_from, remind_at, escalate_at, reminded, escalated,
			suspended, stood_at, begun_at, term_set, late_since, untold_since)
		SELECT $1, $2, $3, $4, $5, $6, $7, '', $8, 'ready', $9, $10::timestamptz, $11, $12, reminded, escalated,
			$13::boolean, CASE WHEN $13 THEN $9::timestamptz END, $14, term_set, late_since, untold_since FROM task WHERE id = $15 ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), zone, agency, role, t.Kind, t.Referral, w.step.At, clock.From, clock.Remind, clock.Escalate,
		w.suspension.holds(t.Kind), clock.Begun, before[0].ID)
	if partner, ok := w.policy.TaskByLink(t); ok {
		w.links.invite(partner, t.Kind, t.ID, t.Referral, latest(w.step.At, *clock.Escalate))
	}
	return true, nil
}

// joins ends the task to book a service, to look for the person, or to decide what is next,
// as it opens, where somebody is to do that for the case already: two of its services may have ended so. Like a
// branch whose like is open, it reports so to the case, and the timeline says it.
func (w *tasks) joins(t ledger.TaskChange, zone, agency string, role care.Role) (joined bool, err error) {
	if joined, err = standing.AlreadyAsked(w.ctx, w.tx, w.caseID(), t); err != nil || !joined {
		return false, err
	}
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, state, outcome, ready_at, clock_from, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'obsolete', $9, $10, $10, $10) ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), zone, agency, role, t.Kind, t.Service, care.AlreadyOpen, w.step.At)
	w.moment("task_joined", string(t.Kind))
	w.enqueue(ledger.DerivedID(t.ID, "already open"), w.step.Run, w.step.Case, care.Answer{Operation: care.OpReport, Subject: t.ID, Outcome: care.AlreadyOpen})
	return true, nil
}

// openLike opens a task that is for whoever held an earlier one, or proposed what it was
// to approve, if they are still at work; else for all of the role.
func (w *tasks) openLike(t ledger.TaskChange, role care.Role, agency string, from time.Time) {
	ready := w.policy.Terms(t.Kind).Opened(from)
	held := w.policy.Terms(t.Kind).Claimed(ready, w.step.At)
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, ready_at, clock_from, suspended, stood_at,
			state, holder, reserved_at, begun_at, remind_at, escalate_at)
		SELECT $1, $2, $3, $4, CASE WHEN l.kind = 'closure_approval' AND h.id IS NOT NULL THEN h.agency ELSE $5 END,
			CASE WHEN l.kind = 'closure_approval' AND h.id IS NOT NULL THEN h.role ELSE $6 END, $7, $8, nullif($9, '')::uuid, $10::timestamptz, $11, $12, CASE WHEN $12 THEN $10 END,
			CASE WHEN h.id IS NULL THEN 'ready' ELSE 'reserved' END, h.id,
			CASE WHEN h.id IS NOT NULL THEN $10 END, CASE WHEN h.id IS NOT NULL THEN $10 END, CASE WHEN h.id IS NULL THEN $13::timestamptz ELSE $15 END,
			CASE WHEN h.id IS NULL THEN $14::timestamptz ELSE $16 END
		FROM (VALUES (1)) AS once LEFT JOIN task l ON l.id = $17
			LEFT JOIN staff h ON h.active AND h.id = CASE WHEN l.kind = 'closure_approval' THEN l.proposed_by ELSE l.holder END ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), w.run.Zone, agency, role, t.Kind, t.Service, t.Referral, w.step.At, from, w.suspension.holds(t.Kind),
		ready.Remind, ready.Escalate, held.Remind, held.Escalate, t.Like)
}

// zoneOf gives whose task it is, and by whose rules: the case's, unless the step says another.
func (w *tasks) zoneOf(t ledger.TaskChange) (string, *postgres.Ruleset, error) {
	if t.Zone == "" {
		return w.run.Zone, w.policy, nil
	}
	policy, err := w.rules.Current(w.ctx, w.tx, string(t.Zone))
	return string(t.Zone), policy, err
}

// acknowledge reserves the task to answer a referral for who acknowledged it. A
// partner that did so through a link holds nothing, but has the time to answer.
func (w *tasks) acknowledge(t ledger.TaskChange) {
	if answer := w.about.Answer; answer != nil {
		before := answer.Clock()
		redirected := w.about.Referral.Redirected
		// Of a redirected referral the time to answer runs from when its first addressee
		// had it, and that one's own stands where it is the longer.
		if redirected && before.Begun == nil {
			before.Begun = &answer.ClockFrom
		}
		clock := w.policy.Terms(answer.Kind).Claimed(before, w.step.At)
		if redirected && before.Escalate != nil && before.Escalate.After(*clock.Escalate) {
			clock = before
		}
		w.queue(`UPDATE task SET state = CASE WHEN $2::uuid IS NULL THEN state ELSE 'reserved' END, holder = coalesce($2, holder),
			reserved_at = CASE WHEN $2 IS NULL THEN reserved_at ELSE $3 END, begun_at = $4, remind_at = $5, escalate_at = $6,
			reminded = $7, escalated = $8 WHERE id = $1 AND `+postgres.TaskOpen,
			t.ID, w.by(), w.step.At, clock.Begun, clock.Remind, clock.Escalate, clock.Reminded, clock.Escalated)
	}
	if w.entry.byLink() && w.about.Referral != nil {
		if partner, ok := w.policy.PartnerByLink(w.about.Referral.To); ok {
			w.links.invite(partner, care.ReferralAnswer, t.ID, w.step.Entry.Target, w.step.At)
		}
	}
}

func (w *tasks) end(t ledger.TaskChange) {
	w.queue(`UPDATE task SET state = $2, outcome = $3, ended_at = $4,
		late_since = CASE WHEN NOT suspended AND escalate_at < $4 THEN coalesce(late_since, escalate_at) ELSE late_since END WHERE id = $1 AND `+postgres.TaskOpen,
		t.ID, t.State, t.Outcome, w.step.At)
	if t.State == care.TaskCompleted && w.about.Task != nil && w.about.Task.ID == t.ID {
		detail := string(w.about.Task.Kind) + "/" + string(t.Outcome)
		if t.Outcome == care.Closed || t.Outcome == care.ProposeClose {
			detail += "/" + string(w.step.Entry.Answer.Reason) // the closure outcome that is decided or proposed
		}
		w.moment("task_completed", detail)
		if !w.entry.machine() && w.entry.Agency != w.about.Task.Agency { // the supervisor says what another agency told
			w.moment("task_reported", string(w.about.Task.Kind))
		}
	}
}

// clocks works the clocks of the run's tasks that are due: first a reminder to
// who should act, then a notice to the supervisor. It returns how many were due.
func (w *tasks) clocks() (int, error) {
	due, err := postgres.Many[postgres.TaskRow](w.ctx, w.tx, `SELECT `+postgres.TaskColumns+` FROM task t
		WHERE run_id = $1 AND (next_at <= $2 OR alarm_at <= $2 AND `+postgres.TaskOpen+`) ORDER BY t.id FOR UPDATE OF t`, w.step.Run, w.step.At)
	for _, t := range due {
		if t.AlarmAt != nil && !t.AlarmAt.After(w.step.At) {
			if err := w.permits.alarm(t); err != nil {
				return 0, err
			}
		}
		if !t.Due(w.step.At) {
			continue
		}
		if t.EscalateAt != nil && !t.EscalateAt.After(w.step.At) {
			reached, err := w.mail("escalation", "escalated", t, nil, care.Supervisor, "")
			if err != nil {
				return 0, err
			}
			w.queue(`UPDATE task SET reminded = true, escalated = true, late_since = coalesce(late_since, escalate_at), untold_since = CASE WHEN $2 THEN NULL ELSE $3::timestamptz END WHERE id = $1`, t.ID, reached, w.step.At)
			continue
		}
		if err := w.remind(t); err != nil {
			return 0, err
		}
	}
	return len(due), err
}

// remind reminds who should act: a partner that answers by a link gets a new one.
func (w *tasks) remind(t postgres.TaskRow) error {
	byLink, reached, err := w.links.inviteAgain(t)
	if err != nil {
		return err
	}
	if byLink {
		w.queue(`UPDATE task SET reminded = true, reminders = reminders + CASE WHEN $3 THEN 1 ELSE 0 END, link_sent_on = $2 WHERE id = $1`, t.ID, w.today().Format(time.DateOnly), reached)
		return nil
	}
	reached, err = w.mail("reminder", "reminder_sent", t, t.Holder, t.Role, t.Agency)
	w.queue(`UPDATE task SET reminded = true, reminders = reminders + CASE WHEN $2 THEN 1 ELSE 0 END WHERE id = $1`, t.ID, reached)
	return err
}
