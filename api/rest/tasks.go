package rest

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/ledger"
)

type taskJSON struct {
	ID         string               `json:"id"`
	Kind       care.TaskKind        `json:"kind"`
	State      care.TaskState       `json:"state" enum:"ready,reserved,completed,skipped,obsolete"`
	CaseFileID string               `json:"case_file_id"`
	CaseNumber string               `json:"case_number"`
	Person     string               `json:"person,omitempty" doc:"Name; not there where the caller may not know it"`
	Role       care.Role            `json:"role" doc:"Whose task it is"`
	Agency     string               `json:"agency"`
	Service    string               `json:"service,omitempty"`
	Reason     string               `json:"reason,omitempty" doc:"Why somebody is to decide what is next: how what came before has ended"`
	ReferralID string               `json:"referral_id,omitempty" doc:"Of the answer to a referral, which is given on the referral itself"`
	HolderName string               `json:"holder_name,omitempty"`
	HolderRole care.Role            `json:"holder_role,omitempty"`
	HolderGone bool                 `json:"holder_gone,omitempty" doc:"Who holds it has left, or works elsewhere: the supervisor sees to it"`
	Mine       bool                 `json:"mine" doc:"The caller holds it"`
	AwayUntil  *care.Date           `json:"away_until,omitempty" format:"date" doc:"Last day on which who holds it is away; not there: they are there"`
	Substitute string               `json:"substitute_name,omitempty" doc:"Who works it meanwhile; not there: whoever has its role"`
	OnBehalf   bool                 `json:"on_behalf,omitempty" doc:"The caller may complete it in the place of who holds it and is away"`
	FirstName  string               `json:"first_name,omitempty" doc:"To whom it comes first, as the lead of its agency in the case; others of its role may claim it all the same"`
	Stamp      string               `json:"stamp" doc:"Changes with who does the task and by when; sent back with a repair, it tells whether somebody changed it meanwhile"`
	Outcome    string               `json:"outcome,omitempty"`
	ReadyAt    time.Time            `json:"ready_at"`
	DueAt      *time.Time           `json:"due_at,omitempty" doc:"When the supervisor is told: to claim while ready, to complete while reserved"`
	Reminders  int                  `json:"reminders"`
	Escalated  bool                 `json:"escalated" doc:"Its term is over, and a supervisor was told"`
	LateSince  *time.Time           `json:"late_since,omitempty" doc:"The first term of the task that passed; it stays, whoever takes the task and whatever term is set"`
	Suspended  bool                 `json:"suspended" doc:"With its case: it may be done, and is due at no time"`
	Answered   bool                 `json:"answered" doc:"An accepted answer to it is on its way: until that is worked or refused, nothing can be done with it"`
	Form       *completion.TaskForm `json:"form,omitempty" doc:"The outcomes to choose from, with their fields; in the task's own address alone"`
	GivenTo    []ledger.Colleague   `json:"given_to,omitempty" doc:"To whom the supervisor may give it; in the task's own address alone"`
}

func taskOf(who care.Staff) func(ledger.Task) taskJSON {
	return func(t ledger.Task) taskJSON {
		var away *care.Date
		if t.AwayUntil != nil {
			away = care.DateOf(*t.AwayUntil)
		}
		return taskJSON{
			AwayUntil: away, Substitute: t.StandsName, OnBehalf: t.Actors().OnBehalf(who),
			ID: t.ID, Kind: t.Kind, State: t.State, CaseFileID: t.CaseID, CaseNumber: t.CaseNumber, Person: t.Person,
			Role: t.Role, Agency: t.Agency, Service: t.Service, Reason: t.Reason, ReferralID: t.ReferralID,
			HolderName: t.HolderName, HolderRole: t.HolderRole, HolderGone: t.HolderGone, FirstName: t.FirstName, Stamp: t.Stamp, Mine: t.HolderID != "" && t.HolderID == who.ID,
			Outcome: t.Outcome, ReadyAt: t.Ready, DueAt: t.Due, Reminders: t.Reminders, Escalated: t.Escalated, LateSince: t.LateSince, Suspended: t.Suspended, Answered: t.Answered, GivenTo: t.GivenTo,
		}
	}
}

type tasksInput struct {
	PagingInput
	Mine       bool           `query:"mine" doc:"Held by the caller, or free and theirs first as the lead of their agency in the case"`
	Team       bool           `query:"team" doc:"Ready for the caller's role and agency"`
	OnBehalf   bool           `query:"on_behalf" doc:"Held by somebody who is away, and the caller's to do in their place"`
	CaseFileID string         `query:"case_file_id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"`
	State      care.TaskState `query:"state" enum:"ready,reserved,completed,skipped,obsolete" doc:"Left out: the open ones"`
	Overdue    bool           `query:"overdue" doc:"Past due_at"`
}

func (a *API) registerTasks() {
	register(a, query("/tasks", "list-tasks", tagTasks, "Tasks", "What is due first comes first."),
		func(ctx context.Context, who care.Staff, in *tasksInput) (*listOutput[taskJSON], error) {
			page, err := a.records.Tasks(ctx, who, ledger.TaskFilter{Mine: in.Mine, Team: in.Team, OnBehalf: in.OnBehalf, CaseID: in.CaseFileID, State: in.State, Overdue: in.Overdue}, in.paging())
			return listed(page, err, taskOf(who))
		})
	register(a, query("/tasks/{id}", "get-task", tagTasks, "A task with its form", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[taskJSON], error) {
			task, err := a.records.Task(ctx, who, in.ID)
			out, err := one(task, err, taskOf(who))
			if err != nil {
				return nil, err
			}
			if form, ok := completion.FormOf(task.Kind); ok {
				out.Body.Form = &form
			}
			return out, nil
		})
	register(a, query("/tasks/{id}/share", "get-task-share", tagTasks, "What the caller's agency was given along with a task", "Of a seat in an équipe, or of another zone's request to take a case over."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[shareJSON], error) {
			share, err := a.records.Share(ctx, who, in.ID)
			return one(share, err, shareOf)
		})
}
