package gates

import (
	"time"

	"percorso/internal/after"
	"percorso/internal/care"
)

// follows asks whether what was typed in later lies before what it follows.
func follows(g *asked, dates []care.Dated) ([]care.Fault, error) {
	if !after.Asked(dates) || g.Entry.Answer.Operation == care.OpOpen { // of which the form says all
		return nil, nil
	}
	var birth, opened, convened, sent *time.Time
	err := g.tx.QueryRow(g.ctx, `SELECT (SELECT birth_date FROM person WHERE case_id = $1), first_opened($1),
		(SELECT started_at FROM run WHERE id = $2 AND kind = 'equipe'), (SELECT min(requested_at) FROM referral WHERE run_id = $2)`, g.caseID(), g.Run).Scan(&birth, &opened, &convened, &sent)
	if err != nil {
		return nil, err
	}
	known := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	return after.Check(dates, after.Known{Birth: known(birth), Opened: known(opened), Convened: known(convened), Sent: known(sent)}, g.Policy.Calendar.Location()), nil
}
