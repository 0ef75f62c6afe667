package postgres

import (
	"context"
	"time"

	"percorso/internal/care"
)

// TellMoment writes a line of the case's timeline for what a member of staff did at once by a command.
func TellMoment(ctx context.Context, tx Tx, s care.Staff, command, caseID, run string, at time.Time, code, detail string) error {
	_, err := tx.Exec(ctx, `INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		caseID, run, s.Zone, at, code, detail, command, s.ID)
	return err
}
