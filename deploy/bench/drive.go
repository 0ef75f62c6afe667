package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/client"
	"percorso/internal/ledger"
)

// way is one way to drive steps.
type way struct {
	name string
	stepper
}

// stepper does the next step of a case and returns when it is worked.
type stepper interface {
	step(ctx context.Context, c *openCase) error
}

// straight does as the API does, without HTTP: the command becomes durable in
// Postgres, and an update brings it to its process.
type straight struct{ site *site }

func (w *straight) step(ctx context.Context, c *openCase) error {
	cmd, err := w.site.records.Accept(ctx, w.site.staff[c.actor()], catalogue.Moves[c.next()].Command(uuid.NewString(), c.referral, moreForm).InRun(c.placement).NewCommand)
	if err != nil {
		return err
	}
	res, err := w.site.update(ctx, cmd.Run, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer})
	if err == nil && (res.Refusal != "" || res.Revision == 0) {
		err = fmt.Errorf("step %s was refused: %s", cmd.Operation, res.Refusal)
	}
	c.moved()
	return err
}

// overHTTP does it as any program would.
type overHTTP struct{ site *site }

func (w *overHTTP) step(ctx context.Context, c *openCase) error {
	cmd, err := w.site.town.Staff[c.actor()].Do(ctx, catalogue.Moves[c.next()].Command("", c.referral, moreForm))
	if err == nil && cmd.State != ledger.CommandWorked {
		err = errors.New("the API left a command " + string(cmd.State))
	}
	c.moved()
	return err
}

// measurement is what one slot of one way gave.
type measurement struct {
	steps     int
	took      time.Duration
	latencies []time.Duration    // sorted
	cpu       map[string]float64 // milliseconds a step, by process
	others    float64            // share of the machine's CPU time that went to other processes
	apiMemory int                // highest resident set seen of the API, in KB
}

func (m measurement) perSecond() float64 { return float64(m.steps) / m.took.Seconds() }

// percentile is the latency that so many percent of the steps did not exceed.
func (m measurement) percentile(p int) time.Duration {
	if len(m.latencies) == 0 {
		return 0
	}
	return m.latencies[(len(m.latencies)-1)*p/100]
}

// warmUp precedes each slot: caches and connections of the last one are cold for this.
const warmUp = time.Second

// drive runs one slot: so many callers, each with cases of its own, one step
// after the other.
func drive(ctx context.Context, s *site, floorWorker int, w way, cases []*openCase, callers int, p plan) (measurement, error) {
	if _, err := crowd(ctx, cases, callers, warmUp, w.step); err != nil {
		return measurement{}, err
	}
	if w.name == "straight" && p.profile != "" && callers > 1 {
		file, err := os.Create(p.profile)
		if err != nil {
			return measurement{}, err
		}
		defer func() { _ = file.Close() }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return measurement{}, err
		}
		defer pprof.StopCPUProfile()
	}
	return metered(s, floorWorker, func() (int, []time.Duration, error) {
		latencies, err := crowd(ctx, cases, callers, p.slot, w.step)
		return len(latencies), latencies, err
	})
}

// metered measures what a crowd costs, which says how many steps it made.
func metered(s *site, floorWorker int, run func() (steps int, latencies []time.Duration, err error)) (measurement, error) {
	watch := watchMemory(s)
	busy, all, err := readMachine()
	if err != nil {
		return measurement{}, err
	}
	before, err := readProcesses(s.data, floorWorker)
	if err != nil {
		return measurement{}, err
	}
	began := time.Now()
	steps, latencies, err := run()
	if err != nil {
		return measurement{}, err
	}
	m := measurement{steps: steps, took: time.Since(began), latencies: latencies}
	after, err := readProcesses(s.data, floorWorker)
	if err != nil {
		return measurement{}, err
	}
	m.cpu = after.since(before, m.steps)
	busyAfter, allAfter, err := readMachine()
	if err != nil {
		return measurement{}, err
	}
	ours := total(m) * float64(m.steps) * ticksPerSecond / 1000
	m.others = max(0, float64(busyAfter-busy)-ours) / float64(max(1, allAfter-all))
	m.apiMemory = watch()
	slices.Sort(m.latencies)
	return m, nil
}

// crowd lets callers do something for a while, and returns how long each took.
func crowd(ctx context.Context, cases []*openCase, callers int, long time.Duration, do func(context.Context, *openCase) error) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	until := time.Now().Add(long)
	all := make([][]time.Duration, callers)
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for turn := caller; time.Now().Before(until) && ctx.Err() == nil; turn += callers {
				if turn >= len(cases) {
					turn = caller
				}
				began := time.Now()
				if err := do(ctx, cases[turn]); err != nil {
					cancel(err)
					return
				}
				all[caller] = append(all[caller], time.Since(began))
			}
		})
	}
	group.Wait()
	return slices.Concat(all...), context.Cause(ctx)
}

// measureClaims measures what only assigns: claiming and releasing a task, which
// is one transaction and no step of a process.
func measureClaims(ctx context.Context, s *site, floorWorker int, cases []*openCase, p plan, r *result) error {
	say("claims")
	tasks := make([]client.Task, len(cases))
	err := each(ctx, cases, func(ctx context.Context, c *openCase) (err error) {
		tasks[c.index], err = c.Task(ctx, care.ConfirmAppointment, "")
		return err
	})
	if err != nil {
		return err
	}
	claimed := make([]bool, len(cases))
	operation := func(c *openCase) catalogue.Operation[catalogue.None] {
		claimed[c.index] = !claimed[c.index]
		if claimed[c.index] {
			return catalogue.Claim
		}
		return catalogue.Release
	}
	ways := map[string]func(context.Context, *openCase) error{
		"straight": func(ctx context.Context, c *openCase) error {
			t := tasks[c.index]
			_, err := s.records.Assign(ctx, s.staff[t.Role], operation(c).Command(uuid.NewString(), t.ID, catalogue.None{}).NewCommand)
			return err
		},
		"http": func(ctx context.Context, c *openCase) error {
			t := tasks[c.index]
			var err error
			if operation(c).Code == care.OpClaim {
				_, err = s.town.Staff[t.Role].Do(ctx, catalogue.Claim.Command("", t.ID, catalogue.None{}))
			} else {
				_, err = s.town.Staff[t.Role].Do(ctx, catalogue.Release.Command("", t.ID, catalogue.None{}))
			}
			return err
		},
	}
	for name, do := range ways {
		m, err := metered(s, floorWorker, func() (int, []time.Duration, error) {
			latencies, err := crowd(ctx, cases, lanes[len(lanes)-1], p.claims, do)
			return len(latencies), latencies, err
		})
		if err != nil {
			return fmt.Errorf("claims, %s: %w", name, err)
		}
		r.claims[name] = m
	}
	return nil
}
