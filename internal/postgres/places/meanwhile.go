package places

import (
	"context"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/postgres"
)

// Meanwhile asks whether somebody who suspends a case has said of each appointment and each
// planned meeting that falls into the time whether it stays.
func Meanwhile(ctx context.Context, tx postgres.Tx, caseID string, form []byte, now time.Time) ([]care.Fault, error) {
	suspension, err := postgres.FormOf(catalogue.Suspend, form)
	if err != nil || suspension.Until == nil {
		return nil, err
	}
	type row struct {
		ID string `db:"id"`
	}
	stands, err := postgres.Many[row](ctx, tx, `SELECT id FROM expected_meanwhile($1, $2, $3)`, caseID, now, suspension.Until)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(stands))
	for i, s := range stands {
		ids[i] = s.ID
	}
	if rule := agenda.Meanwhile(ids, suspension.Kept); rule != "" {
		return []care.Fault{{Field: "kept", Rule: rule}}, nil
	}
	return nil, nil
}
