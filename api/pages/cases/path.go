package cases

import (
	"fmt"
	"slices"
	"time"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// stageOf is the stage in which the runs of a kind begin; a transfer has none.
var stageOf = map[care.RunKind]care.Stage{
	care.RunService: care.StageSecondLevel, care.RunEquipe: care.StageEquipe, care.RunPlacement: care.StagePlacement,
	care.RunReferral: care.StageSecondLevel, care.RunFollowUp: care.StageFollowUp,
}

// span is from when until when a stage was; the zero time: it is not known, or it goes on.
type span struct{ from, to time.Time }

// spanOf is the time that the branches of a stage took, with whether one goes on.
func spanOf(branches []ledger.Branch) (s span, goesOn bool) {
	for _, b := range branches {
		if s.from.IsZero() || b.Started.Before(s.from) {
			s.from = b.Started
		}
		goesOn = goesOn || b.Ended == nil
		if b.Ended != nil && b.Ended.After(s.to) {
			s.to = *b.Ended
		}
	}
	if goesOn {
		s.to = time.Time{}
	}
	return s, goesOn
}

// pathOf draws the path of a case as a line of stages, each with the branches that began
// in it, its days, and where the path came back to it. It says of no stage what nobody
// has recorded. days counts working days.
func pathOf(p care.Policy, days func(from, to time.Time) int, file ledger.Case, at time.Time) []PathStage {
	of := map[care.Stage][]ledger.Branch{}
	var second time.Time // when the first branch began
	for _, b := range file.Branches {
		if stage := stageOf[b.Kind]; stage != "" {
			of[stage] = append(of[stage], b)
			if second.IsZero() || b.Started.Before(second) {
				second = b.Started
			}
		}
	}
	now := slices.Index(care.Stages, file.Stage)
	var path []PathStage
	for i, stage := range care.Stages {
		shown := PathStage{Name: italian.Stage(stage), X: 150 * i}
		took, goesOn := spanOf(of[stage])
		if stage == care.StageFirstLevel {
			took = span{file.Opened, second}
		}
		for _, b := range of[stage] {
			shown.Branches = append(shown.Branches, branchOf(p, b))
		}
		switch {
		case i == now && stage == care.StageClosed:
			shown.Class, shown.State = "done", message.Say("case_path.ended")
			if file.Closed != nil {
				shown.Days = []string{italian.Dated("", file.Closed.In(italian.Rome))}
			}
		case i == now:
			shown.Class, shown.State, took.to = "now", message.Say("case_path.here"), time.Time{}
		case i > now && len(of[stage]) == 0:
			shown.Class, shown.State = "ahead", message.Say("case_path.not_yet")
		case goesOn && i > now:
			shown.Class, shown.State = "partly", message.Say("case_path.already")
		case goesOn:
			shown.Class, shown.State = "partly", message.Say("case_path.still")
		case len(of[stage]) > 0:
			shown.Class, shown.State = "done", message.Say("case_path.branch_ended")
		case stage == care.StageFirstLevel && !second.IsZero():
			shown.Class, shown.State = "done", message.Say("case_path.went_on")
		case stage == care.StageFirstLevel:
			shown.Class, shown.State, took.to = "done", message.Say("case_path.closed_then"), closedAt(file)
		default:
			shown.Class, shown.State = "skipped", message.Say("case_path.skipped")
		}
		if !took.from.IsZero() && stage != care.StageClosed {
			shown.Days = daysOf(took, days, at)
		}
		shown.back(path, of, took.from)
		path = append(path, shown)
	}
	return path
}

func closedAt(file ledger.Case) time.Time {
	if file.Closed == nil {
		return time.Time{}
	}
	return *file.Closed
}

// daysOf says from when until when something was, and how long.
func daysOf(took span, days func(from, to time.Time) int, at time.Time) []string {
	from := took.from.In(italian.Rome)
	if !took.to.IsZero() && italian.Dated("", from) == italian.Dated("", took.to.In(italian.Rome)) {
		return []string{italian.Dated("", from)}
	}
	said := []string{italian.Dated("da", from)}
	until, lasts := took.to, took.to.IsZero()
	if lasts {
		until = at
	} else {
		said = append(said, italian.Dated("a", until.In(italian.Rome)))
	}
	switch n := days(took.from, until); {
	case n > 0 && lasts:
		said = append(said, message.Count("case_path.takes_since", n))
	case n > 0:
		said = append(said, message.Count("case_path.took", n))
	case !lasts:
		said = append(said, message.Say("case_path.within_a_day"))
	}
	return said
}

// back says of the stages before one where the path came back to them after it had begun.
func (s *PathStage) back(before []PathStage, of map[care.Stage][]ledger.Branch, began time.Time) {
	if began.IsZero() {
		return
	}
	for i := range before {
		for _, b := range of[care.Stages[i]] {
			if b.Started.After(began) && len(of[care.Stages[len(before)]]) > 0 {
				before[i].Back = message.Say("case_path.came_back", "Day", italian.Dated("", b.Started.In(italian.Rome)))
				before[i].Arc = fmt.Sprintf("M %d 44 C %d 4, %d 4, %d 44", s.X+16, s.X+16, before[i].X+16, before[i].X+16)
			}
		}
	}
}

func branchOf(p care.Policy, b ledger.Branch) PathBranch {
	shown := PathBranch{Class: "now", Name: present.BranchName(p, b), State: message.Say("case_path.under_way", "Since", italian.Dated("da", b.Started.In(italian.Rome)))}
	if b.Ended != nil {
		shown.Class, shown.State = "done", italian.Ending(p, b.Outcome)
	}
	return shown
}
