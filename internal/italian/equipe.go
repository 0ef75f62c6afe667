package italian

import (
	"cmp"

	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/message"
)

// The words of the équipe, of the plan, and of what life does to a case.

// EquipeKind is a kind of équipe: "équipe tra enti".
func EquipeKind(k care.EquipeKind) string { return message.Of("equipe_kind", k) }

// SeatState says how far a seat of an équipe has come.
func SeatState(s care.SeatState) string { return message.Of("seat_state", s) }

// Opinion is what a seat says of the case (parere, masculine). Empty: not yet.
func Opinion(code string) string {
	if code == "" {
		return message.Say("opinion.not_yet")
	}
	return message.Of("opinion", code)
}

// Opinions lists what an opinion may be, for forms.
func Opinions() []care.Named {
	var list []care.Named
	for _, code := range []string{care.Favourable, care.WithConditions, care.Dissenting} {
		list = append(list, care.Named{Code: code, Name: Upper(Opinion(code))})
	}
	return list
}

// Signature says what became of a seat's signature under the plan. Empty: not yet.
func Signature(code string) string {
	if code == "" {
		return message.Say("signature.not_yet")
	}
	return message.Of("signature", code)
}

// PlanState is the state of the plan (progetto, masculine).
func PlanState(s care.PlanState) string { return message.Of("plan_state", s) }

// ActionState says how an action of the plan comes along; never reported: to do.
func ActionState(s care.ActionState) string {
	return message.Of("action_state", cmp.Or(s, care.ActionToDo))
}

// GoalResult says how far a goal was found to be reached.
func GoalResult(code string) string { return message.Of("goal_result", code) }

// SuspendReason says why a path is suspended.
func SuspendReason(code string) string { return message.Of("suspend_reason", code) }

// MeetingPlace says where a meeting of an équipe is held: the place, or by telephone, and who
// calls.
func MeetingPlace(how, place string) string {
	if how == gathering.ByTelephone {
		return message.Say("meeting_place.by_telephone", "Place", place)
	}
	return place
}
