package outbox_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/postgrestest"
)

// tell writes entries for runs of a case, one after the other, as a step tells them.
func (p *play) tell(caseRun string, runs ...string) (ids []string) {
	p.T.Helper()
	for _, run := range runs {
		id := uuid.NewString()
		_, err := p.Owner.Exec(p.T.Context(), `INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
			VALUES ($1, $2, $3, 'prato', '', $4, '', gen_random_uuid()::text, '', 'end', '{"op": "end"}', clock_timestamp(), clock_timestamp() - interval '1 minute')`,
			id, run, ledger.BareID(caseRun), caseRun)
		require.NoError(p.T, err)
		ids = append(ids, id)
	}
	return ids
}

// taken takes wakes and gives their ids.
func (p *play) taken(most int, busy ...string) (ids []string) {
	p.T.Helper()
	wakes, err := p.Outbox.TakeWakes(p.T.Context(), most, busy)
	require.NoError(p.T, err)
	for _, w := range wakes {
		ids = append(ids, w.ID)
	}
	return ids
}

func (p *play) quiet() {
	p.T.Helper()
	_, err := p.Owner.Exec(p.T.Context(), `UPDATE command SET wake_at = 'infinity' WHERE state = 'accepted'`)
	require.NoError(p.T, err)
}

// A case that tells its many branches something takes a quarter of a batch, and
// the other cases' entries come with the first one.
func TestABurstLeavesRoomForOthers(t *testing.T) {
	p := newPlay(t)
	many, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	few, _ := p.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova 0002"}, ledger.Effects{})
	p.quiet()
	var branches []string
	for range 126 {
		branches = append(branches, postgrestest.NewRun(care.RunReferral))
	}
	burst := p.tell(many, branches...)
	other := p.tell(few, postgrestest.NewRun(care.RunReferral))

	require.Equal(t, append(burst[:10:10], other...), p.taken(40))
	require.Equal(t, burst[10:20], p.taken(40))
	require.Empty(t, p.taken(40, ledger.BareID(many)), "a case that is busy gets nothing")
	more := p.tell(few, postgrestest.NewRun(care.RunReferral))
	require.Equal(t, more, p.taken(40, ledger.BareID(many)))
	require.Equal(t, burst[20:21], p.taken(1), "nor is a case left out for good")
}

// An entry that could not be brought, and waits for its next turn, goes along with
// a younger one of its run, in front of it.
func TestAnEntryIsNotOvertaken(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.quiet()
	run, another := postgrestest.NewRun(care.RunReferral), postgrestest.NewRun(care.RunReferral)
	suspended := p.tell(caseRun, run, another)
	require.Equal(t, suspended, p.taken(40))
	require.Empty(t, p.taken(40))
	resumed := p.tell(caseRun, run)
	require.Equal(t, []string{suspended[0], resumed[0]}, p.taken(40))
}

// A statement of the relay, the post or the watch that meets a lock gives up; the
// next one is served.
func TestDeliveryHangsOnNothing(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.quiet()
	ids := p.tell(caseRun, caseRun)
	_, err := p.Owner.Exec(t.Context(), `UPDATE run SET ended_at = clock_timestamp() WHERE id = $1`, caseRun)
	require.NoError(t, err)
	lock, err := p.Owner.Begin(t.Context())
	require.NoError(t, err)
	_, err = lock.Exec(t.Context(), `SELECT FROM command WHERE id = $1 FOR UPDATE`, ids[0])
	require.NoError(t, err)

	require.Error(t, p.Outbox.RefuseEnded(t.Context(), ids[0]), "the lock is still held")
	require.Equal(t, "accepted", p.Row(`SELECT state FROM command WHERE id = $1`, ids[0])["state"])
	require.NoError(t, lock.Rollback(t.Context()))
	require.NoError(t, p.Outbox.RefuseEnded(t.Context(), ids[0]))
	require.Equal(t, "refused", p.Row(`SELECT state FROM command WHERE id = $1`, ids[0])["state"])
}

// Who rests hears of what comes, and not of what does not concern them.
func TestRestingEnds(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.quiet()
	longest := time.Hour
	p.tell(caseRun, postgrestest.NewRun(care.RunReferral))
	require.NoError(t, p.Outbox.AwaitWake(t.Context(), longest, nil), "an entry is due")
	require.NoError(t, p.Outbox.AwaitWake(t.Context(), time.Millisecond, []string{ledger.BareID(caseRun)}), "of a busy case")

	rested := make(chan error, 1)
	go func() { rested <- p.Outbox.AwaitMail(t.Context(), longest) }()
	for waiting := true; waiting; {
		_, err := p.Owner.Exec(t.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
			VALUES ($1, $2, $3, 'reminder', '/compiti/1', 'personale@percorso.example', clock_timestamp(), clock_timestamp())`,
			uuid.NewString(), caseRun, ledger.BareID(caseRun))
		require.NoError(t, err)
		select {
		case err := <-rested:
			require.NoError(t, err)
			waiting = false
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// An entry whose answer does not read is handed out with the others, as what it does:
// its own run defers it, and nobody else's waits for it.
func TestAnAnswerThatDoesNotReadHoldsUpNobody(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.quiet()
	spoilt := p.tell(caseRun, postgrestest.NewRun(care.RunReferral), postgrestest.NewRun(care.RunReferral))
	for i, answer := range []string{`{"op": "end", "at": "ieri"}`, `"end"`} {
		_, err := p.Owner.Exec(t.Context(), `UPDATE command SET answer = $2 WHERE id = $1`, spoilt[i], answer)
		require.NoError(t, err)
	}
	good := p.tell(caseRun, postgrestest.NewRun(care.RunReferral))
	wakes, err := p.Outbox.TakeWakes(t.Context(), 40, nil)
	require.NoError(t, err)
	var operations []care.Operation
	var ids []string
	for _, w := range wakes {
		ids, operations = append(ids, w.ID), append(operations, w.Answer.Operation)
	}
	require.Equal(t, append(spoilt, good...), ids)
	require.Equal(t, []care.Operation{care.OpEnd, "", care.OpEnd}, operations)
}

// What falls due without a run and cannot be worked holds up no clock of a run.
func TestOneClockHoldsUpNoOther(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.quiet()
	for _, sql := range []string{
		`UPDATE run SET next_due = clock_timestamp() - interval '1 hour'`,
		`CREATE OR REPLACE FUNCTION dates_fall_due(now timestamptz) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'placed' USING ERRCODE = '22000'; END $$`,
	} {
		_, err := p.Owner.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	count, err := p.Outbox.WakeOverdue(t.Context(), 40)
	require.ErrorContains(t, err, "22000")
	require.Equal(t, 1, count)
	require.Equal(t, 1, p.Count(`command WHERE operation = 'clock' AND run_id = $1`, caseRun))
	// Where Postgres has no time, nothing more is asked of it.
	_, err = p.Owner.Exec(t.Context(), `CREATE OR REPLACE FUNCTION dates_fall_due(now timestamptz) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'placed' USING ERRCODE = '57014'; END $$;
		CREATE OR REPLACE FUNCTION tell_untold(now timestamptz) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'placed' USING ERRCODE = '22000'; END $$`)
	require.NoError(t, err)
	_, err = p.Outbox.WakeOverdue(t.Context(), 40)
	require.ErrorContains(t, err, "57014")
	require.NotContains(t, err.Error(), "22000")
}

// Of runs that were lost those come back first that have something due first.
func TestWhatIsDueFirstComesBackFirst(t *testing.T) {
	p := newPlay(t)
	var cases []string
	for _, due := range []any{nil, "2026-03-09T10:00:00Z", "2026-03-09T09:00:00Z", "2026-03-09T11:00:00Z"} {
		caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		_, err := p.Owner.Exec(t.Context(), `UPDATE run SET next_due = $2 WHERE id = $1`, caseRun, due)
		require.NoError(t, err)
		cases = append(cases, caseRun)
	}
	_, err := p.Owner.Exec(t.Context(), `UPDATE run SET ended_at = clock_timestamp() WHERE id = $1`, cases[3])
	require.NoError(t, err)
	open, err := machine.NewTroubles(p.Pool(standalone.API)).StillOpen(t.Context(), cases)
	require.NoError(t, err)
	var ids []string
	for _, run := range open {
		ids = append(ids, run.ID)
	}
	require.Equal(t, []string{cases[2], cases[1], cases[0]}, ids)
}
