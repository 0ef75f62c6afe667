package seen_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/cases/seen"
	"percorso/internal/care"
	"percorso/internal/catalogue/fields"
	"percorso/internal/ledger"
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
