package records_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// on are the ids of who is in a list of the board.
func (p *play) on(account string, list board.List) (ids []string) {
	p.T.Helper()
	rows, err := p.Records.Board(p.T.Context(), p.Accounts[account], italian.Rome, 10, list)
	require.NoError(p.T, err)
	for _, row := range rows[list] {
		require.NotEmpty(p.T, row.Person)
		require.NotEmpty(p.T, row.Number)
		ids = append(ids, row.CaseID)
	}
	return ids
}

// Who came lately is with nobody until a colleague has taken something of theirs.
func TestTheBoardHasWhoIsWithNobody(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	open := postgrestest.Opens(run, "first_listening", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{open}}, nil)
	p.Now = p.Now.Add(time.Hour)
	require.Equal(t, []string{ledger.BareID(run)}, p.on("supervisor.prato", board.New))
	require.Empty(t, p.on("supervisor.lucca", board.New))
	_, err := p.Records.Board(t.Context(), p.Accounts["social_worker.prato"], italian.Rome, 1, board.New)
	require.ErrorIs(t, err, ledger.ErrForbidden)
	require.NoError(t, p.Claim("desk_operator.prato", open.ID))
	require.Empty(t, p.on("supervisor.prato", board.New))
}

// A permit that ends within two weeks is there, from the first of these days to the last, unless
// its renewal was asked for.
func TestTheBoardHasThePermitsThatEnd(t *testing.T) {
	p := newPlay(t)
	today := care.DayOf(p.Now)
	ending := map[int]string{}
	for _, days := range []int{-1, 14, 15, 0} {
		day := today.AddDate(0, 0, days)
		run, _ := p.Begin(ledger.Person{Permit: "work", PermitExpiry: &day}, ledger.Effects{})
		ending[days] = ledger.BareID(run)
	}
	require.Equal(t, []string{ending[0], ending[14]}, p.on("supervisor.prato", board.Dated))
	require.Empty(t, p.on("supervisor.lucca", board.Dated))
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET receipt_on = permit_expiry WHERE case_id = $1`, ending[0])
	require.NoError(t, err)
	require.Equal(t, []string{ending[14]}, p.on("supervisor.prato", board.Dated))

	// So do the other days after which something is lost, whoever watches them.
	_, err = p.Owner.Exec(t.Context(), `INSERT INTO critical_date (id, record_id, case_id, kind, on_day, watcher, watch_agency, watch_role, by_staff, at)
		SELECT gen_random_uuid(), gen_random_uuid(), $1, 'hearing', $2, id, agency, role, id, $3 FROM staff WHERE subject = 'social_worker.prato'`, ending[15], today.AddDate(0, 0, 3), p.Now)
	require.NoError(t, err)
	require.Equal(t, []string{ending[15], ending[14]}, p.on("supervisor.prato", board.Dated))
	require.Empty(t, p.on("supervisor.lucca", board.Dated))
}

// What a supervisor did is there from the next day on, for themselves alone, until somebody has
// done something since.
func TestTheBoardHasWhatMovedNothing(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	_, err := p.reminds(task, "one")
	require.NoError(t, err)
	require.Empty(t, p.on("supervisor.prato", board.Unmoved), "there was no time yet")
	p.Now = p.Now.AddDate(0, 0, 1)
	require.Equal(t, []string{ledger.BareID(run)}, p.on("supervisor.prato", board.Unmoved))
	require.Empty(t, p.on("supervisor_2.prato", board.Unmoved))
	require.NoError(t, p.assignsAtOnce("desk_operator.prato", catalogue.Release.Command("", task, catalogue.None{})))
	require.Empty(t, p.on("supervisor.prato", board.Unmoved))
}

// A protected person stands in none of the lists, but for her keepers'.
func TestTheBoardHidesTheProtected(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	day := care.DayOf(p.Now)
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET permit = 'work', permit_expiry = $2 WHERE case_id = $1`, h.id, day)
	require.NoError(t, err)
	_, err = p.Owner.Exec(t.Context(), `UPDATE task SET state = 'ready', holder = NULL, reserved_at = NULL WHERE state = 'reserved'`)
	require.NoError(t, err)
	p.Now = p.Now.Add(time.Hour)
	for _, list := range board.Lists {
		require.Empty(t, p.on("supervisor.prato", list), list)
	}
}

// What colleagues have open is told of now, to the supervisor of their zone alone; with it what
// was done last for a person.
func TestTheBoardTellsOfNow(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	holder := p.Accounts["desk_operator.prato"].ID
	loads, err := p.Records.Loads(t.Context(), p.Accounts["supervisor.prato"])
	require.NoError(t, err)
	require.Equal(t, 1, loads[holder])
	acts, err := p.Records.LastActs(t.Context(), p.Accounts["supervisor.prato"], []string{ledger.BareID(run)})
	require.NoError(t, err)
	require.Equal(t, "task_claimed", acts[ledger.BareID(run)].Code)
	require.NoError(t, p.assignsAtOnce("desk_operator.prato", catalogue.Release.Command("", task, catalogue.None{})))
	loads, err = p.Records.Loads(t.Context(), p.Accounts["supervisor.prato"])
	require.NoError(t, err)
	require.Zero(t, loads[holder])

	elsewhere, err := p.Records.Loads(t.Context(), p.Accounts["supervisor.lucca"])
	require.NoError(t, err)
	require.NotContains(t, elsewhere, holder)
	acts, err = p.Records.LastActs(t.Context(), p.Accounts["supervisor.lucca"], []string{ledger.BareID(run)})
	require.NoError(t, err)
	require.Empty(t, acts)
	_, err = p.Records.Loads(t.Context(), p.Accounts["social_worker.prato"])
	require.ErrorIs(t, err, ledger.ErrForbidden)
	_, err = p.Records.LastActs(t.Context(), p.Accounts["social_worker.prato"], nil)
	require.ErrorIs(t, err, ledger.ErrForbidden)
}

// Why cases are stuck is counted of those that the supervisor may know of, and each count has its
// list.
func TestTheBoardHasTheCauses(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	run, _ := p.listened()
	orphan, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE case_health SET health = 'late', waiting = jsonb_build_object('role', 'cpi_operator', 'agency', 'cpi', 'task', 'referral_answer', 'since', $2::text), changes_at = 'infinity' WHERE case_id = ANY ($1)`,
		[]string{ledger.BareID(run), h.id}, p.Now.AddDate(0, 0, -3).Format(time.RFC3339))
	require.NoError(t, err)
	_, err = p.Owner.Exec(t.Context(), `UPDATE case_health SET health = 'orphaned', waiting = '{}', changes_at = 'infinity' WHERE case_id = $1`, ledger.BareID(orphan))
	require.NoError(t, err)
	ask := func(account string) (causes []board.Counted) {
		held, more, err := p.Records.Held(t.Context(), p.Accounts[account])
		require.NoError(t, err)
		require.False(t, more)
		return board.Causes(held)
	}
	require.Equal(t, []board.Counted{{Cause: board.Agency("cpi"), Cases: 1}, {Cause: board.Nobody, Cases: 1}}, ask("supervisor.prato"))
	require.Empty(t, ask("supervisor.lucca"))
	for cause, id := range map[board.Cause]string{board.Agency("cpi"): run, board.Nobody: orphan} {
		rows, err := p.Records.HeldBy(t.Context(), p.Accounts["supervisor.prato"], cause, 10)
		require.NoError(t, err)
		require.Len(t, rows, 1, cause)
		require.Equal(t, ledger.BareID(id), rows[0].CaseID)
	}
	_, _, err = p.Records.Held(t.Context(), p.Accounts["social_worker.prato"])
	require.ErrorIs(t, err, ledger.ErrForbidden)
	_, err = p.Records.HeldBy(t.Context(), p.Accounts["social_worker.prato"], board.Nobody, 1)
	require.ErrorIs(t, err, ledger.ErrForbidden)
}
