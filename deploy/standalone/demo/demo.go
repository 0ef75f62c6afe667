// Package demo fills an installation with made-up people at every age of their paths. It
// plays their last nine months in skipped time: the staff do what they do through the door
// of API and pages, the processes are the product's own, and every step is written into the
// real Postgres by the rules that always hold. Nothing is inserted by hand. What is left
// are lost runs, which API and worker take up as they take up any. While it plays nothing
// else may be at work in the database.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/workflow"

	"percorso/internal/absence"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
)

// Logins are the pools that the play works with, each with the rights of its process.
type Logins struct{ API, Worker, Ops *pgxpool.Pool }

// Played is what a play has left behind.
type Played struct {
	People int
	Behind []string // of them, who are not yet as far as they were to come
	runs   []ledger.OpenRun
}

// There says whether the installation has had a play, be it one that was cut off.
func There(ctx context.Context, logins Logins) (there bool, err error) {
	p := newPlayer(logins.API, logins.Worker, io.Discard)
	towns, err := p.enters(ctx)
	for _, t := range towns {
		if err == nil && !there {
			there, err = p.was(ctx, t)
		}
	}
	return there, err
}

// Play fills the zones up to now, and tells out how far it is.
func Play(ctx context.Context, logins Logins, now time.Time, out io.Writer) (played Played, err error) {
	p := newPlayer(logins.API, logins.Worker, out)
	towns, err := p.enters(ctx)
	if err != nil {
		return played, err
	}
	leaver, err := p.hires(ctx, logins.Ops, towns[0].policy)
	if err != nil {
		return played, err
	}
	p.posted = now.AddDate(0, 0, -7) // the mails of the last week are left to the real post
	err = p.play(ctx, now.AddDate(0, -9, -7), now, func() {
		for i, t := range towns {
			if t.policy.Zone == leaver.Zone {
				t.staff = append(t.staff, leaver)
			}
			for number, s := range stories {
				if s.has(t.policy.Zone) {
					played.People++
					p.leads(t, towns[(i+1)%len(towns)].policy.Zone, s, number+1)
				}
			}
			p.counts(t)
			p.goesAway(t)
		}
	})
	played.Behind = slices.Sorted(maps.Keys(p.going))
	if err = errors.Join(append(p.failed, err)...); err != nil {
		return played, err
	}
	err = machine.ChangeSetup(ctx, logins.Ops, func(ledger.Setup) (ledger.SetupChange, error) {
		return ledger.SetupChange{Off: []string{leaver.Subject}}, nil
	})
	for _, id := range p.cases {
		open, missing := machine.RunsOf(ctx, logins.Ops, id)
		played.runs, err = append(played.runs, open...), errors.Join(err, missing)
	}
	return played, err
}

// hires gives a zone a social worker who will have left when the play ends.
func (p *player) hires(ctx context.Context, ops *pgxpool.Pool, policy care.Policy) (care.Staff, error) {
	leaver := care.Staff{Subject: "social_worker_who_left." + policy.Zone, Name: "Personale Prova 31 (Assistente sociale)", Role: care.SocialWorker, Zone: policy.Zone, Agency: policy.RoleAgency(care.SocialWorker)}
	err := machine.ChangeSetup(ctx, ops, func(ledger.Setup) (ledger.SetupChange, error) {
		return ledger.SetupChange{Staff: []care.Staff{leaver}}, nil
	})
	if err != nil {
		return leaver, err
	}
	return p.records.Staff(ctx, leaver.Subject)
}

// TakenUp waits until every run that a play has left has been started again.
func (played Played) TakenUp(ctx context.Context, ops *pgxpool.Pool) error {
	left := map[string]int{} // the epoch that a run had
	cases := map[string]bool{}
	for _, r := range played.runs {
		left[r.ID], cases[r.CaseID] = r.Epoch, true
	}
	for len(cases) > 0 {
		for id := range cases {
			open, err := machine.RunsOf(ctx, ops, id)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(open, func(r ledger.OpenRun) bool { return r.Epoch == left[r.ID] }) {
				delete(cases, id)
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Second):
		}
	}
	return nil
}

// was says whether a zone has people of an earlier play: its desk's first contact is known.
func (p *player) was(ctx context.Context, t town) (bool, error) {
	l := &life{town: t, asked: 1}
	_, err := p.records.Earlier(ctx, l.as(care.DeskOperator), ledger.NewCommand{Key: l.key(), Operation: care.OpContact})
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return false, nil
	case err == nil, errors.Is(err, ledger.ErrKeyReused):
		return true, nil
	}
	return false, err
}

// leads has a story happen to a person of a zone, beside all the others.
func (p *player) leads(t town, next string, s story, number int) {
	workflow.Go(p.root, func(ctx workflow.Context) {
		l := &life{player: p, town: t, next: next, ctx: ctx, number: number, rand: chance(t.policy.Zone + s.name), person: born(number, p.until), needs: needsOf(t.policy, number)}
		name := t.policy.Zone + ", " + s.name
		defer func() {
			if e := recover(); e != nil {
				delete(p.going, name)
				p.failed = append(p.failed, fmt.Errorf("%s, on %s: %v", name, p.now().Format(time.DateTime), e))
			}
		}()
		if s.since > 0 {
			l.sleeps(l.backFrom(s.since))
		}
		p.going[name] = true
		s.live(l)
		delete(p.going, name)
	})
}

// needsOf are two areas of a zone, labour always among them: without a social or labour
// difficulty nobody is taken over.
func needsOf(policy care.Policy, number int) []string {
	needs := []string{"labour"}
	if other := policy.Needs[number%len(policy.Needs)].Code; other != "labour" {
		needs = append(needs, other)
	}
	return needs
}

// counts has people ask at a zone's desk who open no file: some a week.
func (p *player) counts(t town) {
	workflow.Go(p.root, func(ctx workflow.Context) {
		l := &life{player: p, town: t, ctx: ctx, rand: chance("desk of " + t.policy.Zone)}
		for i := 0; ; i++ {
			l.passes(3)
			who, outcome := people[i%len(people)], "information"
			if i%3 == 0 {
				outcome = "consultation"
			}
			l.asks(l.as(care.DeskOperator), catalogue.Contact.Command("", "", ledger.NewContact{
				Topic: t.policy.Desk.Topics[i%len(t.policy.Desk.Topics)].Code, Channel: t.policy.Desk.Channels[i%len(t.policy.Desk.Channels)].Code,
				Citizenship: who.citizenship, Language: who.language, Outcome: outcome,
			}))
		}
	})
}

// goesAway has two of a zone's staff enter that they are away: now, with a substitute, and
// some days from now, with none.
func (p *player) goesAway(t town) {
	workflow.Go(p.root, func(ctx workflow.Context) {
		l := &life{player: p, town: t, ctx: ctx, number: 1, rand: chance("away from " + t.policy.Zone)}
		l.sleeps(l.backFrom(4))
		for _, away := range []struct {
			who         care.Staff
			substitute  string
			first, last int // days from the end of the play
		}{
			{l.as(care.SocialWorker), l.colleague(care.SocialWorker).ID, -1, 8},
			{l.as(care.CPIOperator), "", 3, 10},
		} {
			days := absence.Days{First: care.DateOf(p.until.AddDate(0, 0, away.first)), Last: care.DateOf(p.until.AddDate(0, 0, away.last)), Substitute: away.substitute}
			l.asked++
			_, err := p.records.EnterAbsence(context.Background(), away.who, l.key(), away.who.ID, days)
			if err != nil {
				p.failed = append(p.failed, fmt.Errorf("%s, away: %w", t.policy.Zone, err))
			}
		}
	})
}
