package run

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A walk is one way along the path, from its start on: a coroutine that only
// ever blocks in rest. A run that walks its path anew stops the old walk and
// begins another.
type walk struct {
	ctx      workflow.Context // of its coroutine
	stop     workflow.CancelFunc
	awaiting *await // what the path rests on; nil while it goes on, and once it is over
	over     bool   // the path returned
}

// await is a rest of the path: at which point, and on what.
type await struct {
	point   string
	accepts func(ledger.Entry) bool
	several bool // the answer must say which of several tasks it is about
	answer  *care.Answer
}

// errInterrupted unwinds the path when its run is told to end, or to walk anew.
var errInterrupted = errors.New("interrupted")

// rest is the one place where a path blocks. Points that have their answer do not rest.
func (r *Run) rest(a *await) (care.Answer, error) {
	if answer, ok := r.state.Answer(a.point); ok {
		r.effects = ledger.Effects{} // recorded when the answer came
		return answer, nil
	}
	r.walk.awaiting = a
	if err := workflow.Await(r.walk.ctx, func() bool { return a.answer != nil }); err != nil {
		return care.Answer{}, errInterrupted
	}
	r.walk.awaiting = nil
	r.state.Answers = append(r.state.Answers, care.StepAnswer{Step: a.point, Answer: *a.answer})
	return *a.answer, nil
}

// offer offers an entry to what is beside the path, then to the path if that
// awaits it, and lets the path go on until it rests again.
func (r *Run) offer(ctx workflow.Context, e ledger.Entry) (taken bool, err error) {
	if r.walk.over {
		if !r.ofCase() || e.Answer.Operation != care.OpReopen {
			return false, nil
		}
		if err := r.reopen(ctx); err != nil {
			return false, err
		}
	}
	switch r.beside(e) {
	case Refused:
		return false, nil
	case Done:
		return true, nil
	case Interrupts:
		return true, r.startWalk(ctx)
	}
	if !r.Awaits(e) {
		return takenAnyway(e.Answer.Operation), nil
	}
	r.walk.give(e)
	return true, workflow.Await(ctx, r.walk.atRest)
}

// reopen begins the path of an ended case anew; what it had opened before keeps
// its records, and what it opens now has ids of its own.
func (r *Run) reopen(ctx workflow.Context) error {
	r.state = care.RunState{Reopened: r.state.Reopened + 1}
	return r.startWalk(ctx)
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
func (r *Run) startWalk(ctx workflow.Context) error {
	if old := r.walk; old.stop != nil && !old.over {
		old.stop()
		if err := workflow.Await(ctx, func() bool { return old.over }); err != nil {
			return err
		}
	}
	w := &walk{}
	r.walk, r.ending, r.effects, r.Report = w, false, ledger.Effects{}, care.Answer{}
	// The path lives as long as the execution, not as the handler that walks it anew.
	ctxOfPath, stop := workflow.WithCancel(r.ctx)
	w.stop = stop
	workflow.Go(ctxOfPath, func(ctx workflow.Context) {
		w.ctx = ctx // each coroutine blocks on its own
		r.follow()
		w.over, w.awaiting = true, nil
	})
	return workflow.Await(ctx, w.atRest)
}

// rewalk walks the path from its start with the answers of the state, until it
// rests. Whatever the walk did on the way was recorded when it first happened,
// so its effects are dropped; except that a newer version of the path may open
// something that the state does not have, which then goes with the next step.
func (r *Run) rewalk(ctx workflow.Context) error {
	known := r.State()
	if err := r.startWalk(ctx); err != nil {
		return err
	}
	fresh := slices.ContainsFunc(r.state.Open, func(o care.OpenStep) bool {
		_, ok := known.Opened(o.Step)
		return !ok
	})
	if !fresh {
		r.effects = ledger.Effects{}
	}
	return nil
}

// follow goes along the path, or along what ends it early, to its outcome.
func (r *Run) follow() {
	path := r.process.Path
	if r.state.Interrupt != nil {
		path = r.endEarly
	}
	outcome, err := path(r)
	switch {
	case errors.Is(err, errInterrupted):
	case err != nil:
		// A path returns no other error. A failing workflow task shows the case
		// as broken and is retried, so a mended worker goes on from here.
		panic(err)
	default:
		r.end(outcome)
	}
}
