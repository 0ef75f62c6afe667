package tasks_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// waits has a case that waits for something.
type waits struct {
	*apitest.PageRecords
	waiting *health.Waiting
}

func (w waits) CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error) {
	file, err := w.PageRecords.CaseFile(ctx, s, id)
	file.Waiting = *w.waiting
	return file, err
}

// TestATasksPageSaysWhoIsToldAsItsCaseDoes: the supervisor, who may know of a protected person, or
// nobody; and nothing where the case does not say it.
func TestATasksPageSaysWhoIsToldAsItsCaseDoes(t *testing.T) {
	b := apitest.NewPages(t)
	var waiting health.Waiting
	b.Serve(waits{b.Pages, &waiting})
	b.LogIn(apitest.SomeWorker.Subject)
	due, over := b.Now.AddDate(0, 0, 9), b.Now.AddDate(0, 0, -9)
	task := &b.Pages.OneTask
	task.ID, task.CaseID, task.State = apitest.SomeID, apitest.AnotherID, care.TaskReady
	const supervisor, keepers, nobody = "avvisa il responsabile", "avvisa chi può sapere della persona", "non c’è un responsabile da avvisare"
	for name, c := range map[string]struct {
		waiting health.Waiting
		due     time.Time
		late    *time.Time
		says    string
	}{
		"a supervisor":           {health.Waiting{For: health.WaitTask}, due, nil, supervisor},
		"who may know":           {health.Waiting{For: health.WaitTask, Tells: health.TellsKeepers}, due, nil, keepers},
		"nobody":                 {health.Waiting{For: health.WaitTask, Tells: health.TellsNobody}, due, nil, nobody},
		"nobody, for this task":  {health.Waiting{For: health.WaitTask, TaskID: apitest.SomeID, Until: &due, Tells: health.TellsNobody}, due, nil, nobody},
		"nobody, and it is over": {health.Waiting{For: health.WaitTask, Tells: health.TellsNobody}, over, &over, nobody},
		"told, since it is over": {health.Waiting{For: health.WaitTask}, over, &over, "il responsabile è stato avvisato"},
		"over, and not told yet": {health.Waiting{For: health.WaitTask}, over, &over, "non è ancora stato avvisato nessun responsabile"},
	} {
		waiting, task.Due, task.LateSince, task.Escalated = c.waiting, &c.due, c.late, !strings.Contains(name, "not told")
		words := b.Open(t, "/compiti/"+apitest.SomeID).Words()
		require.Contains(t, strings.ToLower(words), c.says, name)
		require.LessOrEqual(t, strings.Count(words, "(era per"), 1, "since when it is late is said once: "+name)
	}
	waiting = health.Waiting{For: health.WaitTime}
	require.NotContains(t, b.Open(t, "/compiti/"+apitest.SomeID).Words(), "responsabile")
}
