package worker

import (
	"context"
	"time"

	"go.uber.org/zap"

	"percorso/activities"
	"percorso/internal/ledger"
	"percorso/internal/trace"
)

// loggedSteps writes a line for each step: whose click it belongs to, and what became
// of it. All of it is ids and codes.
type loggedSteps struct {
	activities.Steps
	log *zap.Logger
}

// Record writes a step.
func (s *loggedSteps) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	began := time.Now()
	res, err := s.Steps.Record(ctx, step)
	s.tell(step, res, err, time.Since(began))
	return res, err
}

// Defer notes that a step cannot be written.
func (s *loggedSteps) Defer(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	began := time.Now()
	res, err := s.Steps.Defer(ctx, step, code)
	s.tell(step, res, err, time.Since(began))
	return res, err
}

// Postpone notes that a step could not be written for a reason that may pass.
func (s *loggedSteps) Postpone(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	began := time.Now()
	res, err := s.Steps.Postpone(ctx, step, code)
	s.tell(step, res, err, time.Since(began))
	return res, err
}

// tell leaves what failed to the activity, which has its code.
func (s *loggedSteps) tell(step ledger.Step, res ledger.StepResult, err error, took time.Duration) {
	if err != nil {
		return
	}
	s.log.Info("step",
		zap.String("trace", trace.ID(trace.With(context.Background(), res.Trace))),
		zap.String("command", step.Entry.ID),
		zap.String("run", step.Run),
		zap.String("case", ledger.BareID(step.Case)),
		zap.String("operation", string(step.Entry.Answer.Operation)),
		zap.String("verdict", string(res.Verdict)),
		zap.String("refusal", res.Result.Refusal),
		zap.Duration("took", took),
	)
}
