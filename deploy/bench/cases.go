package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"percorso/internal/care"
	"percorso/internal/client"
	"percorso/internal/store"
	"percorso/workflows/contract"
)

// openCase is a case with a referral that the employment centre has
// acknowledged, and that is then put on hold and supplied, again and again.
type openCase struct {
	index     int
	id        string
	referral  string
	placement string // the run of the referral
	held      bool   // on hold: the sender is next
	steps     int    // of this referral
}

// mostSteps is how long a referral is kept going. A run carries the answers of
// its path, so one of hundreds would cost more than any that people make.
const mostSteps = 40

func (c *openCase) run() string { return contract.RunID(care.RunCase, c.id) }

// next is the operation that comes next on the referral.
func (c *openCase) next() care.Operation {
	if c.held {
		return care.OpSupply
	}
	return care.OpHold
}

// actor is who does it.
func (c *openCase) actor() care.Role {
	if c.held {
		return care.SocialWorker
	}
	return care.CPIOperator
}

// moved notes that the step was done.
func (c *openCase) moved() { c.held, c.steps = !c.held, c.steps+1 }

// moreForm asks for more, or gives it.
var moreForm = care.ReferralMoveForm{Note: "Misura di prova: un documento"}

// preparing is how many cases are prepared at the same time.
const preparing = 8

func openCases(ctx context.Context, s *site, count int) ([]*openCase, error) {
	cases := make([]*openCase, count)
	for i := range cases {
		cases[i] = &openCase{index: i}
	}
	return cases, each(ctx, cases, func(ctx context.Context, c *openCase) error { return s.open(ctx, c) })
}

// renewCases gives a new referral to each case whose referral has gone on for long.
func renewCases(ctx context.Context, s *site, cases []*openCase) error {
	return each(ctx, cases, func(ctx context.Context, c *openCase) error {
		if c.steps < mostSteps/2 {
			return s.even(ctx, c)
		}
		if err := s.withdraw(ctx, c); err != nil {
			return err
		}
		return s.refer(ctx, c)
	})
}

// closeCases closes what was opened, each branch with it.
func closeCases(ctx context.Context, s *site, cases []*openCase) error {
	return each(ctx, cases, func(ctx context.Context, c *openCase) error {
		if c.id == "" {
			return nil
		}
		_, err := s.callers[care.SocialWorker].CloseEarly(ctx, "", c.id, care.EarlyClosure{
			Outcome: "opened_by_mistake", Note: "Misura di prova",
		})
		return err
	})
}

func each(ctx context.Context, cases []*openCase, do func(context.Context, *openCase) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(preparing)
	for _, c := range cases {
		group.Go(func() error { return do(ctx, c) })
	}
	return group.Wait()
}

// open brings a synthetic person from the desk to an acknowledged referral,
// with a level-2 service booked, whose first task stays open.
func (s *site) open(ctx context.Context, c *openCase) error {
	needs := []string{"labour"}
	cmd, err := s.callers[care.DeskOperator].OpenCase(ctx, "", client.Opening{
		Person: client.Person{
			GivenName: "Persona", FamilyName: fmt.Sprintf("Prova Misura %04d", c.index+1),
			BirthDate:   time.Now().AddDate(-30, 0, 0).Format(time.DateOnly),
			Citizenship: "PK", Permit: "work", PermitExpiry: time.Now().AddDate(1, 0, 0).Format(time.DateOnly), Languages: []string{"ur"},
		},
		Needs: needs, Channel: s.policy.Desk.Channels[0].Code, Topic: s.policy.Desk.Topics[0].Code, NoticeGiven: true, NoticeVersion: "prova",
	})
	if err != nil {
		return fmt.Errorf("opening a case: %w", err)
	}
	c.id = cmd.CaseFileID
	if err := s.do(ctx, c, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: needs}); err != nil {
		return err
	}
	booking := care.Booking{Service: s.policy.Services[0].Code, At: time.Now().AddDate(0, 0, 7)}
	if err := s.do(ctx, c, care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{booking}}); err != nil {
		return err
	}
	return s.refer(ctx, c)
}

// refer sends the person to the employment centre, which acknowledges it.
func (s *site) refer(ctx context.Context, c *openCase) error {
	if _, err := s.callers[care.SocialWorker].SendToCPI(ctx, "", c.id, care.SendToCPI{}); err != nil {
		return fmt.Errorf("sending to the CPI: %w", err)
	}
	if err := s.findReferral(ctx, c); err != nil {
		return err
	}
	if _, err := s.callers[care.CPIOperator].Move(ctx, "", c.referral, care.OpAcknowledge, care.ReferralMoveForm{}); err != nil {
		return fmt.Errorf("acknowledging: %w", err)
	}
	c.held, c.steps = false, 0
	return nil
}

// findReferral waits for the case's new referral.
func (s *site) findReferral(ctx context.Context, c *openCase) error {
	return awaited(ctx, "a referral", func() (bool, error) {
		page, err := s.records.Referrals(ctx, s.staff[care.SocialWorker], store.ReferralFilter{
			CaseID: c.id, State: care.ReferralRequested,
		}, store.Paging{})
		if err != nil || len(page.Items) == 0 {
			return false, err
		}
		c.referral, c.placement = page.Items[0].ID, page.Items[0].Run
		return true, nil
	})
}

// even leaves the referral where the employment centre is next: the floor, which
// knows no referrals, and a stopped measurement do not count on it.
func (s *site) even(ctx context.Context, c *openCase) error {
	r, err := s.records.Referral(ctx, s.staff[care.SocialWorker], c.referral)
	if err == nil {
		c.held = r.State == care.ReferralOnHold
	}
	return err
}

func (s *site) withdraw(ctx context.Context, c *openCase) error {
	if _, err := s.callers[care.SocialWorker].Move(ctx, "", c.referral, care.OpWithdraw, care.ReferralMoveForm{}); err != nil {
		return fmt.Errorf("withdrawing: %w", err)
	}
	return nil
}

// do claims and completes a task of the case for the role that it waits for.
func (s *site) do(ctx context.Context, c *openCase, kind care.TaskKind, form care.Completion) error {
	task, err := s.task(ctx, c, kind)
	if err != nil {
		return err
	}
	if _, err := s.callers[task.Role].Claim(ctx, "", task.ID); err != nil {
		return fmt.Errorf("claiming %s: %w", kind, err)
	}
	if _, err := s.callers[task.Role].Complete(ctx, "", task.ID, form); err != nil {
		return fmt.Errorf("completing %s: %w", kind, err)
	}
	return nil
}

// task waits until the case has an open task of a kind.
func (s *site) task(ctx context.Context, c *openCase, kind care.TaskKind) (found store.Task, err error) {
	err = awaited(ctx, "task "+string(kind), func() (bool, error) {
		page, err := s.records.Tasks(ctx, s.staff[care.Supervisor], store.TaskFilter{CaseID: c.id}, store.Paging{})
		for _, t := range page.Items {
			if t.Kind == kind {
				found = t
				return true, nil
			}
		}
		return false, err
	})
	return found, err
}

// awaited asks again until something is there, for a while.
func awaited(ctx context.Context, what string, there func() (bool, error)) error {
	const limit, pause = 30 * time.Second, 20 * time.Millisecond
	for until := time.Now().Add(limit); time.Now().Before(until); {
		if ok, err := there(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
	return fmt.Errorf("%s did not come within %s", what, limit)
}
