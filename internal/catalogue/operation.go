// Package catalogue says of each operation what it is: who may ask for it and
// about what, with which form, what the form may hold, and what the process
// gets of it.
//
// What calls and stores operations follows from it: the routes of the API, the
// commands, the pages' forms, the random walks. It holds no text: texts are found
// by an operation's code.
package catalogue

import (
	"encoding/json"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Operation is something that may be asked for with a form F.
type Operation[F any] struct {
	Facts
	// Check says what is wrong with a form, but with its dates; nil: nothing can be.
	Check func(form F, around Around) []care.Fault
	// Dates lists the dates of a form with what they mean, of a task's by its kind;
	// nil: it has none.
	Dates func(form F, kind care.TaskKind) []care.Dated
	// Answer strips a form to the codes that the process gets; nil: it gets that
	// it was asked, and nothing else.
	Answer func(form F) care.Answer
	// Example fills in a form that is right, for random walks.
	Example func(w World) F
}

// Facts are what is known of an operation whatever its form.
type Facts struct {
	Code   care.Operation
	On     Subject
	Asks   []care.Role // who may ask for it; nil: who holds the task, or whom the referral is addressed to
	AtOnce bool        // a plain transaction, which wakes no process
	Zones  bool        // its check asks which zones there are
	Ends   bool        // it ends something or takes it away, and its button stands out
	Path   string      // of the API, below its subject's
	Slug   string      // of its page, below its subject's; empty: it has none of its own
	Shown  Shown       // where the page of a case offers it
	Gives  Receiver    // who is given data of the person with it: its page says which
	Moment string      // what the timeline says of it, besides what its step does; empty: nothing
	// Offered says whether a case stands so that its page offers the operation; nil:
	// it offers it in a way of its own. Whether it may be is decided when it is asked.
	Offered func(file ledger.Case) bool
}

// MomentOf is what the timeline says of an answer, besides what its step does: of an
// early closure, with which outcome it was asked.
func (f Facts) MomentOf(a care.Answer) (moment, detail string) {
	if f.Code == care.OpClose {
		detail = string(a.Reason)
	}
	return f.Moment, detail
}

// Subject is what an operation is about.
type Subject int

// What operations are about.
const (
	Nothing       Subject = iota // it makes something new
	OnCase                       // a case as a whole
	OnTask                       //
	OnReferral                   //
	OnEquipe                     // an équipe under way
	OnAction                     // an action of a case's plan
	OnEntry                      // an accepted entry that cannot be worked
	OnRecord                     // what somebody wrote
	OnAppointment                //
)

// Shown is where the page of a case offers an operation.
type Shown int

// Where a page offers operations.
const (
	AmongOthers Shown = iota // in the list that opens
	AtHand                   // seen at once, since it is often asked for
	WithState                // beside the state that it ends, and not in a list
)

// Receiver is who is given data of the person with an operation.
type Receiver string

// Whom operations give data of the person; empty: nobody else.
const (
	ToCPI       Receiver = "cpi"
	ToService   Receiver = "service" // of another agency, where the chosen one is
	ToOtherZone Receiver = "zone"
	ToMembers   Receiver = "members" // of the équipe that is convened, who are of other agencies
	// ToPartner: the sender chooses the partner first and then sees exactly what it
	// gets. That takes two steps, which are pages of the referrals.
	ToPartner Receiver = "partner"
)

// Around is what a check asks besides the form.
type Around struct {
	care.Policy               // of the caller's zone
	Now         time.Time     // in the zone's calendar
	Zones       []string      // codes of all zones, of operations that ask for them
	Task        care.TaskKind // of the task, of operations on one
	Calendar    care.Calendar // of the zone; nil: whether its offices are open is not asked
}

// None is the form of what asks for nothing besides.
type None struct{}

// MarshalJSON writes it as null, which stands for no form at all.
func (None) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Command is an operation with its filled-in form, as a caller asks for it.
type Command struct {
	ledger.NewCommand
	facts Facts
	check func(Around) []care.Fault
}

// Command asks for the operation, about what has the id, with a form.
func (o Operation[F]) Command(key, id string, form F) Command {
	c := Command{
		NewCommand: ledger.NewCommand{Key: key, Operation: o.Code, Answer: care.Answer{}, Data: encode(form)},
		facts:      o.Facts,
		check: func(around Around) []care.Fault {
			var f care.Faults
			if o.Check != nil {
				f = o.Check(form, around)
			}
			if o.Dates != nil {
				dates := o.Dates(form, around.Task)
				f.Dates(dates, around.Now)
				if around.Calendar != nil {
					f.OpenDays(dates, around.Calendar, around.Now)
				}
			}
			return f
		},
	}
	if o.Answer != nil {
		c.Answer = o.Answer(form)
	}
	c.Answer.Operation = o.Code
	switch o.On {
	case OnCase:
		c.Run = ledger.CaseRun(id)
	case OnEquipe:
		c.Run = ledger.RunID(care.RunEquipe, id)
	case OnTask, OnReferral, OnAction, OnEntry, OnRecord, OnAppointment:
		c.Target = id
	}
	return c
}

// encode writes a form as it is stored; nil where there is none. The forms of
// this package can always be written.
func encode(form any) json.RawMessage {
	data, err := json.Marshal(form)
	if err != nil {
		panic(err)
	}
	if string(data) == "null" {
		return nil
	}
	return data
}

// InRun says whose inbox the command enters, where the subject alone does not.
func (c Command) InRun(run string) Command {
	c.Run = run
	return c
}

// Facts are those of the operation that is asked for.
func (c Command) Facts() Facts { return c.facts }

// Check says what is wrong with the command's form.
func (c Command) Check(around Around) []care.Fault { return c.check(around) }

// Decode reads a form as it was stored; of none it is empty.
func (o Operation[F]) Decode(data json.RawMessage) (form F, err error) {
	if len(data) > 0 {
		err = json.Unmarshal(data, &form)
	}
	return form, err
}

// MayAsk says whether a role may ask for it at all. Of what is about a task or a
// referral it is decided by who holds it and to whom it is addressed: people, and not
// the program that reports mails.
func (f Facts) MayAsk(role care.Role) bool {
	if f.Asks == nil {
		return role != care.MailSystem
	}
	return slices.Contains(f.Asks, role)
}
