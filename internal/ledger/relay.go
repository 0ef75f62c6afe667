package ledger

import (
	"fmt"
	"strings"
	"time"

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

// Mail is a mail to be sent. It holds no personal data but its recipients.
type Mail struct {
	ID         string     `db:"id"`
	Run        string     `db:"run_id"`
	Template   string     `db:"template"`
	Link       string     `db:"link"` // path of the page that it names
	Recipients []string   `db:"recipients"`
	Tries      int        `db:"tries"`
	Expires    *time.Time `db:"expires_at"` // of a one-time link, which is signed when the mail is sent
}

// Invitation is the path of a partner's one-time links; the link's id follows,
// and in the mail that is sent its signature.
const Invitation = "/invito/"

// OpenRun is a run that has not ended.
type OpenRun struct {
	ID     string `db:"id"`
	CaseID string `db:"case_id"`
	Epoch  int    `db:"epoch"`
}

// CaseNumber is what people call a case, such as PRATO-2026-00012.
func CaseNumber(zone string, year, n int) string {
	return fmt.Sprintf("%s-%d-%05d", strings.ToUpper(zone), year, n)
}
