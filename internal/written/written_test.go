package written_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/written"
)

// elsewhere are the operations whose forms make no record: a task's form goes by its
// kind, contacts at the desk and corrections have pages of their own, an amendment stands with what it amends, and who keeps a
// protected person stands on her page.
var elsewhere = []care.Operation{
	care.OpComplete, care.OpContact, care.OpCorrect, care.OpAmend, care.OpArrive,
	care.OpProtect, care.OpNameKeeper, care.OpDismissKeeper, care.OpAskLifting, care.OpLift,
}

// Of what somebody notes for their own work they choose who reads it; what is said to others is for them.
func TestWhoChoosesACircle(t *testing.T) {
	for form, circle := range map[string]string{string(care.Assessment): "social", string(care.OpMeet): "agency", string(care.Interview): "equipe", string(care.OpReject): "", "a form of an earlier version": ""} {
		var f care.Faults
		written.CheckChoice(&f, form, circle)
		require.Empty(t, f, form)
		written.CheckChoice(&f, form, "case")
		require.Equal(t, care.Faults{{Field: "circle", Rule: care.RuleUnknownCode}}, f, form)
	}
	require.Empty(t, written.Choices(string(care.OpReject)))
}

// A note on an area that is for others than the rest is taken out of it; what is for the same
// people, and how serious the need is, stays.
func TestANoteOnAnAreaIsApart(t *testing.T) {
	form := func(circle string, areas ...care.AreaFinding) json.RawMessage {
		data, err := json.Marshal(care.Completion{Outcome: care.Onward, Areas: areas, Note: "In breve", Circle: circle})
		require.NoError(t, err)
		return data
	}
	work, home := care.AreaFinding{Area: "labour", Need: "some", Note: "Del lavoro"}, care.AreaFinding{Area: "housing", Need: "serious", Note: "Della casa", Circle: "equipe"}
	rest, notes, err := written.Apart(string(care.Assessment), care.SocialWorker, form("", work, home))
	require.NoError(t, err)
	require.Equal(t, []written.Noted{{Area: "housing", Note: "Della casa", Circle: "equipe"}}, notes)
	require.JSONEq(t, string(form("", work, care.AreaFinding{Area: "housing", Need: "serious"})), string(rest))

	same := home
	same.Circle = "social"
	for _, whole := range []json.RawMessage{form("", work, same), form("equipe", work, home), form("", work), form("", work, care.AreaFinding{Area: "housing", Need: "some", Circle: "equipe"})} {
		rest, notes, err = written.Apart(string(care.Assessment), care.SocialWorker, whole)
		require.NoError(t, err)
		require.Empty(t, notes)
		require.Equal(t, whole, rest)
	}
	_, notes, err = written.Apart(string(care.Assessment), care.DeskOperator, form("", same))
	require.NoError(t, err)
	require.Len(t, notes, 1, "the desk's own circle is its agency")
}

// Every form that people fill in makes a record of a known kind.
func TestEveryFormMakesARecord(t *testing.T) {
	for _, f := range completion.Forms {
		require.True(t, written.Known(string(f.Kind)), "the task %s", f.Kind)
	}
	for _, o := range catalogue.All {
		if code := o.About().Code; !slices.Contains(elsewhere, code) {
			require.True(t, written.Known(string(code)), "the operation %s", code)
		}
	}
	for _, kind := range written.Kinds {
		require.NotEmpty(t, written.Of(kind), kind)
		for _, form := range written.Of(kind) {
			require.Equal(t, kind, written.KindOf(form))
		}
	}
}

// What a social worker notes is the social service's, whatever the task; what is said to
// other agencies, or decides in somebody's place, is for all who work on the case.
func TestWhomAFormIsFor(t *testing.T) {
	for form, want := range map[string][2]written.Circle{ // of a social worker, of a desk operator
		string(care.OpOpen):            {written.SocialService, written.Agency},
		string(care.Assessment):        {written.SocialService, written.Agency},
		string(care.OpMeet):            {written.SocialService, written.Agency},
		string(care.OpSuspend):         {written.SocialService, written.Agency},
		string(care.Measure):           {written.SocialService, written.Case},
		string(care.OpReject):          {written.Case, written.Case},
		string(care.EquipeOpinion):     {written.Case, written.Case},
		string(care.OpReassign):        {written.Case, written.Case},
		"a form of an earlier version": {written.Case, written.Case},
	} {
		got := [2]written.Circle{written.CircleOf(form, care.SocialWorker), written.CircleOf(form, care.DeskOperator)}
		require.Equal(t, want, got, form)
	}
	require.True(t, slices.Contains(written.Kinds, written.KindOf("a form of an earlier version")))
}
