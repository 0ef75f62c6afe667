// Package crossing says what of a person may go to another agency, whatever way it goes.
package crossing

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/working"
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

// TellsFiscalCode says whether an agency is told the codice fiscale with what it is given:
// the employment centre, which knows by it whom it is to place. For an appointment or an
// équipe the name is enough.
func TellsFiscalCode(p care.Policy, agency, given string) bool {
	return agency == p.CPI() && given == ForReferral
}

// TellsWork says how much of a person's work an agency is told with what it is given: the
// employment centre what it finds work by, and a school the level of Italian.
func TellsWork(p care.Policy, agency, given string, on time.Time) working.Question {
	extent := working.Nothing
	if a, _ := p.Agency(agency); given == ForReferral {
		switch {
		case agency == p.CPI():
			extent = working.Work
		case a.Kind == care.KindSchool:
			extent = working.Language
		}
	}
	return working.Ask(extent, agency, on)
}

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

// RuleNeedsNone is the rule by which no consent to an agency is recorded that works on
// another ground.
const RuleNeedsNone = "consent_not_asked_for"

// What data are given to another agency for, where it is no area of need.
const (
	ForReferral    = "referral"
	ForAppointment = "appointment"
	ForEquipe      = "equipe"
)

// Purposes are what a consent has to be for, so that data may be given: the areas of need
// that a referral is for, or what they are given for where there are none.
func Purposes(given string, areas []string) []string {
	if given == ForReferral && len(areas) > 0 {
		return areas
	}
	return []string{given}
}

// Consent is what the person consents to: that one agency is given what one purpose needs.
type Consent struct{ Agency, Purpose string }

// Faults says what is wrong with a consent. One is asked for where the agency acts for
// itself, and nowhere else.
func (c Consent) Faults(p care.Policy) (f care.Faults) {
	agency, known := p.Agency(c.Agency)
	f.Add(c.Agency != "", "agency", care.RuleRequired)
	f.Add(c.Agency == "" || known && agency.LegalBasis() == care.Consent, "agency", RuleNeedsNone)
	f.Add(c.Purpose != "", "purpose", care.RuleRequired)
	f.Add(c.Purpose == "" || slices.Contains(AllPurposes(p), c.Purpose), "purpose", care.RuleUnknownCode)
	return f
}

// Independent lists the agencies of a zone that may be given data with consent alone.
func Independent(p care.Policy) []care.Agency {
	return slices.DeleteFunc(slices.Clone(p.Agencies), func(a care.Agency) bool { return a.LegalBasis() != care.Consent })
}

// AllPurposes lists what a consent can be for in a zone.
func AllPurposes(p care.Policy) (codes []string) {
	for _, need := range p.Needs {
		codes = append(codes, need.Code)
	}
	return append(codes, ForReferral, ForAppointment, ForEquipe)
}

// Crossing is an agency that an answer gives data of the person.
type Crossing struct {
	Field    string // of the form that asks for it
	Agency   string
	Purposes []string // that they are for
	Waits    bool     // what is asked goes on without the consent; the agency is given nothing before it
}

// Of lists which agencies an answer gives data of the person. What a referral that is
// redirected is for, its share says. Whom an équipe invites it invites with or without the
// person's consent: an independent one is given nothing before, and the others begin.
func Of(p care.Policy, a care.Answer) (list []Crossing) {
	switch a.Operation {
	case care.OpRefer, care.OpRedirect:
		return []Crossing{{Field: "agency", Agency: string(a.Agency), Purposes: Purposes(ForReferral, given(string(a.Matter)))}}
	case care.OpSendToCPI:
		return []Crossing{Placement(p, "")}
	case care.OpConvene:
		return Invitations(p, a.Equipe, "kind")
	case care.OpReopen, care.OpComplete:
		switch {
		case a.Stage == care.StagePlacement && a.Operation == care.OpReopen:
			list = append(list, Placement(p, "stage"))
		case a.Outcome == care.ToCPI:
			list = append(list, Placement(p, "outcome"))
		case a.Outcome == care.ToEquipeBetween:
			list = Invitations(p, care.BetweenAgencies, "outcome")
		case a.Outcome == care.ToEquipeWithin:
			list = Invitations(p, care.WithinAgency, "outcome")
		}
	}
	for i, b := range a.Bookings {
		field := "service"
		if a.Operation != care.OpBook {
			field = fmt.Sprintf("bookings[%d].service", i)
		}
		if s, known := p.Service(string(b.Service)); known && s.Agency != p.RoleAgency(care.DeskOperator) {
			list = append(list, Crossing{Field: field, Agency: s.Agency, Purposes: []string{ForAppointment}})
		}
	}
	return list
}

// Placement is what the employment centre is sent for a placement.
func Placement(p care.Policy, field string) Crossing {
	return Crossing{Field: field, Agency: p.CPI(), Purposes: Purposes(ForReferral, PlacementNeeds(p))}
}

// Invited lists the agencies that are invited to a kind of équipe, at once or in the
// place of a seat that stays silent, but for the one that keeps the case files.
func Invited(p care.Policy, kind care.EquipeKind) (list []care.Agency) {
	rule, _ := p.Equipe(kind)
	for _, seat := range rule.Seats {
		for _, role := range []care.Role{seat.Role, seat.ReplaceBy} {
			agency, known := p.Agency(p.RoleAgency(role))
			if known && agency.Code != p.RoleAgency(care.DeskOperator) && !slices.Contains(list, agency) {
				list = append(list, agency)
			}
		}
	}
	return list
}

// Members are the agencies that sit in one of the zone's équipes, but for the one
// that keeps the case files.
func Members(p care.Policy) (agencies []care.Agency) {
	for _, equipe := range p.Equipes {
		for _, seat := range equipe.Seats {
			agency, _ := p.Agency(p.RoleAgency(seat.Role))
			if agency.Code != p.RoleAgency(care.DeskOperator) && !slices.Contains(agencies, agency) {
				agencies = append(agencies, agency)
			}
		}
	}
	return agencies
}

// Invitations are what those get who are invited to an équipe.
func Invitations(p care.Policy, kind care.EquipeKind, field string) (list []Crossing) {
	for _, agency := range Invited(p, kind) {
		list = append(list, Crossing{Field: field, Agency: agency.Code, Purposes: []string{ForEquipe}, Waits: true})
	}
	return list
}

// given are the codes that are there.
func given(codes ...string) []string {
	return slices.DeleteFunc(codes, func(code string) bool { return code == "" })
}
