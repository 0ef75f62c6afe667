package run

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// end ends the run with its outcome; a branch reports to its case.
func (r *Run) end(outcome care.Code) {
	r.effects.Ending = outcome
	if !r.ofCase() {
		report := r.Report
		report.Operation, report.Run, report.Outcome = care.OpReport, r.ID, outcome
		r.Tell(r.Case, report)
	}
}

// WindUp ends all that the run has open, the latest first. It tells each of its
// branches to end, and rests until all have reported.
func (r *Run) WindUp() error {
	r.ending = true
	r.DropOwn()
	r.state.Suspended = nil
	for _, o := range slices.Backward(r.state.Open) {
		r.Tell(o.ID, care.Answer{Operation: care.OpEnd})
	}
	for turn := 1; len(r.state.Open) > 0; turn++ {
		report, err := r.Await(Turn("ended", turn), isReport)
		if err != nil {
			return err
		}
		r.Forget(report.Run)
	}
	return nil
}

func isReport(e ledger.Entry) bool { return e.Answer.Operation == care.OpReport }
