package apitest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/promise"
)

// Promises keeps promises in memory.
type Promises struct {
	mu   sync.Mutex
	now  func() time.Time
	kept map[string][]promise.Promise // by whose they are
	Left []promise.Left               // of others, for everybody
}

// NewPromises keeps none.
func NewPromises(now func() time.Time) *Promises {
	return &Promises{now: now, kept: map[string][]promise.Promise{}}
}

// Promises lists the caller's.
func (f *Promises) Promises(_ context.Context, who care.Staff, done bool) (list []promise.Promise, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.kept[who.ID] {
		if (r.Done != nil) == done {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b promise.Promise) int { return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

// PromisesOf lists those about a case.
func (f *Promises) PromisesOf(ctx context.Context, who care.Staff, caseID string) ([]promise.Promise, error) {
	list, err := f.Promises(ctx, who, false)
	return slices.DeleteFunc(list, func(r promise.Promise) bool { return r.CaseID != caseID }), err
}

// PromisesLeft lists those of others.
func (f *Promises) PromisesLeft(context.Context, care.Staff) ([]promise.Left, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.Left), nil
}

// AddPromise keeps one.
func (f *Promises) AddPromise(_ context.Context, who care.Staff, r promise.Promise) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.CaseID != "" {
		r.Number, r.Person = "PO-2026-00012", "Persona Prova 0001"
	}
	f.kept[who.ID] = append(f.kept[who.ID], r)
	return nil
}

// MovePromise moves one.
func (f *Promises) MovePromise(_ context.Context, who care.Staff, id string, to promise.When) error {
	return f.change(who, id, func(r *promise.Promise) { r.When = to })
}

// EndPromise says that one is done, or not.
func (f *Promises) EndPromise(_ context.Context, who care.Staff, id string, done bool) error {
	return f.change(who, id, func(r *promise.Promise) {
		r.Done = nil
		if done {
			r.Done = new(f.now())
		}
	})
}

// DropPromise deletes one.
func (f *Promises) DropPromise(_ context.Context, who care.Staff, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[who.ID] = slices.DeleteFunc(f.kept[who.ID], func(r promise.Promise) bool { return r.ID == id })
	return nil
}

// DropLeft deletes one of others.
func (f *Promises) DropLeft(_ context.Context, _ care.Staff, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Left = slices.DeleteFunc(f.Left, func(l promise.Left) bool { return l.ID == id })
	return nil
}

func (f *Promises) change(who care.Staff, id string, do func(*promise.Promise)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.kept[who.ID], func(r promise.Promise) bool { return r.ID == id })
	if i < 0 {
		return ledger.ErrNotFound
	}
	do(&f.kept[who.ID][i])
	return nil
}
