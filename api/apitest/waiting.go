package apitest

import (
	"context"
	"slices"
	"sync"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/waitlist"
)

// Waiting is waiting lists in memory.
type Waiting struct {
	Next    string // of the list
	mu      sync.Mutex
	Calls   []waitlist.Call    // whom they have; whoever is to be told
	Refuses error              // what putting somebody on a list answers; nil: it is done
	Wishes  []waitlist.Wish    // who was put on one
	Heard   []waitlist.Outcome // of calls
	Left    []string
}

// SomeCalls are of somebody for whom a place is kept until tomorrow, and of somebody for whom it
// is too late.
func SomeCalls(now time.Time) []waitlist.Call {
	at, ends, by := now.AddDate(0, 0, 3), now.AddDate(0, 0, 1), care.DayOf(now).AddDate(0, 0, -1)
	return []waitlist.Call{
		{Entry: waitlist.Entry{
			ID: SomeID, CaseID: SomeID, Number: "PO-2026-00012", Person: SomeCase.Person, Since: now.AddDate(0, 0, -9), PutBy: SomeWorker.ID, ByName: SomeWorker.Name,
			Wish: waitlist.Wish{Service: "pas", Language: "ur", Interpreter: "woman", Hours: waitlist.Morning}, Offered: &at,
		}, Offer: SomeID, EndsAt: &ends, Phone: "000 0000001", Languages: []string{"ur"}},
		{Entry: waitlist.Entry{
			ID: AnotherID, CaseID: AnotherID, Number: "PO-2026-00013", Person: "Persona Prova 0002", Since: now.AddDate(0, 0, -8), PutBy: SomeWorker.ID, ByName: SomeWorker.Name,
			Wish: waitlist.Wish{Service: "pas", By: &by},
		}},
	}
}

// Put keeps a wish.
func (f *Waiting) Put(_ context.Context, _ care.Staff, _, caseID string, wish waitlist.Wish) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Refuses == nil {
		f.Wishes = append(f.Wishes, wish)
	}
	return caseID, f.Refuses
}

// Waiting lists them, and says where the list goes on.
func (f *Waiting) Waiting(context.Context, care.Staff, string, string) (page ledger.Page[waitlist.Entry], _ error) {
	for i, c := range f.Calls {
		c.Place = i + 1
		page.Items = append(page.Items, c.Entry)
	}
	page.Next = f.Next
	return page, nil
}

// WaitingOf lists that of a case.
func (f *Waiting) WaitingOf(ctx context.Context, who care.Staff, caseID string) ([]waitlist.Entry, error) {
	list, err := f.Waiting(ctx, who, "", "")
	return slices.DeleteFunc(list.Items, func(e waitlist.Entry) bool { return e.CaseID != caseID }), err
}

// ToTell lists them.
func (f *Waiting) ToTell(context.Context, care.Staff) ([]waitlist.Call, error) { return f.Calls, nil }

// Offer knows the one.
func (f *Waiting) Offer(_ context.Context, _ care.Staff, id string) (string, care.Booking, error) {
	for _, c := range f.Calls {
		if c.Offer == id && c.Offered != nil {
			return c.CaseID, care.Booking{Service: care.Code(c.Service), At: *c.Offered}, nil
		}
	}
	return "", care.Booking{}, ledger.ErrNotFound
}

// Said keeps what came of a call.
func (f *Waiting) Said(_ context.Context, _ care.Staff, id string, outcome waitlist.Outcome) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != SomeID {
		return care.RefuseChanged(waitlist.RuleOver)
	}
	f.Heard = append(f.Heard, outcome)
	return nil
}

// Stay keeps nothing.
func (f *Waiting) Stay(context.Context, care.Staff, string) error { return nil }

// Leave keeps who left.
func (f *Waiting) Leave(_ context.Context, _ care.Staff, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Left = append(f.Left, id)
	return nil
}
