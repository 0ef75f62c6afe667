package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
	"percorso/workflows/run"
)

// Process is the function of a workflow.
type Process = func(workflow.Context, ledger.Start) error

// Standing is where a run stands.
type Standing struct {
	Revision int           `json:"revision"`
	State    care.RunState `json:"state"`
}

// Watched are the processes, each telling where its run stands when asked.
func Watched() (watching map[string]Process, stands func() Standing) {
	return watched(func(*run.Run) {})
}

// Deciding are the processes, each telling by which policy its run decides.
func Deciding() (processes map[string]Process, policy func() care.Policy) {
	var last *run.Run
	processes, _ = watched(func(r *run.Run) { last = r })
	return processes, func() care.Policy { return last.Policy }
}

// WithTimer are the processes with a fault planted: each sets a timer first, a
// command that no recorded run gave.
func WithTimer() map[string]Process {
	faulty := map[string]Process{}
	for kind, p := range processes {
		faulty[contract.WorkflowType(kind)] = func(ctx workflow.Context, start ledger.Start) error {
			workflow.NewTimer(ctx, time.Hour)
			return run.Execute(ctx, start, p)
		}
	}
	return faulty
}

// WithTask are the processes with another fault planted: each opens one task
// more. Its commands are the same, but it stands elsewhere than its records.
func WithTask() (faulty map[string]Process, stands func() Standing) {
	return watched(func(r *run.Run) { r.OpenTask("more", ledger.TaskChange{Kind: care.Review}) })
}

// WithNewCourse are the processes changed as WithTask changes them, but as
// docs/how-to-add.md says: for runs that follow a course of their own.
func WithNewCourse() (changed map[string]Process, stands func() Standing) {
	return watched(func(r *run.Run) {
		if r.Course() >= 2 {
			r.OpenTask("more", ledger.TaskChange{Kind: care.Review})
		}
	}, 2)
}

// Knowing are the processes as a worker knows them whose newest course has a number,
// which is asked whenever an execution begins. From the second course on a case and a
// referral have a task more in front, a service and a placement one more at the end.
func Knowing(course func() int) map[string]Process {
	known := map[string]Process{}
	for kind, original := range processes {
		known[contract.WorkflowType(kind)] = func(ctx workflow.Context, start ledger.Start) error {
			p := *original
			p.Course = course()
			p.Path = func(r *run.Run) (outcome care.Code, err error) {
				if _, err = r.Opening(); err != nil {
					return "", err
				}
				front, end := kind == care.RunCase || kind == care.RunReferral, kind == care.RunService || kind == care.RunPlacement
				if front && r.Course() >= 2 {
					if _, err = r.Perform("more", ledger.TaskChange{Kind: care.SocialConsult}); err != nil {
						return "", err
					}
				}
				if outcome, err = original.Path(r); err != nil || !end || r.Course() < 2 {
					return outcome, err
				}
				_, err = r.Perform("more", ledger.TaskChange{Kind: care.SocialConsult})
				return outcome, err
			}
			return run.Execute(ctx, start, &p)
		}
	}
	return known
}

// watched are the processes with something that each does as soon as it is open, and
// with another number of their course where one is given.
func watched(first func(*run.Run), course ...int) (map[string]Process, func() Standing) {
	var last *run.Run
	watching := map[string]Process{}
	for kind, original := range processes {
		p := *original
		p.Path = func(r *run.Run) (care.Code, error) {
			last = r
			if _, err := r.Opening(); err != nil {
				return "", err
			}
			first(r)
			return original.Path(r)
		}
		for _, number := range course {
			p.Course = number
		}
		watching[contract.WorkflowType(kind)] = func(ctx workflow.Context, start ledger.Start) error { return run.Execute(ctx, start, &p) }
	}
	return watching, func() Standing { return Standing{last.Revision(), last.State()} }
}
