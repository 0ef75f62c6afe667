package present

import (
	"time"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/timeline"
)

// OnBoard says why a person stands in a list of the supervisor's board.
func OnBoard(p care.Policy, list board.List, row board.Row, now time.Time) string {
	switch list {
	case board.Dated:
		return "Permesso di soggiorno valido fino al " + italian.Date(row.At)
	case board.Unmoved:
		return timeline.Line(p, row.Code, row.Detail) + ", " + italian.Brief(row.At, now)
	}
	return italian.Stage(care.Stage(row.Code)) + ". Fascicolo aperto " + italian.Brief(row.At, now)
}
