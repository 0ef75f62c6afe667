package run

import (
	"reflect"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A path has a course for each time that it was changed: its process has the
// number of the newest, and each run keeps the one under which it opened. So an
// answer that was given keeps the turns that followed from it. An open run comes
// to a newer course in one way alone: operations say so, and that is a step.

// Course is the number of the course that the run follows. A path asks for it
// wherever it was changed: what is new is for runs of that course and later ones.
func (s *Standing) Course() int { return s.state.CourseNumber() }

// Bypassed says whether the run came to a point without another one that the path
// has before it today: it stood there already when it was brought to this course,
// and is not to be sent back.
func (s *Standing) Bypassed(point, later string) bool {
	return !cameTo(s.state, point) && cameTo(s.state, later)
}

func cameTo(state care.RunState, point string) bool {
	_, open := state.Opened(point)
	_, done := state.Answer(point)
	return open || done
}

// known is the number of the newest course of the process.
func (p *Process) known() int { return max(p.Course, care.FirstCourse) }

// course is the one that the run follows, or opens under.
func (x *execution) course() int {
	if x.run.revision == 0 {
		return max(x.opens, x.run.Course())
	}
	return x.run.Course()
}

// blind says whether the run follows a course that this worker does not know. Then
// it is another worker's run, and comes here only to be replayed: whatever that one
// recorded is taken as it is, without a path, until there is something new. That is
// refused by the store (newer), and the run leaves this worker.
func (x *execution) blind() bool { return x.course() > x.process.known() }

// learn takes over which course a run follows after a step: that of a newer worker
// may have brought it to one that this one does not know.
func (x *execution) learn(res ledger.StepResult) {
	if res.Course > x.process.known() {
		x.run.state.Follow(res.Course)
	}
}

// putBy are the entries that the next execution is to work.
type putBy struct {
	entries []ledger.Entry
	brought bool // one was, be it once more, while the run was left to another
}

// put puts an entry by for the next execution: whoever waits for it is told that it
// was accepted. It is in the inbox in any case, and the relay comes again with it;
// but that may be too early, while a worker that does not know the course has the
// run, and 20 seconds later it may be again. Whoever brings it, be it once more, has
// the run offered to all workers anew: another may be there by now.
func (p *putBy) put(run string, e ledger.Entry) ledger.Result {
	p.brought = true
	there := slices.ContainsFunc(p.entries, func(w ledger.Entry) bool { return w.ID == e.ID })
	at := e.Answer.At
	own := e.Answer.Operation == care.OpClock && at != nil && e.ID == ledger.ClockEntry(run, *at).ID // made anew where it is due
	if !there && !own && len(p.entries) < mostWaiting {
		p.entries = append(p.entries, e)
	}
	return ledger.Result{Deferred: true}
}

const (
	mostWaiting = 50               // entries handed on to the next execution
	soon        = time.Second      // between two executions of a run that nobody could load
	mostTries   = 60               // so often while a worker that knows the course is said to be there
	late        = 30 * time.Second // until a clock that is due is tried again
)

// awaitAnother rests where this worker does not know the course of the run, until
// it is worth trying again: when it is woken, when a clock of it is due, or soon,
// if entries wait and a worker is there that knows the course. The run then goes on
// as a new execution, which is offered to all workers; this one would keep it.
func (x *execution) awaitAnother(ctx workflow.Context, res ledger.StepResult) error {
	x.newer = true
	start := x.start
	x.putBy.entries = slices.Clone(start.Waiting)
	now := workflow.Now(ctx)
	due := res.NextDue != nil && !res.NextDue.After(now)
	if res.Able && start.Tries < mostTries && (due || len(x.putBy.entries) > 0 || start.Tries == 0) {
		return workflow.Sleep(ctx, soon)
	}
	woken := func() bool { return x.putBy.brought }
	x.tired = true
	var err error
	if res.NextDue == nil {
		err = workflow.Await(ctx, woken)
	} else {
		_, err = workflow.AwaitWithTimeout(ctx, max(res.NextDue.Sub(now), late), woken)
	}
	if err != nil {
		return err
	}
	if known := len(x.putBy.entries) == len(start.Waiting); known && x.putBy.brought && res.Able {
		x.tired = false // it was tried often enough, and is tried once for each time that an entry is brought
	}
	return workflow.Sleep(ctx, soon)
}

// bring brings the run to a newer course, as one step. Its path is walked twice with
// the answers that it has: along the course that it followed, and along the new
// one. What only the first has open ends; what only the second has open begins;
// what is neither's, since it was opened beside the path, stays.
//
// Where the new course rests earlier than the old one, since it has something more
// to ask there, the answers behind that are not the run's any more: its path comes
// to those points again, and what it then opens has ids of its own.
func (x *execution) bring(ctx workflow.Context, course int) (taken bool, err error) {
	r := x.run
	if course <= r.Course() || course > x.process.known() || r.state.Interrupt != nil {
		return false, nil
	}
	known := r.State()
	before, err := x.traced(ctx)
	if err != nil {
		return false, err
	}
	r.state = known.Clone()
	r.state.Follow(course)
	after, err := x.traced(ctx)
	if err != nil {
		return false, err
	}
	r.state.Answers = after.answers
	for _, point := range before.asked {
		if !slices.Contains(after.asked, point) {
			comeAgain(&r.state, point, course)
		}
	}
	r.effects = after.besides(before, known, r.state)
	for _, o := range slices.Backward(known.Open) {
		if before.open[o.Point] && !after.open[o.Point] {
			r.drop(o)
		}
	}
	return true, nil
}

// traced walks the path from its start and notes what it does.
func (x *execution) traced(ctx workflow.Context) (*trace, error) {
	t := &trace{open: map[string]bool{}}
	x.run.trace = t
	err := x.startWalk(ctx)
	x.run.trace = nil
	t.effects = x.run.effects
	return t, err
}

// comeAgain notes that the path comes to a point once more, under a newer course.
func comeAgain(state *care.RunState, point string, course int) {
	if state.Again == nil {
		state.Again = map[string]int{}
	}
	state.Again[point] = course
}

// trace is what a path did on a walk. A nil one notes nothing.
type trace struct {
	open    map[string]bool    // points that it opened and did not close
	asked   []string           // points whose ids it used
	answers []care.PointAnswer // that it passed
	effects ledger.Effects
}

func (t *trace) opens(point string) {
	if t != nil {
		t.open[point] = true
	}
}

func (t *trace) closes(point string) {
	if t != nil {
		delete(t.open, point)
	}
}

func (t *trace) asks(point string) {
	if t != nil && !slices.Contains(t.asked, point) {
		t.asked = append(t.asked, point)
	}
}

func (t *trace) passes(point string, answer care.Answer) {
	if t != nil && !slices.ContainsFunc(t.answers, func(a care.PointAnswer) bool { return a.Point == point }) {
		t.answers = append(t.answers, care.PointAnswer{Point: point, Answer: answer})
	}
}

// besides are the effects that a walk has besides those of another one, which were
// recorded long ago. Of what it opened on the way there, that counts which is open now.
func (t *trace) besides(other *trace, known, now care.RunState) ledger.Effects {
	mine, its := t.effects, other.effects
	isNew := func(id string) bool {
		return slices.ContainsFunc(now.Open, func(o care.OpenPoint) bool {
			_, before := known.Opened(o.Point)
			return !before && (o.ID == id || o.Point == id)
		})
	}
	e := ledger.Effects{
		Tasks:        only(mine.Tasks, func(c ledger.TaskChange) bool { return isNew(c.ID) }),
		Referrals:    only(mine.Referrals, func(c ledger.ReferralChange) bool { return isNew(c.ID) }),
		Appointments: only(mine.Appointments, func(c ledger.AppointmentChange) bool { return isNew(c.ID) }),
		Waits:        only(mine.Waits, func(w ledger.Wait) bool { return isNew(w.Point) }),
		Seats:        only(mine.Seats, func(c ledger.SeatChange) bool { return !has(its.Seats, c) }),
		Tell: only(mine.Tell, func(m ledger.Message) bool {
			if m.Answer.Operation == care.OpOpen {
				return isNew(m.Run)
			}
			return mine.Ending != "" && !has(its.Tell, m)
		}),
		Ending: mine.Ending, Closure: mine.Closure, Handover: mine.Handover, MergeInto: mine.MergeInto,
	}
	if !same(mine.Equipe, its.Equipe) {
		e.Equipe = mine.Equipe
	}
	if !same(mine.Plan, its.Plan) {
		e.Plan = mine.Plan
	}
	if mine.Stage != its.Stage {
		e.Stage = mine.Stage
	}
	return e
}

func only[T any](list []T, keep func(T) bool) (kept []T) {
	for _, v := range list {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func has[T any](list []T, one T) bool {
	return slices.ContainsFunc(list, func(v T) bool { return same(v, one) })
}

// same says whether two values are the same through and through.
//
//workflowcheck:ignore It compares values alone, and so says the same on each replay.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }
