package steps

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/postgres"
	"percorso/internal/postgres/days"
)

// permits is the residence permit of the person, and when it asks for attention.
type permits struct {
	*writer
	known   *days.Permit // once it was asked for, or written
	granted bool         // the step records the permit of somebody who had none to show
}

// update records what was shown: the receipt of a request, or a permit.
func (w *permits) update() error {
	answer := w.step.Entry.Answer
	var shown days.Permit
	switch {
	case answer.Operation == care.OpPermit && w.entry.byCase():
		return nil // a merge has written it
	case answer.Operation == care.OpPermit:
		form, err := postgres.FormOf(catalogue.Permit, w.entry.Data)
		if err != nil {
			return err
		}
		shown = days.Permit{Kind: form.Permit, Expiry: form.Expiry.Time()}
		if form.Permit == care.PermitRequested {
			shown.Receipt = w.today()
		}
	case !w.completes(care.PermitRenewal) || answer.Outcome == care.NotRenewed:
		return nil
	case answer.Outcome == care.ReceiptShown:
		shown = days.Permit{Kind: care.PermitRequested, Receipt: w.dayThere(answer.At)}
	default:
		form, err := postgres.FormOf(catalogue.Complete, w.entry.Data)
		if err != nil {
			return err
		}
		shown = days.Permit{Kind: form.Permit, Expiry: form.PermitExpiry.Time()}
	}
	before, err := w.read()
	if err != nil {
		return err
	}
	w.granted = !before.Regular(w.policy.There(w.step.At)) && shown.Kind != care.PermitRequested && shown.Regular(w.policy.There(w.step.At))
	w.known = &shown
	// A request leaves the permit that it is to follow with its own expiry.
	w.queue(`UPDATE person SET permit = $2, permit_expiry = CASE WHEN $4::date IS NULL THEN $3 ELSE permit_expiry END, receipt_on = $4 WHERE case_id = $1`,
		w.caseID(), shown.Kind, shown.Expiry, shown.Receipt)
	w.moment("permit_updated", shown.Kind)
	return nil
}

// read reads the person's permit, unless the step has just written it.
func (w *permits) read() (days.Permit, error) {
	if w.known == nil {
		read, err := w.days().Permit()
		if err != nil {
			return read, err
		}
		w.known = &read
	}
	return *w.known, nil
}

// due says when the permit asks for attention; nil: never.
func (w *permits) due() (*time.Time, error) {
	p, err := w.read()
	notRenewed := w.completes(care.PermitRenewal) && w.step.Entry.Answer.Outcome == care.NotRenewed
	return w.days().PermitDue(p, notRenewed), err
}

// alarm tells who must act and the supervisor that the permit's last day has come, or
// that of its last alarm, while the task to see to it is open. Each of the supervisors is
// told by name, and who holds the task, too.
func (w *permits) alarm(t postgres.TaskRow) error {
	p, err := w.read()
	if err != nil {
		return err
	}
	next := w.days().PermitLook(p)
	moment := "permit_last_day"
	if next == nil {
		moment = "permit_last_alarm"
	}
	w.queue(`UPDATE task SET alarm_at = $2 WHERE id = $1`, t.ID, next)
	w.moment(moment, "")
	if _, err := w.mail("reminder", "", t, t.Holder, t.Role, t.Agency); err != nil {
		return err
	}
	_, err = w.mail("escalation", "", t, nil, care.Supervisor, "")
	return err
}

// dayThere is a day that was given, where the zone is.
func (w *permits) dayThere(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	there := w.policy.There(*t)
	return &there
}
