package main

import (
	"context"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/workflows/contract"
)

// histories is what steps leave in Temporal.
type histories struct {
	loop loopHistory
	path pathHistory
}

// loopHistory is what one more step adds to a run that is under way.
type loopHistory struct{ steps, events, bytes int }

// pathHistory is a whole case from the desk to its closure, all its runs together.
type pathHistory struct {
	runs     int
	commands int // of people, worked by a process
	entries  int // these and what the processes told each other
	events   int
	bytes    int
}

// readHistories does some steps on a case that is under way, and walks another
// from the desk to its closure.
func readHistories(ctx context.Context, s *site, c *openCase) (h histories, err error) {
	say("histories")
	if err := renewCases(ctx, s, []*openCase{c}); err != nil {
		return h, err
	}
	events, bytes, err := s.history(ctx, c.placement)
	if err != nil {
		return h, err
	}
	w := &straight{s}
	h.loop.steps = 20
	for range h.loop.steps {
		if err := w.step(ctx, c); err != nil {
			return h, err
		}
	}
	h.loop.events, h.loop.bytes, err = s.history(ctx, c.placement)
	h.loop.events, h.loop.bytes = h.loop.events-events, h.loop.bytes-bytes
	if err != nil {
		return h, err
	}
	h.path, err = s.wholePath(ctx)
	return h, err
}

// history describes the present execution of a run.
func (s *site) history(ctx context.Context, run string) (events, bytes int, err error) {
	d, err := s.temporal.DescribeWorkflowExecution(ctx, run, "")
	if err != nil {
		return 0, 0, err
	}
	return int(d.GetWorkflowExecutionInfo().GetHistoryLength()), int(d.GetWorkflowExecutionInfo().GetHistorySizeBytes()), nil
}

// wholePath walks a case from the desk through level 2 and the placement into
// its follow-up, and closes it there.
func (s *site) wholePath(ctx context.Context) (h pathHistory, err error) {
	c := &openCase{}
	if err := s.open(ctx, c); err != nil {
		return h, err
	}
	soon := time.Now().AddDate(0, 0, 7)
	// The opening, two tasks of the desk, the sending to the CPI, its acknowledgement.
	h.commands = 5
	accept := func() error {
		_, err := s.callers[care.CPIOperator].Move(ctx, "", c.referral, care.OpAccept, care.ReferralMoveForm{})
		return err
	}
	for _, do := range []func() error{
		func() error { return s.do(ctx, c, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed}) },
		func() error { return s.do(ctx, c, care.Interview, care.Completion{Outcome: care.Held}) },
		func() error {
			return s.do(ctx, c, care.Assessment, care.Completion{Outcome: care.Resolved, Areas: []care.AreaFinding{{Area: "labour", Need: "serious"}}})
		},
		accept,
		func() error {
			return s.do(ctx, c, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: &soon})
		},
		func() error { return s.do(ctx, c, care.ServicePact, care.Completion{Outcome: care.Signed}) },
		func() error {
			return s.do(ctx, c, care.Measure, care.Completion{Outcome: care.Started, Measure: s.policy.Measures[0].Code, Until: &soon})
		},
		func() error { return s.do(ctx, c, care.PlacementOutcome, care.Completion{Outcome: care.Placed}) },
		func() error { return s.followed(ctx, c) },
		func() error { return closeCases(ctx, s, []*openCase{c}) },
	} {
		if err := do(); err != nil {
			return h, err
		}
	}
	h.commands += 9 // followed is no command
	runs, err := s.runsOf(ctx, c)
	if err != nil {
		return h, err
	}
	h.runs = len(runs)
	// Each branch is opened by an entry and reports by another; the follow-up is told to end.
	h.entries = h.commands + 2*(h.runs-1) + 1
	for _, run := range runs {
		err := awaited(ctx, "the end of "+run, func() (bool, error) {
			d, err := s.temporal.DescribeWorkflowExecution(ctx, run, "")
			return err == nil && d.GetWorkflowExecutionInfo().GetCloseTime() != nil, err
		})
		if err != nil {
			return h, err
		}
		events, bytes, err := s.history(ctx, run)
		if err != nil {
			return h, err
		}
		h.events, h.bytes = h.events+events, h.bytes+bytes
	}
	return h, nil
}

// followed waits until the case is in its follow-up, which nothing but time moves on.
func (s *site) followed(ctx context.Context, c *openCase) error {
	return awaited(ctx, "the follow-up", func() (bool, error) {
		file, err := s.records.CaseFile(ctx, s.staff[care.Supervisor], c.id)
		return err == nil && len(file.Branches) == 3 && file.Stage == care.StageFollowUp, err
	})
}

// runsOf lists the runs of a case.
func (s *site) runsOf(ctx context.Context, c *openCase) ([]string, error) {
	file, err := s.records.CaseFile(ctx, s.staff[care.Supervisor], c.id)
	if err != nil {
		return nil, err
	}
	runs := []string{contract.RunID(care.RunCase, c.id)}
	for _, b := range file.Branches {
		if !slices.Contains(runs, b.Run) {
			runs = append(runs, b.Run)
		}
	}
	return runs, nil
}
