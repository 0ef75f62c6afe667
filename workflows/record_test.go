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
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
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

func (r *recorder) now() time.Time { return time.Now() } //nolint:forbidigo // it is real time that is recorded

func (r *recorder) rest() { time.Sleep(50 * time.Millisecond) }

func (r *recorder) bring(cmd ledger.Command) {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	update := client.UpdateWorkflowOptions{
		UpdateID: cmd.ID, WorkflowID: cmd.Run, UpdateName: contract.Work, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}},
	}
	var err error
	if cmd.Operation == care.OpOpen || cmd.Operation == care.OpReopen {
		_, err = r.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			UpdateOptions: update,
			StartWorkflowOperation: r.temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
				ID: cmd.Run, TaskQueue: contract.TaskQueue, WorkflowTaskTimeout: contract.WorkflowTaskTimeout,
				WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			}, contract.CasePath, ledger.Start{Run: cmd.Run, Case: cmd.Run, Epoch: 1, Reopen: cmd.Operation == care.OpReopen}),
		})
	} else {
		_, err = r.temporal.UpdateWorkflow(ctx, update)
	}
	require.NoError(r, err, "%s", cmd.Operation)
}

// save writes the history of a run, once it rests, and where Postgres says that
// it stands. What an earlier version recorded stays as it was.
func (r *recorder) save(w *casework, run, name string) {
	r.Helper()
	if _, err := os.Stat(filepath.Join(histories, name+".json")); err == nil {
		return
	}
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
		done <- worker.Run(ctx, worker.Options{Temporal: temporal, Steps: o.steps, Outbox: o.outbox, Mailer: nobody{}, Log: zap.NewNop()})
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
	recordRedirection(r, start())
	recordNoShows(r, start())
	recordEquipe(r, start())
	recordPartners(r, start())
	recordSuspension(r, start())
	recordTransfer(r, start())
	recordRecall(r, start())
	recordMerge(r, start(), start())
}

type nobody struct{}

func (nobody) Send(context.Context, ledger.Mail) ledger.MailResult {
	return ledger.MailResult{Outcome: ledger.MailSent}
}

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
	w.asks(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{}))
	w.task(care.ReferralAnswer)
	w.acknowledges()
	w.holds()
	placement := w.branch(care.RunPlacement).Run
	r.save(w, placement, "placement-on-hold")
	w.closesEarly()
	w.rests()
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
	w.moves(care.CPIOperator, care.OpRedirect, catalogue.ReferralMoveForm{Agency: "commit", Note: "Prova"})
	w.moves(care.SocialWorker, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	w.moves(care.SocialWorker, care.OpAccept, catalogue.ReferralMoveForm{})
	w.withdraws()
	r.save(w, w.branch(care.RunPlacement).Run, "placement-withdrawn")
	w.task(care.Review)
	w.closesEarly()
	w.rests()
	r.save(w, w.branch(care.RunFollowUp).Run, "follow-up-ended-early")
}

func recordRedirection(r *recorder, w *casework) {
	w.reaches(care.ReferralAnswer)
	w.moves(care.CPIOperator, care.OpRedirect, catalogue.ReferralMoveForm{Agency: "commit", Note: "Prova"})
	w.moves(care.SocialWorker, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	w.moves(care.SocialWorker, care.OpAccept, catalogue.ReferralMoveForm{})
	w.does(care.ReferralOutcome, care.Completion{Outcome: care.Completed})
	placement := w.branch(care.RunPlacement).Run
	w.task(care.Review)
	r.save(w, placement, "placement-elsewhere")
	w.closesEarly()
	w.rests()
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

func recordEquipe(r *recorder, w *casework) {
	w.isAssessed(care.ToEquipeBetween)
	w.task(care.EquipeInvitation)
	w.confirms(seated...)
	for _, role := range seated[1:] {
		w.speaks(role, care.Favourable)
	}
	equipe := w.branch(care.RunEquipe).Run
	r.save(w, equipe, "equipe-one-opinion-missing")
	w.speaks(seated[0], care.Dissenting)
	w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
	w.task(care.PlanSignOff)
	w.signs(seated...)
	w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
	w.task(care.ReferralAnswer)
	r.save(w, equipe, "equipe-plan-agreed")
	r.save(w, w.run(), "case-path-plan-active")
	w.does(care.Review, care.Completion{Outcome: care.Met})
	w.does(care.Review, care.Completion{Outcome: care.Revise, Note: "Prova"})
	w.task(care.EquipeInvitation)
	r.save(w, w.branch(care.RunFollowUp).Run, "follow-up-to-be-revised")
	w.task(care.PlanDraft) // everybody stays silent
	equipe = w.branch(care.RunEquipe).Run
	r.save(w, equipe, "equipe-without-the-silent")
	w.closesEarly()
	w.rests()
	r.save(w, equipe, "equipe-ended-early")
	r.save(w, w.run(), "case-path-with-plan-closed-early")
}

func recordPartners(r *recorder, w *casework) {
	w.reaches(care.Orientation)
	w.refers("cpia")
	w.task(care.ReferralAnswer)
	w.consents()
	w.refers("terzo_settore")
	w.referralTo("terzo_settore")
	consented := w.branch(care.RunReferral).Run
	w.answered("cpia", care.OpAcknowledge, catalogue.ReferralMoveForm{})
	w.answered("cpia", care.OpAccept, catalogue.ReferralMoveForm{})
	w.task(care.ReferralOutcome)
	public := w.task(care.ReferralOutcome).Run
	r.save(w, public, "referral-in-progress")
	w.withdrawsConsent()
	for w.branch(care.RunReferral).Ended == nil {
		w.rest()
	}
	r.save(w, consented, "referral-without-consent")
	w.does(care.ReferralOutcome, care.Completion{Outcome: care.Completed})
	w.task(care.Review)
	r.save(w, public, "referral-completed")
	w.closesEarly()
	w.rests()
}

func recordSuspension(r *recorder, w *casework) {
	w.reaches(care.ConfirmAppointment)
	w.suspends(w.now().Add(time.Minute))
	w.rest()
	r.save(w, w.run(), "case-path-suspended")
	w.asks(care.DeskOperator, catalogue.Resume.Command("", w.id, catalogue.None{}))
	w.closesEarly()
	w.rests()
}

func recordTransfer(r *recorder, w *casework) {
	w.reaches(care.ConfirmAppointment)
	w.asks(care.SocialWorker, w.transferring("pistoia"))
	there := w.another("pistoia")
	require.Eventually(r, func() bool { return len(there.socialWork()) > 0 }, 10*time.Second, 50*time.Millisecond)
	asked := there.socialWork()[0]
	transfer := asked.Run
	r.save(w, transfer, "transfer-asked")
	there.answers(asked, care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp})
	r.save(w, transfer, "transfer-accepted")
	require.Eventually(r, func() bool {
		_, err := w.records.CaseFile(context.Background(), w.as(care.Supervisor), w.id)
		return err != nil
	}, 10*time.Second, 50*time.Millisecond)
	r.save(w, w.run(), "case-path-transferred")
	there.id = w.continuedIn()
	r.save(there, there.run(), "case-path-taken-over")
	there.closesEarly()
	there.rests()
}

func recordMerge(r *recorder, kept, merged *casework) {
	kept.reaches(care.ConfirmAppointment)
	merged.reaches(care.ConfirmAppointment)
	form := catalogue.MergeForm{Into: kept.id, Note: "Prova"}
	merged.asks(care.SocialWorker, catalogue.Merge.Command("", merged.id, form))
	r.save(merged, merged.run(), "case-path-merged")
	kept.closesEarly()
	kept.rests()
	kept.asks(care.DeskOperator, kept.reopening(care.StageFirstLevel))
	r.save(kept, kept.run(), "case-path-reopened")
	kept.closesEarly()
}

// rests lets time pass until the case is closed.
func (w *casework) rests() {
	w.Helper()
	for w.file().Stage != care.StageClosed {
		w.rest()
	}
}

func recordRecall(r *recorder, w *casework) {
	w.reaches(care.ConfirmAppointment)
	w.asks(care.SocialWorker, w.transferring("pistoia"))
	require.Eventually(r, func() bool { return w.file().Transfer != "" }, 10*time.Second, 50*time.Millisecond)
	transfer := w.branch(care.RunTransfer).Run
	w.asks(care.SocialWorker, w.recalling())
	require.Eventually(r, func() bool { return w.file().Transfer == "" }, 10*time.Second, 50*time.Millisecond)
	r.save(w, transfer, "transfer-ended-early")
	r.save(w, w.run(), "case-path-kept")
	w.closesEarly()
	w.rests()
}
