// Package board says what a supervisor looks at on a Monday morning.
package board

import (
	"slices"
	"time"

	"percorso/internal/absence"
	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/care"
)

// List is a list of the board that is kept nowhere else.
type List string

// The lists of people.
const (
	Dated   List = "dated"   // a date nears on which the person loses something
	New     List = "new"     // opened lately, and with nobody
	Unmoved List = "unmoved" // what the reader did for them moved nothing
)

// Lists are all of them.
var Lists = []List{Dated, New, Unmoved}

// Days are how many of them lie ahead of, or behind, what a list has.
var Days = map[List]int{Dated: 14, New: 30, Unmoved: 30}

// Row is a person in one of the lists.
type Row struct {
	CaseID string    `db:"case_id"`
	Number string    `db:"number"`
	Person string    `db:"person"`
	Code   string    `db:"code"`   // of the date, the stage, or the act
	Detail string    `db:"detail"` // of the act
	At     time.Time `db:"at"`     // the date, when it was opened, or when that was done
}

// Gap is a service that receives on a day, and has nobody there.
type Gap struct {
	Service care.Service
	Day     time.Time // midnight there
	Expects int       // people who have an appointment
}

// At is an appointment that stands.
type At struct {
	Service string
	At      time.Time
}

// Uncovered are the services that receive within some days from now, and have nobody: all
// who have the role in the agency are away that day, or nobody has it. A service without
// sessions receives whenever somebody is expected, and none on a day that is called off.
func Uncovered(p care.Policy, calendar care.Calendar, now time.Time, days int, staff []care.Staff, away []absence.Entry, off []calledoff.Entry, expected []At) (gaps []Gap) {
	there := now.In(calendar.Location())
	for n := range days {
		day := time.Date(there.Year(), there.Month(), there.Day()+n, 0, 0, 0, 0, there.Location())
		for _, s := range p.Services {
			gap := Gap{Service: s, Day: day}
			for _, a := range expected {
				if a.Service == s.Code && care.DayOf(a.At.In(there.Location())).Equal(care.DayOf(day)) {
					gap.Expects++
				}
			}
			receives := gap.Expects > 0
			for range agenda.Of(p, s.Code, calendar, now).Without(calledoff.Off(off, s.Code)).Slots(day, now) {
				receives = true
				break
			}
			if receives && !covered(s, care.DayOf(day), staff, away) {
				gaps = append(gaps, gap)
			}
		}
	}
	return gaps
}

// covered says whether somebody is there for a service on a day.
func covered(s care.Service, day time.Time, staff []care.Staff, away []absence.Entry) bool {
	return slices.ContainsFunc(staff, func(member care.Staff) bool {
		return member.Role == s.Role && member.Agency == s.Agency && !slices.ContainsFunc(away, func(a absence.Entry) bool {
			return a.StaffID == member.ID && !day.Before(a.First) && !day.After(a.Last)
		})
	})
}
