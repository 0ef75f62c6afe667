package apitest

import (
	"context"
	"slices"
	"sync"

	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/ledger"
)

// Consults has the calls that a test gives it, and notes what is asked.
type Consults struct {
	mu       sync.Mutex
	List     []consult.Call
	Rung     []string // tasks
	Answered map[string]consult.Answer
}

// Calls lists them.
func (c *Consults) Calls(context.Context, care.Staff) ([]consult.Call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.List), nil
}

// Ring notes it.
func (c *Consults) Ring(_ context.Context, _ care.Staff, _, task string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.ContainsFunc(c.List, func(l consult.Call) bool { return l.Task == task }) {
		return ledger.ErrNotFound
	}
	c.Rung = append(c.Rung, task)
	return nil
}

// Answer notes it.
func (c *Consults) Answer(_ context.Context, _ care.Staff, id string, answer consult.Answer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.ContainsFunc(c.List, func(l consult.Call) bool {
		return slices.ContainsFunc(l.Rings, func(r consult.Ring) bool { return r.ID == id })
	}) {
		return ledger.ErrNotFound
	}
	if c.Answered == nil {
		c.Answered = map[string]consult.Answer{}
	}
	c.Answered[id] = answer
	return nil
}
