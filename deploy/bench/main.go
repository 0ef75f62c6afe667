// Command bench measures the running stack of one machine (make bench). It
// compares, in one run and by turns so that the machine's moods hit all alike:
//
//   - the floor: a workflow that takes the same update, under the same codec and
//     with the same timer, and writes nothing (floor.go);
//   - our processes driven straight: a command made durable in Postgres and
//     brought to its process, as the API does it, without HTTP;
//   - the REST API, with a bearer token, authorization and audit.
//
// A step is one accepted command that a process has worked. The commands are
// those by which an employment centre asks for more and the sender gives it
// (hold and supply on a referral): each ends a task and opens another, moves the
// referral, keeps a form, and writes timeline and audit. They can be repeated
// without end on a fixed number of open cases of synthetic people, which are
// closed when the measurement is over.
//
// Besides: claims, which are plain transactions; history events and bytes; the
// API's memory; how long the first step waits after the worker was killed; what the
// first page costs a browser on a slow line (visit.go); how often each job has a button or a
// link pressed (clicks.go); whole paths from the desk to
// the closure, straight and complex, on a stack of their own whose reviews come
// quickly (paths.go); and the random walks of the processes' property test.
//
// And what people look at, at a thousand and at a hundred thousand open cases, in
// databases of its own that package fill fills (package lists); and what they are offered of
// the agenda, beside fifty and five hundred thousand bookings.
//
// It needs to be started with the environment of the API, on the stack's machine:
//
//	bin/percorso-stack exec api go run ./deploy/bench
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"percorso/deploy/bench/lists"
)

// plan is what is measured, and for how long.
type plan struct {
	zone     string
	repeats  int
	slot     time.Duration // one measurement of one way
	claims   time.Duration
	paths    time.Duration // one measurement of one whole path
	walks    int           // random walks of the property test
	restarts int           // kills of the worker, of each kind
	visits   int           // first visits in a browser
	clicks   bool          // how often each job has a button or a link pressed
	cases    int
	profile  string // file for a CPU profile of the straight way, for whoever looks for the rest
}

// valid says whether there is something to measure, for as long as is asked.
func (p plan) valid() bool {
	return p.cases >= lanes[len(lanes)-1] && p.repeats > 0 && p.slot > 0 && min(p.claims, p.paths) >= 0 && min(p.walks, p.restarts, p.visits) >= 0
}

// lanes are how many callers at once: alone, and under load.
var lanes = []int{1, 32}

func main() {
	if len(os.Args) == 2 && os.Args[1] == floorArgument {
		end(runFloorWorker())
	}
	command()
	var p plan
	var write string
	var withLists bool
	flag.StringVar(&p.zone, "zone", "prato", "zone whose demo accounts act")
	flag.IntVar(&p.repeats, "repeats", 3, "measurements of each way")
	flag.DurationVar(&p.slot, "slot", 20*time.Second, "length of one measurement")
	flag.DurationVar(&p.claims, "claims", 10*time.Second, "length of the measurement of claims; 0: left out")
	flag.DurationVar(&p.paths, "paths", 20*time.Second, "length of one measurement of whole paths; 0: left out")
	flag.IntVar(&p.walks, "walks", 60, "random walks of the property test; 0: left out")
	flag.IntVar(&p.restarts, "restarts", 5, "kills of the worker without and with a workflow task in flight; 0: left out")
	flag.IntVar(&p.visits, "visits", 3, "first visits of the start page in a Chromium, over a slow line; 0: left out")
	flag.BoolVar(&p.clicks, "clicks", true, "play the straight path through the pages in a Chromium, and count what each job has pressed")
	flag.IntVar(&p.cases, "cases", 96, "open cases that the steps go round")
	flag.StringVar(&p.profile, "cpuprofile", "", "write a CPU profile of this process while it drives the processes straight")
	flag.BoolVar(&withLists, "lists", true, "also measure lists at a thousand and at a hundred thousand cases, and what is offered beside fifty thousand bookings")
	flag.StringVar(&write, "write", "", "also write the result into this Markdown file, between its bench markers")
	flag.Parse()
	if !p.valid() || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	r, err := measure(ctx, p)
	var pages *lists.Result
	var offers *lists.OffersResult
	if err == nil && withLists {
		pages, err = lists.Measure(ctx, listsPlan())
	}
	if err == nil && withLists {
		offers, err = lists.MeasureOffers(ctx, offersPlan())
	}
	stop()
	err = errors.Join(err, tellLists(pages, write), tellOffers(offers, write))
	if r != nil {
		text := r.markdown()
		fmt.Print("\n", text)
		if write != "" {
			err = errors.Join(err, writeBetweenMarkers(write, benchMarkers, text))
		}
		if r.missed() {
			err = errors.Join(err, errors.New("a goal is missed"))
		}
	}
	end(err)
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// measure runs the whole plan. What was measured may come with an error, where
// that has nothing to do with it.
func measure(ctx context.Context, p plan) (r *result, err error) {
	s, err := openSite(ctx, p.zone)
	if err != nil {
		return nil, err
	}
	defer s.close()
	floor, err := startFloor(ctx, s, p.cases)
	if err != nil {
		return nil, err
	}
	defer floor.stop()

	say("opening %d cases", p.cases)
	cases, err := openCases(ctx, s, p.cases)
	// Whatever comes after, no case is left open.
	defer func() {
		say("closing the cases")
		err = errors.Join(err, closeCases(context.WithoutCancel(ctx), cases))
	}()
	if err != nil {
		return nil, err
	}
	r = newResult(p)
	ways := []way{{"floor", floor}, {"straight", &straight{s}}, {"http", &overHTTP{s}}}
	for repeat := range p.repeats {
		for _, callers := range lanes {
			for _, w := range ways {
				if err := renewCases(ctx, s, cases); err != nil {
					return nil, err
				}
				say("round %d of %d: %s, %d at once", repeat+1, p.repeats, w.name, callers)
				m, err := drive(ctx, s, floor.pid(), w, cases, callers, p)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", w.name, err)
				}
				r.add(w.name, callers, m)
			}
		}
	}
	if r.loop, err = readHistory(ctx, s, cases[0]); err != nil {
		return nil, err
	}
	if p.claims > 0 {
		if err := measureClaims(ctx, s, floor.pid(), cases, p, r); err != nil {
			return nil, err
		}
	}
	if p.restarts > 0 {
		if r.restarts, err = measureRestarts(ctx, s, cases, p.restarts); err != nil {
			return nil, err
		}
	}
	if p.visits > 0 {
		say("%d first visits in a browser", p.visits)
		if r.visits, err = measureVisits(ctx, s.address, p.visits); err != nil {
			return nil, err
		}
	}
	if p.paths > 0 {
		if err := measurePaths(ctx, p, r); err != nil {
			return nil, err
		}
	}
	if p.clicks {
		r.clicks, err = measureClicks(ctx)
	}
	if p.walks > 0 {
		var fell error
		r.walks, fell = measureWalks(ctx, p.walks) // should it fail, the measurements are good all the same
		err = errors.Join(err, fell)
	}
	return r, err
}

func say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, arguments...))
}
