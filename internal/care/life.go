package care

import "slices"

// BeginStages are the stages at which a path may begin that does not begin anew.
var BeginStages = []Stage{StageFirstLevel, StageSecondLevel, StageEquipe, StagePlacement, StageFollowUp}

// MayReopen says whether a case that was closed with an outcome may be reopened.
// What was opened by mistake, or merged, or goes on in another zone, stays
// closed, as does the path of who has died.
func MayReopen(outcome string) bool {
	return !slices.Contains([]string{OutcomeDeceased, OutcomeOpenedByMistake, OutcomeMerged, OutcomeTransferred}, outcome)
}
