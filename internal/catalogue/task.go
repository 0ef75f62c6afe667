package catalogue

import (
	"regexp"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/completion"
)

// Complete completes a task, by its holder, with one of its outcomes.
var Complete = Operation[care.Completion]{
	Facts: Facts{Code: care.OpComplete, On: OnTask, Path: "complete"},
	Check: func(form care.Completion, around Around) []care.Fault {
		return completion.Check(around.Policy, around.Task, form)
	},
	Dates: care.Completion.Dates,
	Answer: func(form care.Completion) care.Answer {
		a := form.Answer()
		a.Reason = agenda.CountsAs(a.Reason)
		return a
	},
	Example: World.completion,
}

// Claim makes a task the caller's to do, and Release gives it back to those who
// may do it.
var (
	Claim   = Operation[None]{Facts: Facts{Code: care.OpClaim, On: OnTask, AtOnce: true, Path: "claim"}, Example: noForm}
	Release = Operation[None]{Facts: Facts{Code: care.OpRelease, On: OnTask, AtOnce: true, Path: "release"}, Example: noForm}
)

// Assignment is the form of a supervisor's reassign, extend and remind.
type Assignment struct {
	Role  care.Role  `json:"role,omitempty" doc:"To whom a task is reassigned: a role of its agency"`
	To    string     `json:"to,omitempty" maxLength:"36" doc:"Or a member of staff of its agency, by their id"`
	Until *time.Time `json:"until,omitempty" doc:"The new term of an extension"`
	Note  string     `json:"note,omitempty" maxLength:"4000" doc:"Why"`
	// Stamp says what the form was made from.
	Stamp string `json:"stamp,omitempty" maxLength:"64" doc:"The task's stamp when it was looked at: where somebody has changed it since, it is refused"`
}

// stampShape is how a task's stamp looks.
var stampShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// stamped checks the stamp of a form.
func (a Assignment) stamped(f *care.Faults) {
	f.Add(a.Stamp == "" || stampShape.MatchString(a.Stamp), "stamp", care.RuleUnknownCode)
	f.Note("note", a.Note)
}

// Reassign gives a task to a role of its agency, or to a member of its staff.
var Reassign = Operation[Assignment]{
	Facts: Facts{Code: care.OpReassign, On: OnTask, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "reassign"},
	Check: func(form Assignment, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Role != "" || form.To != "", "role", care.RuleRequired)
		f.Add(form.Role == "" || form.To == "", "to", care.RuleOneOfTwo)
		f.Add(form.Role == "" || around.HasRole(form.Role), "role", care.RuleUnknownCode)
		f.Add(form.To == "" || care.IsID(form.To), "to", care.RuleNotHere)
		f.Add(form.Until == nil, "until", care.RuleNotAllowed)
		form.stamped(&f)
		return f
	},
	Example: func(w World) Assignment {
		return Assignment{Role: care.Role(pickCode(w, w.Policy.Roles, func(h care.RoleHolder) string { return string(h.Role) })), Note: exampleText}
	},
}

// Extend gives a task more time.
var Extend = Operation[Assignment]{
	Facts: Facts{Code: care.OpExtend, On: OnTask, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "extend"},
	Check: func(form Assignment, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Until != nil, "until", care.RuleRequired)
		f.Add(form.Role == "", "role", care.RuleNotAllowed)
		f.Add(form.To == "", "to", care.RuleNotAllowed)
		form.stamped(&f)
		return f
	},
	Dates: func(form Assignment, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "until", Meaning: care.ExtendedTerm, At: form.Until}}
	},
	Answer: func(form Assignment) care.Answer { return care.Answer{Until: form.Until} },
	Example: func(w World) Assignment {
		until := w.soon()
		return Assignment{Until: &until, Note: exampleText}
	},
}

// Remind reminds whoever may do a task, or holds it, now.
var Remind = Operation[Assignment]{
	Facts: Facts{Code: care.OpRemind, On: OnTask, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "remind"},
	Check: func(form Assignment, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Role == "", "role", care.RuleNotAllowed)
		f.Add(form.To == "", "to", care.RuleNotAllowed)
		f.Add(form.Until == nil, "until", care.RuleNotAllowed)
		form.stamped(&f)
		return f
	},
	Example: func(World) Assignment { return Assignment{Note: exampleText} },
}
