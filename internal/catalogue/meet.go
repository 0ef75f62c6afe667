package catalogue

import (
	"time"

	"percorso/internal/care"
)

// MeetingForm records a valid meeting with the person.
type MeetingForm struct {
	At   time.Time `json:"at" doc:"When it was held; at most 30 days ago"`
	Note string    `json:"note,omitempty" maxLength:"4000"`
}

// meetingCounts is for how long after it was held a meeting may be recorded.
const meetingCounts = 30 * 24 * time.Hour

// Meet records a valid meeting with the person, by any agency at work on the
// case: it resets the counter that the reviews run by.
var Meet = Operation[MeetingForm]{
	Facts: Facts{Code: care.OpMeet, On: OnCase, Path: "meetings", Slug: "incontro", Offered: stillOpen},
	Check: func(form MeetingForm, around Around) []care.Fault {
		var f care.Faults
		f.Add(!form.At.IsZero(), "at", care.RuleRequired)
		f.Add(!form.At.After(around.Now), "at", care.RuleInTheFuture)
		f.Add(form.At.IsZero() || form.At.After(around.Now.Add(-meetingCounts)), "at", care.RuleTooLongAgo)
		f.Note("note", form.Note)
		return f
	},
	Answer:  func(form MeetingForm) care.Answer { return care.Answer{At: &form.At} },
	Example: func(w World) MeetingForm { return MeetingForm{At: w.Now} },
}
