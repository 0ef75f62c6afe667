package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/walk"
)

// openCase is a case with a referral that the employment centre has
// acknowledged, and that is then put on hold and supplied, again and again.
type openCase struct {
	walk.Person
	index     int
	referral  string
	placement string // the run of the referral
	held      bool   // on hold: the sender is next
	moves     int    // of this referral
}

// mostMoves is how long a referral is kept going. A run carries the answers of
// its path, so one of hundreds would cost more than any that people make.
const mostMoves = 40

func (c *openCase) run() string { return ledger.RunID(care.RunCase, c.CaseID) }

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
func (c *openCase) moved() { c.held, c.moves = !c.held, c.moves+1 }

// moreForm asks for more, or gives it.
var moreForm = catalogue.ReferralMoveForm{Note: "Misura di prova: un documento"}

// preparing is how many cases are prepared at the same time.
const preparing = 8

func openCases(ctx context.Context, s *site, count int) ([]*openCase, error) {
	cases := make([]*openCase, count)
	for i := range cases {
		cases[i] = &openCase{index: i, Person: s.person(i)}
	}
	return cases, each(ctx, cases, func(ctx context.Context, c *openCase) error { return s.open(ctx, c) })
}

// person is a synthetic person who can be told from those of other programs.
func (s *site) person(number int) walk.Person {
	return walk.Person{Town: s.town, Number: number, Name: fmt.Sprintf("Misura %04d", number+1)}
}

// renewCases gives a new referral to each case whose referral has gone on for long.
func renewCases(ctx context.Context, s *site, cases []*openCase) error {
	return each(ctx, cases, func(ctx context.Context, c *openCase) error {
		if c.moves < mostMoves/2 {
			return s.even(ctx, c)
		}
		if err := walk.Moved("", care.OpWithdraw, catalogue.ReferralMoveForm{})(ctx, &c.Person); err != nil {
			return err
		}
		return s.refer(ctx, c)
	})
}

// closeCases closes what was opened, each branch with it.
func closeCases(ctx context.Context, cases []*openCase) error {
	return each(ctx, cases, func(ctx context.Context, c *openCase) error { return closeCase(ctx, &c.Person) })
}

func closeCase(ctx context.Context, p *walk.Person) error {
	if p.CaseID == "" {
		return nil
	}
	return walk.ClosedEarly(care.OutcomeOpenedByMistake)(ctx, p)
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
	if err := walk.ToBooking(ctx, &c.Person); err != nil {
		return err
	}
	return s.refer(ctx, c)
}

// refer sends the person to the employment centre, which acknowledges it.
func (s *site) refer(ctx context.Context, c *openCase) error {
	if _, err := s.town.Staff[care.SocialWorker].Do(ctx, catalogue.ReferToCPI.Command("", c.CaseID, catalogue.SendToCPI{})); err != nil {
		return fmt.Errorf("sending to the CPI: %w", err)
	}
	if err := s.findReferral(ctx, c); err != nil {
		return err
	}
	if _, err := s.town.Staff[care.CPIOperator].Do(ctx, catalogue.Acknowledge.Command("", c.referral, catalogue.ReferralMoveForm{})); err != nil {
		return fmt.Errorf("acknowledging: %w", err)
	}
	c.held, c.moves = false, 0
	return nil
}

// findReferral waits for the case's new referral.
func (s *site) findReferral(ctx context.Context, c *openCase) error {
	return walk.Await(ctx, "a referral", func() (bool, error) {
		page, err := s.records.Referrals(ctx, s.staff[care.SocialWorker], ledger.ReferralFilter{
			CaseID: c.CaseID, State: care.ReferralRequested,
		}, ledger.Paging{})
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
