package tasks

import (
	"context"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/worklist"
)

// What can be done at once: a free task is answered without being taken first, and where
// nothing is to be typed, in its row.

// direct is the pages of it.
type direct struct{ *Place }

// onPlan are the kinds of task whose form begins with the plan, which whoever reads no case
// files sees once the task is theirs.
var onPlan = []care.TaskKind{care.PlanDraft, care.GoalEvaluation, care.Evaluation, care.PlanAgreement}

// answersAtOnce says whether the form of a free task is shown to somebody, who takes it by
// sending the form. What comes first to a colleague, what is said from a seat, and what
// a supervisor does in another's place is taken by a click of its own.
func answersAtOnce(who care.Staff, p care.Policy, t ledger.Task) bool {
	_, hasForm := completion.FormOf(t.Kind)
	return hasForm && t.State == care.TaskReady && parts.MayClaim(who, t) && t.Role == who.Role && t.Agency == who.Agency &&
		(t.FirstID == "" || t.FirstID == who.ID) && !t.Actors().Seat() && t.Kind != care.TransferAnswer &&
		(care.ReadsCases(who, p) || !slices.Contains(onPlan, t.Kind))
}

// takeFirst makes a free task that is answered at once the caller's, unless what they send
// for it is refused whoever's it is: then nobody has it, and they send it again.
func (s direct) takeFirst(c *gin.Context, about *subject, done care.Completion) error {
	ctx, who, t := c.Request.Context(), about.who, about.task
	if !answersAtOnce(who, about.rules.Policy, t) {
		return nil
	}
	faults := catalogue.Complete.Command("", "", done).Check(catalogue.Around{
		Policy: about.rules.Policy, Now: s.Now().In(about.rules.Calendar.Location()), Task: t.Kind, Calendar: about.rules.Calendar,
	})
	if len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if _, err := s.Door.Do(ctx, who, catalogue.Claim.Command(ledger.DerivedID(c.PostForm("key"), "claim"), t.ID, catalogue.None{})); err != nil {
		return err
	}
	var err error
	about.task, err = s.Records.Task(ctx, who, t.ID)
	return err
}

// inRow are the outcomes that are said in the row of a list: the usual ones of the kinds of task
// that an appointment asks for, which need nothing to be typed.
var inRow = map[care.TaskKind]string{care.ConfirmAppointment: care.Confirmed, care.Interview: care.Held, care.ServicePact: care.Signed}

// doneInRow is the outcome that a row offers, and what its button says; empty: none. An
// appointment is confirmed where its day stands beside the button, and how it went is said
// after its hour.
func doneInRow(who care.Staff, p care.Policy, r worklist.Row) (outcome, words string) {
	t := r.Task
	act, said := inRow[t.Kind]
	works := t.Actors().Workable(who) && !t.Answered || answersAtOnce(who, p, t)
	shown := r.Next != nil && r.NextAt == t.Service
	if t.Kind.SaysHowItWent() {
		shown = r.Next == nil
	}
	if !said || !works || !shown {
		return "", ""
	}
	return act, message.Of("work_list.act", t.Kind)
}

// fromRow is the field that says that an outcome was chosen in a row, where the form was
// not seen: it is sent as it begins.
const fromRow = "riga"

// begun is the address of what the caller has typed into the form that a row would send as it
// begins, which would be lost; empty: nothing.
func (s direct) begun(c *gin.Context, who care.Staff) (string, error) {
	list, err := s.Drafts.Drafts(c.Request.Context(), who)
	if i := slices.IndexFunc(list, func(d kept.Draft) bool { return d.Path == c.Request.URL.Path }); i >= 0 {
		return access.DraftsPath + "/" + list[i].ID, err
	}
	return "", err
}

// asItBegins is the form of a task as nobody has touched it, with the outcome that was
// chosen in a row.
func (s direct) asItBegins(c *gin.Context, about *subject) (*parts.TaskForm, error) {
	if _, err := about.strip(c.Request.Context(), nil); err != nil { // what it begins with
		return nil, err
	}
	form, err := s.formOf(c, about, nil)
	if err != nil || form == nil {
		return form, err
	}
	if form.Sent == nil {
		form.Sent = url.Values{}
	}
	form.Sent.Set("outcome", c.PostForm("outcome"))
	return form, nil
}

// leadsOn says whether a task that comes next is shown at once after the one that was done:
// it is the caller's, and what it asks for can be said by now.
func (s direct) leadsOn(ctx context.Context, who care.Staff, p care.Policy, t ledger.Task) (bool, error) {
	if !t.Actors().Workable(who) && !answersAtOnce(who, p, t) {
		return false, nil
	}
	if !t.Kind.SaysHowItWent() {
		return true, nil
	}
	meeting, err := s.meetingOf(ctx, who, t)
	return err == nil && (meeting == nil || !meeting.At.After(s.Now())), err
}

// meetingOf is the appointment that stands of a task's part of the path; nil: none.
func (s direct) meetingOf(ctx context.Context, who care.Staff, t ledger.Task) (*ledger.Appointment, error) {
	list, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{CaseID: t.CaseID}, ledger.Paging{})
	if err != nil {
		return nil, err
	}
	for i, a := range list.Items {
		if a.Run == t.Run && a.Stands() {
			return &list.Items[i], nil
		}
	}
	return nil, nil
}
