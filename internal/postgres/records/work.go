package records

import (
	"context"
	"time"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/leads"
	"percorso/internal/postgres/worklist"
)

// work is what there is to do and what was agreed: tasks, appointments, and the
// contacts at the desk.
type work struct{ *store }

// byDue is the order of tasks: what is due first at the top, what is suspended last.
var byDue = order{list: "tasks", table: "task t", last: "t.suspended", at: worklist.DueOrReady, id: "t.id"}

// Tasks lists tasks, what is due first at the top.
func (r work) Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (page ledger.Page[ledger.Task], err error) {
	var q query
	l := reading{kind: ledger.ListTasks}
	l.ask("mine", f.Mine, "")
	l.ask("team", f.Team, "")
	l.ask("on_behalf", f.OnBehalf, "")
	l.ask("case", f.CaseID != "", "")
	l.ask("state", f.State != "", string(f.State))
	l.ask("overdue", f.Overdue, "")
	switch {
	case f.Mine:
		q.or([]string{"t.holder = ?", leads.Own}, s.ID, s.Agency, s.Role, s.ID)
	case f.OnBehalf:
		q.and(worklist.OnBehalf)
	case f.Team:
		q.and("t.state = 'ready' AND t.agency = ? AND t.role = ?", s.Agency, s.Role)
		if f.Others {
			q.and("NOT ("+leads.Own+")", s.Agency, s.Role, s.ID)
		}
	case f.CaseID == "" && s.Role != care.Supervisor:
		q.or([]string{"t.holder = ?", "t.agency = ? AND t.role = ?"}, s.ID, s.Agency, s.Role)
	}
	if f.CaseID != "" {
		if !care.IsID(f.CaseID) {
			return page, ledger.ErrNotFound
		}
		q.and("t.case_id = ?", f.CaseID)
	}
	if f.State != "" {
		q.and("t.state = ?", f.State)
	}
	// What the state says already, in the words of the indexes.
	if f.State == "" || f.State.Open() {
		q.and("t.ended_at IS NULL")
	} else {
		q.and("t.ended_at IS NOT NULL")
	}
	if f.Overdue {
		q.andNow("NOT t.suspended AND "+worklist.DueOrReady+" < ?", r.Clock())
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &q, worklist.SelectTask, byDue, p, func(t ledger.Task) cursor {
			if t.Suspended {
				return cursor{Last: true, At: t.Ready, ID: t.ID}
			}
			return cursor{At: *t.Due, ID: t.ID}
		})
		l.cases = postgres.IDs(page.Items, func(t ledger.Task) string { return t.CaseID })
		return err
	})
	return page, err
}

// Task reads one task.
func (r work) Task(ctx context.Context, s care.Staff, id string) (t ledger.Task, err error) {
	l := reading{kind: ledger.ReadTask, of: "task", id: id}
	t, err = byID(ctx, r.store, s, &l, worklist.SelectTask+` WHERE t.id = $1`, id, func(t ledger.Task) { l.cases = []string{t.CaseID} })
	if err != nil || s.Role != care.Supervisor || !t.State.Open() {
		return t, err
	}
	err = r.within(ctx, s, func(tx postgres.Tx) error {
		colleagues, err := postgres.Many[care.Staff](ctx, tx, `SELECT `+staffColumns+` FROM staff WHERE `+colleague+` AND NOT ($1 AND answers_oneself($2, id)) AND NOT EXISTS (
				SELECT FROM protection p WHERE p.case_id = $3 AND NOT EXISTS (SELECT FROM keeper k WHERE k.file = p.file AND k.staff = staff.id))
			ORDER BY role, name`, actors.Answers(t.Kind), t.Run, t.CaseID)
		t.GivenTo = t.Receivers(colleagues)
		return err
	})
	return t, err
}

const selectContact = `SELECT id::text, topic, language, channel, citizenship, outcome, note, coalesce(case_id::text, '') AS case_id, at FROM contact`

// Contacts lists the contacts of the caller's desk, the newest first.
func (r work) Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (page ledger.Page[ledger.Contact], err error) {
	l := reading{kind: ledger.ListContacts}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &query{}, selectContact, order{list: "contacts", at: "at", id: "id", desc: true}, p, func(c ledger.Contact) cursor {
			return cursor{At: c.At, ID: c.ID}
		})
		l.cases = postgres.IDs(page.Items, func(c ledger.Contact) string { return c.CaseID })
		l.things = postgres.IDs(page.Items, func(c ledger.Contact) string { return c.ID })
		return err
	})
	return page, err
}

// Contact reads one contact.
func (r work) Contact(ctx context.Context, s care.Staff, id string) (ledger.Contact, error) {
	l := reading{kind: ledger.ReadContact, things: []string{id}}
	return byID(ctx, r.store, s, &l, selectContact+` WHERE id = $1`, id, func(c ledger.Contact) {
		l.cases = postgres.IDs([]ledger.Contact{c}, func(c ledger.Contact) string { return c.CaseID })
	})
}

const selectAppointment = `SELECT a.id::text, a.run_id, a.case_id::text, coalesce(f.number, case_number(a.case_id)) AS case_number,
	btrim(coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '')) AS person,
	a.service, coalesce(appointment_matter(a.id), '') AS matter, a.state, a.at, coalesce(a.moved_to::text, '') AS moved_to, a.asked_by, a.why,
	a.state IN ('booked', 'confirmed') AND CASE WHEN f.id IS NULL THEN suspended_then(a.case_id, a.at) ELSE coalesce(f.suspended_until > a.at, false) END AS suspended, a.arrived_at, coalesce(p.languages, ARRAY(SELECT jsonb_array_elements_text(coalesce(s.snapshot -> 'languages', '[]')))) AS languages, mediator_of(a.id, a.at) AS mediator
	FROM appointment a LEFT JOIN case_file f ON f.id = a.case_id LEFT JOIN person p ON p.case_id = a.case_id
	LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE g.agency = my('agency') AND (g.run_id = a.run_id OR g.case_id = a.case_id AND a.agency <> g.agency) ORDER BY g.run_id = a.run_id DESC, g.shared_at DESC LIMIT 1) s ON true`

// Appointments lists appointments by day and hour.
func (r work) Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (page ledger.Page[ledger.Appointment], err error) {
	var q query
	l := reading{kind: ledger.ListAppointments}
	l.ask("from", !f.From.IsZero(), f.From.Format(time.DateOnly))
	l.ask("to", !f.To.IsZero(), f.To.Format(time.DateOnly))
	l.ask("service", f.Service != "", f.Service)
	l.ask("case", f.CaseID != "", "")
	l.ask("staff", f.Of != "", "")
	if !f.From.IsZero() {
		q.and("a.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q.and("a.at < ?", f.To)
	}
	if f.Service != "" {
		q.and("a.service = ?", f.Service)
	}
	for _, id := range []string{f.CaseID, f.ID} {
		if id != "" && !care.IsID(id) {
			return page, ledger.ErrNotFound
		}
	}
	if f.CaseID != "" {
		q.and("a.case_id = ?", f.CaseID)
	}
	if f.ID != "" {
		q.and("a.id = ?", f.ID)
	}
	// A page is chosen among the appointments alone: of a week Postgres would join whom all of
	// them are for before it cuts them.
	q.or([]string{"true"})
	if f.Of != "" {
		q.and("a.id IN (SELECT expecting(?))", f.Of)
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &q, selectAppointment, order{list: "appointments", table: "appointment a", at: "a.at", id: "a.id"}, p, func(a ledger.Appointment) cursor {
			return cursor{At: a.At, ID: a.ID}
		})
		l.cases = postgres.IDs(page.Items, func(a ledger.Appointment) string { return a.CaseID })
		return err
	})
	return page, err
}
