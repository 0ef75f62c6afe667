// Package counter is how the API tells of who comes to a counter.
package counter

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/queue"
)

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
