package lists

import (
	"context"
	"fmt"
	"time"

	"percorso/internal/board"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/consults"
	"percorso/internal/postgres/mediation"
	"percorso/internal/postgres/promises"
	"percorso/internal/postgres/queues"
	"percorso/internal/worklist"
)

// looked is how many rows «Oggi» looks at for a group that it cuts short.
const looked = 100

// rows and items count what a list and a page give.
func rows[T any](list []T, err error) (int, error)             { return len(list), err }
func items[T any](page ledger.Page[T], err error) (int, error) { return len(page.Items), err }

// long is a case of the zone that much was written in, with a day that was called off.
func (p *place) long(ctx context.Context) (caseID, off string, err error) {
	if err = p.administrator.QueryRow(ctx, `SELECT r.case_id::text FROM record r WHERE r.zone = $1 AND r.data ->> 'note' LIKE 'Nota lunga%' GROUP BY 1 ORDER BY 1 DESC LIMIT 1`, theZone).Scan(&caseID); err != nil {
		return "", "", err
	}
	err = p.administrator.QueryRow(ctx, `SELECT id::text FROM called_off WHERE zone = $1 ORDER BY first_day LIMIT 1`, theZone).Scan(&off)
	return caseID, off, err
}

// days are the readings that a day of work begins with and is kept by: what «Oggi» puts
// together, the agenda, who is to be called or told, and what is written of a case and who read it.
func (p *place) days(ctx context.Context) ([]probe, error) {
	lead, worker, desk := p.staff[care.Supervisor], p.staff[care.SocialWorker], p.staff[care.DeskOperator]
	long, off, err := p.long(ctx)
	if err != nil {
		return nil, err
	}
	clock := func() time.Time { return p.size.Now }
	promised, numbers := promises.New(p.api, clock), queues.New(p.api, calendar.New, clock)
	requests, rung := mediation.New(p.api, postgres.NewRules(calendar.New), clock), consults.New(p.api, calendar.New, clock)
	today := p.size.Now.Truncate(24 * time.Hour)
	const service = "uoc_immigrazione"
	open := true
	all := func(name string, run func(context.Context) (int, error)) probe {
		return probe{name: name, may: true, run: run}
	}
	list := []probe{
		all("Oggi: days that near, which a social worker watches", func(ctx context.Context) (int, error) {
			return rows(p.records.WatchedDates(ctx, worker, today.AddDate(0, 0, health.CriticalDays)))
		}),
		all("Oggi: days that near, which a supervisor watches", func(ctx context.Context) (int, error) {
			return rows(p.records.WatchedDates(ctx, lead, today.AddDate(0, 0, health.CriticalDays)))
		}),
		all("Oggi: people without a next step", func(ctx context.Context) (int, error) {
			return items(p.records.CaseFiles(ctx, worker, ledger.CaseFilter{Open: &open, Health: health.Orphaned}, ledger.Paging{Limit: 6}))
		}),
		all("Oggi: on behalf of who is away", func(ctx context.Context) (int, error) {
			return items(p.records.Tasks(ctx, worker, ledger.TaskFilter{OnBehalf: true}, ledger.Paging{Limit: 6}))
		}),
		all("Oggi: who comes today", func(ctx context.Context) (int, error) {
			return items(p.records.Appointments(ctx, worker, ledger.AppointmentFilter{From: today, To: today.AddDate(0, 0, 1)}, ledger.Paging{Limit: looked}))
		}),
		all("Oggi: whom the services expect in a week, to see who is uncovered", func(ctx context.Context) (int, error) {
			return items(p.records.Appointments(ctx, lead, ledger.AppointmentFilter{From: today, To: today.AddDate(0, 0, 7)}, ledger.Paging{Limit: looked}))
		}),
		all("Oggi: sent and not read yet", func(ctx context.Context) (int, error) {
			return items(p.records.Referrals(ctx, lead, ledger.ReferralFilter{Sent: true, State: care.ReferralRequested, ByDue: true}, ledger.Paging{Limit: 6}))
		}),
		all("Oggi: mail that comes back", func(ctx context.Context) (int, error) { return rows(p.records.Returned(ctx, lead)) }),
		all("Oggi: mistakes to confirm", func(ctx context.Context) (int, error) { return rows(p.records.ToConfirm(ctx, worker)) }),
		all("Oggi: who is away", func(ctx context.Context) (int, error) { return rows(p.records.Absences(ctx, lead)) }),
		all("Oggi: the first free place of a service", func(ctx context.Context) (int, error) {
			return rows(p.records.Offers(ctx, lead, service, p.size.Now, 1))
		}),
		all("consults at a desk", func(ctx context.Context) (int, error) { return rows(rung.Calls(ctx, desk)) }),
		{name: "notices, counted for each page", run: func(ctx context.Context) (int, error) {
			_, _, err := p.records.CountNotices(ctx, worker)
			return 1, err
		}},
		all("promises", func(ctx context.Context) (int, error) { return rows(promised.Promises(ctx, worker, false)) }),
		all("promises that were kept", func(ctx context.Context) (int, error) { return rows(promised.Promises(ctx, worker, true)) }),
		all("promises of others that are left behind", func(ctx context.Context) (int, error) { return rows(promised.PromisesLeft(ctx, worker)) }),
		all("numbers at the desk", func(ctx context.Context) (int, error) { return rows(numbers.Numbers(ctx, desk)) }),
		all("people to call before an appointment", func(ctx context.Context) (int, error) { return rows(p.records.ToCall(ctx, worker)) }),
		all("days that were called off", func(ctx context.Context) (int, error) { return rows(p.records.CalledOffDays(ctx, lead)) }),
		all("people to be told of a day that was called off", func(ctx context.Context) (int, error) {
			_, people, err := p.records.CalledOffDay(ctx, lead, off)
			return rows(people, err)
		}),
		all("requests for mediators", func(ctx context.Context) (int, error) { return rows(requests.Mediations(ctx, worker, false)) }),
		all("requests for mediators that are over", func(ctx context.Context) (int, error) { return rows(requests.Mediations(ctx, worker, true)) }),
		all("the agenda of a service from today", func(ctx context.Context) (int, error) {
			page, err := p.records.Appointments(ctx, worker, ledger.AppointmentFilter{From: today, Service: service}, ledger.Paging{})
			if err != nil {
				return 0, err
			}
			_, err = p.records.Beyond(ctx, worker, postgres.IDs(page.Items, func(a ledger.Appointment) string { return a.ID }))
			return len(page.Items), err
		}),
		p.taken("a week of a service", worker, service, today, 7),
		p.taken("a month of a service", worker, service, today, 30),
		{name: "counts by health", run: func(ctx context.Context) (int, error) {
			counts, err := p.records.HealthCounts(ctx, lead)
			return len(counts), err
		}},
		{name: "stuck cases, counted by why they are", may: true, run: func(ctx context.Context) (int, error) {
			counts, _, err := p.records.Held(ctx, lead)
			return len(counts), err
		}},
		{name: "work list of a social_worker: " + string(worklist.OnBehalf), may: true, run: func(ctx context.Context) (int, error) {
			page, err := p.records.WorkList(ctx, worker, worklist.Ask{Tab: worklist.OnBehalf, There: time.UTC})
			return len(page.Rows), err
		}},
	}
	for _, of := range board.Lists {
		list = append(list, all(fmt.Sprintf("the supervisor's board: %s", of), func(ctx context.Context) (int, error) {
			lists, err := p.records.Board(ctx, lead, italian.Rome, 6, of)
			return len(lists[of]), err
		}))
	}
	pages, err := p.pagesOf(ctx, long)
	return append(list, pages...), err
}

// taken is what a service's sheet of some days shows.
func (p *place) taken(name string, who care.Staff, service string, from time.Time, days int) probe {
	return probe{name: name, may: true, run: func(ctx context.Context) (int, error) {
		taken, err := p.records.Taken(ctx, who, service, from, from.AddDate(0, 0, days))
		if err != nil {
			return 0, err
		}
		_, err = p.records.CalledOff(ctx, who, service, from, from.AddDate(0, 0, days-1))
		return len(taken), err
	}}
}

// walked is a list whose pages have cursors of their own: its first page and the last one that
// it leads to. It has few enough pages to walk through.
func walked[T any](ctx context.Context, name string, read func(context.Context, ledger.Paging) (ledger.Page[T], error)) ([]probe, error) {
	at := func(of, cursor string) probe {
		return probe{name: name + ", " + of, may: true, run: func(ctx context.Context) (int, error) { return items(read(ctx, ledger.Paging{Cursor: cursor})) }}
	}
	last := ""
	for {
		page, err := read(ctx, ledger.Paging{Cursor: last})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if page.Next == "" {
			return []probe{at("first page", ""), at("last page", last)}, nil
		}
		last = page.Next
	}
}

// pagesOf are the lists of that kind: what was written in a long case, and pairs of files that
// may be of one person. The privacy officer reads by days who read the long case.
func (p *place) pagesOf(ctx context.Context, long string) ([]probe, error) {
	lead, worker, officer := p.staff[care.Supervisor], p.staff[care.SocialWorker], p.staff[care.PrivacyOfficer]
	diary, err := walked(ctx, "what was written in a long case", func(ctx context.Context, at ledger.Paging) (ledger.Page[ledger.Record], error) {
		return p.records.WrittenIn(ctx, worker, long, "", at)
	})
	if err != nil {
		return nil, err
	}
	doubles, err := walked(ctx, "files that may be of one person", func(ctx context.Context, at ledger.Paging) (ledger.Page[ledger.Double], error) {
		return p.records.Doubles(ctx, lead, at)
	})
	if err != nil {
		return nil, err
	}
	return append(append(diary, doubles...), probe{name: "who read a long case, for the officer", run: func(ctx context.Context) (int, error) {
		told, err := p.records.Readers(ctx, officer, long, p.size.Now.AddDate(0, 0, 1))
		return len(told.Lines), err
	}}), nil
}
