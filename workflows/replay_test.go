package workflows_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"percorso/internal/codec"
	"percorso/worker"
	"percorso/workflows"
	"percorso/workflows/contract"
)

// Every version of the processes must be able to go on with the runs of those
// before it. The histories under testdata were recorded from a real Temporal;
// here each is replayed, and a command that differs is a failure. To record
// them anew, which loses the memory of earlier versions:
//
//	go test ./workflows -run TestRecordHistories -record
const (
	histories = "testdata/histories"
	standings = "testdata/standings" // where the run stood in Postgres at the end of each
)

// recordingKey encrypts the recorded payloads. It protects nothing: it is here
// so that they pass through the codec as they do in life.
var recordingKey = "recording:" + base64.StdEncoding.EncodeToString([]byte("synthetic-key-of-recorded-tests!"))

func recordingCodec(t *testing.T) *codec.Codec {
	t.Helper()
	c, err := codec.New(recordingKey)
	require.NoError(t, err)
	return c
}

// recorded is a history with the name of its file.
type recorded struct {
	name    string
	history *history.History
}

func (r recorded) process() string {
	return r.history.Events[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()
}

func (r recorded) last() enums.EventType {
	return r.history.Events[len(r.history.Events)-1].GetEventType()
}

func (r recorded) ended() bool {
	return r.last() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED || r.last() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
}

// fit says why a history cannot serve: one that was cut in the middle of a
// workflow task replays as good on whatever code.
func (r recorded) fit() error {
	switch {
	case len(r.history.Events) < 4:
		return fmt.Errorf("%s: too short to say anything", r.name)
	case r.last() == enums.EVENT_TYPE_WORKFLOW_TASK_STARTED || r.last() == enums.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
		return fmt.Errorf("%s: cut in a workflow task", r.name)
	}
	return nil
}

// standing is where Postgres said that the run stood.
func (r recorded) standing(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(standings, r.name+".json"))
	require.NoError(t, err)
	return string(text)
}

func asJSON(t *testing.T, standing workflows.Standing) string {
	t.Helper()
	text, err := json.Marshal(standing)
	require.NoError(t, err)
	return string(text)
}

// compact writes a standing as asJSON does.
func compact(t *testing.T, text string) string {
	t.Helper()
	var standing workflows.Standing
	require.NoError(t, json.Unmarshal([]byte(text), &standing))
	return asJSON(t, standing)
}

func readHistories(t *testing.T) (all []recorded) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
		require.NoError(t, err, file)
		require.NoError(t, f.Close())
		all = append(all, recorded{strings.TrimSuffix(filepath.Base(file), ".json"), h})
	}
	return all
}

// replay plays a history against processes.
func replay(t *testing.T, h *history.History, register func(sdk.WorkflowReplayer)) error {
	t.Helper()
	replayer, err := sdk.NewWorkflowReplayerWithOptions(sdk.WorkflowReplayerOptions{
		DataConverter: recordingCodec(t).DataConverter(), FailureConverter: recordingCodec(t).FailureConverter(),
		DisableDeadlockDetection: true,
	})
	require.NoError(t, err)
	register(replayer)
	return replayer.ReplayWorkflowHistory(silent{}, h)
}

// these registers copies of the processes under their names.
func these(processes map[string]workflows.Process) func(sdk.WorkflowReplayer) {
	return func(w sdk.WorkflowReplayer) {
		for name, process := range processes {
			w.RegisterWorkflowWithOptions(process, workflow.RegisterOptions{Name: name, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
		}
	}
}

func TestReplay(t *testing.T) {
	for _, r := range readHistories(t) {
		t.Run(r.name, func(t *testing.T) {
			require.NoError(t, r.fit())
			require.NoError(t, replay(t, r.history, func(w sdk.WorkflowReplayer) { worker.Register(w) }))
		})
	}
}

// A process may give the same commands and yet not stand where Postgres says
// that its run stands: what people then complete would not be awaited.
func TestReplayLeadsWhereTheRecordsStand(t *testing.T) {
	for _, r := range readHistories(t) {
		t.Run(r.name, func(t *testing.T) {
			processes, stands := workflows.Watched()
			require.NoError(t, replay(t, r.history, these(processes)))
			require.JSONEq(t, r.standing(t), asJSON(t, stands()))
		})
	}
}

func TestReplayKnowsEveryProcess(t *testing.T) {
	ended, running := map[string]bool{}, map[string]bool{}
	for _, r := range readHistories(t) {
		if r.ended() {
			ended[r.process()] = true
		} else {
			running[r.process()] = true
		}
	}
	watched, _ := workflows.Watched()
	all := &registered{}
	worker.Register(all)
	require.NotEmpty(t, all.names)
	for _, name := range all.names {
		require.True(t, ended[name], "%s has no history of a run that ended", name)
		require.True(t, running[name], "%s has no history of a run on its way", name)
		require.Contains(t, watched, name, "%s is not replayed", name)
	}
}

func TestReplayCatchesPlantedFaults(t *testing.T) {
	for _, r := range readHistories(t) {
		t.Run(r.name, func(t *testing.T) {
			err := replay(t, r.history, these(workflows.WithTimer()))
			require.ErrorContains(t, err, "TMPRL1100", "a process with other commands replayed as good")

			processes, stands := workflows.WithTask()
			if err := replay(t, r.history, these(processes)); err != nil {
				require.ErrorContains(t, err, "does not lead where the run stands", "a process with other steps was walked anew")
				return
			}
			if strings.HasSuffix(r.name, "ended-early") || r.ended() && r.process() == contract.CasePath {
				return // such an end closes whatever was open, the faulty task too
			}
			require.NotEqual(t, compact(t, r.standing(t)), asJSON(t, stands()), "a process with other steps stands where its records do")
		})
	}
}

// The same change is none to the runs on their way where it asks for their course.
func TestReplayOfANewCourse(t *testing.T) {
	for _, r := range readHistories(t) {
		t.Run(r.name, func(t *testing.T) {
			processes, stands := workflows.WithNewCourse()
			require.NoError(t, replay(t, r.history, these(processes)))
			require.JSONEq(t, r.standing(t), asJSON(t, stands()))
		})
	}
}

func TestReplayRefusesAHistoryThatWasCut(t *testing.T) {
	for _, r := range readHistories(t) {
		for i, e := range r.history.Events {
			if e.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_STARTED {
				continue
			}
			cut := recorded{r.name, &history.History{Events: r.history.Events[:i+1]}}
			require.Error(t, cut.fit(), "%s cut after event %d", r.name, i+1)
		}
	}
}

// registered notes what a worker registers.
type registered struct {
	sdk.WorkflowRegistry
	names []string
}

func (r *registered) RegisterWorkflowWithOptions(process any, _ workflow.RegisterOptions) {
	name := runtime.FuncForPC(reflect.ValueOf(process).Pointer()).Name()
	r.names = append(r.names, name[strings.LastIndex(name, ".")+1:])
}
