package records_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/working"
)

// TestWhatIsToldOfSomebodysWork: the employment centre gets the latest of each field and no
// kind of permit, a school the Italian, anybody else nothing. SQL answers as the table does.
func TestWhatIsToldOfSomebodysWork(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	worker := d.Accounts["social_worker.prato"]
	says := func(key string, p working.Profile) {
		_, err := d.Records.Assign(t.Context(), worker, catalogue.WorkProfile.Command(key, id, p).NewCommand)
		require.NoError(t, err)
	}
	told := func(agency string) *working.Told {
		given, err := d.Records.Disclosure(t.Context(), worker, id, agency, "labour")
		require.NoError(t, err)
		return given.Snapshot.Work
	}
	says("one", working.Profile{Italian: "a1", ItalianProof: "declared", WorkDone: "Cameriere di prova", Note: "Nota per il fascicolo"})
	says("two", working.Profile{Italian: "b1", Benefits: "yes"})
	d.put(`UPDATE person SET municipality = 'Prato' WHERE case_id = $1`, id)
	require.Equal(t, &working.Told{Italian: "b1", ItalianProof: "declared"}, told("cpia"))
	require.Nil(t, told("asl"))
	want := working.Told{Italian: "b1", ItalianProof: "declared", WorkDone: "Cameriere di prova", Benefits: "yes", Domicile: "Prato"}
	for _, c := range []struct{ citizenship, permit, expiry string }{
		{"PK", "study", ""}, {"PK", "protection", "2030-01-31"}, {"PK", "other", ""}, {"PK", care.PermitRequested, ""}, {"PK", "", ""}, {"PK", "work", "2020-01-31"}, {"RO", "", ""}, {"RE", "", ""},
	} {
		d.put(`UPDATE person SET citizenship = $2, permit = $3, permit_expiry = nullif($4, '')::date WHERE case_id = $1`, id, c.citizenship, c.permit, c.expiry)
		file, err := d.Records.CaseFile(t.Context(), worker, id)
		require.NoError(t, err)
		want.Answer, _ = working.Of(c.citizenship, c.permit, file.PersonData.PermitExpiry, d.Records.Clock())
		want.PermitExpiry = c.expiry
		require.Equal(t, &want, told("cpi"), "%+v", c)
		given, err := json.Marshal(told("cpi"))
		require.NoError(t, err)
		require.NotContains(t, string(given), "protection")
	}
	says("three", working.Profile{MayWork: working.No})
	require.Equal(t, working.Answer{May: working.No}, told("cpi").Answer)

	// What the employment centre was given is passed on to a school as its own, and to nobody else.
	for extent, want := range map[working.Extent]string{working.Language: `{"work": {"italian": "b1"}, "given_name": "Prova"}`, working.Nothing: `{"given_name": "Prova"}`} {
		var passed string
		require.NoError(t, d.owner.QueryRow(t.Context(), `SELECT passed_work('{"given_name": "Prova", "work": {"may_work": "yes", "italian": "b1"}}', $1)::text`, working.Ask(extent, "cpia", d.Records.Clock())).Scan(&passed))
		require.Equal(t, want, passed)
	}
}
