package api

import (
	"context"
	"encoding/json"

	"go.uber.org/zap"

	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/trace"
)

// followed writes a line for each command that becomes durable, so that its request
// and what its run makes of it are found by one another's ids.
type followed struct {
	Records
	log *zap.Logger
}

// Accept makes a command durable.
func (f *followed) Accept(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	cmd, err := f.Records.Accept(ctx, s, c)
	f.tell(ctx, cmd, err)
	return cmd, err
}

// Assign works a command on a task.
func (f *followed) Assign(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	cmd, err := f.Records.Assign(ctx, s, c)
	f.tell(ctx, cmd, err)
	return cmd, err
}

// UseLink makes a partner's command durable.
func (f *followed) UseLink(ctx context.Context, id string, op care.Operation, a care.Answer, data json.RawMessage) (ledger.Command, error) {
	cmd, err := f.Records.UseLink(ctx, id, op, a, data)
	f.tell(ctx, cmd, err)
	return cmd, err
}

// tell leaves out what somebody has typed: ids and codes are enough.
func (f *followed) tell(ctx context.Context, cmd ledger.Command, err error) {
	if err != nil {
		return
	}
	f.log.Info("command",
		zap.String("request", problem.RequestOf(ctx).ID),
		zap.String("trace", trace.ID(ctx)),
		zap.String("command", cmd.ID),
		zap.String("run", cmd.Run),
		zap.String("case", ledger.BareID(cmd.Answer.Case)),
		zap.String("operation", string(cmd.Operation)),
		zap.String("state", string(cmd.State)),
	)
}
