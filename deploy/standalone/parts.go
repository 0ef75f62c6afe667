package standalone

import (
	"fmt"
	"slices"
	"strings"
)

// Part is one of the processes of the stack, by the name that its log and its messages carry.
type Part string

// The parts, in the order in which they start. They stop in the reverse order.
const (
	Postgres   Part = "postgres"    // PostgreSQL, unless a database is given
	Temporal   Part = "temporal"    // Temporal's server and its Web UI
	Identity   Part = "identity"    // OpenID provider with the demo accounts
	Mail       Part = "mail"        // mail receiver and its page
	TemporalUI Part = "temporal-ui" // gateway in front of Temporal's Web UI
	Worker     Part = "worker"      // percorso worker
	API        Part = "api"         // percorso api
)

// Commands that run once at each start, or by hand. They are no processes of the stack, but have an
// environment of their own.
const (
	Migrate Part = "migrate" // as the owner of the database: migrations, zones, staff
	Ops     Part = "ops"     // percorso rebuild and doctor
)

// AllParts returns the parts in the order in which they start.
func AllParts() []Part {
	return []Part{Postgres, Temporal, Identity, Mail, TemporalUI, Worker, API}
}

// ParseParts reads a comma-separated list of parts.
func ParseParts(list string) ([]Part, error) {
	var parts []Part
	for name := range strings.SplitSeq(list, ",") {
		part := Part(strings.TrimSpace(name))
		if !slices.Contains(AllParts(), part) {
			return nil, fmt.Errorf("unknown part %q: the parts are %v", part, AllParts())
		}
		parts = append(parts, part)
	}
	return parts, nil
}
