package watch

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/runs"
)

// Troubles is what the mender needs of Postgres. It sees run ids and epochs, no case.
type Troubles interface {
	// Unattended says whether nobody works this database.
	Unattended(ctx context.Context) (bool, error)
	// Suspects lists open runs that are to be looked at.
	Suspects(ctx context.Context, most int) ([]ledger.OpenRun, error)
	// StillOpen gives of some runs those that are open, as they stand now.
	StillOpen(ctx context.Context, ids []string) ([]ledger.OpenRun, error)
	// Missing keeps that runs are lost; There takes that back.
	Missing(ctx context.Context, runs []string) error
	There(ctx context.Context, runs []string) error
	// Counts counts the open runs by kind, and OpenOf lists them.
	Counts(ctx context.Context) (map[care.RunKind]int, error)
	OpenOf(ctx context.Context, kind care.RunKind, after string, most int) ([]string, error)
}

// Lost is what the mender asks of Temporal; package runs implements it.
type Lost interface {
	// There says whether Temporal has a run. An error: it is away.
	There(ctx context.Context, run string) (bool, error)
	// Count counts the runs of a kind that Temporal has, and Open lists them.
	Count(ctx context.Context, kind care.RunKind) (int, error)
	Open(ctx context.Context, kind care.RunKind, from []byte) (ids []string, next []byte, err error)
	// Start starts a run again; runs.ErrThere: it is there.
	Start(ctx context.Context, run ledger.OpenRun) error
}

// Mender notices the runs that Temporal has lost and starts them again. It works in
// the process that leads the watch, because that sees a dead worker too, and because
// one at a time is enough.
//
// A run is lost when Temporal says twice, with a pause between, that it is not there,
// while Postgres says before and after that it is open. Whatever else Temporal
// answers means that Temporal is away, and nothing is concluded from it.
type Mender struct {
	troubles Troubles
	runs     Lost
	log      *zap.Logger
	// Started is told how many lost runs were started again. nil: nobody counts.
	Started func(ctx context.Context, runs int)

	counted  time.Time            // when counts were last compared
	compared time.Time            // when everything was
	known    map[care.RunKind]int // differences in which no run was found to be lost
	started  map[string]time.Time // runs that were started of late
	away     bool                 // Temporal did not answer when it was last asked
}

// NewMender makes a mender; it looks at nothing yet.
func NewMender(troubles Troubles, runs Lost, log *zap.Logger) *Mender {
	return &Mender{troubles: troubles, runs: runs, log: log, known: map[care.RunKind]int{}, started: map[string]time.Time{}}
}

const (
	betweenAsking   = 2 * time.Second        // until Temporal is asked again whether a run is there
	betweenCounts   = 30 * time.Second       // until the counts of open runs are compared again
	betweenCompares = time.Hour              // until everything is compared, whatever the counts say
	betweenPages    = 300 * time.Millisecond // of Temporal's lists, of which it gives ten a second to everybody
	betweenStarts   = 20 * time.Millisecond  // so that a lost Temporal is not overrun when it is back
	againAfter      = 30 * time.Second       // until a run that was started may be started again
	batch           = 100                    // runs looked at together
	side            = 8                      // of them asked or started side by side
)

// Run mends until ctx is done.
func (m *Mender) Run(ctx context.Context) error {
	for {
		err := m.round(ctx)
		if away := err != nil; away != m.away && ctx.Err() == nil {
			m.away = away
			if away {
				m.log.Warn("lost runs are not looked for", zap.Error(err))
			} else {
				m.log.Info("lost runs are looked for again")
			}
		}
		if !pause(ctx, period) {
			return nil
		}
	}
}

// round looks at what is suspected, and at the counts when it is time to.
func (m *Mender) round(ctx context.Context) error {
	if unattended, err := m.troubles.Unattended(ctx); err != nil || unattended {
		return err
	}
	if err := m.suspects(ctx); err != nil {
		return err
	}
	now := time.Now() //nolint:forbidigo // how long ago the last comparison was
	if now.Sub(m.counted) < betweenCounts {
		return nil
	}
	all, kinds := now.Sub(m.compared) >= betweenCompares, care.RunKinds
	if !all {
		var err error
		if kinds, err = m.differ(ctx); err != nil {
			return err
		}
	}
	m.counted = now
	for _, kind := range kinds {
		if err := m.compare(ctx, kind); err != nil {
			return err
		}
	}
	if all {
		m.compared = now
	}
	return nil
}

// suspects looks at the runs of which something says that they may be lost.
func (m *Mender) suspects(ctx context.Context) error {
	open, err := m.troubles.Suspects(ctx, batch)
	if err != nil {
		return err
	}
	for rest := range slices.Chunk(open, batch) {
		if _, err := m.mend(ctx, idsOf(rest)); err != nil {
			return err
		}
	}
	return nil
}

// differ names the kinds of which Temporal has another number of runs than Postgres,
// twice one after the other, and not since a comparison that found none to be lost.
func (m *Mender) differ(ctx context.Context) (kinds []care.RunKind, err error) {
	first, err := m.differences(ctx)
	if err != nil {
		return nil, err
	}
	suspicious := func(of map[care.RunKind]int, kind care.RunKind) bool { return of[kind] != m.known[kind] }
	if !slices.ContainsFunc(care.RunKinds, func(k care.RunKind) bool { return suspicious(first, k) }) {
		return nil, nil
	}
	if !pause(ctx, betweenAsking) {
		return nil, ctx.Err()
	}
	second, err := m.differences(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range care.RunKinds {
		if suspicious(first, kind) && suspicious(second, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

// differences gives of each kind how many more runs are open in Postgres than in Temporal.
func (m *Mender) differences(ctx context.Context) (map[care.RunKind]int, error) {
	counts, err := m.troubles.Counts(ctx)
	if err != nil {
		return nil, err
	}
	differences := map[care.RunKind]int{}
	for _, kind := range care.RunKinds {
		if differences[kind], err = m.difference(ctx, counts, kind); err != nil {
			return nil, err
		}
		if !pause(ctx, betweenPages) {
			return nil, ctx.Err()
		}
	}
	return differences, nil
}

// difference gives the same of one kind, of which Postgres has so many.
func (m *Mender) difference(ctx context.Context, counts map[care.RunKind]int, kind care.RunKind) (int, error) {
	loops.Moves(ctx)
	asking, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	n, err := m.runs.Count(asking, kind)
	return counts[kind] - n, err
}

// compare looks for every open run of a kind in Temporal's list, and at those that
// are not in it. The difference that it leaves is of before it looked: what is lost
// meanwhile makes another one.
func (m *Mender) compare(ctx context.Context, kind care.RunKind) error {
	counts, err := m.troubles.Counts(ctx)
	if err != nil {
		return err
	}
	before, err := m.difference(ctx, counts, kind)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for from := []byte(nil); ; {
		loops.Moves(ctx)
		asking, cancel := context.WithTimeout(ctx, timeout)
		ids, next, err := m.runs.Open(asking, kind, from)
		cancel()
		if err != nil {
			return err
		}
		for _, id := range ids {
			there[id] = true
		}
		if from = next; len(next) == 0 {
			break
		}
		if !pause(ctx, betweenPages) {
			return ctx.Err()
		}
	}
	var absent []string
	for after := ""; ; {
		ids, err := m.troubles.OpenOf(ctx, kind, after, 10*batch)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			if !there[id] {
				absent = append(absent, id)
			}
		}
		after = ids[len(ids)-1]
	}
	lost, err := m.mendAll(ctx, absent)
	if err == nil {
		m.known[kind] = before - lost
	}
	return err
}

// mendAll mends many runs, and counts those that were lost: those with something due
// before the others, and what is suspected meanwhile before them all.
func (m *Mender) mendAll(ctx context.Context, ids []string) (lost int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	open, err := m.troubles.StillOpen(ctx, ids)
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(open, batch) {
		if unattended, err := m.troubles.Unattended(ctx); err != nil || unattended { // since it began
			return lost, err
		}
		n, err := m.mend(ctx, idsOf(some))
		if err != nil {
			return 0, err
		}
		lost += n
		if err := m.suspects(ctx); err != nil {
			return 0, err
		}
	}
	return lost, nil
}

// mend starts again those of some runs that are lost, and counts these.
func (m *Mender) mend(ctx context.Context, ids []string) (int, error) {
	now := time.Now() //nolint:forbidigo // how long ago a run was started
	for id, at := range m.started {
		if now.Sub(at) > againAfter {
			delete(m.started, id)
		}
	}
	absent, present, err := m.absent(ctx, ids)
	if err != nil {
		return 0, err
	}
	var open []ledger.OpenRun
	if len(absent) > 0 {
		if !pause(ctx, betweenAsking) {
			return 0, ctx.Err()
		}
		var back []string
		if absent, back, err = m.absent(ctx, absent); err != nil {
			return 0, err
		}
		present = append(present, back...)
		// A run ends in Postgres first: what is still open there is lost.
		if open, err = m.troubles.StillOpen(ctx, absent); err != nil {
			return 0, err
		}
	}
	for _, id := range absent {
		if ended := !slices.ContainsFunc(open, func(r ledger.OpenRun) bool { return r.ID == id }); ended {
			present = append(present, id)
		}
	}
	if len(present) > 0 {
		if err := m.troubles.There(ctx, present); err != nil {
			return 0, err
		}
	}
	if len(open) == 0 {
		return 0, nil
	}
	if err := m.troubles.Missing(ctx, idsOf(open)); err != nil {
		return 0, err
	}
	lost := slices.DeleteFunc(slices.Clone(open), func(r ledger.OpenRun) bool { _, of := m.started[r.ID]; return of })
	if len(lost) == 0 {
		return len(open), nil
	}
	m.log.Warn("Temporal has lost runs, which are started again", zap.Int("runs", len(lost)), zap.String("first", lost[0].ID))
	return len(open), m.start(ctx, lost)
}

// start starts lost runs, in their order, so many at once and so many a second.
func (m *Mender) start(ctx context.Context, lost []ledger.OpenRun) error {
	for some := range slices.Chunk(lost, side) {
		if err := each(ctx, some, func(ctx context.Context, run ledger.OpenRun) error {
			err := m.runs.Start(ctx, run)
			if errors.Is(err, runs.ErrThere) {
				return nil // somebody else was quicker: the next look sees it
			}
			return err
		}); err != nil {
			return err
		}
		now := time.Now() //nolint:forbidigo // how long ago a run was started
		for _, run := range some {
			m.started[run.ID] = now
		}
		if m.Started != nil {
			m.Started(ctx, len(some))
		}
		if !pause(ctx, time.Duration(len(some))*betweenStarts) {
			return ctx.Err()
		}
	}
	return nil
}

// absent asks Temporal which of some runs are not there. One error is enough to
// conclude nothing about any.
func (m *Mender) absent(ctx context.Context, ids []string) (absent, present []string, err error) {
	there := make([]bool, len(ids))
	at := make([]int, len(ids))
	for i := range at {
		at[i] = i
	}
	for some := range slices.Chunk(at, side) {
		loops.Moves(ctx)
		if err := each(ctx, some, func(ctx context.Context, i int) (err error) {
			there[i], err = m.runs.There(ctx, ids[i])
			return err
		}); err != nil {
			return nil, nil, err
		}
	}
	for i, id := range ids {
		if there[i] {
			present = append(present, id)
		} else {
			absent = append(absent, id)
		}
	}
	return absent, present, nil
}

// each does something with a few things side by side.
func each[T any](ctx context.Context, all []T, do func(context.Context, T) error) error {
	work := make([]func(context.Context) error, len(all))
	for i, one := range all {
		work[i] = func(ctx context.Context) error { return do(ctx, one) }
	}
	return loops.Together(ctx, work...)
}

func idsOf(open []ledger.OpenRun) (ids []string) {
	for _, r := range open {
		ids = append(ids, r.ID)
	}
	return ids
}
