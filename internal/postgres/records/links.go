package records

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// links is what a partner without accounts does. It goes through functions that
// see one link and what it opens: nobody of the staff is the caller.
type links struct{ *store }

const selectLink = `SELECT o.*, link_answered($1) AS answered FROM open_link($1) o`

// OpenLink reads a one-time link, used or not. It changes nothing of it, since
// those who scan mails open links too; the look leaves a line in the audit.
// ledger.ErrNotFound: there is none.
func (r links) OpenLink(ctx context.Context, id string) (l ledger.Link, err error) {
	if !care.IsID(id) {
		return l, ledger.ErrNotFound
	}
	err = postgres.Within(ctx, r.pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
		if l, err = postgres.One[ledger.Link](ctx, tx, selectLink, id); err != nil {
			return postgres.Missing(err)
		}
		_, err = tx.Exec(ctx, `SELECT note_link($1, $2)`, id, l.Snapshot != nil)
		return err
	})
	return l, err
}

// UseLink uses a link once: what the partner asks becomes an accepted command,
// which wakes its run. ledger.ErrNotFound: nothing may happen, since the link was
// used or has expired, or this is not asked of the partner now. Where it was used
// for this very answer, the command that it then made comes along.
func (r links) UseLink(ctx context.Context, id string, operation care.Operation, answer care.Answer, data json.RawMessage) (cmd ledger.Command, err error) {
	if !care.IsID(id) {
		return cmd, ledger.ErrNotFound
	}
	// The link is the caller of its own command, under its own id as the key, and of nothing else.
	caller, used := "link/"+id, false
	err = postgres.Acting(ctx, r.pool, postgres.Link(caller), func(b *pgx.Batch) { claimKey(b, caller, id) }, func(tx postgres.Tx) error {
		link, err := postgres.One[ledger.Link](ctx, tx, selectLink, id)
		if err != nil {
			return postgres.Missing(err)
		}
		if err := r.codesOnly(ctx, tx, link.Zone, answer); err != nil {
			return err
		}
		var command string
		err = tx.QueryRow(ctx, `SELECT command_id FROM use_link($1, $2, $3, $4)`, id, operation, answer, postgres.OrNull(data)).Scan(&command)
		if used = err == nil; used {
			cmd, err = postgres.One[ledger.Command](ctx, tx, `SELECT `+commandColumns+` FROM command WHERE id = $1`, command)
		} else if errors.Is(err, pgx.ErrNoRows) {
			cmd, err = postgres.One[ledger.Command](ctx, tx, `SELECT `+commandColumns+` FROM command
				WHERE caller = $1 AND key = $2 AND digest = link_digest($3, $4::jsonb)`, caller, id, operation, postgres.OrNull(data))
		}
		return postgres.Missing(err)
	})
	if err == nil && !used {
		err = ledger.ErrNotFound
	}
	return cmd, err
}

// RenewLink mails a new link to the partner's registered address.
// ledger.ErrNotFound: nothing is asked of the partner any more, or a link was
// sent just now.
func (r links) RenewLink(ctx context.Context, id string) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	return postgres.Acting(ctx, r.pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
		var sent bool
		if err := tx.QueryRow(ctx, `SELECT renew_link($1)`, id).Scan(&sent); err != nil {
			return err
		}
		if !sent {
			return ledger.ErrNotFound
		}
		return nil
	})
}
