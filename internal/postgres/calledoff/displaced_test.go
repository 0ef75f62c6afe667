package calledoff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
)

// When the sessions of a service change, who is expected outside of them is somebody's call:
// who decides on its hours reads it, and nobody else; with another hour it is over.
func TestWhoIsExpectedOutsideOfNewSessionsIsCalled(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	first, second := o.begins(), o.begins()
	_, outside := o.has(first, o.books(first, thursday(9, 0)))
	o.has(second, o.books(second, thursday(10, 30)))
	list, err := o.Records.Displaced(ctx, o.Accounts[supervisor])
	require.NoError(t, err)
	require.Empty(t, list, "all sessions are as they were")

	o.Law("other hours", func(policy *care.Policy) {
		for i, s := range policy.Services {
			if s.Code == "pas" {
				policy.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"thu"}, From: "10:00", To: "11:00", Seconds: 1800, Places: 25, Mode: agenda.InPerson}}
			}
		}
	})
	for account, reads := range map[string]bool{supervisor: true, worker: true, desk: false, "supervisor.lucca": false} {
		list, err := o.Records.Displaced(ctx, o.Accounts[account])
		require.NoError(t, err)
		require.Equal(t, reads, len(list) == 1 && list[0].ID == outside, "%s reads %d", account, len(list))
	}
	_, err = o.Owner.Exec(ctx, `UPDATE appointment SET at = at + interval '1 hour' WHERE id = $1`, outside)
	require.NoError(t, err)
	_, err = o.Owner.Exec(ctx, `UPDATE booking SET at = at + interval '1 hour', until = until + interval '1 hour' WHERE appointment_id = $1`, outside)
	require.NoError(t, err)
	list, err = o.Records.Displaced(ctx, o.Accounts[supervisor])
	require.NoError(t, err)
	require.Empty(t, list)
}
