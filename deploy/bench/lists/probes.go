package lists

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/worklist"
)

// sort is what is promised of a measurement.
type sort int

const (
	aList   sort = iota // hardly grows, and costs so many look-ups by id at most
	aSearch             // may cost five times as much where there are a hundred times as many
	aWhole              // a case with all its parts: as a list, of twice as many look-ups
	anAct               // hardly grows
	aWatch              // takes a small share of a core
)

// probe is something to measure. prepare, if there is one, comes before each time
// and is not measured.
type probe struct {
	name    string
	sort    sort
	prepare func(context.Context) error
	run     func(context.Context) (rows int, err error)
	may     bool // find nothing
}

// paged is a list that is measured at its first, a middle and its last page.
type paged struct {
	name string
	may  bool // be empty: of a few cases there is not something each day
	read func(context.Context, ledger.Paging) (rows int, next string, err error)
}

func pagedOf[T any](name string, read func(context.Context, ledger.Paging) (ledger.Page[T], error)) paged {
	return paged{name: name, read: func(ctx context.Context, p ledger.Paging) (int, string, error) {
		page, err := read(ctx, p)
		return len(page.Items), page.Next, err
	}}
}

func (l paged) maybe() paged {
	l.may = true
	return l
}

// mark is what a list's cursor says: where a page begins.
type mark struct {
	Of   string `json:"of"`
	Last bool   `json:"last,omitempty"` // among the rows that come last whatever their time
	At   int64  `json:"at"`             // microseconds
	ID   string `json:"id"`
}

func markOf(cursor string) (m mark, err error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return m, err
}

func (m mark) cursor() string {
	text, _ := json.Marshal(m) // never fails
	return base64.RawURLEncoding.EncodeToString(text)
}

// pages gives the cursors of a page in the middle of a list and of its last one. To
// walk through a long list would take longer than all that is measured: cursors are
// made, and the one sought after which a page is the last.
func (l paged) pages(ctx context.Context) (middle, last string, err error) {
	_, next, err := l.read(ctx, ledger.Paging{})
	if err != nil || next == "" {
		return "", "", err
	}
	m, err := markOf(next)
	if err != nil {
		return "", "", err
	}
	m.ID = uuid.Nil.String()
	first := m.At
	ends := func() (rows int, is bool, err error) {
		rows, next, err := l.read(ctx, ledger.Paging{Cursor: m.cursor()})
		return rows, next == "", err
	}
	// Some lists go on with what comes last anyway, and the times of those, which may all be
	// before that of the first.
	m.Last, m.At = true, first-decade
	if rows, _, err := ends(); err != nil || rows == 0 {
		m.Last = false
	}
	before, after := first, first+decade
	if m.At = after; !m.Last {
		if _, is, err := ends(); err != nil {
			return "", "", err
		} else if !is { // downwards
			after = first - decade
		}
	} else {
		before = first - decade
	}
	for range 50 {
		m.At = before + (after-before)/2
		rows, is, err := ends()
		switch {
		case err != nil:
			return "", "", err
		case !is:
			before = m.At
		case rows > 0:
			middle := mark{m.Of, false, first + (m.At-first)/2, m.ID}
			if m.Last { // tasks are due over two months, and in the middle of them here
				middle.At = first + month
			}
			return middle.cursor(), m.cursor(), nil
		default:
			after = m.At
		}
	}
	return "", "", errors.New("its last page is not found")
}

// decade is longer than what is filled in reaches back, in microseconds.
const decade = int64(10 * 365 * 24 * time.Hour / time.Microsecond)

const month = int64(30 * 24 * time.Hour / time.Microsecond)

// probes finds the pages of a list, and gives its probes.
func (l paged) probes(ctx context.Context) ([]probe, error) {
	middle, last, err := l.pages(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.name, err)
	}
	at := func(page, cursor string) probe {
		return probe{name: l.name + ", " + page, may: l.may, run: func(ctx context.Context) (int, error) {
			n, _, err := l.read(ctx, ledger.Paging{Cursor: cursor})
			return n, err
		}}
	}
	return []probe{at("first page", ""), at("middle page", middle), at("last page", last)}, nil
}

// lists are the lists of pages.
func (p *place) lists() []paged {
	lead, worker, cpi := p.staff[care.Supervisor], p.staff[care.SocialWorker], p.staff[care.CPIOperator]
	open := true
	tasks := func(name string, s care.Staff, f ledger.TaskFilter) paged {
		return pagedOf(name, func(ctx context.Context, at ledger.Paging) (ledger.Page[ledger.Task], error) {
			return p.records.Tasks(ctx, s, f, at)
		})
	}
	cases := func(name string, s care.Staff, f ledger.CaseFilter) paged {
		return pagedOf(name, func(ctx context.Context, at ledger.Paging) (ledger.Page[ledger.CaseFile], error) {
			return p.records.CaseFiles(ctx, s, f, at)
		})
	}
	referrals := func(name string, s care.Staff, f ledger.ReferralFilter) paged {
		return pagedOf(name, func(ctx context.Context, at ledger.Paging) (ledger.Page[ledger.Referral], error) {
			return p.records.Referrals(ctx, s, f, at)
		})
	}
	appointments := func(name string, s care.Staff, f ledger.AppointmentFilter) paged {
		return pagedOf(name, func(ctx context.Context, at ledger.Paging) (ledger.Page[ledger.Appointment], error) {
			return p.records.Appointments(ctx, s, f, at)
		})
	}
	day := p.size.Now.AddDate(0, 0, -2).Truncate(24 * time.Hour)
	return []paged{
		tasks("my tasks", worker, ledger.TaskFilter{Mine: true}),
		tasks("the team's tasks", worker, ledger.TaskFilter{Team: true}),
		tasks("what a social worker may do", worker, ledger.TaskFilter{}),
		tasks("all tasks of a supervisor", lead, ledger.TaskFilter{}),
		tasks("late tasks of a supervisor", lead, ledger.TaskFilter{Overdue: true}),
		tasks("tasks of a supervisor that somebody holds", lead, ledger.TaskFilter{State: care.TaskReserved}),
		tasks("completed tasks of a supervisor", lead, ledger.TaskFilter{State: care.TaskCompleted}),
		cases("cases of a supervisor", lead, ledger.CaseFilter{}),
		cases("cases of a social worker", worker, ledger.CaseFilter{}),
		cases("open cases", worker, ledger.CaseFilter{Open: &open}),
		cases("cases of a stage", worker, ledger.CaseFilter{Stage: care.StageSecondLevel}),
		cases("open cases of a stage", lead, ledger.CaseFilter{Open: &open, Stage: care.StagePlacement}),
		referrals("referrals to an agency", cpi, ledger.ReferralFilter{Incoming: true}),
		referrals("open referrals to an agency", cpi, ledger.ReferralFilter{Incoming: true, Open: true}),
		referrals("referrals from an agency", worker, ledger.ReferralFilter{Sent: true}),
		referrals("referrals to an agency by due date", cpi, ledger.ReferralFilter{Incoming: true, ByDue: true}),
		referrals("referrals from an agency by due date", worker, ledger.ReferralFilter{Sent: true, ByDue: true}),
		referrals("referrals of a supervisor by due date", lead, ledger.ReferralFilter{ByDue: true}),
		referrals("requested referrals of a supervisor", lead, ledger.ReferralFilter{State: care.ReferralRequested}),
		appointments("appointments", worker, ledger.AppointmentFilter{}),
		appointments("appointments of a day", worker, ledger.AppointmentFilter{From: day, To: day.Add(24 * time.Hour)}).maybe(),
		appointments("appointments of ten days at a service", lead, ledger.AppointmentFilter{From: day, To: day.AddDate(0, 0, 10), Service: "uoc_immigrazione"}).maybe(),
	}
}

// probes are all that is measured in a database, in the same order for each.
func (p *place) probes(ctx context.Context) (list []probe, err error) {
	for _, l := range p.lists() {
		pages, err := l.probes(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, pages...)
	}
	single, err := p.single(ctx)
	if err != nil {
		return nil, err
	}
	days, err := p.days(ctx)
	if err != nil {
		return nil, err
	}
	return append(append(append(list, single...), days...), p.acts()...), nil
}

// someone is a person of the zone, with the case.
type someone struct {
	ledger.Person
	caseID, number string
}

// middle is a person in the middle of the zone's list.
func (p *place) middle(ctx context.Context) (s someone, err error) {
	err = p.administrator.QueryRow(ctx, `SELECT f.id::text, f.number, p.given_name, p.family_name, p.birth_date FROM case_file f JOIN person p ON p.case_id = f.id
		WHERE f.zone = $1 ORDER BY f.opened_at OFFSET $2 LIMIT 1`, theZone, p.size.Cases/6).Scan(&s.caseID, &s.number, &s.GivenName, &s.FamilyName, &s.BirthDate)
	return s, err
}

// single are the readings that have no pages, and searches.
func (p *place) single(ctx context.Context) ([]probe, error) {
	who, err := p.middle(ctx)
	if err != nil {
		return nil, err
	}
	lead, worker, desk := p.staff[care.Supervisor], p.staff[care.SocialWorker], p.staff[care.DeskOperator]
	search := func(name, text string, may bool) probe {
		return probe{name: "search: " + name, sort: aSearch, may: may, run: func(ctx context.Context) (int, error) {
			page, err := p.records.CaseFiles(ctx, worker, ledger.CaseFilter{Search: text}, ledger.Paging{})
			return len(page.Items), err
		}}
	}
	works := func(s care.Staff, tab worklist.Tab) probe {
		return probe{name: fmt.Sprintf("work list of a %s: %s", s.Role, tab), may: true, run: func(ctx context.Context) (int, error) {
			page, err := p.records.WorkList(ctx, s, worklist.Ask{Tab: tab, There: time.UTC})
			return len(page.Rows), err
		}}
	}
	return []probe{
		works(worker, worklist.Mine), works(worker, worklist.Free), works(worker, worklist.Followed), works(worker, worklist.Recent),
		search("a whole name", who.FamilyName+" "+who.GivenName, false),
		search("the beginning of a name that many have", "esemp", false),
		search("two beginnings that many have", "pro es", false),
		search("two letters", "in", false),
		search("a year, which all numbers have", strconv.Itoa(p.size.Now.Year()), false),
		search("what nobody is called", "zzzyx", true),
		search("a wildcard as text", "%%", true),
		search("a number", who.number, false),
		{name: "the supervisor's board", may: true, run: func(ctx context.Context) (n int, err error) {
			lists, err := p.records.Board(ctx, lead, italian.Rome, 6, board.Lists...)
			for _, rows := range lists {
				n += len(rows)
			}
			return n, err
		}},
		{name: "stuck cases of a supervisor", may: true, run: func(ctx context.Context) (int, error) {
			page, err := p.records.StuckCases(ctx, lead, ledger.Paging{})
			return len(page.Items), err
		}},
		{name: "what colleagues have open now", run: func(ctx context.Context) (int, error) {
			loads, err := p.records.Loads(ctx, lead)
			return len(loads), err
		}},
		{name: "same person", sort: aSearch, run: func(ctx context.Context) (int, error) {
			files, err := p.records.SamePerson(ctx, desk, ledger.Person{GivenName: who.FamilyName, FamilyName: who.GivenName, BirthDate: who.BirthDate})
			return len(files), err
		}},
		{name: "files to merge with", sort: aSearch, may: true, run: func(ctx context.Context) (int, error) {
			files, err := p.records.MergeCandidates(ctx, worker, who.caseID)
			return len(files), err
		}},
		{name: "a case with all its parts", sort: aWhole, run: func(ctx context.Context) (int, error) {
			c, err := p.records.CaseFile(ctx, worker, who.caseID)
			return len(c.Tasks), err
		}},
		{name: "a referral", run: func(ctx context.Context) (int, error) {
			page, err := p.records.Referrals(ctx, worker, ledger.ReferralFilter{CaseID: who.caseID}, ledger.Paging{})
			if err != nil || len(page.Items) == 0 {
				return 0, err
			}
			_, err = p.records.Referral(ctx, worker, page.Items[0].ID)
			return 1, err
		}},
		{name: "a case's timeline", run: func(ctx context.Context) (int, error) {
			page, err := p.records.Timeline(ctx, worker, who.caseID, ledger.Paging{})
			return len(page.Items), err
		}},
		{name: "who read a case", run: func(ctx context.Context) (int, error) {
			page, err := p.records.Reads(ctx, lead, who.caseID, ledger.Paging{})
			return len(page.Items), err
		}},
		{name: "the watch, for half a minute", sort: aWatch, run: func(ctx context.Context) (int, error) { return 1, p.halfAMinute(ctx) }},
	}, nil
}

// halfAMinute asks of Postgres what the watch and the mender ask in that time, one
// question after the other.
func (p *place) halfAMinute(ctx context.Context) error {
	const looks = 6
	known := map[string]int{}
	for _, kind := range care.RunKinds {
		known[string(kind)] = care.FirstCourse
	}
	for range looks {
		for _, ask := range []func() error{
			func() error { _, err := p.watch.Unworked(ctx); return err },
			func() error { _, err := p.watch.Mails(ctx); return err },
			func() error { _, err := p.watch.Workers(ctx); return err },
			func() error { return p.watch.Beyond(ctx, known) },
			func() error { _, err := p.watch.Troubled(ctx); return err },
			func() error { _, err := p.troubles.Suspects(ctx, suspects); return err },
		} {
			if err := ask(); err != nil {
				return err
			}
		}
	}
	if _, err := p.troubles.Counts(ctx); err != nil {
		return err
	}
	_, err := p.watch.Figures(ctx)
	return err
}

// suspects is how many runs the mender looks at together.
const suspects = 100

// lookUp is what lists are compared with: one row by its id, under the same roles.
func (p *place) lookUp(ctx context.Context) (probe, error) {
	who, err := p.middle(ctx)
	worker := p.staff[care.SocialWorker]
	return probe{name: "one row by its id", run: func(ctx context.Context) (n int, err error) {
		err = postgres.Within(ctx, p.api, postgres.App(worker, p.size.Now), nil, func(tx postgres.Tx) error {
			return tx.QueryRow(ctx, `SELECT 1 FROM case_file WHERE id = $1`, who.caseID).Scan(&n)
		})
		return n, err
	}}, err
}

// acts are what people do, each time on a case that nothing was done on before.
func (p *place) acts() []probe {
	worker := p.staff[care.SocialWorker]
	var run string
	var entry ledger.Entry
	var step ledger.Step
	accept := func(ctx context.Context, c catalogue.Command) (ledger.Command, error) {
		c = c.InRun(run)
		c.Key = uuid.NewString()
		return p.records.Accept(ctx, worker, c.NewCommand)
	}
	meet := func(ctx context.Context) (int, error) {
		held := p.size.Now.AddDate(0, 0, -1)
		cmd, err := accept(ctx, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: held}))
		entry = ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}
		return 1, err
	}
	next := func(ctx context.Context) (err error) {
		run, err = p.next(ctx)
		return err
	}
	record := func(ctx context.Context) (int, error) {
		res, err := p.steps.Record(ctx, step)
		if err == nil && res.Verdict != ledger.Recorded {
			err = fmt.Errorf("the step was not recorded: %s %s", res.Verdict, res.Result.Refusal)
		}
		return 1, err
	}
	return []probe{
		{name: "a command is accepted", sort: anAct, prepare: next, run: meet},
		{name: "a step", sort: anAct, run: record, prepare: func(ctx context.Context) error {
			if err := next(ctx); err != nil {
				return err
			}
			if _, err := meet(ctx); err != nil {
				return err
			}
			loaded, err := p.load(ctx, run)
			step = loaded
			step.Entry = entry
			step.Effects.Tasks = []ledger.TaskChange{{ID: ledger.DerivedID(run, entry.ID), State: care.TaskReady, Kind: care.Closure}}
			return err
		}},
		{name: "a merge", sort: anAct, run: record, prepare: func(ctx context.Context) error {
			kept, err := p.next(ctx)
			if err != nil {
				return err
			}
			if err := next(ctx); err != nil {
				return err
			}
			if err := p.alike(ctx, run, kept); err != nil {
				return err
			}
			cmd, err := accept(ctx, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: ledger.BareID(kept), Note: "Prova: la stessa persona"}))
			if err != nil {
				return err
			}
			if cmd.State != ledger.CommandAccepted {
				return fmt.Errorf("the merge is %s, and not accepted", cmd.State)
			}
			step, err = p.load(ctx, run)
			step.Entry = ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}
			step.Effects = ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: kept}
			return err
		}},
	}
}

// next is the run of a case that no act has changed.
func (p *place) next(context.Context) (string, error) {
	if len(p.unused) == 0 {
		return "", errors.New("no case is left that nothing was done on: measure fewer times, or more cases")
	}
	run := p.unused[0]
	p.unused = p.unused[1:]
	return run, nil
}

// alike makes two cases those of one person, of whom only one has branches.
func (p *place) alike(ctx context.Context, merged, kept string) error {
	m, k := ledger.BareID(merged), ledger.BareID(kept)
	for _, statement := range []string{
		`UPDATE person SET (given_name, family_name, birth_date) = (SELECT given_name, family_name, date '1990-05-12' FROM person WHERE case_id = $2) WHERE case_id = $1`,
		`UPDATE person SET birth_date = date '1990-05-12' WHERE case_id = $2 AND $1 <> $2`,
		`UPDATE case_file SET stage = 'follow_up' WHERE id IN ($1, $2)`,
		`UPDATE run SET ended_at = now(), outcome = 'completed' WHERE case_id = $1 AND kind <> 'case' AND $2 <> $1`,
	} {
		if _, err := p.administrator.Exec(ctx, statement, m, k); err != nil {
			return err
		}
	}
	return nil
}

// load is the next step of a run, without what it does.
func (p *place) load(ctx context.Context, run string) (ledger.Step, error) {
	res, err := p.steps.Load(ctx, ledger.Start{Run: run, Case: run, Epoch: 1})
	if err == nil && res.State == nil {
		err = errors.New("the run has ended")
	}
	if err != nil {
		return ledger.Step{}, err
	}
	return ledger.Step{Run: run, Case: run, Epoch: res.Epoch, Revision: res.Revision, Taken: true, At: time.Now(), State: *res.State}, nil
}
