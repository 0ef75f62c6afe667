package lists

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy/bench/fill"
	"percorso/deploy/standalone"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
)

// OffersPlan is what is measured of the places that are offered.
type OffersPlan struct {
	Bookings int // in the database, of which as many as fit into the weeks ahead; then ten times as many
	Repeats  int
	Times    int
	Now      time.Time
	Say      func(string, ...any)
}

const (
	mostForADay = 3  // look-ups by key that an offer may cost for each day that is looked at
	sessions    = 20 // a day
	slotsOfEach = 3
	sideBySide  = 5 // of whom three receive those whom the PUA sends
	weeks       = 4
	offeredOnce = 8 // places that a form offers of one service
	searched    = 6 // for each of which so many are looked at, for whoever does not speak on the telephone
	moreThen    = 10
)

// theService is whose places are offered; the others have the bookings of before.
const theService = "pas"

// OffersResult is what was measured.
type OffersResult struct {
	plan   OffersPlan
	at     time.Time
	probes []offerLine
}

// offerLine is what one way of asking took.
type offerLine struct {
	name     string
	bookings int
	days     int // that were looked at
	took     time.Duration
	lookUp   time.Duration
}

// lookUps is how many look-ups by key it took for each day.
func (l offerLine) lookUps() float64 { return float64(l.took) / float64(l.lookUp) / float64(l.days) }

// MeasureOffers fills a database of its own with bookings, and measures how long it takes to
// offer somebody a place; then again with ten times as many.
func MeasureOffers(ctx context.Context, plan OffersPlan) (*OffersResult, error) {
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s, err := startServer(starting, binDir(), modules(), "")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	return measureOffers(ctx, s, plan)
}

func measureOffers(ctx context.Context, s *server, plan OffersPlan) (*OffersResult, error) {
	const files = 300
	size := fill.Size{Cases: files, Seed: 1, Now: plan.Now}
	p, err := s.open(ctx, size, plan.Say)
	if p != nil {
		defer p.close()
	}
	if err != nil {
		return nil, err
	}
	migrate, err := p.pool(ctx, s.url(standalone.Migrate, databaseOf(size)))
	if err != nil {
		return nil, err
	}
	rules, err := p.receives(ctx, migrate)
	if err != nil {
		return nil, err
	}
	r := &OffersResult{plan: plan, at: time.Now()}
	there := 0
	for _, bookings := range []int{plan.Bookings, moreThen * plan.Bookings} {
		plan.Say("%d bookings", bookings)
		if err := p.books(ctx, rules, plan.Now, there, bookings); err != nil {
			return nil, err
		}
		there = bookings
		lines, err := p.offers(ctx, rules, plan, bookings)
		if err != nil {
			return nil, err
		}
		r.probes = append(r.probes, lines...)
	}
	return r, nil
}

// receives gives the service its sessions: of each day so many, with a share of the PUA, the
// last by telephone.
func (p *place) receives(ctx context.Context, migrate *pgxpool.Pool) (*postgres.Ruleset, error) {
	var policy care.Policy
	if err := p.administrator.QueryRow(ctx, `SELECT policy FROM zone_policy WHERE zone = $1 AND current`, theZone).Scan(&policy); err != nil {
		return nil, err
	}
	policy.Version += " by the session"
	for i, service := range policy.Services {
		if service.Code != theService {
			continue
		}
		policy.Services[i].Sessions = nil
		for n := range sessions {
			clock := func(half int) string { return fmt.Sprintf("%02d:%02d", 8+half/2, half%2*30) }
			mode := agenda.InPerson
			if n == sessions-1 {
				mode = agenda.ByPhone
			}
			policy.Services[i].Sessions = append(policy.Services[i].Sessions, care.Session{
				Days: []care.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: clock(n), To: clock(n + 1), Seconds: 1800 / slotsOfEach, Places: sideBySide, PUA: 3, Release: 1, Mode: mode, Source: "prova"})
		}
	}
	if err := machine.ChangeSetup(ctx, migrate, func(ledger.Setup) (ledger.SetupChange, error) { return ledger.SetupChange{Policy: &policy}, nil }); err != nil {
		return nil, err
	}
	cal, err := calendar.New(policy)
	return &postgres.Ruleset{Policy: policy, Calendar: cal}, err
}

// books adds bookings up to a number: the first ones fill the service for four weeks, but for
// the last day, the others are of before and of other services.
func (p *place) books(ctx context.Context, rules *postgres.Ruleset, now time.Time, from, to int) error {
	var rows [][]any
	add := func(service string, at time.Time, lasts time.Duration, pua bool) {
		rows = append(rows, []any{uuid.New(), theZone, service, at, at.Add(lasts), "service/" + uuid.NewString(), uuid.New(), "booked", at.AddDate(0, -1, 0), pua})
	}
	if from == 0 {
		of := agenda.Of(rules.Policy, theService, rules.Calendar, now)
		last := agenda.Morning(lastDay(now))
		for day := agenda.Morning(now.In(italian.Rome)); day.Before(last); day = day.AddDate(0, 0, 1) {
			for s := range of.Slots(day, now) {
				for n := range sideBySide {
					add(theService, s.At, s.Until.Sub(s.At), n < 3)
				}
			}
		}
		if len(rows) > to {
			return errors.New("too few bookings to fill four weeks")
		}
	}
	for n := from + len(rows); n < to; n++ {
		service := rules.Services[n%len(rules.Services)].Code
		at := now.AddDate(0, 0, -1-n/7%1500).Add(-time.Duration(n%97) * 5 * time.Minute)
		if service != theService && n%10 == 0 {
			at = now.AddDate(0, 0, 1+n/10%60).Add(time.Duration(n%97) * 5 * time.Minute)
		}
		add(service, at, 10*time.Minute, n%5 < 3)
	}
	if _, err := p.administrator.CopyFrom(ctx, pgx.Identifier{"booking"}, []string{"id", "zone", "service", "at", "until", "run_id", "appointment_id", "state", "made_at", "pua"}, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	_, err := p.administrator.Exec(ctx, "VACUUM ANALYZE booking")
	return err
}

// lastDay is the last of the four weeks, on which somebody is received.
func lastDay(now time.Time) time.Time {
	day := now.In(italian.Rome).AddDate(0, 0, 7*weeks-1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// offers measures, beside one row by its id: what somebody is offered whom the PUA sends and
// who does not speak on the telephone, where the next four weeks are full, and where there is a
// place soon.
func (p *place) offers(ctx context.Context, rules *postgres.Ruleset, plan OffersPlan, bookings int) (lines []offerLine, err error) {
	byID, err := p.lookUp(ctx)
	if err != nil {
		return nil, err
	}
	outside := p.staff[care.CPIOperator]
	ask := func(from time.Time, last *time.Time) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			free, err := p.records.Offers(ctx, outside, theService, from, offeredOnce*searched)
			free = slices.DeleteFunc(free, func(s agenda.Slot) bool { return s.Mode == agenda.ByPhone })
			if len(free) > 0 {
				*last = free[min(len(free), offeredOnce)-1].At
			}
			return len(free), err
		}
	}
	soon := lastDay(plan.Now)
	for _, one := range []struct {
		name string
		from time.Time
	}{{"the next four weeks are full", plan.Now}, {"there is a place on the first day", agenda.Morning(soon)}} {
		var took, lookUps []time.Duration
		var last time.Time
		probe := probe{name: one.name, run: ask(one.from, &last)}
		for range plan.Repeats {
			d, _, _, err := p.time(ctx, byID, plan.Times)
			if err != nil {
				return nil, err
			}
			lookUps = append(lookUps, d)
			if d, _, _, err = p.time(ctx, probe, plan.Times); err != nil {
				return nil, fmt.Errorf("%s: %w", one.name, err)
			}
			took = append(took, d)
		}
		days := 1 + int(agenda.Morning(last.In(italian.Rome)).Sub(agenda.Morning(one.from.In(italian.Rome))).Hours()+1)/24
		lines = append(lines, offerLine{one.name, bookings, days, median(took), median(lookUps)})
	}
	return lines, nil
}

// Missed says whether the goal is missed.
func (r *OffersResult) Missed() bool {
	return slices.ContainsFunc(r.probes, func(l offerLine) bool { return l.lookUps() > mostForADay })
}

// Markdown is the result as people read it.
func (r *OffersResult) Markdown() string {
	var b strings.Builder
	p := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	p("Measured on %s: %d sessions a day of %d times with %d places each, of which the PUA may take three; asked from outside, for somebody who does not speak on the telephone; medians of %d measurements, each the median of %d times. Goal: at most %d look-ups of one row by its id for each day that is looked at.\n",
		r.at.Format(time.DateOnly), sessions, slotsOfEach, sideBySide, r.plan.Repeats, r.plan.Times, mostForADay)
	p("| | bookings | days looked at | look-ups | look-ups a day | |\n| --- | --- | --- | --- | --- | --- |")
	for _, l := range r.probes {
		verdict := "kept"
		if l.lookUps() > mostForADay {
			verdict = "**missed**"
		}
		p("| %s | %d | %d | %.1f | %.2f | %s |", l.name, l.bookings, l.days, float64(l.took)/float64(l.lookUp), l.lookUps(), verdict)
	}
	return b.String()
}
