package amending

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// note adds a note to a referral that was sent, as somebody of either side asks.
func note(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (caseID string, _ *care.Refusal, err error) {
	var refused *string
	err = tx.QueryRow(ctx, `SELECT case_id, run_id, refused FROM referral_to_note($1)`, c.Target).Scan(&caseID, &c.Run, &refused)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", nil, ledger.ErrNotFound
	case err != nil:
		return "", nil, err
	case refused != nil:
		return caseID, &care.Refusal{Code: *refused}, nil
	}
	if c.Result, err = json.Marshal(map[string]string{"referral": c.Target}); err != nil {
		return "", nil, err
	}
	return caseID, nil, postgres.TellMoment(ctx, tx, s, id, caseID, c.Run, at, "referral_noted", "")
}
