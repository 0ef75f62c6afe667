package seen_test

import (
	"context"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/cases/seen"
	"percorso/internal/care"
	"percorso/internal/catalogue/fields"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// TestAFormCarriesWhatItWasMadeFrom: it comes back as it was, also where there was nothing; an
// older page says nothing of it.
func TestAFormCarriesWhatItWasMadeFrom(t *testing.T) {
	was := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	sends := func(f fields.Field, file ledger.Case) any {
		sent := url.Values{}
		hidden := seen.Field(f, file, care.Policy{})
		require.Equal(t, "hidden", hidden.Shape)
		sent.Add(hidden.ID, hidden.Value)
		return seen.Read(f, sent[f.Name])
	}
	leads, permit := fields.Field{Name: "seen", Shape: fields.Seen, Several: true}, fields.Field{Name: "seen", Shape: fields.Seen}
	file := ledger.Case{Leads: []ledger.Lead{{ID: "1"}, {ID: "2", Until: &was}}}
	file.PersonData = ledger.Person{Permit: "work", PermitExpiry: &was, Receipt: &was}
	require.Equal(t, []string{"1"}, sends(leads, file))
	require.Equal(t, []string{}, sends(leads, ledger.Case{}))
	require.Equal(t, "work 2026-11-02 receipt", sends(permit, file))
	require.Equal(t, "not_shown", sends(permit, ledger.Case{}))
	require.Nil(t, seen.Read(leads, nil))
	require.Nil(t, seen.Read(permit, nil))
}

type kept []ledger.Record

func (k kept) WrittenIn(context.Context, care.Staff, string, written.Kind, ledger.Paging) (ledger.Page[ledger.Record], error) {
	return ledger.Page[ledger.Record]{Items: k}, nil
}

func (k kept) MergeCandidates(context.Context, care.Staff, string) ([]ledger.CaseFile, error) {
	return []ledger.CaseFile{{ID: "b", Known: &ledger.Person{Version: 7}}, {ID: "c"}}, nil
}

// TestAMergeCarriesWhatItHasShown: of each file the version that stood side by side.
func TestAMergeCarriesWhatItHasShown(t *testing.T) {
	file := ledger.Case{CaseFile: ledger.CaseFile{ID: "a"}, PersonData: ledger.Person{Version: 2}}
	found, err := seen.Find(t.Context(), kept{}, care.Staff{}, care.Policy{}, file, care.OpMerge)
	require.NoError(t, err)
	require.Equal(t, "a:2 b:7", found.Fields(fields.Field{Name: "seen", Shape: fields.Seen, Several: true})[0].Value)
}

// TestAFormShowsWhatItTakesThePlaceOf: of each system the number that holds, of a profile what
// each field says, and the record that a later one must not pass by.
func TestAFormShowsWhatItTakesThePlaceOf(t *testing.T) {
	field := fields.Field{Name: "seen", Shape: fields.Seen, Several: true}
	of := func(op care.Operation, data ...string) *seen.Noted {
		var list kept
		for i, d := range data {
			list = append(list, ledger.Record{ID: string(rune('a' + i)), Form: string(op), Readable: d != "", Fields: json.RawMessage(d)})
		}
		found, err := seen.Find(t.Context(), list, care.Staff{}, care.Policy{}, ledger.Case{}, op)
		require.NoError(t, err)
		return found
	}
	numbers := of(care.OpElsewhere, `{"system":"did","number":"2"}`, `{"system":"did","number":"1"}`, `{"system":"social_record","number":"7"}`)
	require.Equal(t, "c a", numbers.Fields(field)[0].Value)
	require.Equal(t, "Adesso risulta: cartella sociale 7; DID del Centro per l’Impiego 2.", numbers.Hint("system"))
	require.Empty(t, numbers.Hint("number"))

	profile := of(care.OpWorkProfile, "", `{"italian":"b1"}`, `{"italian":"a2","licences":"Patente B"}`)
	require.Equal(t, "a", profile.Fields(field)[0].Value)
	require.Equal(t, "Adesso risulta: B1.", profile.Hint("italian"))
	require.Equal(t, "Adesso risulta: Patente B.", profile.Hint("licences"))

	require.Empty(t, of(care.OpWorkProfile).Fields(field)[0].Value, "there is none, which is said, too")
	require.Nil(t, of(care.OpPermit))
	require.Empty(t, of(care.OpPermit).Hint("permit"))
}
