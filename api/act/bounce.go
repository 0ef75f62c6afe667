package act

import (
	"context"

	"percorso/internal/ledger"
)

// Bounced tells a run that a mail of its came back. A mail that is reported
// again changes nothing. ledger.ErrNotFound: there is no such run, or it is over.
func (d *Door) Bounced(ctx context.Context, run, mail string) error {
	return d.runs.Tell(ctx, run, ledger.Bounced(run, mail))
}
