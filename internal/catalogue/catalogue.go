package catalogue

import (
	"encoding/json"
	"reflect"
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/sole"
)

// Known is an operation whatever its form is.
type Known interface {
	// About gives the facts of the operation.
	About() Facts
	// Form is the type of its form; None where it has none.
	Form() reflect.Type
	// Read asks for it, about what has the id, with a form in JSON.
	Read(key, id string, form json.RawMessage) (Command, error)
	// DatesIn lists the dates of a form as it was stored.
	DatesIn(form json.RawMessage, kind care.TaskKind) ([]care.Dated, error)
	// Any asks for it with its example of a form.
	Any(id string, w World) Command
}

// About gives the facts of the operation.
func (o Operation[F]) About() Facts { return o.Facts }

// Form is the type of the operation's form.
func (o Operation[F]) Form() reflect.Type { return reflect.TypeFor[F]() }

// Read asks for the operation, about what has the id, with a form in JSON.
func (o Operation[F]) Read(key, id string, data json.RawMessage) (Command, error) {
	form, err := o.Decode(data)
	return o.Command(key, id, form), err
}

// DatesIn lists the dates of a form as it was stored.
func (o Operation[F]) DatesIn(data json.RawMessage, kind care.TaskKind) ([]care.Dated, error) {
	if o.Dates == nil || len(data) == 0 {
		return nil, nil
	}
	form, err := o.Decode(data)
	if err != nil {
		return nil, err
	}
	return o.Dates(form, kind), nil
}

// Any asks for the operation with its example of a form.
func (o Operation[F]) Any(id string, w World) Command { return o.Command("", id, o.Example(w)) }

// All lists every operation that people ask for; those on a case in the order in
// which its page offers them.
var All = []Known{
	Contact, Open,
	Reopen, Book, Convene, ReferToCPI, Refer, Meet, Consent, WithdrawConsent, Permit,
	Suspend, Resume, Transfer, Recall, Merge, Vouch, Correct, Close, Mistake, Undo, RenewPolicy, NameLead, TellTakeOver, WorkProfile, Elsewhere, AddNeed, EndNeed, AddDate, MoveDate, EndDate, Amend, NoteReferral, Protect, NameKeeper, DismissKeeper, AskLifting, Lift,
	PlanMeeting, Minutes, Progress,
	Complete, Claim, Release, Reassign, Extend, Remind,
	MoveAppointment, CancelAppointment, Arrive,
	Acknowledge, Accept, Reject, Hold, Supply, Redirect, Withdraw,
	RetryEntry, RefuseEntry,
}

// find finds an operation by its code; nil: people do not ask for it.
func find(code care.Operation) Known {
	i := slices.IndexFunc(All, func(k Known) bool { return k.About().Code == code })
	if i < 0 {
		return nil
	}
	return All[i]
}

// Of finds the facts of an operation by its code. Of what only the machinery
// reports, as that a mail came back, there are none.
func Of(code care.Operation) (Facts, bool) {
	if known := find(code); known != nil {
		return known.About(), true
	}
	return Facts{}, false
}

// DatesIn lists the dates of a form as it was stored with its operation, of a task
// of a kind where it completes one.
func DatesIn(code care.Operation, form json.RawMessage, kind care.TaskKind) ([]care.Dated, error) {
	if known := find(code); known != nil {
		return known.DatesIn(form, kind)
	}
	return nil, nil
}

// Check says what is wrong with a form as it was stored with its operation.
func Check(code care.Operation, form json.RawMessage, around Around) ([]care.Fault, error) {
	known := find(code)
	if known == nil {
		return nil, nil
	}
	c, err := known.Read("", "", form)
	if err != nil {
		return nil, err
	}
	return c.Check(around), nil
}

// MayAsk says whether a role may ask for an operation at all. What only the machinery
// reports is none that people ask for: who may report it is asked elsewhere.
func MayAsk(role care.Role, code care.Operation) bool {
	facts, known := Of(code)
	return !known || facts.MayAsk(role)
}

func stillOpen(file ledger.Case) bool { return file.Closed == nil && !file.Closing }

// branching says whether a case is where branches begin: from the second level on.
func branching(file ledger.Case) bool {
	return stillOpen(file) && file.Stage != care.StageFirstLevel && file.Stage != care.StageClosed
}

// none says whether what is asked of a case would have no like there.
func none(file ledger.Case, a care.Answer) bool {
	return file.Standing(care.Policy{}).Second(ledger.CaseRun(file.ID), a, sole.ShownPermit{}) == nil
}
