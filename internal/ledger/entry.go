package ledger

import (
	"bytes"
	"encoding/json"
	"time"

	"percorso/internal/care"
)

// Start is the input of every process, and what its first step asks the store for.
type Start struct {
	Run   string `json:"run"`
	Case  string `json:"case"`  // id of the case's own run
	Epoch int    `json:"epoch"` // fences an older cluster that comes back
	// Reopen says that the run has ended and is to be worked again, if somebody
	// asked for that: its epoch is then the next one.
	Reopen bool `json:"reopen,omitempty"`
	// Waiting are entries that the execution before this one could not work.
	Waiting []Entry `json:"waiting,omitempty"`
	Tries   int     `json:"tries,omitempty"` // to load that came to nothing before
	Knows   int     `json:"knows,omitempty"` // the newest course of its kind that the worker who loads it knows
}

// Entry is one entry of a run's inbox, as the process sees it.
type Entry struct {
	ID     string      `json:"id"`               // of the command, or derived for a clock
	Target string      `json:"target,omitempty"` // id of the task or referral; empty: the run itself
	Answer care.Answer `json:"answer"`
}

// Same says whether two entries ask the same of a run, as they are written down.
func (e Entry) Same(other Entry) bool {
	mine, err := json.Marshal(e)
	its, otherErr := json.Marshal(other)
	return err == nil && otherErr == nil && bytes.Equal(mine, its)
}

// ClockEntry is the entry that a run makes for itself when a deadline fell due: no
// command stands behind it.
func ClockEntry(run string, now time.Time) Entry {
	return Entry{
		ID:     DerivedID(run, "clock "+now.Format(time.RFC3339Nano)),
		Answer: care.Answer{Operation: care.OpClock, At: &now},
	}
}

// Result is what became of an entry.
type Result struct {
	Refusal  string `json:"refusal,omitempty"` // a code of care's refusals; empty: worked
	Revision int    `json:"revision,omitempty"`
	Deferred bool   `json:"deferred,omitempty"` // neither worked nor refused: it stays accepted, and comes again
}
