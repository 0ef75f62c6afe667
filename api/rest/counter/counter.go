// Package counter is how the API tells of who comes to a counter.
package counter

import (
	"context"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/ledger"
	"percorso/internal/queue"
)

// Numbers is what the API reads and writes of who came to a desk without an appointment.
type Numbers interface {
	Numbers(ctx context.Context, who care.Staff) ([]queue.Ticket, error)
	Days(ctx context.Context, who care.Staff) ([]queue.Day, error)
	Take(ctx context.Context, who care.Staff, key string, form queue.NewNumber) (queue.Ticket, error)
	CallNext(ctx context.Context, who care.Staff, key string) (queue.Ticket, error)
	Becomes(ctx context.Context, who care.Staff, id string, to queue.State) (queue.Ticket, error)
}

// Consults is what the API reads and writes of who is called to a desk at once.
type Consults interface {
	Calls(ctx context.Context, who care.Staff) ([]consult.Call, error)
	Ring(ctx context.Context, who care.Staff, key, task string) error
	Answer(ctx context.Context, who care.Staff, id string, answer consult.Answer) error
}

// ContactJSON is a contact at the desk.
type ContactJSON struct {
	ID          string    `json:"id"`
	Topic       string    `json:"topic"`
	Language    string    `json:"language"`
	Channel     string    `json:"channel"`
	Citizenship string    `json:"citizenship,omitempty"`
	Outcome     string    `json:"outcome"`
	Note        string    `json:"note,omitempty"`
	CaseFileID  string    `json:"case_file_id,omitempty" doc:"The case file that grew from it"`
	At          time.Time `json:"at"`
}

// ContactOf converts.
func ContactOf(c ledger.Contact) ContactJSON {
	return ContactJSON{
		ID: c.ID, Topic: c.Topic, Language: c.Language, Channel: c.Channel, Citizenship: c.Citizenship,
		Outcome: c.Outcome, Note: c.Note, CaseFileID: c.CaseID, At: c.At,
	}
}

// NewContactJSON records one.
type NewContactJSON struct {
	Topic       string `json:"topic" maxLength:"100" doc:"Code of a topic of the zone's desk"`
	Language    string `json:"language" maxLength:"35" doc:"BCP 47"`
	Channel     string `json:"channel" maxLength:"100" doc:"Code of a channel of the zone's desk"`
	Citizenship string `json:"citizenship,omitempty" maxLength:"2" doc:"A state by ISO 3166-1 alpha-2, no territory; XX: stateless; left out where it is not known"`
	Outcome     string `json:"outcome" maxLength:"100" doc:"information or consultation"`
	Note        string `json:"note,omitempty" maxLength:"4000" doc:"Without names"`
}

// Contact converts.
func (j NewContactJSON) Contact() ledger.NewContact {
	return ledger.NewContact{Topic: j.Topic, Language: j.Language, Channel: j.Channel, Citizenship: j.Citizenship, Outcome: j.Outcome, Note: j.Note}
}

// AppointmentJSON is an appointment.
type AppointmentJSON struct {
	ID         string     `json:"id"`
	CaseFileID string     `json:"case_file_id"`
	CaseNumber string     `json:"case_number"`
	Person     string     `json:"person,omitempty" doc:"Name; not there where the caller may not know it"`
	Service    string     `json:"service"`
	Matter     string     `json:"matter,omitempty"`
	State      string     `json:"state" doc:"booked, confirmed, held, no_show or cancelled"`
	At         time.Time  `json:"at"`
	Suspended  bool       `json:"suspended,omitempty" doc:"It was kept while its case stands still"`
	ArrivedAt  *time.Time `json:"arrived_at,omitempty" doc:"When the person came, as whoever receives them has marked it"`
	Mediator   string     `json:"mediator,omitempty" doc:"Of the one who was asked for: requested, proposed (for another hour), confirmed or declined"`
	Beyond     string     `json:"beyond,omitempty" enum:"extra,out_of_hours" doc:"It has a place beyond those that there are: in a session that is full, or when the service receives nobody"`
	BeyondWhy  string     `json:"beyond_why,omitempty" doc:"Why it was given all the same: urgent, deadline, is_here, agreed or other"`
}

// Exceed says of appointments which of them have a place beyond those that there are.
func Exceed(list []AppointmentJSON, given []agenda.Given) {
	for i := range list {
		for _, g := range given {
			if g.ID == list[i].ID {
				list[i].Beyond, list[i].BeyondWhy = g.As, g.Why
			}
		}
	}
}

// AppointmentOf converts.
func AppointmentOf(a ledger.Appointment) AppointmentJSON {
	return AppointmentJSON{
		ID: a.ID, CaseFileID: a.CaseID, CaseNumber: a.CaseNumber, Person: a.Person,
		Service: a.Service, Matter: a.Matter, State: a.State, At: a.At, Suspended: a.Suspended, ArrivedAt: a.Arrived, Mediator: a.Mediator,
	}
}

// DeskNumberJSON is a number of somebody who came without an appointment.
type DeskNumberJSON struct {
	ID       string      `json:"id"`
	Number   string      `json:"number" doc:"As it is called: S7"`
	Topic    string      `json:"topic"`
	Language string      `json:"language"`
	State    queue.State `json:"state" doc:"waiting, called, served or gone"`
	TakenAt  time.Time   `json:"taken_at"`
	CalledAt *time.Time  `json:"called_at,omitempty"`
}

// NumberOf converts.
func NumberOf(t queue.Ticket) DeskNumberJSON {
	return DeskNumberJSON{t.ID, t.Said(), t.Topic, t.Language, t.State, t.Taken, t.Called}
}

// DeskNumberState says what has become of a number.
type DeskNumberState struct {
	State queue.State `json:"state" enum:"waiting,called,served,gone"`
}

// DeskDayJSON is what is left of the numbers of a day that is over.
type DeskDayJSON struct {
	Day    care.Date `json:"day" format:"date"`
	Taken  int       `json:"taken"`
	Served int       `json:"served"`
	Gone   int       `json:"gone" doc:"Or never called"`
}

// DayOf converts.
func DayOf(d queue.Day) DeskDayJSON {
	return DeskDayJSON{*care.DateOf(d.Day), d.Taken, d.Served, d.Gone}
}

// ConsultCallJSON is a consult that is to be held at a desk.
type ConsultCallJSON struct {
	TaskID     string     `json:"task_id"`
	CaseNumber string     `json:"case_number"`
	Rings      []RingJSON `json:"rings" nullable:"false" doc:"Who was rung for it, the last one last"`
}

// RingJSON is that one member of staff was called.
type RingJSON struct {
	ID      string         `json:"id"`
	StaffID string         `json:"staff_id"`
	Name    string         `json:"name"`
	At      time.Time      `json:"at"`
	Until   time.Time      `json:"until" doc:"Then the supervisor is told"`
	Answer  consult.Answer `json:"answer,omitempty" doc:"coming, in_ten_minutes or cannot; not there: none yet"`
}

// RingAnswer is what who is rung says.
type RingAnswer struct {
	Answer consult.Answer `json:"answer" enum:"coming,in_ten_minutes,cannot"`
}

// CallOf converts.
func CallOf(c consult.Call) ConsultCallJSON {
	j := ConsultCallJSON{TaskID: c.Task, CaseNumber: c.Number, Rings: []RingJSON{}}
	for _, r := range c.Rings {
		j.Rings = append(j.Rings, RingJSON{r.ID, r.Staff, r.Name, r.At, r.Until, r.Answer})
	}
	return j
}
