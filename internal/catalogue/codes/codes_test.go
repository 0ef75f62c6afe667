package codes

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
)

// Whatever member of an answer holds a text that is no code is refused: a process
// keeps it in its state, and Temporal in its history.
func TestAnAnswerHoldsCodesAlone(t *testing.T) {
	policy := care.Policy{
		Needs: []care.NeedArea{{Code: "labour"}}, Matters: []care.Named{{Code: "permit"}}, Measures: []care.Named{{Code: "training"}}, Outcomes: []care.Named{{Code: care.OutcomePlaced}},
		Agencies: []care.Agency{{Code: "cpi"}}, Services: []care.Service{{Code: "pas"}}, RejectReasons: []care.RejectReason{{Code: "wrong_office"}},
		Roles: []care.RoleHolder{{Role: care.SocialWorker, Agency: "cpi"}},
	}
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	good := care.Answer{
		Operation: care.OpComplete, Outcome: care.Held, Reason: "wrong_office", Service: "pas", Matter: "permit", Measure: "training", Agency: "cpi", Zone: "prato",
		Stage: care.StageEquipe, Equipe: care.WithinAgency, Needs: []care.Code{"labour"}, Routes: []care.Code{"cpi"}, Agencies: []care.Code{"cpi"}, LeftOut: []care.Code{"cpi"},
		Votes: []care.Vote{{Role: care.SocialWorker, Agency: "cpi", Outcome: care.Favourable}}, Runs: []string{"service/0190f0f0-0000-7000-8000-000000000001"},
		Bookings: []care.Booking{{Service: "pas", Matter: "permit", At: at}}, At: &at, Until: &at, Run: "case/0190f0f0-0000-7000-8000-000000000001",
		Case: "case/0190f0f0-0000-7000-8000-000000000001", Subject: "0190f0f0-0000-7000-8000-000000000001",
	}
	require.Empty(t, Check(policy, []string{"prato"}, good))
	require.Empty(t, Check(policy, nil, care.Answer{Operation: care.OpClaim}))
	for _, reason := range []care.Code{care.GoodReason, care.OutcomePlaced, "abroad"} {
		require.Empty(t, Check(policy, nil, care.Answer{Operation: care.OpComplete, Reason: reason}), reason)
	}

	// Each text of the answer in turn, however deep.
	texts := 0
	var spoil func(v reflect.Value, whole *care.Answer)
	spoil = func(v reflect.Value, whole *care.Answer) {
		switch v.Kind() {
		case reflect.String:
			before := v.String()
			for _, text := range []string{"Anna Prova 0001", "anna", "\x00", "a\nb"} {
				v.SetString(text)
				require.NotEmpty(t, Check(policy, []string{"prato"}, *whole), "%q in place of %q", text, before)
			}
			v.SetString(before)
			texts++
		case reflect.Slice:
			for i := range v.Len() {
				spoil(v.Index(i), whole)
			}
		case reflect.Struct:
			if _, ok := v.Interface().(time.Time); ok {
				return
			}
			for i := range v.NumField() {
				spoil(v.Field(i), whole)
			}
		}
	}
	spoil(reflect.ValueOf(&good).Elem(), &good)
	require.Equal(t, 23, texts, "every text of an answer is asked")
	far := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NotEmpty(t, Check(policy, nil, care.Answer{At: &far}))
	require.NotEmpty(t, Check(policy, nil, care.Answer{Until: &far}))
	require.NotEmpty(t, Check(policy, nil, care.Answer{Bookings: []care.Booking{{At: far}}}))
}
