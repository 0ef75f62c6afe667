package endtoend

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
)

// insist repeats a request with its key until somebody answers it, as a client
// does whose connection breaks. Nothing that was accepted may be lost, and
// nothing may happen twice.
func (s *services) insist(role care.Role, path string, body any) {
	s.t.Helper()
	key := uuid.NewString()
	var last answer
	require.Eventually(s.t, func() bool {
		a, err := s.try(role, http.MethodPost, path, key, body)
		last = a
		return err == nil && (a.status == http.StatusOK || a.status == http.StatusAccepted)
	}, 60*time.Second, 100*time.Millisecond, "%s: %v", path, last.body)
	if last.status == http.StatusOK {
		return
	}
	require.Eventually(s.t, func() bool {
		c, err := s.try(role, http.MethodGet, "/commands/"+last.text("id"), "", nil)
		return err == nil && c.text("state") == "worked"
	}, 60*time.Second, 100*time.Millisecond, "an accepted command was never worked")
}

// doOverFaults is do for a stack of which parts are gone at times.
func (s *services) doOverFaults(caseID string, kind care.TaskKind, form care.Completion) {
	s.t.Helper()
	id, role := s.task(caseID, kind)
	s.insist(role, "/tasks/"+id+"/claim", nil)
	if kind.SaysHowItWent() {
		s.itsHour(caseID)
	}
	s.insist(role, "/tasks/"+id+"/complete", form)
}

// Each part is killed with -9 in the middle of the path, while a command is on its way.
func TestEachPartKilled(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	for _, part := range []standalone.Part{standalone.Worker, standalone.API, standalone.Temporal, standalone.Postgres} {
		t.Run(string(part), func(t *testing.T) {
			s := &services{t: t, stack: s.stack, zone: s.zone, tokens: s.tokens}
			id := s.openCase()
			s.do(id, care.FirstListening, heard)
			task, role := s.task(id, care.Orientation)
			s.insist(role, "/tasks/"+task+"/claim", nil)
			before := s.stack.PID(part)
			killed := make(chan error, 1)
			go func() { killed <- s.stack.Kill(part) }()
			s.insist(role, "/tasks/"+task+"/complete", booked())
			require.NoError(t, <-killed)
			require.NoError(t, s.stack.Ready(t.Context(), part))
			require.NoError(t, s.stack.Ready(t.Context(), standalone.API))
			require.NotEqual(t, before, s.stack.PID(part), "the fault did not fire")
			s.doOverFaults(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
			s.doOverFaults(id, care.Interview, care.Completion{Outcome: care.Held})
			happened := s.timeline(id)
			for _, once := range []string{"case_opened", "task_completed first_listening/heard", "task_completed orientation/booked",
				"appointment_booked", "task_completed confirm_appointment/confirmed", "task_completed interview/held"} {
				require.Equal(t, 1, happened[once], "%s in %v", once, happened)
			}
		})
	}
}

// The API is killed once the command is durable and before it answers: with
// Temporal stopped in its tracks it waits for the process, and dies waiting.
func TestAPIKilledBeforeItAnswers(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	id := s.openCase()
	task, role := s.task(id, care.FirstListening)
	s.post(role, "/tasks/"+task+"/claim", nil).is(http.StatusOK)

	require.NoError(t, s.stack.Pause(standalone.Temporal))
	key, failed := uuid.NewString(), make(chan error, 1)
	go func() {
		_, err := s.try(role, http.MethodPost, "/tasks/"+task+"/complete", key, heard)
		failed <- err
	}()
	s.accepted(task)
	require.NoError(t, s.stack.Kill(standalone.API))
	require.Error(t, <-failed, "the fault did not fire: the API answered")
	require.NoError(t, s.stack.Resume(standalone.Temporal))
	require.NoError(t, s.stack.Ready(t.Context(), standalone.API))

	// Nobody asks again: the command was durable, and is worked.
	s.task(id, care.Orientation)
	// Who asks again with the key gets the answer, and nothing happens twice.
	s.repeat(role, http.MethodPost, "/tasks/"+task+"/complete", key, heard).is(http.StatusOK)
	require.Equal(t, 1, s.timeline(id)["task_completed first_listening/heard"])
	s.repeat(role, http.MethodPost, "/tasks/"+task+"/complete", key, care.Completion{Outcome: care.Heard, Needs: []string{"housing"}}).
		is(http.StatusUnprocessableEntity)
}

// A partner's answer through its one-time link is durable, and the API dies
// before it tells the process: the relay does, once, and the link is used up.
func TestAPIKilledBeforeALinkIsAnswered(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	id := s.openCase()
	s.do(id, care.FirstListening, heard)
	s.task(id, care.Orientation)
	referral := s.refers(id, "cpia", "labour")
	link, _ := s.link(referral, asksAnswer)

	require.NoError(t, s.stack.Pause(standalone.Temporal))
	failed := make(chan error, 1)
	go func() {
		_, err := s.tryOpen(link, says("acknowledge"))
		failed <- err
	}()
	s.acceptedAs(referral, care.OpAcknowledge)
	require.NoError(t, s.stack.Kill(standalone.API))
	require.Error(t, <-failed, "the fault did not fire: the API answered")
	require.NoError(t, s.stack.Resume(standalone.Temporal))
	require.NoError(t, s.stack.Ready(t.Context(), standalone.API))

	s.eventually("acknowledged", func() bool {
		f, err := s.try(care.SocialWorker, http.MethodGet, "/referrals/"+referral, "", nil)
		return err == nil && f.text("state") == "received"
	})
	require.Equal(t, http.StatusGone, s.opens(link, says("acknowledge")).status)
	happened := s.timeline(id)
	require.Equal(t, []int{1, 1}, []int{happened["referral_received"], happened["link_used cpia"]}, "%v", happened)
}

// accepted waits until the completion of a task is durable and not yet worked.
func (s *services) accepted(task string) {
	s.t.Helper()
	s.acceptedAs(task, care.OpComplete)
}

// acceptedAs waits until a command about something is durable and not yet worked.
func (s *services) acceptedAs(target string, op care.Operation) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.stack.AdministratorURL("percorso"))
	require.NoError(s.t, err)
	defer func() { _ = conn.Close(s.t.Context()) }()
	require.Eventually(s.t, func() bool {
		var n int
		err := conn.QueryRow(s.t.Context(), `SELECT count(*) FROM command WHERE target = $1 AND operation = $2 AND state = 'accepted'`, target, op).Scan(&n)
		return err == nil && n == 1
	}, 10*time.Second, 10*time.Millisecond, "the command was not accepted")
}

// Temporal's databases are dropped, and every open case is rebuilt from Postgres.
func TestTemporalLostAndRebuilt(t *testing.T) {
	t.Parallel()
	s := open(t, "prova")
	waitingForCPI, referral := s.toTheCPI()
	atTheDesk := s.openCase()
	closed := s.openCase()
	s.post(care.SocialWorker, "/case-files/"+closed+"/closure", catalogue.EarlyClosure{Outcome: care.OutcomeWithdrew, Note: "Prova"}).is(http.StatusOK)
	s.do(closed, care.ClosureApproval, care.Completion{Outcome: care.Approved})

	require.NoError(t, s.stack.DropTemporal(t.Context()))
	// What is asked while the runs are lost is accepted, and worked once they are back.
	task, role := s.task(atTheDesk, care.FirstListening)
	s.insistAccepted(role, task)
	out, err := s.stack.Command(t.Context(), standalone.Ops, "rebuild").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "3 runs rebuilt") // two cases and the placement; the service has ended

	s.doOverFaults(atTheDesk, care.Orientation, booked())
	s.insist(care.CPIOperator, "/referrals/"+referral+"/acknowledge", catalogue.ReferralMoveForm{})
	s.insist(care.CPIOperator, "/referrals/"+referral+"/accept", catalogue.ReferralMoveForm{})
	s.task(waitingForCPI, care.PlacementAppointment)
	// The clocks are back too: nobody fixes the appointment, and the supervisor is told.
	require.Eventually(t, func() bool { return s.timeline(waitingForCPI)["escalated placement_appointment"] == 1 }, 30*time.Second, 200*time.Millisecond)
	require.Equal(t, 1, s.timeline(atTheDesk)["task_completed first_listening/heard"])
	require.Equal(t, "closed", s.file(care.SocialWorker, closed).text("stage"))
}

// insistAccepted claims a task and completes it where its run is lost.
func (s *services) insistAccepted(role care.Role, task string) {
	s.t.Helper()
	s.insist(role, "/tasks/"+task+"/claim", nil)
	key := uuid.NewString()
	require.Eventually(s.t, func() bool {
		a, err := s.try(role, http.MethodPost, "/tasks/"+task+"/complete", key, heard)
		return err == nil && a.status == http.StatusAccepted
	}, 30*time.Second, 200*time.Millisecond, "not accepted while its run was lost")
}

// Without a worker an accepted command is not worked: the case says that it is
// broken and why, and is well again once a worker is back.
func TestBrokenCaseExplainsItself(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	id := s.openCase()
	task, role := s.task(id, care.FirstListening)
	require.NoError(t, s.stack.Hold(standalone.Worker))
	s.insistAccepted(role, task)
	standing := func() (code, cause, sentence string) {
		c, err := s.try(care.Supervisor, http.MethodGet, "/case-files/"+id, "", nil)
		require.NoError(t, err)
		waiting := c.body["waiting"].(map[string]any)
		code, _ = waiting["health"].(string)
		cause, _ = waiting["cause"].(string)
		return code, cause, c.text("sentence")
	}
	var cause, sentence string
	require.Eventually(t, func() (broken bool) {
		var code string
		code, cause, sentence = standing()
		return code == string(health.Broken)
	}, health.Grace+30*time.Second, time.Second)
	// Temporal knows for a minute after the last poll whether a worker is gone.
	require.Contains(t, []string{"inbox", "no_worker"}, cause)
	require.NotEmpty(t, sentence)
	stuck := s.get(care.Supervisor, "/stuck-cases").items()
	require.Len(t, stuck, 1)
	require.Equal(t, id, stuck[0].text("id"))

	require.NoError(t, s.stack.Restart(t.Context(), standalone.Worker))
	s.task(id, care.Orientation)
	require.Eventually(t, func() bool { code, _, _ := standing(); return code == string(health.Planned) }, 30*time.Second, time.Second)
	require.Empty(t, s.get(care.Supervisor, "/stuck-cases").items())
}
