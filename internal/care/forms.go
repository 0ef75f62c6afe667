package care

import "time"

// ReferralMoveForm is the form of an operation on a referral.
type ReferralMoveForm struct {
	Reason string `json:"reason,omitempty" doc:"Code; required to reject"`
	Agency string `json:"agency,omitempty" doc:"Code of the agency to redirect to"`
	Note   string `json:"note,omitempty" maxLength:"4000" doc:"Free text for the other side; required to ask for more and to supply it"`
}

// Answer strips the form to its codes.
func (f ReferralMoveForm) Answer(op Operation) Answer {
	return Answer{Operation: op, Reason: f.Reason, Agency: f.Agency}
}

// Assignment is the form of a supervisor's reassign, extend and remind.
type Assignment struct {
	Role  Role       `json:"role,omitempty" doc:"To whom a task is reassigned: a role of the zone"`
	Until *time.Time `json:"until,omitempty" doc:"The new term of an extension"`
	Note  string     `json:"note,omitempty" maxLength:"4000" doc:"Why"`
}

// BookingForm books another level-2 service for an open case.
type BookingForm struct {
	Booking
	Note string `json:"note,omitempty" maxLength:"4000"`
}

// Answer strips the form to its codes.
func (f BookingForm) Answer() Answer {
	return Answer{Operation: OpBook, Bookings: []Booking{f.Booking}}
}

// EarlyClosure closes a case from any stage.
type EarlyClosure struct {
	Outcome string `json:"outcome" doc:"Code of a closure outcome of the zone"`
	Note    string `json:"note,omitempty" maxLength:"4000" doc:"Why"`
}

// Answer strips the form to its codes.
func (f EarlyClosure) Answer() Answer { return Answer{Operation: OpClose, Reason: f.Outcome} }

// SendToCPI refers a case to the employment centre.
type SendToCPI struct {
	Note string `json:"note,omitempty" maxLength:"4000" doc:"Free text; it stays in the case file"`
}

// Answer strips the form to its codes.
func (f SendToCPI) Answer() Answer { return Answer{Operation: OpSendToCPI} }
