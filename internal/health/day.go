package health

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Day is one after which something is lost, with who watches it now.
type Day struct {
	Kind    care.Code `json:"kind,omitempty" enum:"eviction,reception_end,benefit_end" doc:"What happens then. Left out: it is for few to know"`
	On      care.Date `json:"on"`
	Watcher string    `json:"watcher,omitempty" doc:"Name; left out: whoever has the role there"`
	Role    care.Role `json:"role"`
	Agency  string    `json:"agency"`
}

// FactDate is such a day as somebody wrote it down. Watcher is empty where who was named
// works there no more.
type FactDate struct {
	Day
	Near time.Time // from when on it counts
	Away []Absence // of who watches it
}

func (d FactDate) near(now time.Time) bool { return !now.Before(d.Near) }

// day is the first of them that counts now; nil: none does.
func (f Facts) day() *Day {
	if f.Closed {
		return nil
	}
	i := slices.IndexFunc(f.Dates, func(d FactDate) bool { return d.near(f.Now) })
	if i < 0 {
		return nil
	}
	day := f.Dates[i].Day
	if away := absent(f.Dates[i].Away, f.Now); away != nil {
		day.Watcher = away.Substitute
	}
	return &day
}

// turns are the times at which that changes.
func (d FactDate) turns() []time.Time {
	all := []time.Time{d.Near}
	for _, a := range d.Away {
		all = append(all, a.turns()...)
	}
	return all
}
