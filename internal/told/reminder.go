// Package told says who was told of something, and why nobody was.
package told

import "encoding/json"

// Why a reminder is refused, beside the codes of package care.
const (
	Nobody = "unreached" // there is nobody whom it would reach
	Today  = "reminded"  // a partner was reminded on the same day
)

// Whom a reminder reached: who holds the task, those of its role, or a partner that
// answers by a link.
const (
	Holder  = "holder"
	Role    = "role"
	Partner = "partner"
)

type reached struct {
	Whom string `json:"reached"`
}

// Reached is the result of a reminder.
func Reached(whom string) json.RawMessage {
	result, _ := json.Marshal(reached{whom})
	return result
}

// Whom reads whom a reminder reached from its result; empty: it is the result of
// something else.
func Whom(result json.RawMessage) string {
	var r reached
	_ = json.Unmarshal(result, &r) // another result has no such field
	return r.Whom
}
