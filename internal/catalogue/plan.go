package catalogue

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/plan"
)

// ProgressForm says how an action of the plan comes along.
type ProgressForm struct {
	State care.ActionState `json:"state" doc:"to_do, in_progress, done or dropped"`
	Note  string           `json:"note,omitempty" maxLength:"4000"`
	Seen  string           `json:"seen,omitempty" ask:"seen" doc:"When it was last said how the action comes along (at), as the caller has seen it, or never: where somebody has said more meanwhile it is refused. Left out: it is not asked"`
}

// Progress says how an action of the active plan comes along. The command says
// by its run of which case the action is.
var Progress = Operation[ProgressForm]{
	Facts: Facts{Code: care.OpProgress, On: OnAction, AtOnce: true, Path: "progress"},
	Check: func(form ProgressForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.State != "", "state", care.RuleRequired)
		f.Add(form.State == "" || slices.Contains(care.ActionStates, form.State), "state", care.RuleUnknownCode)
		f.Note("note", form.Note)
		_, ok := plan.ReadSeen(form.Seen)
		f.Add(ok, "seen", care.RuleUnknownCode)
		return f
	},
	Example: func(w World) ProgressForm { return ProgressForm{State: pick(w, care.ActionStates), Note: exampleText} },
}
