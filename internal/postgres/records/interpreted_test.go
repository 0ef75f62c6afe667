package records_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/written"
	"percorso/internal/speech"
)

// Who interpreted is read with the conversation, by its circle: what a relative interpreted
// is to be repeated until a mediator did.
func TestWhoInterpretedIsReadByItsCircle(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	task := postgrestest.Opens(run, "consult", ledger.TaskChange{Kind: care.SocialConsult})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	require.NoError(t, p.Claim("social_worker.prato", task.ID))
	who := p.Accounts["social_worker.prato"]
	says := func(form string, by string, after time.Duration) {
		data, err := json.Marshal(care.Completion{Outcome: care.Held, Interpreted: by})
		require.NoError(t, err)
		sql, args := written.Keep(written.Entry{ID: uuid.NewString(), Case: id, Run: run, Zone: "prato", Agency: who.Agency, Form: form, Role: who.Role, By: &who.ID, At: p.Now.Add(after), Data: data})
		_, err = p.Owner.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	read := func(account string) *speech.Held {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts[account], id)
		require.NoError(t, err)
		return speech.ToRepeat(file.Interpreted)
	}
	require.Nil(t, read("social_worker.prato"))
	says(string(care.Interview), speech.Relative, time.Hour)
	require.Equal(t, speech.Relative, read("social_worker.prato").By)
	require.Nil(t, read("desk_operator.prato"), "what a social worker writes is for the social service")
	says(string(care.Assessment), "", 2*time.Hour)
	require.NotNil(t, read("social_worker.prato"), "of which nobody said who interpreted")
	says(string(care.Assessment), speech.Mediator, 3*time.Hour)
	require.Nil(t, read("social_worker.prato"))
}
