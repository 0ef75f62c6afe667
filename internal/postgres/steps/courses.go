package steps

import "percorso/internal/care"

// courses is what bringing a run to a newer course says in the case's timeline.
type courses struct{ *writer }

// changed says that the run follows a newer course, and which tasks nobody needs
// to do any more for that.
func (w *courses) changed() {
	w.moment("new_course", string(w.run.Kind))
	for _, t := range w.step.Effects.Tasks {
		if t.State == care.TaskObsolete {
			w.queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail)
				SELECT t.case_id, t.run_id, t.zone, $2, 'task_dropped', t.kind FROM task t WHERE t.id = $1 AND t.ended_at IS NULL`, t.ID, w.step.At)
		}
	}
}
