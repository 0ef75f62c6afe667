package records_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// The list of a day has what who receives must know: from the file for its own agency, from
// what was given for another, and nothing of a protected person but for her keepers. It is a
// line of the audit, and for the door nobody is named and no protected person is among them.
func TestTheListOfADay(t *testing.T) {
	p := newPlay(t)
	barred := []kin.Linked{{Name: "Padre di prova", Relation: "father", Barred: true, Order: "court", Ordered: "2026-05-04"}}
	run, _ := p.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova", Phone: "000 0000001", Languages: []string{"ur"}}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET linked = $2 WHERE case_id = $1`, ledger.BareID(run), barred)
	require.NoError(t, err)
	h := p.protectedCase()
	at := p.Now.AddDate(0, 0, 3)
	for _, caseRun := range []string{run, h.run} {
		p.Branch(caseRun, postgrestest.NewRun(care.RunService), care.Answer{Service: "pas"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
			{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "pas", At: at}}})
	}
	day := func(account, service string, door bool) []expected.Visit {
		list, err := p.Records.DayOf(t.Context(), p.Accounts[account], at.Add(-time.Hour), at.Add(time.Hour), service, door)
		require.NoError(t, err)
		return list
	}
	lines := func() int { return p.Count(`audit WHERE action = 'print_day' AND purpose = 'appointment'`) }
	require.Len(t, day("social_worker.prato", "", false), 2, "who keeps her sees both")
	for _, account := range h.others() {
		for _, v := range day(account, "", false) {
			require.NotContains(t, v.Person, marker, account)
			require.NotEqual(t, h.id, v.CaseID, account)
		}
	}
	seen := day("desk_operator.prato", "pas", false)
	require.Len(t, seen, 1)
	require.Equal(t, []any{"Persona Prova", "000 0000001", []string{"ur"}, barred}, []any{seen[0].Person, seen[0].Phone, seen[0].Languages, seen[0].Linked})
	before := lines()
	require.Equal(t, []expected.Visit{{Appointment: ledger.Appointment{ID: seen[0].ID, Service: "pas", At: seen[0].At, State: string(care.AppointmentBooked)}}}, day("desk_operator.prato", "pas", true))
	require.Equal(t, before+1, lines(), "the sheet for the door is a line of its own")
	door := day("social_worker.prato", "", true)
	require.Len(t, door, 1, "what hangs at the door has no hour of hers, although her keeper prints it")
	require.Equal(t, seen[0].ID, door[0].ID)
	require.Empty(t, day("desk_operator.prato", "uoc", false))
	require.Empty(t, day("social_worker.pistoia", "", false), "another zone's")
	require.Equal(t, before+2, lines(), "what shows nobody is no reading")
}
