package workflows

import (
	"percorso/internal/care"
	"percorso/workflows/run"
)

// processes are what each kind of run does.
var processes = map[care.RunKind]*run.Process{
	care.RunCase:      caseProcess,
	care.RunService:   secondLevelProcess,
	care.RunEquipe:    equipeProcess,
	care.RunPlacement: placementProcess,
	care.RunReferral:  referralProcess,
	care.RunFollowUp:  followUpProcess,
	care.RunTransfer:  transferProcess,
}

// Courses are the numbers of the newest course that this code knows, by kind of run.
func Courses() map[care.RunKind]int {
	courses := map[care.RunKind]int{}
	for kind, p := range processes { // in any order: nothing follows from it
		courses[kind] = p.Course
	}
	return courses
}
