package ledger

import (
	"encoding/json"
	"regexp"
	"time"

	"percorso/internal/care"
)

// CommandState is the state of a command.
type CommandState string

// A command is accepted once it is durable; its process then works or refuses it.
const (
	CommandAccepted CommandState = "accepted"
	CommandWorked   CommandState = "worked"
	CommandRefused  CommandState = "refused"
)

// NewCommand is what a caller asks for, once. Key makes a repetition harmless.
type NewCommand struct {
	Key       string          // idempotency key, unique by caller
	Operation care.Operation  //
	Run       string          // the run whose inbox it enters; empty for OpContact, and where Target says it
	Target    string          // task or referral id
	Answer    care.Answer     // codes for the process
	Data      json.RawMessage // the form as it is stored; nil: none. It stays in Postgres
	Result    json.RawMessage // what was done at once, in codes; no part of what was asked
	Alone     bool            // a file is opened only where there is none that may be of the same person, nor one being opened
}

// OpenedMeanwhile is why a file is not opened: one that may be of the same person was, or is
// being opened.
type OpenedMeanwhile struct{ Case string }

// Error says nothing of whose it is.
func (o *OpenedMeanwhile) Error() string {
	return "a file that may be of the same person was opened meanwhile"
}

// key is how a caller's key is written.
var key = regexp.MustCompile(`^[!-~]{1,200}$`)

// IsKey says whether a text may be a caller's key.
func IsKey(text string) bool { return key.MatchString(text) }

// Command is a command as stored.
type Command struct {
	ID        string          `db:"id"`
	Run       string          `db:"run_id"`
	Operation care.Operation  `db:"operation"`
	Target    string          `db:"target"`
	Answer    care.Answer     `db:"answer"`
	State     CommandState    `db:"state"`
	Refusal   *care.Refusal   `db:"refusal"`
	Result    json.RawMessage `db:"result"` // ids of what it made, or Assigned
	Created   time.Time       `db:"created_at"`
	Worked    *time.Time      `db:"worked_at"`
}
