package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// Process is the function of a workflow.
type Process = func(workflow.Context, ledger.Start) error

// paths are the paths of the processes, by workflow type.
var paths = map[string]path{
	contract.CasePath:    casePath,
	contract.SecondLevel: secondLevel,
	contract.Equipe:      equipe,
	contract.Placement:   placement,
	contract.Referral:    partnerReferral,
	contract.FollowUp:    followUp,
	contract.Transfer:    transfer,
}

// Standing is where a run stands.
type Standing struct {
	Revision int           `json:"revision"`
	State    care.RunState `json:"state"`
}

// Watched are the processes, each telling where its run stands when asked.
func Watched() (processes map[string]Process, stands func() Standing) {
	return watched(func(*run) {})
}

// WithTimer are the processes with a fault planted: each rests for a timer
// first, a command that no recorded run gave.
func WithTimer() map[string]Process {
	processes, _ := watched(func(r *run) { workflow.NewTimer(r.pathCtx, time.Hour) })
	return processes
}

// WithTask are the processes with another fault planted: each opens one task
// more. Its commands are the same, but it stands elsewhere than its records.
func WithTask() (processes map[string]Process, stands func() Standing) {
	return watched(func(r *run) { r.openTask("more", ledger.TaskChange{Kind: care.Review}) })
}

// WithVersionedTask are the processes changed as WithTask changes them, but as
// docs/how-to-add.md says: for runs that come this way with the new code.
func WithVersionedTask() (processes map[string]Process, stands func() Standing) {
	return watched(func(r *run) {
		if workflow.GetVersion(r.pathCtx, "one-more-review", workflow.DefaultVersion, 1) == 1 {
			r.openTask("more", ledger.TaskChange{Kind: care.Review})
		}
	})
}

func watched(first func(*run)) (map[string]Process, func() Standing) {
	var last *run
	processes := map[string]Process{}
	for name, p := range paths {
		processes[name] = func(ctx workflow.Context, start ledger.Start) error {
			return walk(ctx, start, func(r *run) (string, error) {
				last = r
				first(r)
				return p(r)
			})
		}
	}
	return processes, func() Standing { return Standing{last.revision, last.state} }
}
