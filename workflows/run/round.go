package run

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A Round is several human tasks side by side, each with its own holder, and one
// deadline of the zone for all: whoever stays silent past it holds nobody up.
type Round struct {
	r        *Run
	point    string
	deadline string   // code
	turns    int      // deadlines so far
	heard    int      // answers so far
	tasks    []string // points of the tasks that are open
}

// Round begins a round; its deadline runs from now.
func (r *Run) Round(point, deadline string) *Round {
	round := &Round{r: r, point: point, deadline: deadline}
	round.Renew()
	return round
}

// Renew lets the deadline run anew.
func (o *Round) Renew() {
	o.patience().End()
	o.turns++
	o.patience().Begin(o.deadline)
}

// Turns is how often the deadline has begun to run.
func (o *Round) Turns() int { return o.turns }

// patience is the wait for the deadline.
func (o *Round) patience() Wait { return o.r.Wait(Turn(o.point+"/patience", o.turns)) }

// Ask opens a task of the round.
func (o *Round) Ask(point string, task ledger.TaskChange) {
	o.tasks = append(o.tasks, point)
	o.r.OpenTask(point, task)
}

// Waiting says whether a task of the round is open.
func (o *Round) Waiting() bool { return len(o.tasks) > 0 }

// Hear rests until a task of the round is completed, whose point it returns, or
// until the deadline has come (the answer is the clock's), or until another entry
// comes that also takes. Also may be nil.
func (o *Round) Hear(also func(ledger.Entry) bool) (task string, answer care.Answer, err error) {
	o.heard++
	answer, err = o.r.AwaitOneOf(Turn(o.point+"/heard", o.heard), func(e ledger.Entry) bool {
		switch e.Answer.Operation {
		case care.OpComplete:
			return o.taskOf(e.Target) != ""
		case care.OpClock:
			return o.patience().FellDue(e)
		}
		return also != nil && also(e)
	})
	if err != nil || answer.Operation != care.OpComplete {
		return "", answer, err
	}
	task = o.taskOf(answer.Subject)
	o.forget(task)
	o.r.EndTask(task, answer.Outcome)
	return task, answer, nil
}

// taskOf finds the open task of the round by its id.
func (o *Round) taskOf(id string) string {
	i := slices.IndexFunc(o.tasks, func(point string) bool { return o.r.IDOf(point) == id })
	if i < 0 {
		return ""
	}
	return o.tasks[i]
}

// Drop ends a task that nobody needs to do any more.
func (o *Round) Drop(task string) {
	o.forget(task)
	o.r.DropTask(task)
}

func (o *Round) forget(task string) {
	o.tasks = slices.DeleteFunc(o.tasks, func(point string) bool { return point == task })
}

// End ends the round with what is still open of it.
func (o *Round) End() {
	for o.Waiting() {
		o.Drop(o.tasks[0])
	}
	o.patience().End()
}
