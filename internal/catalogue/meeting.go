package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/gathering"
)

// PlanMeeting plans a meeting of an équipe, or moves or calls off the one that is planned.
var PlanMeeting = Operation[gathering.MeetingPlan]{
	Facts: Facts{Code: care.OpPlanMeeting, On: OnEquipe, AtOnce: true, Asks: Minutes.Asks, Path: "meetings", Slug: "riunione"},
	Check: func(form gathering.MeetingPlan, around Around) []care.Fault {
		faults := form.Check(around.Policy)
		if around.Calendar != nil {
			faults = append(faults, form.Hour(around.Calendar.Location())...)
		}
		return faults
	},
	Dates: func(form gathering.MeetingPlan, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "at", Meaning: care.AppointmentTime, At: care.Given(form.At)}}
	},
	Example: func(w World) gathering.MeetingPlan {
		seat := pick(w, pick(w, w.Policy.Equipes).Seats)
		return gathering.MeetingPlan{At: w.soon(), How: gathering.ByTelephone, Invited: []gathering.Invited{{Role: seat.Role, Agency: w.Policy.RoleAgency(seat.Role)}}, Why: "Prova", Anyway: true}
	},
}
