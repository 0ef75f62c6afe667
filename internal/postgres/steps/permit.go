package steps

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/postgres"
	"percorso/internal/terms"
)

// permit is what the record knows of a residence permit.
type permit struct {
	Kind    string     `db:"permit"`
	Expiry  *time.Time `db:"permit_expiry"` // its last day; nil: it does not expire
	Receipt *time.Time `db:"receipt_on"`    // day of the receipt of a request for renewal
}

// expires says whether the permit has a day to look out for.
func (p permit) expires() bool { return p.Kind != care.PermitRequested && p.Expiry != nil }

// permits is the residence permit of the person, and when it asks for attention.
type permits struct {
	*writer
	known *permit // once it was asked for, or written
}

// update records what was shown: the receipt of a request, or a permit.
func (w *permits) update() error {
	answer := w.step.Entry.Answer
	var shown permit
	switch {
	case answer.Operation == care.OpPermit:
		form, err := postgres.FormOf(catalogue.Permit, w.entry.Data)
		if err != nil {
			return err
		}
		shown = permit{Kind: form.Permit, Expiry: form.Expiry.Time()}
		if form.Permit == care.PermitRequested {
			shown.Receipt = w.today()
		}
	case !w.completes(care.PermitRenewal) || answer.Outcome == care.NotRenewed:
		return nil
	case answer.Outcome == care.ReceiptShown:
		shown = permit{Kind: care.PermitRequested, Receipt: w.dayThere(answer.At)}
	default:
		form, err := postgres.FormOf(catalogue.Complete, w.entry.Data)
		if err != nil {
			return err
		}
		shown = permit{Kind: form.Permit, Expiry: form.PermitExpiry.Time()}
	}
	w.known = &shown
	// A request leaves the permit that it is to follow with its own expiry.
	w.queue(`UPDATE person SET permit = $2, permit_expiry = CASE WHEN $4::date IS NULL THEN $3 ELSE permit_expiry END, receipt_on = $4 WHERE case_id = $1`,
		w.caseID(), shown.Kind, shown.Expiry, shown.Receipt)
	w.moment("permit_updated", shown.Kind)
	return nil
}

// read reads the person's permit, unless the step has just written it.
func (w *permits) read() (permit, error) {
	if w.known == nil {
		read, err := postgres.One[permit](w.ctx, w.tx, `SELECT permit, permit_expiry, receipt_on FROM person WHERE case_id = $1`, w.caseID())
		if err != nil {
			return permit{}, err
		}
		w.known = &read
	}
	return *w.known, nil
}

// due says when the permit asks for attention: a while before it expires,
// or a while after the receipt of a request, to ask what came of it. Nil: never.
func (w *permits) due() (*time.Time, error) {
	if w.completes(care.PermitRenewal) && w.step.Entry.Answer.Outcome == care.NotRenewed {
		return nil, nil // attention was paid; what follows from it is for people to decide
	}
	p, err := w.read()
	if err != nil {
		return nil, err
	}
	var due time.Time
	switch {
	case p.expires():
		due = w.policy.BeforeEnd(*p.Expiry, care.DeadlinePermitWarning)
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

// clock gives the clock of the task to see to a permit: towards the day
// on which it expires, or, after a receipt, that of the kind.
func (w *permits) clock(usual terms.Clock) (terms.Clock, error) {
	p, err := w.read()
	if err != nil || !p.expires() {
		return usual, err
	}
	soonest := w.step.At.Add(time.Second)
	at := func(code string) *time.Time {
		if t := w.policy.BeforeEnd(*p.Expiry, code); t.After(soonest) {
			return &t
		}
		return &soonest
	}
	usual.Remind, usual.Escalate = at(care.DeadlinePermitReminder), at(care.DeadlinePermitAlarm)
	return usual, nil
}

// dayThere is a day that was given, where the zone is.
func (w *permits) dayThere(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	there := w.policy.There(*t)
	return &there
}

func day(t time.Time) string { return t.Format(time.DateOnly) }
