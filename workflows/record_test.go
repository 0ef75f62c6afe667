package workflows_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"

	"percorso/internal/care"
	"percorso/internal/store"
	"percorso/worker"
	"percorso/workflows"
	"percorso/workflows/contract"
)

// recorder is the carrier in real time: a worker on a real Temporal, in the
// zone whose durations are seconds.
type recorder struct {
	*testing.T
	temporal client.Client
}

func (r *recorder) now() time.Time { return time.Now() }

func (r *recorder) rest() { time.Sleep(50 * time.Millisecond) }

func (r *recorder) bring(cmd store.Command) {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	update := client.UpdateWorkflowOptions{
		UpdateID: cmd.ID, WorkflowID: cmd.Run, UpdateName: contract.Work, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{contract.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}},
	}
	var err error
	if cmd.Operation == care.OpOpen {
		_, err = r.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			UpdateOptions: update,
			StartWorkflowOperation: r.temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
				ID: cmd.Run, TaskQueue: contract.TaskQueue, WorkflowTaskTimeout: contract.WorkflowTaskTimeout,
				WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			}, contract.CasePath, contract.Start{Run: cmd.Run, Case: cmd.Run, Epoch: 1}),
		})
	} else {
		_, err = r.temporal.UpdateWorkflow(ctx, update)
	}
	require.NoError(r, err, "%s", cmd.Operation)
}

// save writes the history of a run, once it rests, and where Postgres says that it stands.
func (r *recorder) save(w *casework, run, name string) {
	r.Helper()
	var found recorded
	var standing workflows.Standing
	require.Eventually(r, func() bool {
		standing = w.stands(r, run)
		found = recorded{name, &history.History{}}
		events := r.temporal.GetWorkflowHistory(context.Background(), run, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			e, err := events.Next()
			require.NoError(r, err)
			found.history.Events = append(found.history.Events, anonymous(e))
		}
		return found.fit() == nil && w.stands(r, run).Revision == standing.Revision
	}, 10*time.Second, 20*time.Millisecond, "%s does not rest", run)
	text, err := protojson.Marshal(found.history)
	require.NoError(r, err)
	r.write(histories, name, text)
	text, err = json.MarshalIndent(standing, "", "  ")
	require.NoError(r, err)
	r.write(standings, name, text)
}

func (r *recorder) write(folder, name string, text []byte) {
	require.NoError(r, os.WriteFile(filepath.Join(folder, name+".json"), append(text, '\n'), 0o644))
}

// stands reads where a run of the case stands in Postgres.
func (w *casework) stands(t require.TestingT, run string) (s workflows.Standing) {
	require.NoError(t, w.asWorker(w.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT revision, state FROM run WHERE id = $1`, run).Scan(&s.Revision, &s.State)
	}))
	return s
}

// anonymous takes the recording machine's name out of an event.
func anonymous(e *history.HistoryEvent) *history.HistoryEvent {
	if queue := e.GetWorkflowTaskScheduledEventAttributes().GetTaskQueue(); queue.GetKind() == enums.TASK_QUEUE_KIND_STICKY {
		queue.Name = "sticky"
	}
	return e
}

// TestRecordHistories records the histories that TestReplay replays.
func TestRecordHistories(t *testing.T) {
	if !*record {
		t.Skip("records only with -record")
	}
	o := enterOffice(t)
	keys := recordingCodec(t)
	temporal, err := client.Dial(client.Options{
		HostPort: o.stack.Addresses().Temporal, Namespace: "percorso", Identity: "recorder",
		DataConverter: keys.DataConverter(), FailureConverter: keys.FailureConverter(), Logger: silent{},
	})
	require.NoError(t, err)
	defer temporal.Close()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- worker.Run(ctx, worker.Options{Temporal: temporal, Steps: o.steps, Mailer: nobody{}, Log: zap.NewNop()})
	}()
	defer func() { stop(); require.NoError(t, <-done) }()

	for _, folder := range []string{histories, standings} {
		require.NoError(t, os.MkdirAll(folder, 0o755))
	}

	r := &recorder{T: t, temporal: temporal}
	start := func() *casework { return &casework{carrier: r, office: o, zone: "prova"} }
	recordStraightPath(r, start())
	recordEarlyClosure(r, start())
	recordReferralLoop(r, start())
	recordNoShows(r, start())
}

type nobody struct{}

func (nobody) Send(context.Context, store.Mail) error { return nil }

func recordStraightPath(r *recorder, w *casework) {
	w.reaches(care.PlacementOutcome)
	placement := w.branch(care.RunPlacement).Run
	r.save(w, placement, "placement-in-progress")
	r.save(w, w.branch(care.RunService).Run, "second-level-to-cpi")
	w.does(care.PlacementOutcome, care.Completion{Outcome: care.Placed})
	for range 3 {
		w.does(care.Review, care.Completion{Outcome: care.Met})
	}
	r.save(w, placement, "placement-placed")
	w.does(care.Evaluation, care.Completion{Outcome: care.Continue, Note: "Prova"})
	followUp := w.branch(care.RunFollowUp).Run
	r.save(w, followUp, "follow-up-waiting")
	w.does(care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced})
	w.task(care.Closure)
	r.save(w, w.run(), "case-path-to-be-closed")
	w.closes(care.OutcomePlaced)
	r.save(w, followUp, "follow-up-closed")
	r.save(w, w.run(), "case-path-placed")
}

func recordEarlyClosure(r *recorder, w *casework) {
	w.reaches(care.Interview)
	service := w.branch(care.RunService).Run
	r.save(w, service, "second-level-interview")
	w.asks(care.SocialWorker, store.NewCommand{Operation: care.OpSendToCPI, Run: w.run(), Answer: care.SendToCPI{}.Answer(), Data: care.SendToCPI{}})
	w.task(care.ReferralAnswer)
	w.acknowledges()
	w.holds()
	placement := w.branch(care.RunPlacement).Run
	r.save(w, placement, "placement-on-hold")
	w.closesEarly()
	for w.file().Stage != care.StageClosed {
		w.rest()
	}
	r.save(w, service, "second-level-ended-early")
	r.save(w, placement, "placement-ended-early")
	r.save(w, w.run(), "case-path-closed-early")
}

func recordReferralLoop(r *recorder, w *casework) {
	w.reaches(care.ReferralAnswer)
	w.acknowledges()
	w.holds()
	w.does(care.SupplyInformation, care.Completion{Outcome: care.Supplied, Note: "Prova"})
	w.rejects()
	w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
	w.moves(care.CPIOperator, care.OpRedirect, care.ReferralMoveForm{Agency: "comune", Note: "Prova"})
	w.moves(care.SocialWorker, care.OpAcknowledge, care.ReferralMoveForm{})
	w.moves(care.SocialWorker, care.OpAccept, care.ReferralMoveForm{})
	w.does(care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: w.soon()})
	w.withdraws()
	r.save(w, w.branch(care.RunPlacement).Run, "placement-withdrawn")
	w.task(care.Review)
	w.closesEarly()
	for w.file().Stage != care.StageClosed {
		w.rest()
	}
	r.save(w, w.branch(care.RunFollowUp).Run, "follow-up-ended-early")
}

func recordNoShows(r *recorder, w *casework) {
	w.reaches(care.Interview)
	w.does(care.Interview, care.Completion{Outcome: care.NoShow, Reason: care.GoodReason, At: w.soon()})
	for range 2 {
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
		w.does(care.Interview, care.Completion{Outcome: care.NoShow, Reason: "no_reason_given", At: w.soon()})
	}
	r.save(w, w.branch(care.RunService).Run, "second-level-not-reached")
	w.task(care.Review)
	r.save(w, w.run(), "case-path-followed-up")
}
