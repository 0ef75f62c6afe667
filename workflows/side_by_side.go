package workflows

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A round is several human tasks side by side, each with its own holder, and
// one deadline of the zone for all: whoever stays silent past it holds nobody up.
type round struct {
	r        *run
	step     string
	patience string   // code of the deadline
	turns    int      // deadlines so far
	heard    int      // answers so far
	tasks    []string // steps of the tasks that are open
}

// round begins one; its deadline runs from now.
func (r *run) round(step, deadline string) *round {
	w := &round{r: r, step: step, patience: deadline}
	w.renew()
	return w
}

// renew lets the deadline run anew.
func (w *round) renew() {
	w.r.close(w.waitStep())
	w.turns++
	w.r.startWait(w.waitStep(), w.patience)
}

func (w *round) waitStep() string { return step(w.step+"/patience", w.turns) }

// ask opens a task of the round.
func (w *round) ask(step string, task ledger.TaskChange) {
	w.tasks = append(w.tasks, step)
	w.r.openTask(step, task)
}

// hear rests until a task of the round is completed, whose step it returns, or
// until the patience is over (the answer is a clock), or until another entry
// comes that also takes.
func (w *round) hear(also func(ledger.Entry) bool) (task string, answer care.Answer, err error) {
	w.heard++
	answer, err = w.r.awaitOneOf(step(w.step+"/heard", w.heard), func(e ledger.Entry) bool {
		switch e.Answer.Operation {
		case care.OpComplete:
			return w.taskOf(e.Target) != ""
		case care.OpClock:
			return w.r.fellDue(w.waitStep(), e)
		}
		return also(e)
	})
	if err != nil || answer.Operation != care.OpComplete {
		return "", answer, err
	}
	task = w.taskOf(answer.Subject)
	w.tasks = slices.DeleteFunc(w.tasks, func(s string) bool { return s == task })
	w.r.endTask(task, answer, true)
	return task, answer, nil
}

// taskOf finds the open task of the round by its id.
func (w *round) taskOf(id string) string {
	i := slices.IndexFunc(w.tasks, func(s string) bool { return w.r.idOf(s) == id })
	if i < 0 {
		return ""
	}
	return w.tasks[i]
}

// drop ends a task that nobody needs to do any more.
func (w *round) drop(task string) {
	w.tasks = slices.DeleteFunc(w.tasks, func(s string) bool { return s == task })
	w.r.endTask(task, care.Answer{}, false)
}

// over ends the round with what is still open of it.
func (w *round) over() {
	for len(w.tasks) > 0 {
		w.drop(w.tasks[0])
	}
	w.r.close(w.waitStep())
}

// nothingElse is for a round that hears its tasks alone.
func nothingElse(ledger.Entry) bool { return false }
