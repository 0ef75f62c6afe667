package catalogue

import (
	"time"

	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/care"
)

// BookingForm books another level-2 service for an open case.
type BookingForm struct {
	care.Booking
	Beyond string `json:"beyond,omitempty" enum:"urgent,deadline,is_here,agreed,other" doc:"Why the place is given although there is none: by the supervisor or who works in the service; with other the note says it"`
	Joins  string `json:"joins,omitempty" ask:"-" doc:"Id of another person's appointment of the same service and time: they are expected together, and take one place"`
	Note   string `json:"note,omitempty" maxLength:"4000"`
}

// Book books another level-2 service for an open case.
var Book = Operation[BookingForm]{
	Facts: Facts{
		Code: care.OpBook, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "bookings", Slug: "prenota", Shown: AtHand, Gives: ToService, Offered: branching,
	},
	Check: func(form BookingForm, around Around) []care.Fault {
		var f care.Faults
		f.Booking(around.Policy, "", form.Booking)
		f.Note("note", form.Note)
		return append(append(f, agenda.CheckBeyond(form.Beyond, form.Note)...), agenda.CheckJoins(form.Joins, form.Beyond)...)
	},
	Dates: func(form BookingForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "at", Meaning: care.AppointmentTime, At: care.Given(form.At)}}
	},
	Answer: func(form BookingForm) care.Answer {
		return care.Answer{Bookings: []care.Booking{form.Booking}}
	},
	Example: func(w World) BookingForm { return BookingForm{Booking: w.booking()} },
}

// MoveAppointment gives an appointment another time, and CancelAppointment takes it off
// the agenda: whoever sees it asks, and says who has asked them.
var (
	MoveAppointment = Operation[agenda.Moving]{
		Facts: Facts{Code: care.OpMoveMeeting, On: OnAppointment, Path: "move", Moment: "appointment_moved"},
		Check: func(form agenda.Moving, _ Around) []care.Fault { return form.Check() },
		Dates: func(form agenda.Moving, _ care.TaskKind) []care.Dated {
			return append(form.Asked().Dates(), care.Dated{Field: "at", Meaning: care.AppointmentTime, At: care.Given(form.At)})
		},
		Answer: func(form agenda.Moving) care.Answer {
			return care.Answer{At: care.Given(form.At), Reason: form.Asked().Reason()}
		},
		Example: func(w World) agenda.Moving {
			return agenda.Moving{At: w.soon().Add(time.Duration(w.Rand.IntN(4)) * time.Hour), By: agenda.TheService, Why: pick(w, agenda.Whys), Note: exampleText}
		},
	}
	CancelAppointment = Operation[agenda.Cancelling]{
		Facts:  Facts{Code: care.OpCancelMeeting, On: OnAppointment, Path: "cancel", Ends: true},
		Check:  func(form agenda.Cancelling, _ Around) []care.Fault { return form.Check() },
		Dates:  func(form agenda.Cancelling, _ care.TaskKind) []care.Dated { return form.Dates() },
		Answer: func(form agenda.Cancelling) care.Answer { return care.Answer{Reason: form.Reason()} },
		Example: func(w World) agenda.Cancelling {
			return agenda.Cancelling{By: agenda.TheService, Why: pick(w, agenda.Whys), Note: exampleText}
		},
	}
)

// Arrive marks that the person of an appointment is here, for whoever receives them.
var Arrive = Operation[arrival.Mark]{
	Facts:   Facts{Code: care.OpArrive, On: OnAppointment, AtOnce: true, Path: "arrival"},
	Example: func(World) arrival.Mark { return arrival.Mark{} },
}
