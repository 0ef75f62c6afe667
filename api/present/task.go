package present

import (
	"time"

	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// TaskDue says by when a task is due; one that stands still with its case is
// due at no time.
func TaskDue(rules *zone.Rules, t ledger.Task, now time.Time) web.Badge {
	if t.Suspended {
		return SuspendedBadge
	}
	return DueBadge(t.Due, now, rules)
}

// HolderName is who holds a task: by name, or by role where the name is not known.
func HolderName(t ledger.Task) string {
	if t.HolderName != "" {
		return t.HolderName
	}
	return italian.ARole(t.HolderRole)
}
