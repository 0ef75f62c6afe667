package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/runs"
)

// impatient is a zone where each task reminds after a second.
func impatient() care.Policy {
	policy := quick(care.Duration{N: 1, Unit: care.Seconds})
	for i := range policy.Tasks {
		policy.Tasks[i].Claim = care.Clock{Remind: care.Duration{N: 1, Unit: care.Seconds}, Escalate: care.Duration{N: 2, Unit: care.Hours}}
		policy.Tasks[i].Complete = policy.Tasks[i].Claim
	}
	return policy
}

// events are those of the newest execution of a case's run.
func (s *site) events(caseID string) (all []*history.HistoryEvent) {
	s.t.Helper()
	pages := s.temporal.GetWorkflowHistory(s.t.Context(), s.run(caseID), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for pages.HasNext() {
		event, err := pages.Next()
		require.NoError(s.t, err)
		all = append(all, event)
	}
	return all
}

// tries counts the local activities of a history.
func tries(events []*history.HistoryEvent) (n int) {
	for _, e := range events {
		if e.GetEventType() == enums.EVENT_TYPE_MARKER_RECORDED {
			n++
		}
	}
	return n
}

// Postgres is away for a week, whose unit is a setting. A run whose clock falls due
// meanwhile, and one that is brought an entry, let go and come again; when Postgres
// is back both are worked soon. The week costs each of them fewer events than Temporal
// bears in one execution.
func TestPostgresIsAwayForAWeek(t *testing.T) {
	t.Parallel()
	const (
		unit = 50 * time.Microsecond
		week = 7 * 24 * 3600 // units
		rest = 900           // the longest pause, in units
	)
	s := newSite(t, impatient())
	s.patience.Unit = unit
	proxy, pool := s.proxied()
	defer s.workOn(pool)()
	quiet, asked := s.open(), s.open()
	listening := s.completing(asked, care.FirstListening, heard)
	before := map[string]int{quiet: len(s.events(quiet)), asked: len(s.events(asked))}

	proxy.Stop()
	began := time.Now()
	answer, err := runs.New(s.temporal).Work(context.Background(), listening)
	require.NoError(t, err)
	require.Equal(t, ledger.Result{Deferred: true}, answer, "the fault did not fire")
	time.Sleep(time.Until(began.Add(week * unit)))
	for _, id := range []string{quiet, asked} {
		events := s.events(id)
		require.Empty(t, events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId())
		n, cost := tries(events), len(events)-before[id]
		require.Greater(t, n, 10, "the clock was tried again and again")
		// Temporal's timers are no finer than a second, so that fewer tries come about
		// than the week has room for: it is reckoned with all of them.
		whole := cost * max(week/rest+20, n) / n
		t.Logf("%d tries, %d events; %d in a whole week", n, cost, whole)
		require.Less(t, whole, 5000)
	}
	cmd, err := s.records.Command(t.Context(), s.staff[care.DeskOperator], listening.ID)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State)

	require.NoError(t, proxy.Start())
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
	s.task(asked, care.Orientation)
	s.once(asked, "task_completed first_listening/heard")
	require.Eventually(t, func() bool { return s.moments(quiet)["reminder_sent first_listening"] == 1 }, 60*time.Second, 50*time.Millisecond)
}

// A run rests for long when Postgres comes back: its clock is brought to it.
func TestAClockIsBroughtWhenPostgresIsBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, impatient())
	s.patience.Unit = 5 * time.Second // the first try lasts five minutes, the first pause half of one
	stop := s.work()
	id := s.open()
	stop()
	proxy, pool := s.proxied()
	proxy.Stop()
	s.patience.Unit = time.Millisecond
	stop = s.workOn(pool)
	require.Eventually(t, func() bool { return tries(s.events(id)) > 15 }, 60*time.Second, 20*time.Millisecond, "the fault did not fire")
	stop()
	require.Zero(t, s.moments(id)["reminder_sent first_listening"])
	defer s.work()()
	require.Eventually(t, func() bool { return s.moments(id)["reminder_sent first_listening"] == 1 }, 90*time.Second, 50*time.Millisecond)
}

// meeting accepts a meeting with the person, without bringing it to the run.
func (s *site) meeting(role care.Role, caseID, note string, hours int) ledger.Command {
	s.t.Helper()
	return s.accept(role, catalogue.Meet.Command("", caseID, catalogue.MeetingForm{At: time.Now().Add(-time.Duration(hours) * time.Hour), Note: note}))
}

// entry is how a command stands in Postgres.
func (s *site) entry(owner *pgxpool.Pool, id string) (state, fault string, tries int) {
	s.t.Helper()
	require.NoError(s.t, owner.QueryRow(s.t.Context(), `SELECT state, fault, deferrals FROM command WHERE id = $1`, id).Scan(&state, &fault, &tries))
	return state, fault, tries
}

// Between two good entries stands one that no table takes, or for which Postgres never
// has time, and somebody else's come behind it. It holds up its sender's later one alone,
// until it is worked after all, or taken away.
func TestAPoisonEntryHoldsUpItsSenderAlone(t *testing.T) {
	t.Parallel()
	for sqlstate, c := range map[string]struct {
		refuse bool
		tries  int // until it is deferred, and then once more
	}{"57014": {false, 3}, "22000": {true, 2}} {
		t.Run(sqlstate, func(t *testing.T) {
			s := newSite(t, quick(care.Duration{N: 1, Unit: care.Hours}))
			stop := s.work()
			id := s.open()
			s.task(id, care.FirstListening)
			stop()
			owner := s.owner()
			for _, sql := range []string{
				`CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'placed' USING ERRCODE = '` + sqlstate + `'; END $$`,
				`CREATE TRIGGER poison BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.data ->> 'note' = 'Veleno di prova') EXECUTE FUNCTION poison()`,
			} {
				_, err := owner.Exec(t.Context(), sql)
				require.NoError(t, err)
			}
			first := s.meeting(care.SocialWorker, id, "Prova 1", 1)
			spoilt := s.meeting(care.SocialWorker, id, "Veleno di prova", 2)
			behind := s.meeting(care.SocialWorker, id, "Prova 3", 3)
			other := s.meeting(care.DeskOperator, id, "Prova 4", 4)

			defer s.work()()
			require.Equal(t, ledger.CommandWorked, s.worked(care.SocialWorker, first.ID).State)
			require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, other.ID).State)
			listening := s.completing(id, care.FirstListening, heard)
			s.wake(listening)
			require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State, "the path goes on")
			s.task(id, care.Orientation)
			require.Eventually(t, func() bool {
				state, fault, tries := s.entry(owner, spoilt.ID)
				return state == "accepted" && fault == sqlstate && tries >= c.tries
			}, 60*time.Second, 50*time.Millisecond, "the fault did not fire again and again")
			state, _, _ := s.entry(owner, behind.ID)
			require.Equal(t, "accepted", state, "it waits behind its sender's own")
			answer, err := runs.New(s.temporal).Work(context.Background(), behind)
			require.NoError(t, err)
			require.Equal(t, ledger.Result{Deferred: true}, answer)

			if !c.refuse {
				_, err := owner.Exec(t.Context(), `DROP TRIGGER poison ON record`)
				require.NoError(t, err)
			}
			_, err = owner.Exec(t.Context(), `SELECT mend_entry($1, $2)`, spoilt.ID, c.refuse)
			require.NoError(t, err)
			want := ledger.CommandWorked
			if c.refuse {
				want = ledger.CommandRefused
			}
			require.Equal(t, want, s.worked(care.SocialWorker, spoilt.ID).State)
			require.Equal(t, ledger.CommandWorked, s.worked(care.SocialWorker, behind.ID).State)
			notices, err := s.records.Notices(t.Context(), s.staff[care.SocialWorker])
			require.NoError(t, err)
			if c.refuse {
				require.Len(t, notices, 1)
				require.Equal(t, care.RefusedByHand, notices[0].Refusal.Code)
				require.Contains(t, string(notices[0].Form), "Veleno di prova")
			} else {
				require.Empty(t, notices)
			}
			require.Less(t, len(s.events(id)), 200)
		})
	}
}
