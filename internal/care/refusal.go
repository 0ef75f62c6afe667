package care

import "fmt"

// Refusal codes of commands: a small set, which the API maps to HTTP in one table.
const (
	RefusedNotAwaited = "not_awaited"  // the path does not wait for this (any more)
	RefusedTaken      = "taken"        // somebody else holds the task; Refusal.Role says who
	RefusedNotHeld    = "not_held"     // claim it first
	RefusedForbidden  = "forbidden"    // role, zone, agency or legal basis do not allow it
	RefusedEnded      = "ended"        // the run is over
	RefusedInvalid    = "invalid"      // a field breaks a rule
	RefusedChanged    = "changed"      // somebody changed it since the caller looked at it; Faults say by what rule, where there is one
	RefusedInFlight   = "in_flight"    // an accepted answer to the task is on its way
	RefusedOvertaken  = "overtaken"    // it could not be worked in its time, and a later one of its kind was
	RefusedHeld       = "held"         // a form that is only shown again, as it was typed
	RefusedByHand     = "by_hand"      // it could not be worked, and whoever looks after Percorso took it away
	RefusedOpen       = "already_open" // there is one already; Refusal.Open says which, Faults by what rule
)

// Fault says which field of a form breaks which rule. It never holds the value.
type Fault struct {
	Field string `json:"field"` // path of the field, e.g. "bookings[0].service"
	Rule  string `json:"rule"`  // code of the rule
}

// Refusal is a command's "no": a result with a code, not a breakdown.
type Refusal struct {
	Code   string    `json:"code"`
	Role   Role      `json:"role,omitempty"` // who holds what was asked for
	Faults []Fault   `json:"faults,omitempty"`
	Open   *Open     `json:"open,omitempty"`   // what there is already; nil: nothing, or not for the caller to know
	Offers []Booking `json:"offers,omitempty"` // free places instead of one that is not

	Operation Operation `json:"operation,omitempty"` // that was asked, where the words depend on it
	Now       string    `json:"now,omitempty"`       // what is so: state of the referral, task or plan; kind of the task that comes first; or one of those below
}

// What stands in the way of an operation on a case.
const (
	NowClosed      = "closed"      // the case is
	NowClosing     = "closing"     // it was asked to be closed, and its branches are ending
	NowTransferred = "transferred" // another zone has taken it, or is about to say whether it does
)

// Open is what there is already where a second one was asked for.
type Open struct {
	Case     string `json:"case"`
	Run      string `json:"run,omitempty"`      // of the branch; empty: it is the case's own state
	Referral string `json:"referral,omitempty"` // the branch's latest
}

// Error says code and fields, never a value.
func (r *Refusal) Error() string {
	if len(r.Faults) == 0 {
		return "refused: " + r.Code
	}
	return fmt.Sprintf("refused: %s: %v", r.Code, r.Faults)
}

// Refuse builds a refusal with faults of a form.
func Refuse(faults ...Fault) *Refusal { return &Refusal{Code: RefusedInvalid, Faults: faults} }

// RefuseChanged builds one by a rule that somebody else's act has made hold meanwhile.
func RefuseChanged(rule string) *Refusal {
	return &Refusal{Code: RefusedChanged, Faults: []Fault{{Rule: rule}}}
}
