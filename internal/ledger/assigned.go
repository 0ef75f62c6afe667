package ledger

import (
	"encoding/json"
	"time"

	"percorso/internal/care"
)

// Assigned is the result of what was done at once about a task: how it stood before and
// how it stands now, or whom a reminder reached (told.Holder, told.Role, told.Partner).
type Assigned struct {
	Reached string `json:"reached,omitempty"`
	From    *Hands `json:"from,omitempty"`
	To      *Hands `json:"to,omitempty"`
}

// Hands is in whose hands a task is, and until when.
type Hands struct {
	Staff string     `json:"staff,omitempty" doc:"Id of who holds it, where it is the result of a command"`
	Name  string     `json:"name,omitempty" doc:"Of who holds it, in a timeline"`
	Role  care.Role  `json:"role,omitempty" doc:"All who have it may do it"`
	Until *time.Time `json:"until,omitempty" doc:"The term"`
}

// JSON is how it is stored.
func (a Assigned) JSON() json.RawMessage {
	stored, _ := json.Marshal(a) // strings and times
	return stored
}

// Assigned reads the result of what was done about a task; that of something else has
// none of it.
func (c Command) Assigned() (a Assigned) {
	_ = json.Unmarshal(c.Result, &a)
	return a
}

// Changed is what a line of the timeline says of a task that was given to somebody else
// or another term; names where people are known by them.
type Changed struct {
	FromName  string     `db:"from_name"`
	FromRole  care.Role  `db:"from_role"`
	FromUntil *time.Time `db:"from_until"`
	ToName    string     `db:"to_name"`
	ToRole    care.Role  `db:"to_role"`
	ToUntil   *time.Time `db:"to_until"`
}

// Before is in whose hands it was; nil: the line says nothing of it.
func (c Changed) Before() *Hands { return hands(c.FromName, c.FromRole, c.FromUntil) }

// After is in whose hands it is now, or whom a reminder went to.
func (c Changed) After() *Hands { return hands(c.ToName, c.ToRole, c.ToUntil) }

func hands(name string, role care.Role, until *time.Time) *Hands {
	if name == "" && role == "" && until == nil {
		return nil
	}
	return &Hands{Name: name, Role: role, Until: until}
}
