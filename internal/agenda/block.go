package agenda

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// A service of another agency gives the PUA a block of its agenda: of the places of a session
// so many. Nobody else takes these until so many hours before their time; what is free then
// comes back to the service. Say that the employment centre receives three people side by side
// on Wednesdays and gives two of the places until 24 hours before. Until Tuesday the PUA may
// take two and the centre itself one; from then on the centre may take what is left of three.

// asker is who asks for a place.
type asker int

const (
	theService asker = iota // or whoever asks where nothing is shared out
	thePUA
	theSending // of somebody to the employment centre, which books in the block alone
)

// ForPUA is the agenda as the PUA may book in it.
func (a Agenda) ForPUA() Agenda {
	a.asks = thePUA
	return a
}

// Block is what of its agenda the employment centre gives to those who send it somebody: its
// sessions with a share of the PUA. The slots of a shared agenda are given as a whole, and
// stay open to both.
func Block(p care.Policy, calendar care.Calendar, now time.Time) Agenda {
	a := Of(p, p.CPI(), calendar, now)
	a.asks = theSending
	if s, _ := p.Service(p.CPI()); len(s.Sessions) > 0 || p.SharedAgenda.With != p.CPI() {
		a.sessions = slices.DeleteFunc(a.sessions, func(s care.Session) bool { return s.PUA == 0 })
	}
	return a
}

// backBy says whether what a session gives has come back of a slot by now.
func (a Agenda) backBy(s care.Session, at time.Time) bool {
	return s.PUA > 0 && !a.now.Before(at.Add(-time.Duration(s.Release)*time.Hour))
}

// free says whether a slot has a place beside those that are taken, for who asks. Each
// appointment that falls into it has one, wherever it begins.
func (s Slot) free(taken []Taken, asks asker) bool {
	all, given := 0, 0
	for _, t := range taken {
		switch {
		case !t.Overlaps(Taken{At: s.At, Until: s.Until}):
			continue
		case t.PUA:
			given++
		}
		all++
	}
	switch {
	case all >= s.Places:
		return false
	case s.given == 0, s.back && asks == theService:
		return true
	case asks == theService:
		return all-given < s.Places-s.given
	}
	return !s.back && given < s.given
}
