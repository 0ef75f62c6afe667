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
// planned meeting that falls into the time whether it stays. Nobody fixes one for the person
// until the suspension is done.
func Meanwhile(ctx context.Context, tx postgres.Tx, caseID string, form []byte, now time.Time) ([]care.Fault, error) {
	suspension, err := postgres.FormOf(catalogue.Suspend, form)
	if err != nil || suspension.Until == nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `SELECT lock_places($1)`, []string{PersonKey(caseID)}); err != nil {
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

// suspended says by which rule a run of a case gets no appointment at a time: the case stands
// still then; empty: it gets one. What was kept for the time may have another hour of it.
func suspended(ctx context.Context, tx postgres.Tx, caseID, run string, at, now time.Time) (rule string, err error) {
	var still bool
	err = tx.QueryRow(ctx, `SELECT suspended_then($1, $2) AND NOT EXISTS (SELECT FROM appointment a
		WHERE a.run_id = $3 AND a.state IN ('booked', 'confirmed') AND a.at > $4 AND suspended_then($1, a.at))`, caseID, at, run, now).Scan(&still)
	if still {
		rule = agenda.StandsStill
	}
	return rule, err
}
