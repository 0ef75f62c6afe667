package records_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// A case file that grows from a contact is linked to it, or is not opened: the contact
// is one of the opener's own desk, and no other file has grown from it.
func TestAContactBecomesOneCaseFile(t *testing.T) {
	p := newPlay(t)
	contact := func(account string) string {
		cmd, err := p.Records.Assign(t.Context(), p.Accounts[account], catalogue.Contact.Command(uuid.NewString(), "", ledger.NewContact{
			Topic: "labour", Channel: "desk", Language: "ur", Outcome: "information"}).NewCommand)
		require.NoError(t, err)
		return cmd.ID
	}
	opens := func(account, contact string) ledger.Command {
		cmd, err := p.Records.Accept(t.Context(), p.Accounts[account], catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{
			Person: ledger.Person{GivenName: "Persona", FamilyName: "Prova 0001", Citizenship: "PK"}, ContactID: contact}).NewCommand)
		require.NoError(t, err)
		return cmd
	}
	refused := func(cmd ledger.Command, rule string) {
		t.Helper()
		require.Equal(t, ledger.CommandRefused, cmd.State)
		require.Equal(t, []care.Fault{{Field: "contact_id", Rule: rule}}, cmd.Refusal.Faults)
		require.Zero(t, p.Count(`run WHERE case_id = $1`, cmd.ID))
	}
	mine := contact("desk_operator.prato")
	refused(opens("desk_operator.prato", uuid.NewString()), care.RuleNoContact)
	refused(opens("desk_operator.lucca", mine), care.RuleNoContact)
	refused(opens("desk_operator.prato", contact("desk_operator.lucca")), care.RuleNoContact)

	// Two at once: one of them has it.
	var together sync.WaitGroup
	made := make([]ledger.Command, 2)
	for i := range made {
		together.Go(func() { made[i] = opens("desk_operator.prato", mine) })
	}
	together.Wait()
	if made[0].State != ledger.CommandAccepted {
		made[0], made[1] = made[1], made[0]
	}
	require.Equal(t, ledger.CommandAccepted, made[0].State)
	refused(made[1], care.RuleContactUsed)
	linked, err := p.Records.Contact(t.Context(), p.Accounts["desk_operator.prato"], mine)
	require.NoError(t, err)
	require.Equal(t, made[0].ID, linked.CaseID)
	require.Equal(t, ledger.CommandAccepted, opens("desk_operator.prato", "").State)
}
