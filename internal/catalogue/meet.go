package catalogue

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/speech"
	"percorso/internal/written"
)

// MeetingForm records a valid meeting with the person.
type MeetingForm struct {
	At          time.Time `json:"at" ask:"moment" doc:"When it was held; at most 30 days ago"`
	Interpreted string    `json:"interpreted,omitempty" enum:"not_needed,mediator,colleague,relative,telephone" doc:"Who interpreted; a child never does"`
	Note        string    `json:"note,omitempty" maxLength:"4000"`
	Circle      string    `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
}

// Meet records a valid meeting with the person, by any agency at work on the
// case: it resets the counter that the reviews run by.
var Meet = Operation[MeetingForm]{
	Facts: Facts{Code: care.OpMeet, On: OnCase, Path: "meetings", Slug: "incontro", Shown: AtHand, Offered: stillOpen},
	Check: func(form MeetingForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(!form.At.IsZero(), "at", care.RuleRequired)
		f = append(f, speech.CheckInterpreter("interpreted", form.Interpreted)...)
		f.Note("note", form.Note)
		written.CheckChoice(&f, string(care.OpMeet), form.Circle)
		return f
	},
	Dates: func(form MeetingForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "at", Meaning: care.MeetingTime, At: care.Given(form.At)}}
	},
	Answer:  func(form MeetingForm) care.Answer { return care.Answer{At: &form.At} },
	Example: func(w World) MeetingForm { return MeetingForm{At: w.Now} },
}
