package care

import "slices"

// PermitRequested stands for the receipt of a request for a permit, or for its
// renewal: it counts as regular stay until the answer.
const PermitRequested = "requested"

// Permits are the kinds of residence permit that the record tells apart.
var Permits = []string{"work", "family", "study", "protection", "humanitarian", "minor_age", "long_term", "other", PermitRequested}

// KnownPermit says whether a code names a kind of permit.
func KnownPermit(code string) bool { return slices.Contains(Permits, code) }
