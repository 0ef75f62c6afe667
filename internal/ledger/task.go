package ledger

import (
	"percorso/internal/actors"
	"percorso/internal/care"
)

// Actors is the task as far as it says who may act.
func (t Task) Actors() actors.Task {
	return actors.Task{
		Kind: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, HolderID: t.HolderID, HolderGone: t.HolderGone, Proposer: t.Proposer,
		Away: t.AwayUntil != nil, Substitute: t.StandsID,
	}
}

// Colleague is somebody whom the supervisor may give a task to.
type Colleague struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Role care.Role `json:"role"`
}

// Receivers keeps of the staff of a zone those whom the supervisor may give the task
// to: the staff of its agency but for who holds it.
func (t Task) Receivers(staff []care.Staff) (colleagues []Colleague) {
	for _, s := range staff {
		if s.ID != t.HolderID && t.Actors().ToPerson(s) == "" {
			colleagues = append(colleagues, Colleague{ID: s.ID, Name: s.Name, Role: s.Role})
		}
	}
	return colleagues
}
