// Package told says who was told of something, and why nobody was.
package told

// Why a reminder is refused, beside the codes of package care.
const (
	Nobody = "unreached" // there is nobody whom it would reach
	Today  = "reminded"  // who is asked was reminded on the same day; Refusal.Role says who, of a partner nothing
)

// Whom a reminder reached: who holds the task, those of its role, or a partner that
// answers by a link.
const (
	Holder  = "holder"
	Role    = "role"
	Partner = "partner"
)

// Lines of a timeline about an agency whose work on a case is over: it was told, or there
// was nobody to tell.
const (
	Agency    = "agency_told"
	NotAgency = "agency_untold"
	Zone      = "zone_told" // that was asked to take a case over, and is no longer
	NotZone   = "zone_untold"
)
