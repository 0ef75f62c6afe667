package ledger

import (
	"fmt"
	"strings"

	"percorso/internal/care"
)

// Wake is an entry to be delivered to its run.
type Wake struct {
	ID     string      `db:"id"`
	Run    string      `db:"run_id"`
	Case   string      `db:"case_id"` // bare id
	Target string      `db:"target"`
	Answer care.Answer `db:"answer"`
}

// OpenRun is a run that has not ended.
type OpenRun struct {
	ID     string `db:"id"`
	CaseID string `db:"case_id"`
	Epoch  int    `db:"epoch"`
}

// OpenCourse is how many open runs of a kind follow a course.
type OpenCourse struct {
	Kind   care.RunKind `db:"kind"`
	Course int          `db:"course"`
	Runs   int          `db:"runs"`
}

// CaseNumber is what people call a case, such as PRATO-2026-00012.
func CaseNumber(zone string, year, n int) string {
	return fmt.Sprintf("%s-%d-%05d", strings.ToUpper(zone), year, n)
}
