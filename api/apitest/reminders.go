package apitest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/reminder"
)

// Reminders keeps reminders in memory.
type Reminders struct {
	mu   sync.Mutex
	now  func() time.Time
	kept map[string][]reminder.Reminder // by whose they are
	Left []reminder.Left                // of others, for everybody
}

// NewReminders keeps none.
func NewReminders(now func() time.Time) *Reminders {
	return &Reminders{now: now, kept: map[string][]reminder.Reminder{}}
}

// Reminders lists the caller's.
func (f *Reminders) Reminders(_ context.Context, who care.Staff, done bool) (list []reminder.Reminder, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.kept[who.ID] {
		if (r.Done != nil) == done {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b reminder.Reminder) int { return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

// RemindersOf lists those about a case.
func (f *Reminders) RemindersOf(ctx context.Context, who care.Staff, caseID string) ([]reminder.Reminder, error) {
	list, err := f.Reminders(ctx, who, false)
	return slices.DeleteFunc(list, func(r reminder.Reminder) bool { return r.CaseID != caseID }), err
}

// RemindersLeft lists those of others.
func (f *Reminders) RemindersLeft(context.Context, care.Staff) ([]reminder.Left, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.Left), nil
}

// AddReminder keeps one.
func (f *Reminders) AddReminder(_ context.Context, who care.Staff, r reminder.Reminder) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.CaseID != "" {
		r.Number, r.Person = "PO-2026-00012", "Persona Prova 0001"
	}
	f.kept[who.ID] = append(f.kept[who.ID], r)
	return nil
}

// MoveReminder moves one.
func (f *Reminders) MoveReminder(_ context.Context, who care.Staff, id string, to reminder.When) error {
	return f.change(who, id, func(r *reminder.Reminder) { r.When = to })
}

// EndReminder says that one is done, or not.
func (f *Reminders) EndReminder(_ context.Context, who care.Staff, id string, done bool) error {
	return f.change(who, id, func(r *reminder.Reminder) {
		r.Done = nil
		if done {
			r.Done = new(f.now())
		}
	})
}

// DropReminder deletes one.
func (f *Reminders) DropReminder(_ context.Context, who care.Staff, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[who.ID] = slices.DeleteFunc(f.kept[who.ID], func(r reminder.Reminder) bool { return r.ID == id })
	return nil
}

// DropLeft deletes one of others.
func (f *Reminders) DropLeft(_ context.Context, _ care.Staff, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Left = slices.DeleteFunc(f.Left, func(l reminder.Left) bool { return l.ID == id })
	return nil
}

func (f *Reminders) change(who care.Staff, id string, do func(*reminder.Reminder)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.kept[who.ID], func(r reminder.Reminder) bool { return r.ID == id })
	if i < 0 {
		return ledger.ErrNotFound
	}
	do(&f.kept[who.ID][i])
	return nil
}
