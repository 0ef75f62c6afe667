package act

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Bounced makes the report that a mail of a run came back durable, and tells the
// run. A mail that is reported again changes nothing. ledger.ErrNotFound: no such
// mail was sent for that run.
func (d *Door) Bounced(ctx context.Context, who care.Staff, key, run, mail string) error {
	cmd, err := d.records.Accept(ctx, who, ledger.NewCommand{
		Key: key, Operation: care.OpMailBounced, Run: run, Target: mail, Answer: ledger.Bounced(run, mail).Answer,
	})
	if err == nil && cmd.State == ledger.CommandAccepted {
		// Nobody waits for what comes of it: where the run is not told now, the relay tells it.
		_ = d.runs.Tell(ctx, cmd.Run, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer})
	}
	return err
}
