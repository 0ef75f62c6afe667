package run

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Perform opens a human task and rests until its holder has completed it. Claim
// and release are no concern of the path: they assign, they decide nothing.
func (r *Run) Perform(point string, task ledger.TaskChange) (care.Answer, error) {
	answer, _, err := r.PerformUnless(point, task, func(ledger.Entry) bool { return false })
	return answer, err
}

// PerformUnless is Perform, given up when another entry comes that makes the task
// pointless; done says which of the two it was.
func (r *Run) PerformUnless(point string, task ledger.TaskChange, pointless func(ledger.Entry) bool) (answer care.Answer, done bool, err error) {
	completes := func(e ledger.Entry) bool {
		return e.Target == r.IDOf(point) && e.Answer.Operation == care.OpComplete
	}
	if _, answered := r.state.Answer(point); !answered {
		r.OpenTask(point, task)
	}
	answer, err = r.Await(point, func(e ledger.Entry) bool { return completes(e) || pointless(e) })
	if err != nil {
		return answer, false, err
	}
	done = answer.Operation == care.OpComplete
	if done {
		r.EndTask(point, answer.Outcome)
	} else {
		r.DropTask(point)
	}
	return answer, done, nil
}

// OpenTask opens a human task without awaiting it.
func (s *Standing) OpenTask(point string, task ledger.TaskChange) {
	task.ID, task.State = s.IDOf(point), care.TaskReady
	if s.open(care.OpenPoint{Point: point, Kind: care.OpenTask, ID: task.ID}) {
		s.effects.Tasks = append(s.effects.Tasks, task)
	}
}

// EndTask ends an open task as its holder completed it.
func (s *Standing) EndTask(point string, outcome care.Code) {
	s.close(point)
	s.effects.Tasks = append(s.effects.Tasks, ledger.TaskChange{ID: s.IDOf(point), State: care.TaskCompleted, Outcome: outcome})
}

// DropTask ends an open task that nobody needs to do any more.
func (s *Standing) DropTask(point string) {
	s.close(point)
	s.effects.Tasks = append(s.effects.Tasks, ledger.TaskChange{ID: s.IDOf(point), State: care.TaskObsolete})
}
