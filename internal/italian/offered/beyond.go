package offered

import (
	"percorso/internal/agenda"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// Beyond is what a place is that somebody was given where there was none, and why it was given.
func Beyond(g agenda.Given) string {
	as, _ := message.Find("beyond", g.As)
	return message.Say("places.beyond", "As", as, "Why", italian.BeyondWhy(g.Why))
}
