package care

import (
	"slices"
	"time"
)

// PermitRequested stands for the receipt of a request for a permit, or for its
// renewal: it counts as regular stay until the answer.
const PermitRequested = "requested"

// PermitNotShown says that nobody has shown a permit: what is not known. It is stored
// as the empty code. That somebody has none is written nowhere.
const PermitNotShown = "not_shown"

// Permits are the kinds of residence permit that the record tells apart.
var Permits = []string{"work", "family", "study", "protection", "humanitarian", "minor_age", "long_term", "other", PermitRequested}

// PermitValid says whether a permit with this last day is valid on a day: on the last
// one it still is. Nil: it does not expire.
func PermitValid(last *time.Time, on time.Time) bool {
	return last == nil || !DayOf(*last).Before(DayOf(on))
}

// KnownPermit says whether a code names a kind of permit.
func KnownPermit(code string) bool { return slices.Contains(Permits, code) }
