package amending_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/amending"
	"percorso/internal/care"
)

func said(text string) *string { return &text }

var zone = care.Policy{Needs: []care.NeedArea{{Code: "labour"}, {Code: "school"}}}

func TestWhatAnAmendmentSays(t *testing.T) {
	require.Empty(t, amending.Amended{Seen: 1, Why: "Prova", Note: said("Prova")}.Check(zone))
	for _, c := range []struct {
		form        amending.Amended
		field, rule string
	}{
		{amending.Amended{Why: "Prova", Note: said("Prova")}, "seen", care.RuleRequired},
		{amending.Amended{Seen: 1, Why: " ", Note: said("Prova")}, "why", care.RuleRequired},
		{amending.Amended{Seen: 1, Why: "Prova"}, "", amending.RuleNothing},
		{amending.Amended{Seen: 1, Why: "Prova", Note: said("")}, "note", care.RuleRequired},
		{amending.Amended{Seen: 1, Why: "Prova", Enterprise: said(" ")}, "enterprise", care.RuleRequired},
		{amending.Amended{Seen: 1, Why: "Prova", Needs: &[]string{}}, "needs", care.RuleRequired},
		{amending.Amended{Seen: 1, Why: "Prova", Areas: &[]care.AreaFinding{{Area: "other", Need: "some"}}}, "areas[0].area", care.RuleUnknownCode},
		{amending.Amended{Seen: 1, Why: "Prova", Areas: &[]care.AreaFinding{{Area: "school", Need: "some"}, {Area: "school", Need: "none"}}}, "areas[1].area", care.RuleDuplicate},
	} {
		require.Equal(t, []care.Fault{{Field: c.field, Rule: c.rule}}, c.form.Check(zone), c.field)
	}
}

// What a record says of the person is amended, and not what its path was answered; what
// others decided by stands.
func TestWhatOfARecordIsAmended(t *testing.T) {
	is := func(form, was string, a amending.Amended) (string, []care.Fault) {
		a.Seen, a.Why = max(a.Seen, 3), "Prova"
		data, faults := a.Of(amending.Version{Form: form, Number: 3, Data: json.RawMessage(was)})
		return string(data), faults
	}
	now, faults := is(string(care.Assessment), `{"outcome": "resolved", "note": "Prima"}`, amending.Amended{Note: said("Poi"), Areas: &[]care.AreaFinding{{Area: "school", Need: "some"}}})
	require.Empty(t, faults)
	require.JSONEq(t, `{"outcome": "resolved", "note": "Poi", "areas": [{"area": "school", "need": "some"}]}`, now)
	require.Equal(t, []string{"school"}, amending.Found(json.RawMessage(now)))
	changes := amending.Changes(json.RawMessage(`{"outcome": "resolved", "note": "Prima"}`), json.RawMessage(now))
	require.Len(t, changes, 2)
	require.Nil(t, changes[0].Old)

	_, faults = is(string(care.OpMeet), `{"note": "Prima"}`, amending.Amended{Enterprise: said("Prova")})
	require.Equal(t, []care.Fault{{Field: "enterprise", Rule: care.RuleNotAllowed}}, faults)
	_, faults = is(string(care.OpMeet), `{"note": "Prima"}`, amending.Amended{Note: said("Prima")})
	require.Equal(t, []care.Fault{{Rule: amending.RuleNothing}}, faults)
	_, faults = is(string(care.OpMeet), `{"note": "Prima"}`, amending.Amended{Seen: 4, Note: said("Poi")})
	require.Equal(t, []care.Fault{{Rule: amending.RuleMeanwhile}}, faults)
	for _, form := range []string{string(care.EquipeOpinion), string(care.OpReject), string(care.OpReassign), "take_over", "a form of an earlier version"} {
		_, faults = is(form, `{"note": "Prima"}`, amending.Amended{Note: said("Poi")})
		require.Equal(t, []care.Fault{{Rule: amending.RuleStands}}, faults, form)
	}
}
