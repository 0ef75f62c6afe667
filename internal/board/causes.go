package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
)

// Cause is why cases are stuck, in the one way in which they are counted; with an agency
// where it is its turn.
type Cause string

// The causes besides that it is an agency's turn.
const (
	Nobody  Cause = "nobody"  // nobody is left who may act
	Machine Cause = "machine" // what was accepted is not worked
	Mail    Cause = "mail"    // a partner was not reached
	agency        = "agency/"
)

// Agency is that it is the turn of one.
func Agency(code string) Cause { return Cause(agency + code) }

// Of is whose turn it is; empty: no agency's.
func (c Cause) Of() string {
	code, _ := strings.CutPrefix(string(c), agency)
	if code == string(c) {
		return ""
	}
	return code
}

// Known says whether a text is a cause.
func (c Cause) Known() bool {
	return slices.Contains([]Cause{Nobody, Machine, Mail}, c) || c.Of() != ""
}

// Held are stuck cases that wait for the same since the same day.
type Held struct {
	Cause Cause     `db:"cause"`
	Role  care.Role `db:"role"`  // whose turn it is in the agency
	Since time.Time `db:"since"` // midnight UTC of the day
	Cases int       `db:"cases"`
}

// Counted is how many are stuck for one cause.
type Counted struct {
	Cause Cause
	Cases int
}

// Causes counts by cause, the most frequent first.
func Causes(held []Held) (causes []Counted) {
	for _, h := range held {
		at := slices.IndexFunc(causes, func(c Counted) bool { return c.Cause == h.Cause })
		if at < 0 {
			at, causes = len(causes), append(causes, Counted{Cause: h.Cause})
		}
		causes[at].Cases += h.Cases
	}
	slices.SortStableFunc(causes, func(a, b Counted) int { return cmp.Or(b.Cases-a.Cases, cmp.Compare(a.Cause, b.Cause)) })
	return causes
}

// Bands are up to how many working days something waits; the last one has no end.
var Bands = []int{2, 5, 10}

// Fewest cases, and people who may act, below which no times are told: they would be
// somebody's.
const fewestCases, fewestPeople = 5, 3

// Age is for how long what waits for a role of an agency has done so.
type Age struct {
	Agency string
	Role   care.Role
	Cases  int
	Bands  []int // cases in each, and in the last one the rest; nil: too few for times
}

// Ages counts by whose turn it is, in bands of working days until now. people says how many have
// a role in an agency.
func Ages(held []Held, calendar care.Calendar, now time.Time, people func(role care.Role, agency string) int) (ages []Age) {
	for _, h := range held {
		of := h.Cause.Of()
		if of == "" {
			continue
		}
		at := slices.IndexFunc(ages, func(a Age) bool { return a.Agency == of && a.Role == h.Role })
		if at < 0 {
			at, ages = len(ages), append(ages, Age{Agency: of, Role: h.Role, Bands: make([]int, len(Bands)+1)})
		}
		year, month, day := h.Since.Date()
		days := calendar.WorkingDaysBetween(time.Date(year, month, day, 0, 0, 0, 0, calendar.Location()), now)
		band := len(Bands)
		for i, most := range slices.Backward(Bands) {
			if days <= most {
				band = i
			}
		}
		ages[at].Cases += h.Cases
		ages[at].Bands[band] += h.Cases
	}
	for i, a := range ages {
		if a.Cases < fewestCases || people(a.Role, a.Agency) < fewestPeople {
			ages[i].Bands = nil
		}
	}
	slices.SortStableFunc(ages, func(a, b Age) int {
		return cmp.Or(b.Cases-a.Cases, cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Role, b.Role))
	})
	return ages
}
