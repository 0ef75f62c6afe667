package steps

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/postgres"
)

// permit is what the record knows of a residence permit.
type permit struct {
	Kind    string     `db:"permit"`
	Expiry  *time.Time `db:"permit_expiry"` // its last day; nil: it does not expire
	Receipt *time.Time `db:"receipt_on"`    // day of the receipt of a request for renewal
}

// expires says whether the permit has a day to look out for.
func (p permit) expires() bool { return p.Kind != care.PermitRequested && p.Expiry != nil }

// permitUpdate records what was shown: the receipt of a request, or a permit.
func (w *writer) permitUpdate() error {
	answer := w.step.Entry.Answer
	var shown permit
	switch {
	case answer.Operation == care.OpPermit:
		form, err := formOf(w, catalogue.Permit)
		if err != nil {
			return err
		}
		shown = permit{Kind: form.Permit, Expiry: dayThere(form.Expiry, w.policy)}
		if form.Permit == care.PermitRequested {
			shown.Receipt = w.today()
		}
	case !w.completes(care.PermitRenewal) || answer.Outcome == care.NotRenewed:
		return nil
	case answer.Outcome == care.ReceiptShown:
		shown = permit{Kind: care.PermitRequested, Receipt: dayThere(answer.At, w.policy)}
	default:
		form, err := formOf(w, catalogue.Complete)
		if err != nil {
			return err
		}
		shown = permit{Kind: form.Permit, Expiry: dayThere(form.PermitExpiry, w.policy)}
	}
	w.permit = &shown
	// A request leaves the permit that it is to follow with its own expiry.
	w.queue(`UPDATE person SET permit = $2, permit_expiry = CASE WHEN $4::date IS NULL THEN $3 ELSE permit_expiry END, receipt_on = $4 WHERE case_id = $1`,
		w.caseID(), shown.Kind, shown.Expiry, shown.Receipt)
	w.moment("permit_updated", shown.Kind)
	return nil
}

// readPermit reads the person's permit, unless the step has just written it.
func (w *writer) readPermit() (permit, error) {
	if w.permit == nil {
		read, err := postgres.One[permit](w.ctx, w.tx, `SELECT permit, permit_expiry, receipt_on FROM person WHERE case_id = $1`, w.caseID())
		if err != nil {
			return permit{}, err
		}
		w.permit = &read
	}
	return *w.permit, nil
}

// permitDue says when the permit asks for attention: a while before it expires,
// or a while after the receipt of a request, to ask what came of it. Nil: never.
func (w *writer) permitDue() (*time.Time, error) {
	if w.completes(care.PermitRenewal) && w.step.Entry.Answer.Outcome == care.NotRenewed {
		return nil, nil // attention was paid; what follows from it is for people to decide
	}
	p, err := w.readPermit()
	if err != nil {
		return nil, err
	}
	var due time.Time
	switch {
	case p.expires():
		due = w.beforeEnd(*p.Expiry, care.DeadlinePermitWarning)
	case p.Kind == care.PermitRequested && p.Receipt != nil:
		from := *p.Receipt
		if day(from) == day(*w.today()) { // its hour is known
			from = w.step.At
		}
		due = w.policy.Due(care.DeadlinePermitReceipt, from)
	default:
		return nil, nil
	}
	if due.Before(w.step.At) {
		due = w.step.At
	}
	return &due, nil
}

// permitClocks gives the clocks of the task to see to a permit: towards the day
// on which it expires, or, after a receipt, those of the kind.
func (w *writer) permitClocks(remind, escalate time.Time) (time.Time, time.Time, error) {
	p, err := w.readPermit()
	if err != nil || !p.expires() {
		return remind, escalate, err
	}
	soonest := w.step.At.Add(time.Second)
	at := func(code string) time.Time {
		if t := w.beforeEnd(*p.Expiry, code); t.After(soonest) {
			return t
		}
		return soonest
	}
	return at(care.DeadlinePermitReminder), at(care.DeadlinePermitAlarm), nil
}

// beforeEnd counts a lead back from a permit's last day: days from the day's
// end, whatever the calendar says of them; hours and seconds from its midnight UTC.
func (w *writer) beforeEnd(last time.Time, code string) time.Time {
	lead, _ := w.policy.Deadline(code)
	switch n := lead.Duration.N; lead.Duration.Unit {
	case care.Hours:
		return last.Add(-time.Duration(n) * time.Hour)
	case care.Seconds:
		return last.Add(-time.Duration(n) * time.Second)
	default:
		return time.Date(last.Year(), last.Month(), last.Day()+1-n, 0, 0, 0, 0, w.policy.Calendar.Location())
	}
}

// today is the step's day where the zone is.
func (w *writer) today() *time.Time {
	t := w.step.At.In(w.policy.Calendar.Location())
	return &t
}

// dayThere is a time where the zone is, so that its day is the zone's.
func dayThere(t *time.Time, zone *postgres.Ruleset) *time.Time {
	if t == nil {
		return nil
	}
	there := t.In(zone.Calendar.Location())
	return &there
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// completes says whether the step completes a task of a kind.
func (w *writer) completes(kind care.TaskKind) bool {
	return w.step.Entry.Answer.Operation == care.OpComplete && w.about.task != nil && w.about.task.Kind == kind
}
