package apitest

import (
	"context"
	"slices"
	"sync"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
)

// SomeProviders are those of the zone of the pages.
var SomeProviders = []care.Provider{
	{Code: "coop_prova", Name: "Cooperativa di prova", Email: "coop@partner.example", Phone: "0574 000010", Lots: []care.Lot{
		{Code: "asia", Hours: 10, Languages: []string{"bn", "ur"}, Notice: care.Duration{N: 2, Unit: care.WorkingDays}, Unit: 30, Modes: agenda.Modes, Parallel: 1},
	}},
	{Code: "lontano", Name: "Mediazione a distanza di prova", Email: "lontano@partner.example", Lots: []care.Lot{
		{Code: "telefono", Hours: 5, Languages: []string{"bn"}, Notice: care.Duration{N: 4, Unit: care.Hours}, Unit: 15, Modes: agenda.Modes, Parallel: 3},
	}},
}

// MediatorLink is that of the coordinator who was asked.
const MediatorLink = "0190f0f0-0000-7000-8000-0000000000b1"

// Requests keeps in memory one mediator who is asked for, and what was asked last.
type Requests struct {
	mu   sync.Mutex
	now  func() time.Time
	One  mediation.Request
	Form mediation.Form // of who was asked for, or rung up, last
	Used int            // minutes of the first lot
	Fail error
}

// NewRequests keeps one in a week, which its provider has not answered.
func NewRequests(now func() time.Time) *Requests {
	at := now().AddDate(0, 0, 7)
	return &Requests{now: now, Used: 480, One: mediation.Request{
		ID: SomeID, Zone: "prato", Agency: "comune", Language: "bn", Matter: "housing_support", Place: "Ufficio di prova, via di Prova, 1", Mode: agenda.InPerson,
		At: at, Until: at.Add(time.Hour), State: mediation.Requested, Provider: "coop_prova", Lot: "asia", Link: MediatorLink, CancelBy: at.AddDate(0, 0, -2),
	}}
}

// Mediations is that one.
func (f *Requests) Mediations(_ context.Context, _ care.Staff, over bool) ([]mediation.Request, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if over == f.One.State.Open() {
		return nil, f.Fail
	}
	return []mediation.Request{f.One}, f.Fail
}

// Mediation is that one, of which its provider was asked.
func (f *Requests) Mediation(_ context.Context, _ care.Staff, id string) (mediation.Request, []mediation.Asked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != f.One.ID {
		return mediation.Request{}, nil, ledger.ErrNotFound
	}
	return f.One, []mediation.Asked{{Provider: f.One.Provider, Lot: f.One.Lot, At: f.now()}}, f.Fail
}

// MediationFor is that one, where it is for the appointment.
func (f *Requests) MediationFor(_ context.Context, _ care.Staff, appointment string) (*mediation.Request, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.One.Appointment != appointment {
		return nil, f.Fail
	}
	one := f.One
	return &one, f.Fail
}

// Balances have used so much of the first lot.
func (f *Requests) Balances(context.Context, care.Staff) ([]mediation.Balance, error) {
	return mediation.Balances(care.Policy{Providers: SomeProviders}, []mediation.Spent{{Lot: "asia", Used: f.Used}}), f.Fail
}

// AskMediator keeps the form, where it is right.
func (f *Requests) AskMediator(_ context.Context, _ care.Staff, _ string, form mediation.Form) (mediation.Request, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if form.Appointment != "" {
		form.At = f.One.At
	}
	cal, err := calendar.New(somePolicy())
	if err != nil {
		return mediation.Request{}, err
	}
	if faults := form.Check(care.Policy{Providers: SomeProviders, Matters: []care.Named{{Code: form.Matter}}}, cal, f.now()); len(faults) > 0 {
		return mediation.Request{}, care.Refuse(faults...)
	}
	f.Form = form
	return f.One, f.Fail
}

// NoteCall keeps the form, where it is right.
func (f *Requests) NoteCall(_ context.Context, _ care.Staff, _ string, form mediation.Form) (mediation.Request, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if faults := form.CheckCall(care.Policy{Providers: SomeProviders, Matters: []care.Named{{Code: form.Matter}}}); len(faults) > 0 {
		return mediation.Request{}, care.Refuse(faults...)
	}
	f.Form = form
	return f.One, f.Fail
}

// act changes it, where that may be done.
func (f *Requests) act(act mediation.Act, change func()) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.One.Acts(f.now()), act) {
		return mediation.Changed()
	}
	change()
	return f.Fail
}

// AskNext asks another lot.
func (f *Requests) AskNext(_ context.Context, _ care.Staff, _, _, lot string) error {
	provider, _, ok := mediation.LotOf(care.Policy{Providers: SomeProviders}, lot)
	if !ok {
		return care.Refuse(care.Fault{Field: "lot", Rule: mediation.RuleLot})
	}
	return f.act(mediation.Ask, func() { f.One.Lot, f.One.Provider, f.One.State = lot, provider.Code, mediation.Requested })
}

// AcceptProposal takes the other time, where it is the one that was seen.
func (f *Requests) AcceptProposal(_ context.Context, _ care.Staff, _ string, seen time.Time) error {
	if f.One.ProposedAt != nil && !seen.Equal(*f.One.ProposedAt) {
		return mediation.Changed()
	}
	return f.act(mediation.Accept, func() { f.One.At, f.One.State = *f.One.ProposedAt, mediation.Confirmed })
}

// CallOff ends it.
func (f *Requests) CallOff(_ context.Context, _ care.Staff, _ string, byProvider bool) (mediation.State, error) {
	err := f.act(mediation.Call, func() { f.One.State = f.One.CalledOff(byProvider, f.now()) })
	return f.One.State, err
}

// NoteHeld keeps the minutes.
func (f *Requests) NoteHeld(_ context.Context, _ care.Staff, _ string, minutes int) error {
	if faults := mediation.CheckMinutes(minutes); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	return f.act(mediation.Held, func() { f.One.State, f.One.Used, f.One.Counted = mediation.Done, minutes, minutes })
}

// MediationByLink is that one.
func (f *Requests) MediationByLink(_ context.Context, link string) (*mediation.Request, mediation.Asked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if link != MediatorLink {
		return nil, mediation.Asked{}, ledger.ErrNotFound
	}
	one := f.One
	return &one, mediation.Asked{}, f.Fail
}

// Answer takes what the coordinator says.
func (f *Requests) Answer(_ context.Context, _ string, a mediation.Answer) (mediation.Request, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.One.Answers(f.now()), a.What) {
		return f.One, mediation.Changed()
	}
	cal, err := calendar.New(somePolicy())
	if err != nil {
		return f.One, err
	}
	if faults := a.Check(f.One, somePolicy(), cal, f.now()); len(faults) > 0 {
		return f.One, care.Refuse(faults...)
	}
	f.One.State, f.One.Mediator = a.What, a.Mediator
	if a.What == mediation.Proposed {
		f.One.ProposedAt = &a.At
	}
	return f.One, f.Fail
}
