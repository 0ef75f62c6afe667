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

// processes are what each workflow type executes.
var processes = map[string]run.Process{
	contract.CasePath:    caseProcess,
	contract.SecondLevel: {Path: secondLevel},
	contract.Equipe:      {Path: equipe},
	contract.Placement:   {Path: placement},
	contract.Referral:    {Path: partnerReferral},
	contract.FollowUp:    {Path: followUp},
	contract.Transfer:    {Path: transfer},
}

// Standing is where a run stands.
type Standing struct {
	Revision int           `json:"revision"`
	State    care.RunState `json:"state"`
}

// Watched are the processes, each telling where its run stands when asked.
func Watched() (watching map[string]Process, stands func() Standing) {
	return watched(func(*run.Run) {})
}

// WithTimer are the processes with a fault planted: each sets a timer first, a
// command that no recorded run gave.
func WithTimer() map[string]Process {
	faulty := map[string]Process{}
	for name, p := range processes {
		faulty[name] = func(ctx workflow.Context, start ledger.Start) error {
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

// WithVersionedTask are the processes changed as WithTask changes them, but as
// docs/how-to-add.md says: for runs that come this way with the new code.
func WithVersionedTask() (changed map[string]Process, stands func() Standing) {
	return watched(func(r *run.Run) {
		if r.Changed("one-more-review") {
			r.OpenTask("more", ledger.TaskChange{Kind: care.Review})
		}
	})
}

// watched are the processes with something that each does first on its path.
func watched(first func(*run.Run)) (map[string]Process, func() Standing) {
	var last *run.Run
	watching := map[string]Process{}
	for name, p := range processes {
		path := p.Path
		p.Path = func(r *run.Run) (care.Code, error) {
			last = r
			first(r)
			return path(r)
		}
		watching[name] = func(ctx workflow.Context, start ledger.Start) error { return run.Execute(ctx, start, p) }
	}
	return watching, func() Standing { return Standing{last.Revision(), last.State()} }
}
