package lists

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"percorso/deploy/bench/fill"
)

// Plan is what is measured.
type Plan struct {
	Small, Large int // cases in the two databases
	Seed         uint64
	Repeats      int // of which the median counts
	Times        int // that a probe is run in one of them
	Now          time.Time
	Keep         string         // folder of a Postgres that stays with its filled databases; empty: none does
	Only         *regexp.Regexp // of the names of what is measured; nil: all is
	Say          func(string, ...any)
}

// The goals.
const (
	mostGrowth  = 2 // times what it costs in the small database, or
	moreAnyway  = 5 * time.Millisecond
	mostSearch  = 5   // times, of a search
	mostLookUps = 50  // by an id, that a list may cost
	mostOfWhole = 100 // that a case with all its parts may
	mostWatch   = 3   // percent of a core that the watch may take
	watched     = 30 * time.Second
)

// Result is all that was measured.
type Result struct {
	plan    Plan
	at      time.Time
	lookUp  pair // in the large database: what it took, and the least
	lines   []line
	scanned []string // tables that grow and were read from one end to the other
}

// line is one probe in both databases.
type line struct {
	name         string
	sort         sort
	small, large time.Duration
	rows         int // in the large one
	least        pair
}

// pair are two times: of a small and of a large database, or the median of some and the least.
type pair [2]time.Duration

// Measure fills two databases of a Postgres of its own, and measures in both by turns.
func Measure(ctx context.Context, plan Plan) (*Result, error) {
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s, err := startServer(starting, binDir(), modules(), plan.Keep)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	return measureOn(ctx, s, plan)
}

func measureOn(ctx context.Context, s *server, plan Plan) (*Result, error) {
	var places []*place
	var probes [][]probe
	for _, cases := range []int{plan.Small, plan.Large} {
		p, err := s.open(ctx, fill.Size{Cases: cases, Seed: plan.Seed, Now: plan.Now}, plan.Say)
		if p != nil {
			defer p.close()
		}
		if err != nil {
			return nil, err
		}
		plan.Say("walking through the lists of %d cases", cases)
		list, err := p.probes(ctx)
		if err != nil {
			return nil, err
		}
		byID, err := p.lookUp(ctx)
		if err != nil {
			return nil, err
		}
		if plan.Only != nil {
			list = slices.DeleteFunc(list, func(of probe) bool { return !plan.Only.MatchString(of.name) })
		}
		places, probes = append(places, p), append(probes, append([]probe{byID}, list...))
	}
	before, err := places[1].scans(ctx)
	if err != nil {
		return nil, err
	}
	r := &Result{plan: plan, at: time.Now()}
	took := [2][][]time.Duration{make([][]time.Duration, len(probes[0])), make([][]time.Duration, len(probes[0]))}
	least := make([]pair, len(probes[0]))
	rows := make([]int, len(probes[0]))
	for repeat := range plan.Repeats {
		plan.Say("round %d of %d", repeat+1, plan.Repeats)
		for i := range probes[0] {
			for side, p := range places {
				d, shortest, n, err := p.time(ctx, probes[side][i], plan.Times)
				if err != nil {
					return nil, fmt.Errorf("%s, %d cases: %w", probes[side][i].name, p.size.Cases, err)
				}
				took[side][i] = append(took[side][i], d)
				if repeat == 0 || shortest < least[i][side] {
					least[i][side] = shortest
				}
				rows[i] = n
			}
		}
	}
	r.lookUp = pair{median(took[1][0]), least[0][1]}
	for i, probe := range probes[0] {
		r.lines = append(r.lines, line{probe.name, probe.sort, median(took[0][i]), median(took[1][i]), rows[i], least[i]})
	}
	after, err := places[1].scans(ctx)
	for _, name := range growing {
		if n := after[name] - before[name]; n > 0 {
			r.scanned = append(r.scanned, fmt.Sprintf("%s %d times", name, n))
		}
	}
	return r, err
}

// time runs a probe some times, and gives the median and the least.
func (p *place) time(ctx context.Context, of probe, times int) (middle, least time.Duration, rows int, err error) {
	var took []time.Duration
	for i := range times + 1 {
		if of.prepare != nil {
			if err := of.prepare(ctx); err != nil {
				return 0, 0, 0, err
			}
		}
		if err := p.age(ctx); err != nil {
			return 0, 0, 0, err
		}
		began := time.Now()
		n, err := of.run(ctx)
		d := time.Since(began)
		switch {
		case err != nil:
			return 0, 0, 0, err
		case n == 0 && !of.may:
			return 0, 0, 0, fmt.Errorf("it found nothing")
		}
		if i > 0 { // the first time is for the caches
			took = append(took, d)
		}
		rows = n
	}
	return median(took), slices.Min(took), rows, nil
}

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// growing are the tables that grow with the number of cases. Promises do not: everybody has a
// hundred at most, and they go after a month.
var growing = []string{
	"case_file", "person", "person_key", "case_grant", "run", "command", "share", "referral", "task", "wait", "appointment", "booking", "reminder",
	"mediation", "critical_date", "lead", "alike", "case_health", "record", "meeting", "consent", "timeline", "audit", "audit_shown",
}

// scans says how often each table was read from one end to the other.
func (p *place) scans(ctx context.Context) (map[string]int, error) {
	// What a session has read is told to the others when it rests; a new one sees it.
	for _, pool := range p.pools {
		pool.Reset()
	}
	if err := p.settled(ctx); err != nil {
		return nil, err
	}
	// Nor is our own reading, which is no measurement, to be told later.
	if _, err := p.administrator.Exec(ctx, `SELECT pg_stat_force_next_flush()`); err != nil {
		return nil, err
	}
	scans := map[string]int{}
	rows, err := p.administrator.Query(ctx, `SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY ($1)`, growing)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		scans[name] = n
	}
	return scans, rows.Err()
}

// settled waits until no session of ours is left that has something to tell.
func (p *place) settled(ctx context.Context) error {
	for {
		var open int
		if err := p.administrator.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND backend_type = 'client backend'`).Scan(&open); err != nil || open == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Missed says whether a goal is missed.
func (r *Result) Missed() bool {
	return len(r.scanned) > 0 || slices.ContainsFunc(r.lines, func(l line) bool { return r.fault(l) != "" })
}

// fault says which goal a line misses; empty: none.
func (r *Result) fault(l line) string { return missed(l, r.lookUp[0]) }

// busy says of a line that misses a goal that the least of its times miss none: others used
// the machine, or so it seems. It is missed all the same.
func (r *Result) busy(l line) bool {
	l.small, l.large = l.least[0], l.least[1]
	return missed(l, r.lookUp[1]) == ""
}

// missed says which goal a line misses, where one row by its id takes so long.
func missed(l line, lookUp time.Duration) string {
	var faults []string
	switch {
	case l.sort == aWatch:
		if 100*l.large > mostWatch*watched {
			faults = append(faults, fmt.Sprintf("more than %d %% of a core", mostWatch))
		}
	case l.sort == aSearch:
		if l.large > mostSearch*l.small {
			faults = append(faults, fmt.Sprintf("grows more than %d times", mostSearch))
		}
	case l.large > max(mostGrowth*l.small, l.small+moreAnyway):
		faults = append(faults, "grows")
	}
	if most, asked := map[sort]int{aList: mostLookUps, aWhole: mostOfWhole}[l.sort]; asked && l.large > time.Duration(most)*lookUp {
		faults = append(faults, fmt.Sprintf("more than %d look-ups", most))
	}
	return strings.Join(faults, ", ")
}

// Markdown is the result as people read it.
func (r *Result) Markdown() string {
	var b strings.Builder
	p := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	ms := func(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }
	p("Measured on %s with %d and with %d open cases of the same seed; medians of %d measurements, by turns, each the median of %d times.\n",
		r.at.Format(time.DateOnly), r.plan.Small, r.plan.Large, r.plan.Repeats, r.plan.Times)
	p("Goals, of the larger one: at most %d times as long, or %d ms more; searches at most %d times as long; a list at most %d look-ups of one row by its id, a case with all its parts %d; what the watch asks in half a minute %d %% of a core; no table that grows read from one end to the other. The least of all times, in both databases, says more than the median where others use the machine.\n",
		mostGrowth, moreAnyway.Milliseconds(), mostSearch, mostLookUps, mostOfWhole, mostWatch)
	p("| | %d cases, ms | %d cases, ms | as long | look-ups | the least, ms | rows | |\n| --- | --- | --- | --- | --- | --- | --- | --- |", r.plan.Small, r.plan.Large)
	for _, l := range r.lines {
		verdict := "kept"
		if fault := r.fault(l); fault != "" {
			verdict = "**missed: " + fault + "**"
			if r.busy(l) {
				verdict += ", not by the least"
			}
		}
		p("| %s | %s | %s | %.1f | %.0f | %s, %s | %d | %s |", l.name, ms(l.small), ms(l.large), float64(l.large)/float64(l.small), float64(l.large)/float64(r.lookUp[0]),
			ms(l.least[0]), ms(l.least[1]), l.rows, verdict)
	}
	if len(r.scanned) > 0 {
		p("\n**Read from one end to the other: %s.**", strings.Join(r.scanned, ", "))
	} else {
		p("\nNo table that grows was read from one end to the other.")
	}
	return b.String()
}
