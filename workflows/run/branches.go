package run

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A branch is a run that another one began: a service, an équipe, a placement. It
// is never awaited as a future: when it ends it reports to the case's inbox. A
// run has it open until it forgets it, which it does when the report has come.

// Begin begins a branch of the case, and gives the id of its run. What the branch
// is to know stands in the answer that opens it.
func (s *Standing) Begin(point string, kind care.RunKind, with care.Answer) (run string) {
	run = ledger.RunID(kind, s.IDOf(point))
	with.Operation, with.Case = care.OpOpen, s.Case
	if s.open(care.OpenPoint{Point: point, Kind: care.OpenRun, ID: run}) {
		s.Tell(run, with)
	}
	return run
}

// TakeOver takes over branches that another case began.
func (s *Standing) TakeOver(point string, runs []string) {
	for _, run := range runs {
		s.open(care.OpenPoint{Point: point + "/" + run, Kind: care.OpenRun, ID: run})
		if s.ending {
			s.Tell(run, care.Answer{Operation: care.OpEnd})
		}
	}
}

// Forget forgets a branch that has reported, or that is the run's no longer.
func (s *Standing) Forget(run string) {
	s.state.Open = slices.DeleteFunc(s.state.Open, func(o care.OpenPoint) bool { return o.ID == run })
}

// TellBranches tells the open branches of some kinds, and says whether there are any.
func (s *Standing) TellBranches(a care.Answer, kinds ...care.RunKind) (told bool) {
	for _, o := range s.state.Open {
		if o.Kind == care.OpenRun && slices.Contains(kinds, ledger.KindOf(o.ID)) {
			s.Tell(o.ID, a)
			told = true
		}
	}
	return told
}

// ofCase says whether the run is the case's own, and no branch.
func (s *Standing) ofCase() bool { return s.ID == s.Case }
