package catalogue

import "percorso/internal/care"

// BookingForm books another level-2 service for an open case.
type BookingForm struct {
	care.Booking
	Note string `json:"note,omitempty" maxLength:"4000"`
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
		return f
	},
	Dates: func(form BookingForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "at", Meaning: care.AppointmentTime, At: care.Given(form.At)}}
	},
	Answer: func(form BookingForm) care.Answer {
		return care.Answer{Bookings: []care.Booking{form.Booking}}
	},
	Example: func(w World) BookingForm { return BookingForm{Booking: w.booking()} },
}
