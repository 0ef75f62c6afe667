package records_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/health"
	"percorso/internal/ledger"
)

// What others write while a case is read is in all that is read of it or in
// nothing: else it would seem to have nothing open in between.
func TestAReadingIsOfOneMoment(t *testing.T) {
	p := newPlay(t)
	owner := p.Owner
	run, task := p.withTask()
	read := func() ledger.Case {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(run))
		require.NoError(t, err)
		return file
	}
	clock, asked, ended := p.Records.Clock, 0, int64(0)
	p.Records.Clock = func() time.Time {
		if asked++; asked == 2 { // the first row of the case has been read
			tag, err := owner.Exec(t.Context(), `UPDATE task SET state = 'obsolete', ended_at = now() WHERE id = $1`, task)
			require.NoError(t, err)
			ended = tag.RowsAffected()
		}
		return clock()
	}
	file := read()
	require.Equal(t, int64(1), ended, "the task ends while the case is read")
	require.Len(t, file.Tasks, 1)
	require.Equal(t, health.WaitTask, file.Waiting.For)
	require.Equal(t, health.Orphaned, read().Waiting.Health, "the next reading sees it")
}
