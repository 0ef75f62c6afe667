package offered

import (
	"percorso/internal/agenda"
	"percorso/internal/italian"
)

// beyond are what places are that somebody was given where there was none.
var beyond = map[string]string{agenda.Extra: "In più", agenda.OutOfHours: "Fuori orario"}

// Beyond is what such a place is, and why it was given.
func Beyond(g agenda.Given) string { return beyond[g.As] + ": " + italian.BeyondWhy(g.Why) }
