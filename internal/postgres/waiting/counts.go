package waiting

import (
	"context"

	"percorso/internal/health"
	"percorso/internal/postgres"
)

// Counts reads how many cases stand how; a health that no case has is there too.
func Counts(ctx context.Context, tx postgres.Tx, sql string) (health.Counts, error) {
	type row struct {
		Health health.Health `db:"health"`
		Cases  int           `db:"cases"`
	}
	counts := health.Counts{}
	for _, h := range health.Counted {
		counts[h] = 0
	}
	rows, err := postgres.Many[row](ctx, tx, sql)
	for _, r := range rows {
		counts[r.Health] = r.Cases
	}
	return counts, err
}
