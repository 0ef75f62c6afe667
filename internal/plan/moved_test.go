package plan_test

import (
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/plan"
)

// TestAKeptActionIsMovedToADayToCome: the day that it had may stay, however long it is past.
func TestAKeptActionIsMovedToADayToCome(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	had := map[string]time.Time{"late": now.AddDate(0, -2, 0), "open": now.AddDate(0, 2, 0)}
	for name, c := range map[string]struct {
		id    string
		until time.Time
		rule  string
	}{
		"late, as it was":        {"late", had["late"], ""},
		"that day, another hour": {"late", had["late"].Add(5 * time.Hour), ""},
		"late, and later still":  {"late", now.AddDate(0, 0, -1), care.RuleInThePast},
		"late, now in time":      {"late", now.AddDate(0, 1, 0), ""},
		"open, to the past":      {"open", now.AddDate(0, -10, 0), care.RuleInThePast},
		"open, to today":         {"open", now.Add(-time.Hour), ""},
		"new":                    {"", now.AddDate(0, 0, -1), ""}, // of which its meaning says it
	} {
		faults := plan.Moved(care.PlanForm{Actions: []care.PlanAction{{ID: c.id, Until: &c.until}}}, had, now)
		if c.rule == "" && len(faults) > 0 || c.rule != "" && (len(faults) != 1 || faults[0] != care.Fault{Field: "plan.actions[0].until", Rule: c.rule}) {
			t.Errorf("%s: %+v", name, faults)
		}
	}
}
