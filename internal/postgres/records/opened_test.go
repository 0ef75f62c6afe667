package records_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
)

// TestTwoWhoOpenAtOnce: of several who open a file of one person in the same instant one does,
// and the others are told of that one: by the names and the day of birth, or by the codice
// fiscale however the names are spelled. Who says that it is somebody else opens theirs.
func TestTwoWhoOpenAtOnce(t *testing.T) {
	p := newPlay(t)
	born := time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC)
	opens := func(person ledger.Person, another bool) (ledger.Command, error) {
		c := catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{Person: person, Needs: []string{"labour"}, NoticeGiven: true, AnotherPerson: another})
		c.Alone = !another
		return p.Records.Accept(t.Context(), p.Accounts["desk_operator.prato"], c.NewCommand)
	}
	for name, people := range map[string][]ledger.Person{
		"the same names": {{GivenName: "Persona", FamilyName: "Esempio Uno", BirthDate: born}, {GivenName: "PERSONA", FamilyName: "esempio uno", BirthDate: born}},
		"the same code": {{GivenName: "Mohamed", FamilyName: "Chaabane", BirthDate: born, FiscalCode: "PRVPSN92C01Z236Q"},
			{GivenName: "Altra", FamilyName: "Prova", BirthDate: born, FiscalCode: "PRVPSN92CL1Z236B"}},
	} {
		var wait sync.WaitGroup
		opened, told := make([]string, 4), make([]string, 4)
		for i := range opened {
			wait.Add(1)
			go func() {
				defer wait.Done()
				cmd, err := opens(people[i%2], false)
				if meanwhile := (*ledger.OpenedMeanwhile)(nil); errors.As(err, &meanwhile) {
					told[i] = meanwhile.Case
				} else if assert.NoError(t, err) {
					opened[i] = cmd.ID
				}
			}()
		}
		wait.Wait()
		file := ""
		for i := range opened {
			require.NotEqual(t, opened[i] == "", told[i] == "", name)
			file = max(file, opened[i])
		}
		for i := range opened {
			require.Equal(t, file, max(opened[i], told[i]), "%s: one is opened, which the others are told of", name)
		}
		cmd, err := opens(people[1], true)
		require.NoError(t, err)
		require.Equal(t, ledger.CommandAccepted, cmd.State)
	}
	_, err := opens(ledger.Person{GivenName: "Nessuno", FamilyName: "Simile", BirthDate: born}, false)
	require.NoError(t, err)
}

// TestAPreviewIsForAPurposeThatThereIs: an unknown one shows nothing.
func TestAPreviewIsForAPurposeThatThereIs(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for _, purpose := range []string{"zzz", crossing.ForEquipe, "anna_prova"} {
		_, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run), "asl", purpose)
		require.Equal(t, care.Refuse(care.Fault{Field: "purpose", Rule: care.RuleUnknownCode}), err, purpose)
	}
	_, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run), "asl", "housing")
	require.NoError(t, err)
}
