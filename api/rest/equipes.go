package rest

import (
	"context"
	"time"

	"percorso/api/rest/seats"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

type equipeJSON struct {
	ID         string                     `json:"id" doc:"Opaque id"`
	CaseFileID string                     `json:"case_file_id"`
	Kind       care.EquipeKind            `json:"kind" enum:"between_agencies,within_agency"`
	Reason     string                     `json:"reason,omitempty" doc:"Code: how what sent the case back to it ended"`
	ConvenedAt time.Time                  `json:"convened_at"`
	EndedAt    *time.Time                 `json:"ended_at,omitempty"`
	Outcome    string                     `json:"outcome,omitempty" doc:"Code, of one that has ended"`
	Seats      []seats.SeatJSON           `json:"seats" nullable:"false"`
	Minutes    []seats.MinutesJSON        `json:"minutes" nullable:"false" doc:"Of its meetings, the latest first"`
	Meetings   []seats.PlannedMeetingJSON `json:"meetings" nullable:"false" doc:"That were planned, the latest first"`
}

func equipeOf(e ledger.Equipe) equipeJSON {
	return equipeJSON{
		ID: ledger.BareID(e.Run), CaseFileID: e.CaseID, Kind: e.Kind, Reason: e.Reason,
		ConvenedAt: e.Convened, EndedAt: e.Ended, Outcome: e.Outcome,
		Seats:    converted(e.Seats, seats.Of),
		Meetings: converted(e.Meetings, seats.MeetingOf),
		Minutes:  converted(e.Minutes, seats.MinutesOf),
	}
}

type planJSON struct {
	ID          string              `json:"id"`
	CaseFileID  string              `json:"case_file_id"`
	EquipeID    string              `json:"equipe_id" doc:"The équipe that made it"`
	Version     int                 `json:"version"`
	State       care.PlanState      `json:"state" enum:"draft,proposed,signed_off,agreed,active,revised,completed,declined,dropped"`
	Goals       []care.PlanGoal     `json:"goals" nullable:"false"`
	Actions     []plannedActionJSON `json:"actions" nullable:"false"`
	Agencies    []string            `json:"agencies" nullable:"false" doc:"Codes of those that have a part in it"`
	Changes     string              `json:"changes,omitempty" doc:"What is new against the version before, and why"`
	CreatedAt   time.Time           `json:"created_at"`
	ActivatedAt *time.Time          `json:"activated_at,omitempty"`
	EndedAt     *time.Time          `json:"ended_at,omitempty"`
}

type plannedActionJSON struct {
	ID       string           `json:"id"`
	Goal     int              `json:"goal" doc:"Index of its goal, from 0"`
	Text     string           `json:"text"`
	Agency   string           `json:"agency"`
	Until    *time.Time       `json:"until,omitempty"`
	Send     bool             `json:"send" doc:"The person is sent to the agency for it once the plan is active"`
	Routed   bool             `json:"routed" doc:"The person was sent to the agency for it"`
	LeftOut  bool             `json:"left_out,omitempty" doc:"The person said no to that agency, and is not sent there for it"`
	Progress planProgressJSON `json:"progress"`
}

type planProgressJSON struct {
	State  care.ActionState `json:"state" enum:"to_do,in_progress,done,dropped"`
	Note   string           `json:"note,omitempty"`
	At     *time.Time       `json:"at,omitempty"`
	ByName string           `json:"by_name,omitempty"`
}

func planOf(p ledger.Plan) planJSON {
	return planJSON{
		ID: p.ID, CaseFileID: p.CaseID, EquipeID: ledger.BareID(p.Run), Version: p.Version, State: p.State,
		Goals: orEmpty(p.Content.Goals), Actions: converted(p.Content.Actions, plannedActionOf), Agencies: orEmpty(p.Agencies),
		Changes: p.Changes, CreatedAt: p.Created, ActivatedAt: p.Activated, EndedAt: p.Ended,
	}
}

func plannedActionOf(a ledger.PlannedAction) plannedActionJSON {
	state := a.State
	if state == "" { // nothing was reported of it
		state = care.ActionToDo
	}
	return plannedActionJSON{
		ID: a.ID, Goal: a.Goal, Text: a.Text, Agency: a.Agency, Until: a.Until, Send: a.Send, Routed: a.Routed, LeftOut: a.LeftOut,
		Progress: planProgressJSON{State: state, Note: a.Note, At: a.At, ByName: a.ByName},
	}
}

type evaluatedGoalJSON struct {
	Goal   string    `json:"goal" doc:"Id of the goal"`
	Agency string    `json:"agency" doc:"Whose evaluation says it"`
	Result string    `json:"result" enum:"reached,partly,not_reached,given_up"`
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at"`
	ByName string    `json:"by_name"`
}

func evaluatedGoalOf(f ledger.GoalFinding) evaluatedGoalJSON {
	return evaluatedGoalJSON{Goal: f.Goal, Agency: f.Agency, Result: f.Result, Note: f.Note, At: f.At, ByName: f.ByName}
}

// registerEquipes registers what concerns équipes and the plans that they make.
func (a *API) registerEquipes() {
	register(a, query("/case-files/{id}/equipes", "list-equipes", tagPlans, "The équipes of a case",
		"The latest first. For who works on the case, has a seat, or has a part in its plan."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[equipeJSON], error) {
			equipes, err := a.records.Equipes(ctx, who, in.ID)
			return whole(equipes, err, equipeOf)
		})
	register(a, query("/equipes/{id}", "get-equipe", tagPlans, "An équipe", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[equipeJSON], error) {
			equipe, err := a.records.Equipe(ctx, who, ledger.RunID(care.RunEquipe, in.ID))
			return one(equipe, err, equipeOf)
		})
	register(a, query("/case-files/{id}/plans", "list-plans", tagPlans, "The versions of a person's plan",
		"The latest first. An action keeps its id, and what has been done of it, from version to version."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[planJSON], error) {
			plans, err := a.records.Plans(ctx, who, in.ID)
			return whole(plans, err, planOf)
		})
	register(a, query("/case-files/{id}/goal-findings", "list-goal-findings", tagPlans, "What the evaluations said of the goals", "The latest first."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[evaluatedGoalJSON], error) {
			findings, err := a.records.GoalFindings(ctx, who, in.ID)
			return whole(findings, err, evaluatedGoalOf)
		})
}
