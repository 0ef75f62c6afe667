package zone_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/zone"
)

// TestWhatTheDeliveredZonesOpen: to whom each zone opens its matters, as its file says.
func TestWhatTheDeliveredZonesOpen(t *testing.T) {
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	zones := map[string]care.Policy{}
	for _, p := range policies {
		zones[p.Zone] = p
	}
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	yesterday := today.AddDate(0, 0, -1)
	born := func(age int) time.Time { return today.AddDate(-age, 0, -10) }
	expired := eligibility.PersonFacts{BirthDate: born(34), Citizenship: "PK", Permit: "work", PermitExpiry: &yesterday}
	child := eligibility.PersonFacts{BirthDate: born(8), Citizenship: "CN"}
	grown := eligibility.PersonFacts{BirthDate: born(34), Citizenship: "CN"}
	old := eligibility.PersonFacts{BirthDate: born(66), Citizenship: "AL", Permit: "long_term"}
	romanian := eligibility.PersonFacts{BirthDate: born(34), Citizenship: "RO"}
	italian := eligibility.PersonFacts{BirthDate: born(34), Citizenship: "IT"}
	for _, c := range []struct {
		zone, matter string
		who          eligibility.PersonFacts
		rule         string
	}{
		{"prato", "permit_renewal", expired, ""},
		{"prato", "permit_renewal", grown, eligibility.RuleLevel2Permit},
		{"prato", "housing_suitability_certificate", expired, eligibility.RuleLevel2PermitExpired},
		{"prato", "school_inclusion", child, ""},
		{"prato", "school_inclusion", grown, eligibility.RuleLevel2Permit},
		{"prato", "professional_social_service", child, eligibility.RuleLevel2Permit},
		{"prato", "housing_suitability_certificate", old, ""},
		{"prato", "family_reunification", romanian, ""},
		{"prato", "housing_suitability_certificate", romanian, ""},
		{"prato", "job_accompaniment", romanian, eligibility.RuleLevel2ThirdCountry},
		{"prato", "family_reunification", italian, eligibility.RuleLevel2Foreign},
		{"pistoia", "professional_social_service", old, ""},
		{"pistoia", "professional_social_service", expired, eligibility.RuleLevel2PermitExpired},
		{"lucca", "social_secretariat", old, ""},
	} {
		_, known := care.ByCode(zones[c.zone].Matters, c.matter)
		require.True(t, known, c.matter)
		answer := eligibility.OfMatter(zones[c.zone], c.matter, c.who, today)
		if c.rule == "" {
			require.Empty(t, answer.Refusals, "%s in %s", c.matter, c.zone)
			continue
		}
		require.Equal(t, c.rule, answer.Refusals[0].Rule, "%s in %s", c.matter, c.zone)
	}
}
