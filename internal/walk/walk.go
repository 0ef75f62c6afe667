// Package walk leads made-up people along the paths through the REST API, as
// the staff of a zone would: the benchmark measures what their paths cost. Its steps are put together to
// stories; each waits until what it needs is there and returns when it is done.
package walk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/client"
	"percorso/internal/italian"
)

// Town is a zone with its staff, each member the client of an account. It may
// be used from several goroutines.
type Town struct {
	Policy care.Policy
	Staff  map[care.Role]*client.Client
}

// Tokens logs accounts in and gives their bearer tokens, by account.
type Tokens func(ctx context.Context, accounts ...string) (map[string]string, error)

// Enter reads a zone from the API at an address, and logs in the account
// <role>.<zone> of each of its roles. Up to parallel requests of one account
// keep their connections.
func Enter(ctx context.Context, address, zone string, tokens Tokens, parallel int) (*Town, error) {
	account := func(role care.Role) string { return string(role) + "." + zone }
	first, err := tokens(ctx, account(care.Supervisor))
	if err != nil {
		return nil, err
	}
	supervisor := client.New(address, first[account(care.Supervisor)], parallel)
	t := &Town{Staff: map[care.Role]*client.Client{}}
	if t.Policy, err = supervisor.Zone(ctx, zone); err != nil {
		return nil, fmt.Errorf("zone %s: %w", zone, err)
	}
	var accounts []string
	for _, h := range t.Policy.Roles {
		accounts = append(accounts, account(h.Role))
	}
	all, err := tokens(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	for _, h := range t.Policy.Roles {
		t.Staff[h.Role] = client.New(address, all[account(h.Role)], parallel)
	}
	return t, nil
}

// Answers is the role that answers for an agency: its own staff, or for a
// partner without accounts whoever records what it says.
func (t *Town) Answers(agency string) care.Role {
	if a, ok := t.Policy.Agency(agency); ok && a.Answers != "" {
		return a.Answers
	}
	return care.SocialWorker
}

// Partner is a partner of a kind that answers through one-time links; empty: the
// zone has none.
func (t *Town) Partner(kind care.AgencyKind) string {
	for _, a := range t.Policy.Agencies {
		if a.Kind == kind && a.ByLink() {
			return a.Code
		}
	}
	return ""
}

// Person is a made-up person on the path. The town's codes are chosen by the
// number, so that people differ.
type Person struct {
	Town   *Town
	Number int
	Name   string // after "Prova", for whoever looks for them again; empty: the number

	CaseID string // once the case file is open
	Steps  int    // commands so far that a process has worked
}

// Step is something that happens to a person. It changes nothing of them but
// what it says.
type Step func(ctx context.Context, p *Person) error

// Steps joins what happens to a person, in its order.
func Steps(list ...Step) Step {
	return func(ctx context.Context, p *Person) error {
		for _, step := range list {
			if err := step(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}
}

// Done claims and completes a task of the case.
func Done(kind care.TaskKind, form care.Completion) Step { return DoneBy("", kind, form) }

// DoneBy is Done for one of several tasks side by side: that of a role.
func DoneBy(role care.Role, kind care.TaskKind, form care.Completion) Step {
	return func(ctx context.Context, p *Person) error {
		task, err := p.Task(ctx, kind, role)
		if err != nil {
			return err
		}
		return p.complete(ctx, task, form)
	}
}

func (p *Person) claim(ctx context.Context, task client.Task) error {
	if task.State == care.TaskReserved { // for who confirmed a seat, or acknowledged a referral
		return nil
	}
	if _, err := p.Town.Staff[task.Role].Do(ctx, catalogue.Claim.Command("", task.ID, catalogue.None{})); err != nil {
		return fmt.Errorf("claiming %s: %w", task.Kind, err)
	}
	return nil
}

func (p *Person) complete(ctx context.Context, task client.Task, form care.Completion) error {
	if err := p.claim(ctx, task); err != nil {
		return err
	}
	if _, err := p.Town.Staff[task.Role].Do(ctx, catalogue.Complete.Command("", task.ID, form)); err != nil {
		return fmt.Errorf("completing %s as %s: %w", task.Kind, form.Outcome, err)
	}
	p.Steps++
	return nil
}

// Task waits until the case has an open task of a kind, of a role unless that is
// empty: what a step tells another process reaches it a moment later.
func (p *Person) Task(ctx context.Context, kind care.TaskKind, role care.Role) (task client.Task, err error) {
	err = Await(ctx, fmt.Sprintf("task %s %s", kind, role), func() (bool, error) {
		page, err := p.Town.Staff[care.Supervisor].Tasks(ctx, client.TaskQuery{CaseFileID: p.CaseID})
		i := slices.IndexFunc(page.Items, func(t client.Task) bool { return t.Kind == kind && (role == "" || t.Role == role) })
		if err != nil || i < 0 {
			return false, err
		}
		task = page.Items[i]
		return true, nil
	})
	return task, err
}

// Moved does an operation on the case's referral to an agency; the CPI, if that
// is empty. Who may do it does: the addressee, or the social worker who sent it.
func Moved(agency string, op care.Operation, form catalogue.ReferralMoveForm) Step {
	return func(ctx context.Context, p *Person) error {
		to := agency
		if to == "" {
			to = p.Town.Policy.CPI()
		}
		role := p.Town.Answers(to)
		if op == care.OpWithdraw || op == care.OpSupply {
			role = care.SocialWorker
		}
		var id string
		err := Await(ctx, fmt.Sprintf("a referral to %s that allows to %s", to, op), func() (bool, error) {
			page, err := p.Town.Staff[role].Referrals(ctx, p.CaseID)
			i := slices.IndexFunc(page.Items, func(r client.Referral) bool { return r.ToAgency == to && slices.Contains(r.Allowed, op) })
			if err != nil || i < 0 {
				return false, err
			}
			id = page.Items[i].ID
			return true, nil
		})
		if err != nil {
			return err
		}
		return p.did(p.Town.Staff[role].Do(ctx, catalogue.Moves[op].Command("", id, form)))
	}
}

// did counts a command that a process has worked.
func (p *Person) did(cmd client.Command, err error) error {
	if err != nil {
		if cmd.Operation != "" {
			err = fmt.Errorf("%s: %w", cmd.Operation, err)
		}
		return err
	}
	p.Steps++
	return nil
}

// asked is a command on the case by the social worker.
func asked(ask func(ctx context.Context, by *client.Client, p *Person) (client.Command, error)) Step {
	return func(ctx context.Context, p *Person) error {
		return p.did(ask(ctx, p.Town.Staff[care.SocialWorker], p))
	}
}

// Days is so many days from today, at ten in the morning.
func Days(n int) *time.Time {
	year, month, day := today().Date()
	at := time.Date(year, month, day+n, 10, 0, 0, 0, italian.Rome)
	return &at
}

// OpenDay is a time of the day in so many days, or of the next one on which the offices
// of the zone are open.
func (t *Town) OpenDay(n int) (*time.Time, error) {
	cal, err := calendar.New(t.Policy)
	if err != nil {
		return nil, err
	}
	at := cal.NextOpen(*Days(n))
	return &at, nil
}

// Offer is one of the first free places of a service from the day in so many days on, so
// that not everybody asks for the same. Where it receives at any hour it is ten o'clock.
func (t *Town) Offer(ctx context.Context, service string, days, number int) (*time.Time, error) {
	from, err := t.OpenDay(days)
	if err != nil || len(agenda.Sessions(t.Policy, service)) == 0 {
		return from, err
	}
	free, err := t.Staff[care.Supervisor].Offers(ctx, service, *from)
	if err != nil {
		return nil, err
	}
	if len(free.Items) == 0 {
		return nil, fmt.Errorf("%s has no free place", service)
	}
	return &free.Items[number%len(free.Items)].At, nil
}

// today is the day where the offices are, wherever the machine is.
func today() time.Time { return time.Now().In(italian.Rome) }

// Await asks again until something is there, with growing pauses and for a while.
// what names it for the error.
func Await(ctx context.Context, what string, there func() (bool, error)) error {
	const limit, shortest, longest = 60 * time.Second, 20 * time.Millisecond, 320 * time.Millisecond
	pause := shortest
	for until := time.Now().Add(limit); time.Now().Before(until); pause = min(2*pause, longest) {
		if ok, err := there(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
	return fmt.Errorf("%s did not come within %s", strings.TrimSpace(what), limit)
}
