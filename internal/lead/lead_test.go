package lead_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/lead"
)

func TestWhoNamesWhom(t *testing.T) {
	staff := func(role care.Role, agency string) care.Staff { return care.Staff{Role: role, Agency: agency} }
	for _, c := range []struct {
		name    string
		who, to care.Staff
		rule    string
	}{
		{"a colleague", staff(care.SocialWorker, "comune"), staff(care.ImmigrationExpert, "comune"), ""},
		{"the desk, by hand", staff(care.SocialWorker, "comune"), staff(care.DeskOperator, "comune"), ""},
		{"of another agency", staff(care.SocialWorker, "comune"), staff(care.CPIOperator, "cpi"), lead.OwnAgency},
		{"by the supervisor", staff(care.Supervisor, "comune"), staff(care.CPIOperator, "cpi"), ""},
		{"a program", staff(care.Supervisor, "comune"), staff(care.MailSystem, "comune"), care.RuleNotHere},
		{"who works on no case", staff(care.Supervisor, "comune"), staff(care.PrivacyOfficer, "comune"), care.RuleNotHere},
	} {
		require.Equal(t, c.rule, lead.Refuse(c.who, c.to), c.name)
	}
}

func TestWhatTheFormHolds(t *testing.T) {
	rules := func(form lead.Naming) (rules []string) {
		for _, f := range form.Check() {
			rules = append(rules, f.Field+" "+f.Rule)
		}
		return rules
	}
	require.Equal(t, []string{"to required", "note required"}, rules(lead.Naming{}))
	require.Equal(t, []string{"to unknown_code"}, rules(lead.Naming{To: "Prova", Note: "Prova"}))
	require.Empty(t, rules(lead.Naming{To: "0190f0f0-0000-7000-8000-000000000001", Note: "Prova"}))
}
