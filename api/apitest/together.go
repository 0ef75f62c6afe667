package apitest

import (
	"context"
	"slices"
	"sync"
	"time"

	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/together"
)

// Together keeps in memory who takes part in the appointments of the pages.
type Together struct {
	mu   sync.Mutex
	now  func() time.Time
	List []together.Participant
	Said []together.Part
	Also []together.Beside
	Left []together.Vacancy
	Fail error
}

// NewTogether has an operator of the employment centre in the first appointment.
func NewTogether(now func() time.Time) *Together {
	return &Together{now: now, List: []together.Participant{
		{ID: SomeID, Appointment: SomeID, Staff: SomeCPI.ID, Name: SomeCPI.Name, Role: SomeCPI.Role, Agency: SomeCPI.Agency, AddedBy: SomeWorker.Name, Uncovered: together.Away},
	}}
}

// Participants are those of the appointments that are asked for.
func (f *Together) Participants(_ context.Context, _ care.Staff, appointments []string) (list []together.Participant, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.List {
		if slices.Contains(appointments, p.Appointment) {
			list = append(list, p)
		}
	}
	return list, f.Fail
}

// Beside are those that a test puts there.
func (f *Together) Beside(_ context.Context, _ care.Staff, appointments []string) (list []together.Beside, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.Also {
		if slices.Contains(appointments, b.Appointment) {
			list = append(list, b)
		}
	}
	return list, f.Fail
}

// Vacancies are those that a test puts there.
func (f *Together) Vacancies(context.Context, care.Staff) ([]together.Vacancy, error) {
	return f.Left, f.Fail
}

// MayAttend are two of two agencies.
func (f *Together) MayAttend(context.Context, care.Staff, string) ([]together.Professional, error) {
	return []together.Professional{
		{ID: SomeCPI.ID, Name: SomeCPI.Name, Role: SomeCPI.Role, Agency: SomeCPI.Agency}, {ID: SomeWorker.ID, Name: SomeWorker.Name, Role: SomeWorker.Role, Agency: SomeWorker.Agency},
	}, f.Fail
}

// Organizes says that everybody does but the employment centre.
func (f *Together) Organizes(_ context.Context, who care.Staff, _ string) (bool, error) {
	return who.Agency != SomeCPI.Agency, f.Fail
}

// Meetings is one at noon of the first day.
func (f *Together) Meetings(_ context.Context, _ care.Staff, _ string, from, to time.Time) ([]together.Meeting, error) {
	at := f.now()
	if at.Before(from) || !at.Before(to) {
		return nil, f.Fail
	}
	return []together.Meeting{{ID: SomeID, Run: "equipe/" + SomeID, CaseID: AnotherID, At: at, How: gathering.InPerson, Place: "Sala di prova"}}, f.Fail
}

// Outcomes are what was said.
func (f *Together) Outcomes(context.Context, care.Staff, []string) ([]together.Part, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Said, f.Fail
}

// AddParticipant adds somebody; nobody is refused.
func (f *Together) AddParticipant(_ context.Context, who care.Staff, key, appointment, staff string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if staff == "" {
		return care.Refuse(care.Fault{Field: "staff", Rule: care.RuleRequired})
	}
	f.List = append(f.List, together.Participant{ID: key, Appointment: appointment, Staff: staff, Name: "Persona Aggiunta", Role: who.Role, Agency: who.Agency, AddedBy: who.Name})
	return f.Fail
}

// EndParticipant takes somebody out.
func (f *Together) EndParticipant(_ context.Context, who care.Staff, _, id, why string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if faults := together.CheckWhy(why); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	for i := range f.List {
		if f.List[i].ID == id {
			now := f.now()
			f.List[i].EndedAt, f.List[i].EndedBy, f.List[i].Why = &now, who.Name, why
		}
	}
	return f.Fail
}

// SayOutcome keeps what is said.
func (f *Together) SayOutcome(_ context.Context, who care.Staff, appointment string, said together.Outcome) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if faults := said.Check(); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	f.Said = append(f.Said, together.Part{Appointment: appointment, Agency: who.Agency, Held: *said.Held, Note: said.Note, Circle: said.Circle, ByName: who.Name, At: f.now()})
	return f.Fail
}
