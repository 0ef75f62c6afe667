package run

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A walk is the path under way: a coroutine that begins at the start of the path
// and blocks in rest alone. Say a second level service has its appointment
// confirmed. A walk of it opens the appointment and the task to confirm it, finds
// the answer of that task in the state, opens the interview's task and rests,
// because that has no answer yet. A run that walks its path anew stops the old
// walk and begins another.
type walk struct {
	ctx      workflow.Context // of its coroutine
	stop     workflow.CancelFunc
	awaiting *await // what the path rests on; nil while it goes on, and once it is over
	over     bool   // the path returned
}

// await is what a path rests on: its point, and which entries it accepts there.
type await struct {
	point   string
	accepts func(ledger.Entry) bool
	several bool // the answer must say which of several tasks it is about
	answer  *care.Answer
}

// errInterrupted unwinds the path when its run is told to end, or to walk anew.
var errInterrupted = errors.New("interrupted")

// rest is the one place where a path blocks. Where the point has its answer, it
// does not.
func (r *Run) rest(a *await) (care.Answer, error) {
	if answer, ok := r.state.Answer(a.point); ok {
		r.trace.passes(a.point, answer)
		return answer, nil
	}
	r.walk.awaiting = a
	if err := workflow.Await(r.walk.ctx, func() bool { return a.answer != nil }); err != nil {
		return care.Answer{}, errInterrupted
	}
	r.walk.awaiting = nil
	r.state.Answers = append(r.state.Answers, care.PointAnswer{Point: a.point, Answer: *a.answer})
	return *a.answer, nil
}

// give gives the path the answer that it rests on.
func (w *walk) give(e ledger.Entry) {
	if w.awaiting.several && e.Target != "" {
		e.Answer.Subject = e.Target
	}
	w.awaiting.answer = &e.Answer
}

func (w *walk) atRest() bool { return w.over || w.awaiting != nil && w.awaiting.answer == nil }

// startWalk walks the path from its start, with the answers of the state, until
// it rests or is over. ctx is the coroutine's that asks for it.
func (x *execution) startWalk(ctx workflow.Context) error {
	if old := x.run.walk; old.stop != nil && !old.over {
		old.stop()
		if err := workflow.Await(ctx, func() bool { return old.over }); err != nil {
			return err
		}
	}
	w := &walk{}
	x.run.walk, x.run.Report = w, care.Answer{}
	x.run.ending, x.run.effects = false, ledger.Effects{}
	if x.run.revision == 0 {
		x.run.state.Follow(x.opens)
	}
	// The path lives as long as the execution, not as the handler that walks it anew.
	ctxOfPath, stop := workflow.WithCancel(x.ctx)
	w.stop = stop
	workflow.Go(ctxOfPath, func(ctx workflow.Context) {
		w.ctx = ctx // each coroutine blocks on its own
		x.follow()
		w.over, w.awaiting = true, nil
	})
	return workflow.Await(ctx, w.atRest)
}

// follow goes along the path, or along what ends it early, to its outcome.
func (x *execution) follow() {
	path := x.process.Path
	if x.run.state.Interrupt != nil {
		path = x.endEarly
	}
	outcome, err := path(x.run)
	switch {
	case errors.Is(err, errInterrupted):
	case err != nil:
		// A path returns no other error. A failing workflow task shows the case
		// as broken and is retried, so a mended worker goes on from here.
		panic(err)
	default:
		x.run.end(outcome)
	}
}

// endEarly is the path of a run that was told to end.
func (x *execution) endEarly(r *Run) (outcome care.Code, err error) {
	if x.process.EndEarly != nil {
		return x.process.EndEarly(r, *r.state.Interrupt)
	}
	return care.EndedEarly, r.WindUp()
}

// rewalk walks the path from its start to where the state says that it stands.
// Whatever the walk did on the way was recorded when it first happened: it changes
// nothing, and has no effects. A path that leads elsewhere was changed although its
// course kept its number, and must not be followed.
func (x *execution) rewalk(ctx workflow.Context) error {
	known := x.run.State()
	if err := x.startWalk(ctx); err != nil {
		return err
	}
	if strays := straying(known, x.run.state); strays != "" {
		// A failing workflow task shows the case as broken and is retried, so a
		// mended worker goes on from here.
		panic(fmt.Sprintf("the path of course %d does not lead where the run stands at revision %d: %s", known.CourseNumber(), x.run.revision, strays))
	}
	// The walk may have closed what it had opened and opened what it had closed: the
	// order is the state's.
	x.run.state.Open, x.run.effects = known.Open, ledger.Effects{}
	return nil
}

// straying says what a walk has open besides what the state has, and what it has
// not; empty: nothing.
func straying(known, walked care.RunState) string {
	var strays []string
	for _, o := range walked.Open {
		if k, ok := known.Opened(o.Point); !ok || k.Kind != o.Kind || k.ID != o.ID {
			strays = append(strays, fmt.Sprintf("it opens the %s %q", o.Kind, o.Point))
		}
	}
	for _, o := range known.Open {
		if _, ok := walked.Opened(o.Point); !ok {
			strays = append(strays, fmt.Sprintf("it closes the %s %q", o.Kind, o.Point))
		}
	}
	return strings.Join(strays, ", ")
}
