package apitest

import (
	"context"
	"slices"
	"sync"

	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
)

// Visits has the visits that a test gives it, and notes what is asked.
type Visits struct {
	mu     sync.Mutex
	List   []homevisit.Visit
	Named  []homevisit.Visitor
	Refuse error // of whoever plans
	Asked  []homevisit.Going
	Said   map[string]homevisit.Answer
}

// VisitsOf lists those of some appointments.
func (v *Visits) VisitsOf(_ context.Context, _ care.Staff, appointments []string) (list []homevisit.Visit, _ error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, one := range v.List {
		if slices.Contains(appointments, one.Appointment) {
			list = append(list, one)
		}
	}
	return list, nil
}

// Watched lists them.
func (v *Visits) Watched(context.Context, care.Staff) ([]homevisit.Visit, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.List), nil
}

// Visitors lists them.
func (v *Visits) Visitors(context.Context, care.Staff, string) ([]homevisit.Visitor, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.Named), nil
}

// Plan notes it.
func (v *Visits) Plan(_ context.Context, _ care.Staff, _ string, f homevisit.Going) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Refuse == nil {
		v.Asked = append(v.Asked, f)
	}
	return v.Refuse
}

// Drop takes one away.
func (v *Visits) Drop(_ context.Context, _ care.Staff, appointment string, _ int) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.List = slices.DeleteFunc(v.List, func(one homevisit.Visit) bool { return one.Appointment == appointment })
	return nil
}

// Returned notes it.
func (v *Visits) Returned(_ context.Context, _ care.Staff, appointment string, a homevisit.Answer) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !slices.ContainsFunc(v.List, func(one homevisit.Visit) bool { return one.Appointment == appointment }) {
		return ledger.ErrNotFound
	}
	if v.Said == nil {
		v.Said = map[string]homevisit.Answer{}
	}
	v.Said[appointment] = a
	return nil
}
