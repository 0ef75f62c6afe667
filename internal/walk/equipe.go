package walk

import (
	"context"
	"errors"
	"slices"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/client"
)

// The parts of the path through an équipe between agencies and its plan, each
// from the desk to where its name says.
var (
	ToEquipe   = Steps(ToAssessment, Assessed(care.ToEquipeBetween))
	ToOpinions = Steps(ToEquipe, Confirmed)
	ToPlan     = Steps(ToOpinions, Spoken)
	ToSignOff  = Steps(ToPlan, ProposedFirst)
	ToAgree    = Steps(ToSignOff, SignedOff)
	WithPlan   = Steps(ToAgree, Agreed)

	// BackToEquipe is the employment centre's no to what the plan asked for: the
	// équipe hears its reason.
	BackToEquipe = Steps(WithPlan,
		Moved("", care.OpAcknowledge, catalogue.ReferralMoveForm{}), Rejected,
		Done(care.NextStepAfterRejection, care.Completion{Outcome: care.ToEquipe, Note: "Torna all'équipe (prova)"}))

	// SecondPlan is the revised plan, with a placement and the adult school side by side.
	SecondPlan = Steps(BackToEquipe, Confirmed, Spoken, ProposedSecond, SignedOff, Agreed)

	// Complex goes on to the closure, as soon as the zone's rhythm brings reviews.
	Complex = Steps(
		SecondPlan,
		Moved("", care.OpAcknowledge, catalogue.ReferralMoveForm{}), PartnerMoved(care.KindSchool, care.OpAcknowledge),
		Moved("", care.OpAccept, catalogue.ReferralMoveForm{}), PartnerMoved(care.KindSchool, care.OpAccept),
		ComesToCPI, Done(care.ServicePact, care.Completion{Outcome: care.Signed}), StartedMeasure,
		Done(care.ReferralOutcome, care.Completion{Outcome: care.Completed}),
		Done(care.PlacementOutcome, care.Completion{Outcome: care.Placed, Enterprise: "Impresa Prova"}),
		Done(care.Review, care.Completion{Outcome: care.Met}), Done(care.Review, care.Completion{Outcome: care.Met}),
		EvaluatedGoals, Done(care.Evaluation, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced}),
		Closed(care.OutcomePlaced),
	)
)

// Seated are the roles of the zone's équipe between agencies.
func (t *Town) Seated() (roles []care.Role) {
	rule, _ := t.Policy.Equipe(care.BetweenAgencies)
	for _, s := range rule.Seats {
		roles = append(roles, s.Role)
	}
	return roles
}

// eachSeat does something for each role of the équipe.
func eachSeat(do func(care.Role) Step) Step {
	return func(ctx context.Context, p *Person) error {
		for _, role := range p.Town.Seated() {
			if err := do(role)(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}
}

// Confirmed has every role of the équipe take its seat.
var Confirmed = eachSeat(Confirms)

// Spoken has every role of the équipe say its opinion; the last one dissents.
func Spoken(ctx context.Context, p *Person) error {
	seated := p.Town.Seated()
	return eachSeat(func(role care.Role) Step {
		if role == seated[len(seated)-1] {
			return Speaks(role, care.Dissenting)
		}
		return Speaks(role, care.Favourable)
	})(ctx, p)
}

// SignedOff has every role of the équipe sign the plan.
var SignedOff = eachSeat(Signs)

// Confirms has a role take its seat.
func Confirms(role care.Role) Step {
	return DoneBy(role, care.EquipeInvitation, care.Completion{Outcome: care.Confirmed})
}

// Speaks has a role say its opinion.
func Speaks(role care.Role, opinion string) Step {
	return DoneBy(role, care.EquipeOpinion, care.Completion{Outcome: opinion, Note: "Motivi di prova"})
}

// Signs has a role sign the plan.
func Signs(role care.Role) Step {
	return DoneBy(role, care.PlanSignOff, care.Completion{Outcome: care.Signed})
}

// ProposedFirst proposes a plan that sends the person to the employment centre.
func ProposedFirst(ctx context.Context, p *Person) error {
	plan := care.PlanForm{
		Goals: []care.PlanGoal{{Area: "labour", Text: "Un lavoro (prova)"}},
		Actions: []care.PlanAction{
			{Goal: 0, Text: "Tirocinio in un'impresa (prova)", Agency: p.Town.Policy.CPI(), Until: Days(90), Send: true},
			{Goal: 0, Text: "Colloqui di accompagnamento (prova)", Agency: p.Town.Policy.RoleAgency(care.SocialWorker), Until: Days(120)},
		},
	}
	return proposed(plan)(ctx, p)
}

// ProposedSecond proposes the next version: what was planned is kept, a course
// at the employment centre and one of Italian at the adult school come with it.
func ProposedSecond(ctx context.Context, p *Person) error {
	plans, err := p.Town.Staff[care.SocialWorker].Plans(ctx, p.CaseID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(plans.Items, func(v client.Plan) bool { return v.State == care.PlanActive })
	if i < 0 {
		return errors.New("the case has no active plan")
	}
	plan := care.PlanForm{Goals: plans.Items[i].Goals, Changes: "Un corso prima del tirocinio, e l'italiano accanto (prova)"}
	for _, a := range plans.Items[i].Actions {
		a.Send = false // the person was sent there already
		plan.Actions = append(plan.Actions, a.PlanAction)
	}
	plan.Goals = append(plan.Goals, care.PlanGoal{Area: "school", Text: "L'italiano (prova)"})
	plan.Actions = append(plan.Actions,
		care.PlanAction{Goal: 0, Text: "Corso di formazione (prova)", Agency: p.Town.Policy.CPI(), Until: Days(120), Send: true},
		care.PlanAction{Goal: len(plan.Goals) - 1, Text: "Corso di italiano (prova)", Agency: p.Town.Partner(care.KindSchool), Until: Days(150), Send: true})
	return proposed(plan)(ctx, p)
}

func proposed(plan care.PlanForm) Step {
	return Done(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: &plan})
}

// Agreed has the person agree to the plan.
var Agreed = Done(care.PlanAgreement, care.Completion{Outcome: care.Agreed})

// EvaluatedGoals has the employment centre say how far the goals are reached.
func EvaluatedGoals(ctx context.Context, p *Person) error {
	plans, err := p.Town.Staff[care.SocialWorker].Plans(ctx, p.CaseID)
	if err != nil {
		return err
	}
	var goals []care.GoalFinding
	for _, v := range plans.Items {
		if v.State == care.PlanActive {
			for _, g := range v.Goals {
				goals = append(goals, care.GoalFinding{Goal: g.ID, Result: care.GoalResults[0]})
			}
		}
	}
	return Done(care.GoalEvaluation, care.Completion{Outcome: care.Evaluated, Goals: goals})(ctx, p)
}
