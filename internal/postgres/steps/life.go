package steps

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/postgres/declared"
	"percorso/internal/postgres/given"
	"percorso/internal/postgres/progress"
)

// life is what an entry says besides moving the path.
type life struct{ *writer }

// beside records what an entry says besides moving the path: what life did to
// the case, consent, meetings with the person, and how far its goals are reached.
func (w *life) beside() error {
	answer := w.step.Entry.Answer
	ofCase := w.run.Kind == care.RunCase
	agreed, err := given.Agreed(w.ctx, w.tx, w.asked().Gives(), w.entry.Data)
	if w.consents(agreed...); err != nil {
		return err
	}
	declared.LeftOut(&w.batch, w.step.Run, answer.LeftOut)
	for _, agency := range answer.LeftOut {
		w.moment("consent_refused", string(agency))
	}
	if w.entry.byLink() {
		w.moment("link_used", w.entry.Agency)
	}
	if asked, ok := catalogue.Of(answer.Operation); ok && asked.Moment != "" {
		w.moment(asked.MomentOf(answer))
	}
	switch answer.Operation {
	case care.OpMailBounced:
		w.moment("mail_bounced", "")
	case care.OpRefer:
		w.referrals.begun()
	case care.OpConsent:
		if ofCase {
			w.consents(crossing.Consent{Agency: string(answer.Agency), Purpose: string(answer.Matter)})
		}
	case care.OpUnconsent:
		if ofCase {
			declared.Withdrawal(&w.batch, w.declares(), string(answer.Agency))
			w.moment("consent_withdrawn", string(answer.Agency))
		}
	case care.OpMeet:
		if !w.entry.machine() { // a branch tells what its own step has recorded
			w.meets()
		}
	case care.OpTransfer:
		if ofCase {
			w.moment("transfer_asked", string(answer.Zone))
		}
	case care.OpNewCourse:
		w.courses.changed()
	case care.OpReopen:
		w.queue(`UPDATE case_file SET closed_at = NULL, outcome = '', stage = $2 WHERE id = $1`, w.caseID(), answer.Stage)
		w.moment("case_reopened", string(answer.Stage))
	case care.OpComplete:
		if w.about.Task != nil && !w.entry.machine() {
			return w.besideTask(w.about.Task.Kind, string(answer.Outcome))
		}
	}
	return nil
}

// besideTask records what a completed task says besides moving the path.
func (w *life) besideTask(kind care.TaskKind, outcome string) error {
	switch {
	case outcome == care.Held && (kind == care.Interview || kind == care.ConfirmAppointment), kind == care.ServicePact && outcome == care.Signed, kind == care.Review && outcome == care.Met:
		w.meets()
	case kind == care.GoalEvaluation || kind == care.Evaluation:
		return progress.Found(w.queue, w.entry.Data, progress.Evaluation{Entry: w.step.Entry.ID, Case: w.caseID(), Zone: w.run.Zone, Agency: w.entry.Agency, At: w.step.At, By: w.by()})
	case kind == care.TransferAnswer && outcome == care.Accepted:
		w.moment("transfer_accepted", w.about.Task.Zone)
	case kind == care.TransferAnswer:
		w.moment("transfer_rejected", string(w.step.Entry.Answer.Reason))
		w.mailAsker("transfer_refused")
	}
	return nil
}

// declares is what the entry says for the person.
func (w *life) declares() declared.Declaration {
	return declared.Declaration{Entry: w.step.Entry.ID, Case: w.caseID(), Zone: w.run.Zone, At: w.step.At, By: w.by()}
}

// consents records what the person consents to.
func (w *life) consents(list ...crossing.Consent) {
	if len(list) > 0 {
		declared.Consents(&w.batch, w.declares(), list)
		sharesOf(w.writer).ToMembers()
		for _, agency := range crossing.Agencies(list) {
			w.moment("consent_given", agency)
		}
	}
}

// meets records a valid meeting with the person: the proof of what resets the
// counter of the reviews.
func (w *life) meets() {
	held := w.step.At // or when the appointment was, where the run has one
	if a := w.step.Entry.Answer; a.Operation == care.OpMeet && a.At != nil {
		held = *a.At
	}
	w.queue(`INSERT INTO meeting (id, case_id, run_id, zone, agency, role, held_at, by_staff) VALUES ($1, $2, $3, $4, $5, $6,
			least($7, (SELECT max(at) FROM appointment WHERE run_id = $3 AND state IN ('booked', 'confirmed'))), $8) ON CONFLICT DO NOTHING`,
		w.step.Entry.ID, w.caseID(), w.step.Run, w.run.Zone, w.entry.Agency, w.entry.Role, held, w.by())
	w.moment("meeting", w.entry.Agency)
}
