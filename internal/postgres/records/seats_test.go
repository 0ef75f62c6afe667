package records_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
)

// TestNoKeeperIsAskedToTwoSeats: each seat of a protected person's équipe goes to a keeper
// who has no other one. Where there is nobody else it is nobody's, which the sentence says,
// until there is one more keeper; and who leaves leaves their seat to somebody without one.
func TestNoKeeperIsAskedToTwoSeats(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	equipe := "equipe/" + h.ids["equipe"]
	invites := func(role care.Role, agency string) string {
		task := postgrestest.Opens(equipe, string(role), ledger.TaskChange{Kind: care.EquipeInvitation, Role: role, Agency: care.Code(agency)})
		p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
		return task.ID
	}
	holder := func(task string) string {
		row := p.Row(`SELECT coalesce((SELECT subject FROM staff s WHERE s.id = t.holder), '') AS who FROM task t WHERE t.id = $1`, task)
		return row["who"].(string)
	}
	_, err := p.Owner.Exec(t.Context(), `UPDATE task SET state = 'obsolete', outcome = '', ended_at = $2 WHERE case_id = $1 AND ended_at IS NULL`, h.id, p.Now)
	require.NoError(t, err)
	cpi, mediator, expert := invites(care.CPIOperator, "cpi"), invites(care.InterculturalMediator, "comune"), invites(care.ImmigrationExpert, "comune")
	social := invites(care.SocialWorker, "comune")
	require.Equal(t, "cpi_operator.prato", holder(cpi))
	require.ElementsMatch(t, []string{"social_worker.prato", "social_worker_2.prato"}, []string{holder(mediator), holder(expert)})
	require.Empty(t, holder(social), "both who could have a seat by now")
	waits := func() health.Waiting {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], h.id)
		require.NoError(t, err)
		return file.Waiting
	}
	require.Equal(t, []any{health.Orphaned, health.CauseSeated, social}, []any{waits().Health, waits().Cause, waits().TaskID})
	require.NoError(t, h.asks("social_worker.prato", catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: p.Accounts["supervisor.prato"].ID})))
	require.Equal(t, "supervisor.prato", holder(social))
	require.NotEqual(t, health.CauseSeated, waits().Cause)

	p.leaves("social_worker_2.prato")
	for _, seat := range []string{mediator, expert} {
		require.NotEqual(t, "social_worker_2.prato", holder(seat))
	}
	require.NotEqual(t, holder(mediator), holder(expert), "one is theirs who have it, the other nobody's")
}
