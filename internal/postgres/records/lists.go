package records

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// pageLimit is how many items a page holds, unless it is asked for otherwise.
const (
	pageLimit    = 25
	pageLimitMax = 100
)

// query builds the statement of a list: conditions with their arguments, an
// order by a time and an id, and a cursor on the two.
type query struct {
	where  []string
	args   []any
	clocks []int  // which arguments are the hour, which goes on between two pages
	choice string // what is chosen once the rows are read
}

// and adds a condition; each ? in it takes the next argument.
func (q *query) and(condition string, args ...any) {
	for _, arg := range args {
		q.args = append(q.args, arg)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)), 1)
	}
	q.where = append(q.where, condition)
}

// andNow adds a condition on the hour, which is its only argument.
func (q *query) andNow(condition string, now time.Time) {
	q.clocks = append(q.clocks, len(q.args))
	q.and(condition, now)
}

// cursor is where a page ended: the last item's time and id, and whether it was
// among those that come last. It goes with one list and one choice of its rows.
type cursor struct {
	Of   string    `json:"of"`
	Last bool      `json:"last,omitempty"`
	At   time.Time `json:"at"`
	ID   string    `json:"id"`
}

func (c cursor) encode() string {
	text, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(text)
}

// order is the order of a list by a time column and then an id column. Where
// last is given, the rows that it holds for come after all others.
type order struct {
	list     string // what the list is called; a cursor keeps it
	last     string
	at, id   string
	numbered bool // the ids are numbers
	desc     bool
}

// mark tells a list and a choice of its rows from all others.
func (q *query) mark(by order) string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\x00%s\x00%q", by.list, q.choice, q.where)
	for i, arg := range q.args {
		if !slices.Contains(q.clocks, i) {
			_, _ = fmt.Fprintf(sum, "\x00%v", arg)
		}
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
}

// after reads where to go on. ledger.ErrCursor: it is not of this list.
func (by order) after(text, mark string) (c cursor, err error) {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(plain, &c) != nil || c.Of != mark || c.Last && by.last == "" {
		return c, ledger.ErrCursor
	}
	if _, err := strconv.ParseInt(c.ID, 10, 64); by.numbered && err != nil || !by.numbered && !care.IsID(c.ID) {
		return c, ledger.ErrCursor
	}
	return c, nil
}

// limitOf is how many items a page holds.
func limitOf(p ledger.Paging) int {
	if p.Limit <= 0 {
		return pageLimit
	}
	return min(p.Limit, pageLimitMax)
}

// page completes a statement for one page.
func (q *query) page(sql string, by order, p ledger.Paging) (_ string, limit int, err error) {
	limit = limitOf(p)
	if p.Cursor != "" {
		after, err := by.after(p.Cursor, q.mark(by))
		if err != nil {
			return "", 0, err
		}
		sign := ">"
		if by.desc {
			sign = "<"
		}
		if by.last != "" {
			q.and(fmt.Sprintf("(%s, %s, %s) %s (?, ?, ?)", by.last, by.at, by.id, sign), after.Last, after.At, after.ID)
		} else {
			q.and(fmt.Sprintf("(%s, %s) %s (?, ?)", by.at, by.id, sign), after.At, after.ID)
		}
	}
	if len(q.where) > 0 {
		sql += " WHERE " + strings.Join(q.where, " AND ")
	}
	direction := ""
	if by.desc {
		direction = " DESC"
	}
	sql += " ORDER BY "
	if by.last != "" {
		sql += by.last + direction + ", "
	}
	return fmt.Sprintf("%s%s%s, %s%s LIMIT %d", sql, by.at, direction, by.id, direction, limit+1), limit, nil
}

// list reads one page of rows.
func list[T any](ctx context.Context, tx postgres.Tx, q *query, sql string, by order, p ledger.Paging, at func(T) cursor) (ledger.Page[T], error) {
	mark := q.mark(by)
	sql, limit, err := q.page(sql, by, p)
	if err != nil {
		return ledger.Page[T]{}, err
	}
	items, err := postgres.Many[T](ctx, tx, sql, q.args...)
	if err != nil || len(items) <= limit {
		return ledger.Page[T]{Items: items}, err
	}
	next := at(items[limit-1])
	next.Of = mark
	return ledger.Page[T]{Items: items[:limit], Next: next.encode()}, nil
}

// A task in a list. A suspended one is due at no time.
const selectTask = `SELECT t.id::text, t.run_id, t.case_id::text, coalesce(f.number, case_number(t.case_id)) AS case_number,
	coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '') AS person,
	t.kind, t.state, t.role, t.agency, t.service, coalesce(t.referral_id::text, '') AS referral_id, coalesce(t.holder::text, '') AS holder_id,
	coalesce(h.name, '') AS holder_name, coalesce(h.role, '') AS holder_role, t.outcome, t.ready_at, CASE WHEN NOT t.suspended THEN t.escalate_at END AS due_at, t.reminders,
	t.escalated AND NOT t.suspended AS escalated, t.suspended
	FROM task t LEFT JOIN case_file f ON f.id = t.case_id LEFT JOIN person p ON p.case_id = t.case_id
	LEFT JOIN share s ON s.run_id = t.run_id AND s.agency = my('agency') LEFT JOIN staff h ON h.id = t.holder`

// byDue is the order of tasks: what is due first at the top, what is suspended last.
var byDue = order{list: "tasks", last: "t.suspended", at: dueOrReady, id: "t.id"}

const dueOrReady = "CASE WHEN t.suspended THEN t.ready_at ELSE t.escalate_at END"

// Tasks lists tasks, what is due first at the top.
func (r *Records) Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (page ledger.Page[ledger.Task], err error) {
	var q query
	l := reading{kind: ledger.ListTasks}
	l.ask("mine", f.Mine, "")
	l.ask("team", f.Team, "")
	l.ask("case", f.CaseID != "", "")
	l.ask("state", f.State != "", string(f.State))
	l.ask("overdue", f.Overdue, "")
	switch {
	case f.Mine:
		q.and("t.holder = ?", s.ID)
	case f.Team:
		q.and("t.state = 'ready' AND t.agency = ? AND t.role = ?", s.Agency, s.Role)
	case f.CaseID == "" && s.Role != care.Supervisor:
		q.and("(t.holder = ? OR t.agency = ? AND t.role = ?)", s.ID, s.Agency, s.Role)
	}
	if f.CaseID != "" {
		if !care.IsID(f.CaseID) {
			return page, ledger.ErrNotFound
		}
		q.and("t.case_id = ?", f.CaseID)
	}
	if f.State == "" {
		q.and("t.ended_at IS NULL")
	} else {
		q.and("t.state = ?", f.State)
	}
	if f.Overdue {
		q.andNow("NOT t.suspended AND t.escalate_at < ?", r.Clock())
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &q, selectTask, byDue, p, func(t ledger.Task) cursor {
			if t.Suspended {
				return cursor{Last: true, At: t.Ready, ID: t.ID}
			}
			return cursor{At: *t.Due, ID: t.ID}
		})
		l.cases = casesOf(page.Items, func(t ledger.Task) string { return t.CaseID })
		return err
	})
	return page, err
}

// Task reads one task.
func (r *Records) Task(ctx context.Context, s care.Staff, id string) (t ledger.Task, err error) {
	l := reading{kind: ledger.ReadTask, of: "task", id: id}
	return byID(ctx, r, s, &l, selectTask+` WHERE t.id = $1`, id, func(t ledger.Task) { l.cases = []string{t.CaseID} })
}

// byID reads one row that the caller may see; found says what it shows.
func byID[T any](ctx context.Context, r *Records, s care.Staff, l *reading, sql, id string, found func(T)) (row T, err error) {
	if !care.IsID(id) {
		return row, ledger.ErrNotFound
	}
	err = r.reads(ctx, s, l, func(tx postgres.Tx) error {
		if row, err = postgres.One[T](ctx, tx, sql, id); err != nil {
			return missing(err)
		}
		found(row)
		return nil
	})
	return row, err
}

const selectContact = `SELECT id::text, topic, language, channel, citizenship, outcome, note, coalesce(case_id::text, '') AS case_id, at FROM contact`

// Contacts lists the contacts of the caller's desk, the newest first.
func (r *Records) Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (page ledger.Page[ledger.Contact], err error) {
	l := reading{kind: ledger.ListContacts}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &query{}, selectContact, order{list: "contacts", at: "at", id: "id", desc: true}, p, func(c ledger.Contact) cursor {
			return cursor{At: c.At, ID: c.ID}
		})
		l.cases = casesOf(page.Items, func(c ledger.Contact) string { return c.CaseID })
		l.things = casesOf(page.Items, func(c ledger.Contact) string { return c.ID })
		return err
	})
	return page, err
}

// Contact reads one contact.
func (r *Records) Contact(ctx context.Context, s care.Staff, id string) (ledger.Contact, error) {
	l := reading{kind: ledger.ReadContact, things: []string{id}}
	return byID(ctx, r, s, &l, selectContact+` WHERE id = $1`, id, func(c ledger.Contact) {
		l.cases = casesOf([]ledger.Contact{c}, func(c ledger.Contact) string { return c.CaseID })
	})
}

// A referral in a list. Its addressee sees what is said of the person for as long
// as what was given with it may be seen.
const selectReferral = `SELECT r.id::text, r.run_id, r.case_id::text, coalesce(f.number, case_number(r.case_id)) AS case_number,
	r.state, r.from_agency, r.to_agency, coalesce(r.continues::text, '') AS continues, r.reason, r.outcome, s.snapshot,
	k.legal_basis, k.ended_at AS share_ended_at, k.end_reason, k.seen_until, coalesce(words.purpose, '') AS purpose, coalesce(words.note, '') AS note,
	coalesce(t.id::text, '') AS task_id, coalesce(t.role, '') AS answer_role, coalesce(t.agency, '') AS answer_agency,
	r.requested_at, CASE WHEN NOT t.suspended THEN t.escalate_at END AS due_at, r.changed_at
	FROM referral r JOIN LATERAL share_known(r.run_id, r.to_agency) k ON true LEFT JOIN share s ON s.id = r.share_id
	LEFT JOIN LATERAL referral_words(r.id) words ON true LEFT JOIN case_file f ON f.id = r.case_id
	LEFT JOIN task t ON t.referral_id = r.id AND t.kind = 'referral_answer' AND t.ended_at IS NULL`

// Referrals lists what was sent to the caller's agency, or by it, the newest first.
func (r *Records) Referrals(ctx context.Context, s care.Staff, f ledger.ReferralFilter, p ledger.Paging) (page ledger.Page[ledger.Referral], err error) {
	var q query
	l := reading{kind: ledger.ListReferrals}
	l.ask("incoming", f.Incoming, "")
	l.ask("sent", f.Sent, "")
	l.ask("open", f.Open, "")
	l.ask("state", f.State != "", string(f.State))
	l.ask("case", f.CaseID != "", "")
	if f.Incoming {
		q.and("r.to_agency = ?", s.Agency)
	}
	if f.Sent {
		q.and("r.from_agency = ?", s.Agency)
	}
	if f.State != "" {
		q.and("r.state = ?", f.State)
	}
	if f.Open {
		q.and("r.state NOT IN ('rejected', 'completed', 'failed', 'withdrawn', 'redirected')")
	}
	if f.CaseID != "" {
		if !care.IsID(f.CaseID) {
			return page, ledger.ErrNotFound
		}
		q.and("r.case_id = ?", f.CaseID)
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &q, selectReferral, order{list: "referrals", at: "r.requested_at", id: "r.id", desc: true}, p, func(f ledger.Referral) cursor {
			return cursor{At: f.Requested, ID: f.ID}
		})
		l.cases = casesOf(page.Items, func(f ledger.Referral) string { return f.CaseID })
		return err
	})
	return page, err
}

// Referral reads one referral; a read of the snapshot is a read of the person.
func (r *Records) Referral(ctx context.Context, s care.Staff, id string) (f ledger.Referral, err error) {
	l := reading{kind: ledger.ReadReferral, of: "referral", id: id}
	return byID(ctx, r, s, &l, selectReferral+` WHERE r.id = $1`, id, func(f ledger.Referral) { l.cases = []string{f.CaseID} })
}

const selectAppointment = `SELECT a.id::text, a.run_id, a.case_id::text, coalesce(f.number, case_number(a.case_id)) AS case_number,
	coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '') AS person,
	a.service, coalesce(appointment_matter(a.id), '') AS matter, a.state, a.at
	FROM appointment a LEFT JOIN case_file f ON f.id = a.case_id LEFT JOIN person p ON p.case_id = a.case_id
	LEFT JOIN share s ON s.run_id = a.run_id AND s.agency = my('agency')`

// Appointments lists appointments by day and hour.
func (r *Records) Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (page ledger.Page[ledger.Appointment], err error) {
	var q query
	l := reading{kind: ledger.ListAppointments}
	l.ask("from", !f.From.IsZero(), f.From.Format(time.DateOnly))
	l.ask("to", !f.To.IsZero(), f.To.Format(time.DateOnly))
	l.ask("service", f.Service != "", f.Service)
	l.ask("case", f.CaseID != "", "")
	if !f.From.IsZero() {
		q.and("a.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q.and("a.at < ?", f.To)
	}
	if f.Service != "" {
		q.and("a.service = ?", f.Service)
	}
	if f.CaseID != "" {
		if !care.IsID(f.CaseID) {
			return page, ledger.ErrNotFound
		}
		q.and("a.case_id = ?", f.CaseID)
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &q, selectAppointment, order{list: "appointments", at: "a.at", id: "a.id"}, p, func(a ledger.Appointment) cursor {
			return cursor{At: a.At, ID: a.ID}
		})
		l.cases = casesOf(page.Items, func(a ledger.Appointment) string { return a.CaseID })
		return err
	})
	return page, err
}
