package italian

import (
	"strings"

	"percorso/internal/care"
	"percorso/internal/gathering"
)

// The words of the équipe, of the plan, and of what life does to a case.

var equipeKinds = map[care.EquipeKind]string{care.BetweenAgencies: "équipe tra enti", care.WithinAgency: "équipe dell’ente"}

// EquipeKind is a kind of équipe: "équipe tra enti".
func EquipeKind(k care.EquipeKind) string { return say(equipeKinds, k) }

var seatStates = map[care.SeatState]string{
	care.SeatInvited: "in attesa di conferma", care.SeatConfirmed: "partecipa, il parere è atteso", care.SeatSpoken: "ha dato il parere",
	care.SeatWaived: "non partecipa: si prosegue senza", care.SeatReplaced: "sostituito da un altro ruolo",
}

// SeatState says how far a seat of an équipe has come.
func SeatState(s care.SeatState) string { return say(seatStates, s) }

var opinions = map[string]string{
	care.Favourable: "favorevole", care.WithConditions: "favorevole con condizioni", care.Dissenting: "contrario",
	care.Tacit: "non dato: vale il silenzio",
}

// Opinion is what a seat says of the case (parere, masculine). Empty: not yet.
func Opinion(code string) string {
	if code == "" {
		return "non ancora dato"
	}
	return say(opinions, code)
}

// Opinions lists what an opinion may be, for forms.
func Opinions() []care.Named {
	var list []care.Named
	for _, code := range []string{care.Favourable, care.WithConditions, care.Dissenting} {
		list = append(list, care.Named{Code: code, Name: Upper(opinions[code])})
	}
	return list
}

var signatures = map[string]string{
	care.Signed: "ha firmato", care.Dissenting: "ha dichiarato il dissenso", string(care.SeatWaived): "non ha firmato in tempo",
	care.Tacit: "non ha firmato: vale il silenzio",
}

// Signature says what became of a seat's signature under the plan. Empty: not yet.
func Signature(code string) string {
	if code == "" {
		return "non ancora"
	}
	return say(signatures, code)
}

var planStates = map[care.PlanState]string{
	care.PlanDrafting: "in stesura", care.PlanProposed: "proposto all’équipe", care.PlanSignedOff: "firmato dall’équipe",
	care.PlanAgreed: "concordato con la persona", care.PlanActive: "attivo", care.PlanRevised: "sostituito da una nuova versione",
	care.PlanCompleted: "concluso", care.PlanDeclined: "non accettato dalla persona", care.PlanDropped: "abbandonato",
}

// PlanState is the state of the plan (progetto, masculine).
func PlanState(s care.PlanState) string { return say(planStates, s) }

var actionStates = map[care.ActionState]string{
	"": "da fare", care.ActionToDo: "da fare", care.ActionInProgress: "in corso", care.ActionDone: "fatta", care.ActionDropped: "lasciata",
}

// ActionState says how an action of the plan comes along; never reported: to do.
func ActionState(s care.ActionState) string { return say(actionStates, s) }

var goalResults = map[string]string{
	"reached": "raggiunto", "partly": "raggiunto in parte", "not_reached": "non raggiunto", "given_up": "lasciato",
}

// GoalResult says how far a goal was found to be reached.
func GoalResult(code string) string { return say(goalResults, code) }

var suspendReasons = map[string]string{
	"abroad": "persona all’estero", "health": "motivi di salute", "detention": "detenzione", "other": "altro motivo",
}

// SuspendReason says why a path is suspended.
func SuspendReason(code string) string { return say(suspendReasons, code) }

// MeetingPlace says where a meeting of an équipe is held: the place, or by telephone, and who
// calls.
func MeetingPlace(how, place string) string {
	if how == gathering.ByTelephone {
		return strings.TrimSuffix("per telefono, "+place, ", ")
	}
	return place
}
