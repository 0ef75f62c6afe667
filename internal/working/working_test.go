package working_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/working"
)

func TestWhoMayWork(t *testing.T) {
	today := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	past := today.AddDate(0, 0, -1)
	for _, kind := range care.Permits {
		named := 0
		for _, r := range working.Rules {
			for _, k := range r.Kinds {
				if k == kind {
					named++
				}
			}
			require.Equal(t, r.May == working.ToCheck, r.Source == "", "what is sure has its source, and what has none is to be checked")
		}
		require.Equal(t, 1, named, kind)
	}
	for _, c := range []struct {
		citizenship, permit string
		expiry              *time.Time
		want                working.Answer
		source              string
	}{
		{"PK", "work", &today, working.Answer{May: working.Yes}, "394/1999"},
		{"PK", "family", nil, working.Answer{May: working.Yes}, "Art. 30, c. 2"},
		{"PK", "study", nil, working.Answer{May: working.Limits, Limit: working.StudyHours}, "Art. 14, c. 4"},
		{"PK", care.PermitRequested, nil, working.Answer{May: working.Limits, Limit: working.Receipt}, "9-bis"},
		{"PK", "humanitarian", nil, working.Answer{May: working.ToCheck}, ""},
		{"PK", "", nil, working.Answer{May: working.ToCheck}, ""},
		{"PK", "work", &past, working.Answer{May: working.ToCheck}, ""},
		{"RO", "", nil, working.Answer{May: working.Yes}, "30/2007"},
		{"IT", "", nil, working.Answer{May: working.Yes}, "30/2007"},
	} {
		answer, source := working.Of(c.citizenship, c.permit, c.expiry, today)
		require.Equal(t, c.want, answer, "%+v", c)
		require.True(t, strings.Contains(source, c.source) && (c.source == "") == (source == ""), "%+v: %s", c, source)
	}
}

func TestWhatAProfileSays(t *testing.T) {
	require.Empty(t, working.Profile{Italian: "a2", ItalianProof: "certified", WorkDone: "Prova\nProva", Benefits: "no"}.Check())
	require.Equal(t, []care.Fault{{Field: "may_work", Rule: working.RuleNothing}}, working.Profile{Note: "Solo per il fascicolo"}.Check())
	require.Equal(t, []care.Fault{{Field: "may_work", Rule: care.RuleUnknownCode}, {Field: "licences", Rule: care.RuleTooLong}, {Field: "did", Rule: care.RuleUnknownCode}},
		working.Profile{MayWork: "to_check", Licences: strings.Repeat("a", 201), DID: "perhaps"}.Check())
}
