// Package crossing says what of a person may go to another agency, whatever way it goes.
package crossing

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
)

// Needs are the areas of need that another agency is told of.
type Needs struct {
	All   bool     // whatever the case has
	Areas []string // else these alone
	Known bool     // and of these only what the case has
}

// Everything is what another zone decides by, which is to answer for the person as a whole.
var Everything = Needs{All: true}

// TakeOver says which needs go to the members of an équipe: the social and the labour
// ones, which a take-over is for.
func TakeOver(p care.Policy) Needs {
	return areas(p, care.DifficultySocial, care.DifficultyLabour)
}

// Referral says which needs go with a referral: the area that somebody chose, or
// those of the plan's goals that send the person there, or what a placement is for.
// Where nothing says what it is for, none go.
func Referral(p care.Policy, agency, area string, planned []string) Needs {
	switch {
	case area != "":
		return Needs{Areas: []string{area}}
	case len(planned) > 0:
		return Needs{Areas: planned}
	}
	return Appointment(p, agency)
}

// Appointment says which needs go with an appointment: its matter says what it is
// for. The employment centre is told of those that it works on.
func Appointment(p care.Policy, agency string) Needs {
	if agency == p.CPI() {
		return areas(p, care.DifficultyLabour)
	}
	return Needs{}
}

// PlacementNeeds are the areas of need that a placement is for.
func PlacementNeeds(p care.Policy) []string { return areas(p, care.DifficultyLabour).Areas }

// areas are the needs of the case that count as a difficulty of some kinds.
func areas(p care.Policy, kinds ...care.Difficulty) Needs {
	needs := Needs{Known: true}
	for _, need := range p.Needs {
		if slices.Contains(kinds, need.Difficulty) {
			needs.Areas = append(needs.Areas, need.Code)
		}
	}
	return needs
}

// Of are those that the case has, or that the purpose names.
func (n Needs) Of(has []string) []string {
	if n.All {
		return has
	}
	return slices.DeleteFunc(slices.Clone(n.Areas), func(area string) bool { return n.Known && !slices.Contains(has, area) })
}

// soon is how long before an act's last day whoever sends somebody is warned of it.
const soon = 60 * 24 * time.Hour

// Shut says whether an agency is given nothing new on a day, since the act by which it
// works with the zone has ended.
func Shut(a care.Agency, day time.Time) bool {
	return a.ActEnd != "" && day.Format(time.DateOnly) > a.ActEnd
}

// ShutsSoon says whether the act's last day is near, or past.
func ShutsSoon(a care.Agency, day time.Time) bool { return Shut(a, day.Add(soon)) }

// Crossing is an agency that an answer gives data of the person.
type Crossing struct {
	Field  string // of the form that asks for it
	Agency string
}

// Of lists which agencies an answer gives data of the person. Those whom an équipe
// invites are not among them: a private one is given nothing before the person
// consents, and the others begin without it.
func Of(p care.Policy, a care.Answer) (list []Crossing) {
	switch a.Operation {
	case care.OpRefer, care.OpRedirect:
		return []Crossing{{"agency", string(a.Agency)}}
	case care.OpSendToCPI:
		return []Crossing{{"", p.CPI()}}
	case care.OpReopen, care.OpComplete:
		switch {
		case a.Stage == care.StagePlacement && a.Operation == care.OpReopen:
			list = append(list, Crossing{"stage", p.CPI()})
		case a.Outcome == care.ToCPI:
			list = append(list, Crossing{"outcome", p.CPI()})
		}
	}
	for i, b := range a.Bookings {
		field := "service"
		if a.Operation != care.OpBook {
			field = fmt.Sprintf("bookings[%d].service", i)
		}
		if s, known := p.Service(string(b.Service)); known && s.Agency != p.RoleAgency(care.DeskOperator) {
			list = append(list, Crossing{field, s.Agency})
		}
	}
	return list
}
