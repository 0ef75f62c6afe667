package cases

import (
	"slices"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// stageOf is the stage in which the runs of a kind begin; a transfer has none.
var stageOf = map[care.RunKind]care.Stage{
	care.RunService: care.StageSecondLevel, care.RunEquipe: care.StageEquipe, care.RunPlacement: care.StagePlacement,
	care.RunReferral: care.StageSecondLevel, care.RunFollowUp: care.StageFollowUp,
}

// pathOf draws the path of a case as a line of stages, each with the branches
// that began in it.
func pathOf(p care.Policy, file ledger.Case) []PathStage {
	branches := map[care.Stage][]PathBranch{}
	for _, b := range file.Branches {
		branches[stageOf[b.Kind]] = append(branches[stageOf[b.Kind]], branchOf(p, b))
	}
	now := slices.Index(care.Stages, file.Stage)
	var path []PathStage
	for i, stage := range care.Stages {
		shown := PathStage{Name: italian.Stage(stage), Branches: branches[stage]}
		reached := stage == care.StageFirstLevel || len(branches[stage]) > 0
		switch {
		case i == now && stage == care.StageClosed:
			shown.Class, shown.State = "done", "percorso concluso"
		case i == now:
			shown.Class, shown.State = "now", "il percorso è qui"
		case i > now && len(branches[stage]) == 0:
			shown.Class, shown.State = "ahead", "più avanti"
		case reached && slices.ContainsFunc(shown.Branches, func(b PathBranch) bool { return b.Class == "now" }):
			shown.Class, shown.State = "partly", "ancora in corso"
			if i > now {
				shown.State = "già in corso"
			}
		case reached:
			shown.Class, shown.State = "done", "fatto"
		default:
			shown.Class, shown.State = "skipped", "non è servito"
		}
		path = append(path, shown)
	}
	return path
}

func branchOf(p care.Policy, b ledger.Branch) PathBranch {
	shown := PathBranch{Class: "now", Name: present.BranchName(p, b), State: "in corso dal " + italian.Date(b.Started.In(italian.Rome))}
	if b.Ended != nil {
		shown.Class, shown.State = "done", italian.Ending(p, b.Outcome)
	}
	return shown
}
