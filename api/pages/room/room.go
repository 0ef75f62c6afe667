// Package room is what every place of the pages is given.
package room

import (
	"time"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/internal/zone"
)

// Room is what a place needs besides its records.
type Room struct {
	Pages    *access.Pages    // puts the frame around a page
	Door     *act.Door        // does what is asked
	Book     *zone.Book       // the rules of the zones
	Problems *problem.Teller  // tells what went wrong
	Now      func() time.Time // the hour by which pages go
}
