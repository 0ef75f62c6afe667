package present

import (
	"time"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/italian/dated"
	"percorso/internal/italian/timeline"
)

// OnBoard says why a person stands in a list of the supervisor's board.
func OnBoard(p care.Policy, list board.List, row board.Row, now time.Time) string {
	switch list {
	case board.Dated:
		return italian.Upper(dated.Kinds[row.Code]) + ", " + italian.Dated("", row.At)
	case board.Unmoved:
		return timeline.Line(p, row.Code, row.Detail) + ", " + italian.Brief(row.At, now)
	}
	return italian.Stage(care.Stage(row.Code)) + ". Fascicolo aperto " + italian.Brief(row.At, now)
}

// Cause says how many cases are stuck for one reason: "14 aspettano il Centro per l’Impiego".
func Cause(p care.Policy, n board.Counted) string {
	switch n.Cause {
	case board.Nobody:
		return italian.Count(n.Cases, "senza nessuno che possa agire", "senza nessuno che possa agire")
	case board.Machine:
		return italian.Count(n.Cases, "fermo per un guasto", "fermi per un guasto")
	case board.Mail:
		return italian.Count(n.Cases, "con un’email che non arriva all’ente", "con un’email che non arriva all’ente")
	}
	return italian.Count(n.Cases, "aspetta ", "aspettano ") + article.The(AgencyName(p, n.Cause.Of()))
}

// WhyHeld says the reason alone.
func WhyHeld(p care.Policy, of board.Cause) string {
	switch of {
	case board.Nobody:
		return "senza nessuno che possa agire"
	case board.Machine:
		return "per un guasto"
	case board.Mail:
		return "un’email non arriva all’ente"
	}
	return "si aspetta " + article.The(AgencyName(p, of.Of()))
}
