package present

import (
	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/italian/mediating"
	"percorso/internal/mediation"
	"percorso/internal/message"
)

// LotLine says what is left of a lot, and that it comes to an end where it does.
func LotLine(b mediation.Balance) web.Line {
	line := web.Line{Text: mediating.Lot(b), State: italian.Upper(mediating.Balance(b))}
	if b.Low() {
		line.When = message.Say("standing.lot_low")
	}
	return line
}
