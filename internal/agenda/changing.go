package agenda

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// MissedFor are the reasons for which an appointment does not take place.
var MissedFor = []string{care.GoodReason, "no_reason_given", care.OfficeUnable, care.NoInterpreter, NoSummons}

// NoSummons is that the person was never told of the appointment.
const NoSummons = "summons_not_received"

// CountsAs is what the process is told of a reason: whoever was never told of an appointment
// had a good one to miss it. The form keeps what was said.
func CountsAs(reason care.Code) care.Code {
	if reason == NoSummons {
		return care.GoodReason
	}
	return reason
}

// Excused says whether an absence does not count against who did not come.
func Excused(reason care.Code) bool {
	return slices.Contains(MissedFor, string(reason)) && reason != "no_reason_given"
}

// AfterItsHour says whether an outcome of a task says how an appointment went: that waits for
// its hour. Of one that nobody confirmed the task to confirm it says so.
func AfterItsHour(kind care.TaskKind, outcome care.Code) bool {
	return kind.SaysHowItWent() || kind == care.ConfirmAppointment && (outcome == care.Held || outcome == care.NoShow)
}

// NotBegun is the rule by which nobody says that something went well before its first day.
const NotBegun = "not_begun_yet"

// AfterItsStart says whether an outcome of a task says that something took place, which waits
// for the first day that who accepted it has named. That it will not be can be said before.
func AfterItsStart(kind care.TaskKind, outcome care.Code) bool {
	return kind == care.ReferralOutcome && outcome == care.Completed
}

// Who asks that an appointment be moved or cancelled.
const (
	ThePerson  = "person"
	ARelative  = "relative"
	Another    = "other" // an employer, another office, whoever rings
	TheService = "service"
)

// Askers lists them.
var Askers = []string{ThePerson, ARelative, Another, TheService}

// Whys are why it is asked: never what somebody suffers from, which belongs into a note.
var Whys = []string{"cannot_come", "office_cannot", "interpreter_missing", "other_cause"}

// Why an appointment cannot be moved or cancelled.
const (
	UnknownPair = "unknown_pair"    // no file has this number with this day of birth, or it is another one
	HourCame    = "hour_has_come"   // then it is to be said whether the person came
	OtherTime   = "has_other_time"  // than who asks has seen
	SameTime    = "has_this_time"   // already
	NotStanding = "not_standing"    // it was held, missed or cancelled meanwhile
	Elsewhere   = "person_expected" // somewhere else at that time

	StaffElsewhere = "participants_elsewhere" // somebody who takes part is
)

// Moving gives an appointment another time.
type Moving struct {
	At        time.Time  `json:"at" doc:"The new time, with its offset"`
	By        string     `json:"by" enum:"person,relative,other,service" doc:"Who asks"`
	Number    string     `json:"number,omitempty" maxLength:"40" doc:"Of the case file, as who asks says it; not where the service asks"`
	BirthDate *care.Date `json:"birth_date,omitempty" format:"date" doc:"Of the person, as who asks says it; not where the service asks"`
	Why       string     `json:"why" enum:"cannot_come,office_cannot,interpreter_missing,other_cause"`
	Was       *time.Time `json:"was,omitempty" doc:"When it is, as the caller has seen it; refused where it has another time by now"`
	Beyond    string     `json:"beyond,omitempty" enum:"urgent,deadline,is_here,agreed,other" doc:"Why the place is given although there is none: by the supervisor or who works in the service; with other the note says it"`
	Joins     string     `json:"joins,omitempty" ask:"-" doc:"Id of another person's appointment of the same service and time: they are expected together, and take one place"`
	Note      string     `json:"note,omitempty" maxLength:"4000"`
}

// Cancelling takes an appointment off the agenda.
type Cancelling struct {
	By        string     `json:"by" enum:"person,relative,other,service" doc:"Who asks"`
	Number    string     `json:"number,omitempty" maxLength:"40" doc:"Of the case file, as who asks says it; not where the service asks"`
	BirthDate *care.Date `json:"birth_date,omitempty" format:"date" doc:"Of the person, as who asks says it; not where the service asks"`
	Why       string     `json:"why" enum:"cannot_come,office_cannot,interpreter_missing,other_cause"`
	Was       *time.Time `json:"was,omitempty" doc:"When it is, as the caller has seen it; refused where it has another time by now"`
	Note      string     `json:"note,omitempty" maxLength:"4000"`
}

// Asked is a move without its time: who asks, and why.
func (m Moving) Asked() Cancelling {
	return Cancelling{By: m.By, Number: m.Number, BirthDate: m.BirthDate, Why: m.Why, Was: m.Was, Note: m.Note}
}

// Check says what is wrong with the form.
func (m Moving) Check() []care.Fault {
	f := care.Faults(m.Asked().Check())
	f.Add(!m.At.IsZero(), "at", care.RuleRequired)
	f.Add(m.Was == nil || !m.Was.Equal(m.At), "at", SameTime)
	return append(append(f, CheckBeyond(m.Beyond, m.Note)...), CheckJoins(m.Joins, m.Beyond)...)
}

// Check says what is wrong with the form. Whoever is not of the service says first of
// whom they speak: by the number of the file and the day of birth.
func (c Cancelling) Check() []care.Fault {
	var f care.Faults
	f.Add(c.By != "", "by", care.RuleRequired)
	f.Add(c.By == "" || slices.Contains(Askers, c.By), "by", care.RuleUnknownCode)
	f.Add(c.By == TheService || care.Said(c.Number), "number", care.RuleRequired)
	f.Add(c.By == TheService || c.BirthDate != nil, "birth_date", care.RuleRequired)
	f.Add(c.Why != "", "why", care.RuleRequired)
	f.Add(c.Why == "" || slices.Contains(Whys, c.Why), "why", care.RuleReason)
	f.Text("number", c.Number, 40)
	f.Note("note", c.Note)
	return f
}

// Dates are what the form says with a date.
func (c Cancelling) Dates() []care.Dated {
	return []care.Dated{{Field: "birth_date", Meaning: care.BirthDay, At: c.BirthDate.Time()}, {Field: "was", Meaning: care.ListBound, At: c.Was}}
}

// Reason is what the process gets of who asks: whether the service cannot, or the person.
func (c Cancelling) Reason() care.Code {
	if c.By == TheService {
		return care.ServiceUnavailable
	}
	return care.PersonCancelled
}
