// Package run is the engine that carries a process.
//
// A process is ordinary code: it opens something, awaits the answer, goes on.
// Package workflows holds the processes; each is a path, a function that is given
// a [Run] and uses nothing but its verbs: Perform a task, Refer the person to an
// agency, Appoint a time, hear several people in a Round, wait UntilUnless
// something comes sooner, Begin a branch, Tell another run. Some of them rest: they
// return when the answer is there, which may be months later. The others are those
// of the run's [Standing]: what Postgres keeps of the run (which answers its path
// got, what it has open), and what the step under way adds to that.
//
// Two things carry the run, and no process sees them. The walk is the path under
// way, from its start to where it rests. The execution is what Temporal runs: it
// takes one entry at a time, lets the path go on with it, writes the step that the
// path made of it, and keeps the run's one timer.
package run

import (
	"slices"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A Process is what one kind of run does.
type Process struct {
	// Course is the number of the newest course that the path has. A run keeps the
	// one under which it opened, and its path asks for it (Standing.Course): whoever
	// changes what a path opens or awaits raises the number. Zero is the first.
	Course int
	Path   Path
	// Beside is offered each entry before the path, wherever the path rests, and
	// says whose the entry is. It must not rest. Nil: the process hears nothing
	// beside its path.
	Beside func(*Run, ledger.Entry) Handling
	// EndEarly is walked in the path's place once the run was told to end, and
	// why. Nil: the run winds up, and its outcome is that it ended early.
	EndEarly func(r *Run, why care.Answer) (outcome care.Code, err error)
}

// A Path is a process from its opening to the coded outcome that its run ends
// with. It returns every error at once, and changes nothing on the way out: that
// is how it is unwound when its run ends early or walks it anew.
type Path func(*Run) (outcome care.Code, err error)

// A Run is one process of one case at work, as its path sees it. To the verbs of
// its Standing it adds those that rest until an entry comes.
type Run struct {
	Standing

	// Policy is what the path decides by: that of the run's start, so that the
	// path takes the same turns whenever it is walked.
	Policy care.Policy
	// Report is what the run's end tells its case besides the outcome.
	Report care.Answer

	walk *walk            // the one under way
	ctx  workflow.Context // of the execution's main coroutine
}

// Opening awaits the entry that began the run, or began it anew. A path starts with it.
func (r *Run) Opening() (care.Answer, error) {
	return r.Await("opening", func(e ledger.Entry) bool {
		return e.Answer.Operation == care.OpOpen || e.Answer.Operation == care.OpReopen && r.state.Reopened > 0
	})
}

// Await rests at a point of the path until an entry comes that the path accepts
// there, and returns its answer. Where the run has the answer already, as on a
// walk from the start, it returns at once.
func (r *Run) Await(point string, accepts func(ledger.Entry) bool) (care.Answer, error) {
	return r.rest(&await{point: point, accepts: accepts})
}

// AwaitOneOf is Await where several tasks are open: the answer's subject is the
// id of the one that was completed.
func (r *Run) AwaitOneOf(point string, accepts func(ledger.Entry) bool) (care.Answer, error) {
	return r.rest(&await{point: point, accepts: accepts, several: true})
}

// Awaits says whether the path rests on such an entry.
func (r *Run) Awaits(e ledger.Entry) bool {
	return r.walk.awaiting != nil && r.walk.awaiting.accepts(e)
}

// HasChange says whether an execution came past this place with a change of the
// code that was made before runs kept their course. There is one, which recorded
// histories hold ("permit-watch"): without the question they would do again what
// they never did. Whatever changes later asks for the course.
func (r *Run) HasChange(change string) bool {
	return workflow.GetVersion(r.ctx, change, workflow.DefaultVersion, 1) == 1
}

// Turn names a point that a path may come to more than once: "review/1", "review/2".
func Turn(point string, turn int) string { return point + "/" + strconv.Itoa(turn) }

// NextService is the service that follows one in the zone's order; empty: none.
func (r *Run) NextService(service string) string {
	i := slices.Index(r.Policy.FollowThrough, service)
	if i < 0 || i+1 == len(r.Policy.FollowThrough) {
		return ""
	}
	return r.Policy.FollowThrough[i+1]
}
