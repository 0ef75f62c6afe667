package workflows

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// perform opens a human task and rests until its holder has completed it.
// Claim and release are no concern of the path: they assign, they decide nothing.
func (r *run) perform(step string, task ledger.TaskChange) (care.Answer, error) {
	answer, _, err := r.performUnless(step, task, func(ledger.Entry) bool { return false })
	return answer, err
}

// performUnless is perform, given up when another entry comes that makes the
// task pointless; done says which of the two it was.
func (r *run) performUnless(step string, task ledger.TaskChange, pointless func(ledger.Entry) bool) (answer care.Answer, done bool, err error) {
	completes := func(e ledger.Entry) bool {
		return e.Target == r.idOf(step) && e.Answer.Operation == care.OpComplete
	}
	if _, answered := r.state.Answer(step); !answered {
		r.openTask(step, task)
	}
	answer, err = r.await(step, func(e ledger.Entry) bool { return completes(e) || pointless(e) })
	if err != nil {
		return answer, false, err
	}
	done = answer.Operation == care.OpComplete
	r.endTask(step, answer, done)
	return answer, done, nil
}

// openTask opens a human task without awaiting it.
func (r *run) openTask(step string, task ledger.TaskChange) {
	task.ID, task.State = r.idOf(step), care.TaskReady
	if r.open(care.OpenStep{Step: step, Kind: care.OpenTask, ID: task.ID}) {
		r.effects.Tasks = append(r.effects.Tasks, task)
	}
}

// endTask ends an open task: done by its holder, or obsolete.
func (r *run) endTask(step string, answer care.Answer, done bool) {
	state := care.TaskCompleted
	if !done {
		state = care.TaskObsolete
	}
	r.close(step)
	r.effects.Tasks = append(r.effects.Tasks, ledger.TaskChange{ID: r.idOf(step), State: state, Outcome: answer.Outcome})
}

// begin starts a process of its own for the case. It is never awaited as a
// future: it reports to the case's inbox when it ends.
func (r *run) begin(step string, kind care.RunKind, with care.Answer) (run string) {
	run = ledger.RunID(kind, r.idOf(step))
	with.Operation, with.Case = care.OpOpen, r.caseID
	if r.open(care.OpenStep{Step: step, Kind: care.OpenRun, ID: run}) {
		r.tell(run, with)
	}
	return run
}

// closeRun forgets a branch that has reported.
func (r *run) closeRun(run string) {
	r.state.Open = slices.DeleteFunc(r.state.Open, func(o care.OpenStep) bool { return o.ID == run })
}
