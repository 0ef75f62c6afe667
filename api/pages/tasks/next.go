package tasks

import (
	"context"
	"errors"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// after is the parameter of the list that names the task that was just done, so that
// the same person can be gone on with.
const after = "dopo"

// next is what comes next for the person whose task was done: another task that the
// caller holds or may take, or else what the case waits for. Nil: no task was done, or
// nothing of its case is for the caller any more.
func (s *Place) next(ctx context.Context, who care.Staff, rules *zone.Rules, done string) (*NextStep, error) {
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
	open, err := s.Records.Tasks(ctx, who, ledger.TaskFilter{CaseID: task.CaseID}, ledger.Paging{})
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return nil, err
	}
	var following *ledger.Task
	for i, t := range open.Items {
		if t.ID == done || !t.State.Open() || !parts.MayWork(who, t) {
			continue
		}
		if following == nil || t.HolderID == who.ID && following.HolderID != who.ID {
			following = &open.Items[i]
		}
	}
	if following != nil {
		return nextOf(who, *following), nil
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
	return &NextStep{Title: named("Che cosa viene ora", file.Person), Sentence: present.CaseSentence(rules, file.CaseFile, s.Now())}, nil
}

// nextOf offers a task to go on with.
func nextOf(who care.Staff, t ledger.Task) *NextStep {
	step := &NextStep{Title: named("Prossimo passo: "+italian.Lower(italian.TaskKind(t.Kind)), t.Person)}
	switch {
	case t.Kind == care.ReferralAnswer:
		step.Continue = &web.Link{URL: "/segnalazioni/" + t.ReferralID}
	case t.Actors().Workable(who):
		step.Continue = &web.Link{URL: "/compiti/" + t.ID}
	default:
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		step.Claim = &form
	}
	return step
}

// named puts the person's name after a title, where the caller may know it.
func named(title, person string) string {
	if person == "" {
		return title
	}
	return title + " (" + person + ")"
}
