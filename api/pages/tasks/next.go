package tasks

import (
	"context"
	"errors"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// after is the parameter of the list that names the task that was just done, so that
// the same person can be gone on with.
const after = "dopo"

// onward is what leads from one task to the next.
type onward struct{ *Place }

// goOn leads on after a task was done: to the form of what comes next for the same person
// where that is the caller's and can be done now, and else to the list, which says what
// comes next.
func (s onward) goOn(c *gin.Context, about *subject, cmd ledger.Command) error {
	to, did := listPath+"?"+after+"="+about.task.ID, italian.TaskKind(about.task.Kind)
	words := message.Say("work_list.done", "Task", did)
	if cmd.State == ledger.CommandAccepted {
		return s.Pages.Done(c, cmd, to, words)
	}
	following, err := s.following(c.Request.Context(), about.who, about.task)
	if err == nil && following != nil && (following.Run == about.task.Run || following.HolderID == about.who.ID || following.FirstID == about.who.ID) {
		var leads bool
		if leads, err = direct(s).leadsOn(c.Request.Context(), about.who, about.rules.Policy, *following); leads {
			to = "/compiti/" + following.ID
			words = message.Say("work_list.done_and_next", "Task", did, "Next", italian.Lower(italian.TaskKind(following.Kind)))
		}
	}
	if err != nil {
		return err
	}
	return s.Pages.Leave(c, to, words)
}

// following is the task to go on with for the person whose task was done: what the caller
// holds before what they may take. Nil: none.
func (s onward) following(ctx context.Context, who care.Staff, done ledger.Task) (following *ledger.Task, err error) {
	open, err := s.Records.Tasks(ctx, who, ledger.TaskFilter{CaseID: done.CaseID}, ledger.Paging{})
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return nil, err
	}
	for i, t := range open.Items {
		if t.ID == done.ID || !t.State.Open() || !parts.MayWork(who, t) {
			continue
		}
		if following == nil || t.HolderID == who.ID && following.HolderID != who.ID {
			following = &open.Items[i]
		}
	}
	return following, nil
}

// next is what comes next for the person whose task was done: another task that the
// caller holds or may take, or else what the case waits for. Nil: no task was done, or
// nothing of its case is for the caller any more.
func (s onward) next(ctx context.Context, who care.Staff, rules *zone.Rules, done string) (*NextStep, error) {
	if done == "" {
		return nil, nil
	}
	task, err := s.Records.Task(ctx, who, done)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	following, err := s.following(ctx, who, task)
	if err != nil {
		return nil, err
	}
	if following != nil {
		return s.nextOf(ctx, who, *following)
	}
	if !care.ReadsCases(who, rules.Policy) {
		return nil, nil
	}
	file, err := s.Records.CaseFile(ctx, who, task.CaseID)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &NextStep{Title: named(message.Say("work_list.what_comes"), file.Person), Sentence: present.CaseSentence(rules, file.CaseFile, s.Now())}, nil
}

// nextOf offers a task to go on with; of one that waits for an appointment it says when that is.
func (s onward) nextOf(ctx context.Context, who care.Staff, t ledger.Task) (*NextStep, error) {
	step := &NextStep{Title: named(message.Say("work_list.next_step", "Task", italian.Lower(italian.TaskKind(t.Kind))), t.Person)}
	if t.Kind.SaysHowItWent() {
		meeting, err := direct(s).meetingOf(ctx, who, t)
		if err != nil {
			return nil, err
		}
		if meeting != nil && meeting.At.After(s.Now()) {
			step.Sentence = message.Say("work_list.appointment", "When", italian.When(meeting.At, s.Now()))
		}
	}
	switch {
	case t.Kind == care.ReferralAnswer:
		step.Continue = &web.Link{URL: "/segnalazioni/" + t.ReferralID}
	case t.Actors().Workable(who):
		step.Continue = &web.Link{URL: "/compiti/" + t.ID}
	default:
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		step.Claim = &form
	}
	return step, nil
}

// named puts the person's name after a title, where the caller may know it.
func named(title, person string) string {
	if person == "" {
		return title
	}
	return message.Say("work_list.of_person", "Title", title, "Person", person)
}
