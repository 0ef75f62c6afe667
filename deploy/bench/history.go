package main

import "context"

// loopHistory is what one more step adds to a run that is under way.
type loopHistory struct{ steps, events, bytes int }

// readHistory does some steps on a case that is under way.
func readHistory(ctx context.Context, s *site, c *openCase) (h loopHistory, err error) {
	say("histories")
	if err := renewCases(ctx, s, []*openCase{c}); err != nil {
		return h, err
	}
	events, bytes, err := s.history(ctx, c.placement)
	if err != nil {
		return h, err
	}
	w := &straight{s}
	h.steps = 20
	for range h.steps {
		if err := w.step(ctx, c); err != nil {
			return h, err
		}
	}
	h.events, h.bytes, err = s.history(ctx, c.placement)
	h.events, h.bytes = h.events-events, h.bytes-bytes
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
