package ledger

import "percorso/internal/care"

// Start is the input of every process, and what its first step asks the store for.
type Start struct {
	Run   string `json:"run"`
	Case  string `json:"case"`  // id of the case's own run
	Epoch int    `json:"epoch"` // fences an older cluster that comes back
	// Reopen says that the run has ended and is to be worked again, if somebody
	// asked for that: its epoch is then the next one.
	Reopen bool `json:"reopen,omitempty"`
}

// Entry is one entry of a run's inbox, as the process sees it.
type Entry struct {
	ID     string      `json:"id"`               // of the command, or derived for a clock
	Target string      `json:"target,omitempty"` // id of the task or referral; empty: the run itself
	Answer care.Answer `json:"answer"`
}

// Result is what became of an entry.
type Result struct {
	Refusal  string `json:"refusal,omitempty"` // a code of care's refusals; empty: worked
	Revision int    `json:"revision,omitempty"`
}
