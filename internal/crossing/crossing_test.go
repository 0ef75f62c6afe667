package crossing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/crossing"
)

// zone is one with an employment centre that has a service, a private one, and one of its own.
func zone() care.Policy {
	return care.Policy{
		Agencies: []care.Agency{{Code: "comune", Kind: care.KindMunicipality}, {Code: "cpi", Kind: care.KindCPI}, {Code: "cpia", Kind: care.KindSchool}, {Code: "coop", Kind: care.KindThirdSector}},
		Roles:    []care.RoleHolder{{Role: care.DeskOperator, Agency: "comune"}, {Role: care.CPIOperator, Agency: "cpi"}, {Role: care.ThirdSectorOperator, Agency: "coop"}},
		Needs: []care.NeedArea{{Code: "labour", Difficulty: care.DifficultyLabour}, {Code: "training", Difficulty: care.DifficultyLabour},
			{Code: "housing", Difficulty: care.DifficultySocial}, {Code: "health"}},
		Equipes:  []care.EquipeRule{{Kind: care.BetweenAgencies, Seats: []care.SeatRule{{Role: care.DeskOperator}, {Role: care.CPIOperator, ReplaceBy: care.ThirdSectorOperator}}}, {Kind: care.WithinAgency, Seats: []care.SeatRule{{Role: care.DeskOperator}}}},
		Services: []care.Service{{Code: "pas", Agency: "comune"}, {Code: "cpi", Agency: "cpi"}, {Code: "mediation", Agency: "coop"}},
	}
}

// TestWhatGoesIsWhatItsPurposeNeeds: of a person with many needs, whatever the way.
func TestWhatGoesIsWhatItsPurposeNeeds(t *testing.T) {
	has := []string{"labour", "housing", "health"}
	p := zone()
	for name, c := range map[string]struct {
		needs crossing.Needs
		want  []string
	}{
		"an area that somebody chose":                {crossing.Referral(p, "cpia", "training", nil), []string{"training"}},
		"the goals that a plan sends the person for": {crossing.Referral(p, "coop", "", []string{"housing"}), []string{"housing"}},
		"a placement":                             {crossing.Referral(p, "cpi", "", nil), []string{"labour"}},
		"a partner for nothing that is said":      {crossing.Referral(p, "cpia", "", nil), []string{}},
		"an appointment at the employment centre": {crossing.Appointment(p, "cpi"), []string{"labour"}},
		"an appointment elsewhere":                {crossing.Appointment(p, "coop"), []string{}},
		"an équipe":                               {crossing.TakeOver(p), []string{"labour", "housing"}},
		"another zone":                            {crossing.Everything, has},
	} {
		require.ElementsMatch(t, c.want, c.needs.Of(has), name)
	}
}

// TestEveryWayIsACrossing: whoever the answer gives data of the person is asked about, with the field that asks for it.
func TestEveryWayIsACrossing(t *testing.T) {
	cpi := func(field string) []crossing.Crossing {
		return []crossing.Crossing{{Field: field, Agency: "cpi", Purposes: []string{"labour", "training"}}}
	}
	appointment := []string{"appointment"}
	invited := func(field string) []crossing.Crossing {
		return []crossing.Crossing{{Field: field, Agency: "cpi", Purposes: []string{"equipe"}, Waits: true}, {Field: field, Agency: "coop", Purposes: []string{"equipe"}, Waits: true}}
	}
	booked := []care.Booking{{Service: "pas"}, {Service: "mediation"}}
	for name, c := range map[string]struct {
		answer care.Answer
		want   []crossing.Crossing
	}{
		"a referral by hand":               {care.Answer{Operation: care.OpRefer, Agency: "coop", Matter: "housing"}, []crossing.Crossing{{Field: "agency", Agency: "coop", Purposes: []string{"housing"}}}},
		"a redirection":                    {care.Answer{Operation: care.OpRedirect, Agency: "cpia"}, []crossing.Crossing{{Field: "agency", Agency: "cpia", Purposes: []string{"referral"}}}},
		"to the employment centre by hand": {care.Answer{Operation: care.OpSendToCPI}, cpi("")},
		"an assessment's outcome":          {care.Answer{Operation: care.OpComplete, Outcome: care.ToCPI}, cpi("outcome")},
		"a case that begins again there":   {care.Answer{Operation: care.OpReopen, Stage: care.StagePlacement}, cpi("stage")},
		"a booking":                        {care.Answer{Operation: care.OpBook, Bookings: booked[1:]}, []crossing.Crossing{{Field: "service", Agency: "coop", Purposes: appointment}}},
		"the next service":                 {care.Answer{Operation: care.OpComplete, Outcome: care.Booked, Bookings: booked}, []crossing.Crossing{{Field: "bookings[1].service", Agency: "coop", Purposes: appointment}}},
		"a case that begins again at one":  {care.Answer{Operation: care.OpReopen, Stage: care.StageSecondLevel, Bookings: booked}, []crossing.Crossing{{Field: "bookings[1].service", Agency: "coop", Purposes: appointment}}},
		"the case's own agency":            {care.Answer{Operation: care.OpBook, Bookings: booked[:1]}, nil},
		"an équipe that is convened":       {care.Answer{Operation: care.OpConvene, Equipe: care.BetweenAgencies}, invited("kind")},
		"an équipe that is needed":         {care.Answer{Operation: care.OpComplete, Outcome: care.ToEquipeBetween}, invited("outcome")},
		"one within the agency":            {care.Answer{Operation: care.OpComplete, Outcome: care.ToEquipeWithin}, nil},
		"a note":                           {care.Answer{Operation: care.OpMeet}, nil},
	} {
		require.Equal(t, c.want, crossing.Of(zone(), c.answer), name)
	}
}

// TestWhatAConsentNames: an agency that asks for one, and something that it can be for.
func TestWhatAConsentNames(t *testing.T) {
	p := zone()
	p.Agencies = append(p.Agencies, care.Agency{Code: "processor", Kind: care.KindThirdSector, ActsAs: care.ActsProcessor})
	for said, want := range map[crossing.Consent]care.Faults{
		{Agency: "coop", Purpose: "housing"}:      nil,
		{Agency: "coop", Purpose: "referral"}:     nil,
		{Agency: "coop", Purpose: "equipe"}:       nil,
		{Agency: "coop", Purpose: "appointment"}:  nil,
		{Agency: "coop", Purpose: "all"}:          {{Field: "purpose", Rule: care.RuleUnknownCode}},
		{Agency: "processor", Purpose: "housing"}: {{Field: "agency", Rule: crossing.RuleNeedsNone}},
		{Agency: "cpi", Purpose: "labour"}:        {{Field: "agency", Rule: crossing.RuleNeedsNone}},
		{Agency: "nobody", Purpose: "labour"}:     {{Field: "agency", Rule: crossing.RuleNeedsNone}},
		{}:                                        {{Field: "agency", Rule: care.RuleRequired}, {Field: "purpose", Rule: care.RuleRequired}},
	} {
		require.Equal(t, want, said.Faults(p), "%+v", said)
	}
	require.Equal(t, []string{"housing", "health"}, crossing.Purposes(crossing.ForReferral, []string{"housing", "health"}))
	require.Equal(t, []string{"referral"}, crossing.Purposes(crossing.ForReferral, nil))
	require.Equal(t, []string{"equipe"}, crossing.Purposes(crossing.ForEquipe, []string{"housing"}))
}
