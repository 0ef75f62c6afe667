package postgres

import (
	"encoding/json"

	"percorso/internal/care"
)

// Accepted is an answer as it was accepted, for whoever reads the entries of many. Of one
// that does not read, such as a version may have left that was taken back, it says what
// it does alone: so it holds up nobody else, and its own run defers it.
type Accepted care.Answer

// UnmarshalJSON reads it; it never fails.
func (a *Accepted) UnmarshalJSON(text []byte) error {
	var whole care.Answer
	if json.Unmarshal(text, &whole) == nil {
		*a = Accepted(whole)
		return nil
	}
	var part struct {
		Operation care.Operation `json:"op"`
	}
	_ = json.Unmarshal(text, &part)
	*a = Accepted{Operation: part.Operation}
	return nil
}
