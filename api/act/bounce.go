package act

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Bounced notes that a mail about a run came back, whether or not that run has
// ended. A mail that is reported again changes nothing. ledger.ErrNotFound: no
// such mail was sent for that run.
func (d *Door) Bounced(ctx context.Context, who care.Staff, key, run, mail string) error {
	_, err := d.records.Accept(ctx, who, ledger.NewCommand{
		Key: key, Operation: care.OpMailBounced, Run: run, Target: mail, Answer: care.Answer{Operation: care.OpMailBounced},
	})
	return err
}
