// Package usual says what holds where a zone's policy is silent.
package usual

import (
	"cmp"
	"slices"

	"percorso/internal/care"
)

// proposed is the source of what no law or convention says.
const proposed = "Proposta, da confermare dalla zona"

// clock is one of a task's clocks as is usual, in working days.
func clock(remind, escalate int) care.Clock {
	return care.Clock{
		Remind: care.Duration{N: remind, Unit: care.WorkingDays}, Escalate: care.Duration{N: escalate, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed,
	}
}

// usualClaim and usualComplete are the clocks of a kind of task that has no own.
var usualClaim, usualComplete = clock(2, 4), clock(5, 10)

// TaskUsual is who does a kind of task, and how long they may take, where a
// zone does not say. Role empty: the role of its service, or of the addressed
// agency. A clock without times: that of most kinds.
type TaskUsual struct {
	Kind     care.TaskKind
	Role     care.Role
	Claim    care.Clock
	Complete care.Clock
}

// TaskKinds lists every kind of task, in the order of the path.
var TaskKinds = []TaskUsual{
	{Kind: care.FirstListening, Role: care.DeskOperator, Claim: clock(1, 2), Complete: clock(2, 4)},
	{Kind: care.SocialConsult, Role: care.SocialWorker, Claim: clock(1, 2), Complete: clock(1, 2)},
	{Kind: care.Orientation, Role: care.DeskOperator},
	{Kind: care.ConfirmAppointment, Claim: clock(1, 2), Complete: clock(2, 3)},
	{Kind: care.Interview},
	{Kind: care.Assessment},
	{Kind: care.FollowPractice, Complete: clock(20, 40)},
	{Kind: care.SocialService, Role: care.SocialWorker, Complete: clock(20, 40)},
	{Kind: care.NextService, Role: care.DeskOperator},
	{Kind: care.BookAgain, Role: care.DeskOperator},
	{Kind: care.FindPerson, Role: care.SocialWorker},
	{Kind: care.DecideNext, Role: care.SocialWorker},
	{Kind: care.TellPerson, Role: care.DeskOperator, Claim: clock(1, 2), Complete: clock(1, 2)},
	{Kind: care.EquipeInvitation, Claim: clock(1, 2), Complete: clock(2, 4)},
	{Kind: care.EquipeOpinion},
	{Kind: care.PlanDraft, Role: care.SocialWorker},
	{Kind: care.PlanSignOff},
	{Kind: care.QuorumDecision, Role: care.Supervisor},
	{Kind: care.PlanAgreement, Role: care.SocialWorker},
	{Kind: care.ReferralAnswer},
	{Kind: care.SupplyInformation, Role: care.SocialWorker},
	{Kind: care.NextStepAfterRejection, Role: care.SocialWorker},
	{Kind: care.ReferralOutcome, Claim: clock(20, 40), Complete: clock(20, 40)},
	{Kind: care.PlacementAppointment, Role: care.CPIOperator},
	{Kind: care.ServicePact, Role: care.CPIOperator},
	{Kind: care.Measure, Role: care.CPIOperator},
	{Kind: care.CheckMeasure, Role: care.CPIOperator},
	{Kind: care.PlacementOutcome, Role: care.CPIOperator},
	{Kind: care.Review, Role: care.SocialWorker},
	{Kind: care.GoalEvaluation},
	{Kind: care.Evaluation, Role: care.SocialWorker},
	{Kind: care.Closure, Role: care.SocialWorker},
	{Kind: care.ClosureApproval, Role: care.Supervisor},
	{Kind: care.TakeUpAgain, Role: care.SocialWorker, Claim: clock(1, 2), Complete: clock(1, 2)},
	{Kind: care.ClosureReturned, Role: care.SocialWorker},
	{Kind: care.PermitRenewal, Role: care.SocialWorker},
	{Kind: care.TransferAnswer, Role: care.SocialWorker},
	{Kind: care.Reconsider, Role: care.SocialWorker},
	{Kind: care.ComingOfAge, Role: care.SocialWorker, Complete: clock(20, 40)},
	{Kind: care.PlanActionDue, Role: care.SocialWorker},
}

// usualDeadlines are the terms where a zone does not say, one of each DeadlineCodes.
var usualDeadlines = []care.Deadline{
	{Code: care.DeadlineAppointmentReminder, Duration: care.Duration{N: 24, Unit: care.Hours}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineRebook, Duration: care.Duration{N: 5, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineMeasureCheck, Duration: care.Duration{N: 30, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineReviewAfterPlacement, Duration: care.Duration{N: 30, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineReviewAfterService, Duration: care.Duration{N: 60, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineReviewAfterPlan, Duration: care.Duration{N: 30, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlinePermitWarning, Duration: care.Duration{N: 90, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlinePermitReminder, Duration: care.Duration{N: 75, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlinePermitAlarm, Duration: care.Duration{N: 60, Unit: care.CalendarDays}, Kind: care.OrdinaryDeadline, Source: "Art. 5, c. 4, d.lgs. 286/1998: il rinnovo si chiede almeno sessanta giorni prima della scadenza"},
	{Code: care.DeadlinePermitReceipt, Duration: care.Duration{N: 90, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineEquipeAnswer, Duration: care.Duration{N: 5, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineEquipeSignOff, Duration: care.Duration{N: 5, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineGoalEvaluation, Duration: care.Duration{N: 10, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlinePartnerLink, Duration: care.Duration{N: 10, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineShareAfterEnd, Duration: care.Duration{N: 30, Unit: care.CalendarDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineExtension, Duration: care.Duration{N: 5, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineConsultCall, Duration: care.Duration{N: 600, Unit: care.Seconds}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineWaitingOffer, Duration: care.Duration{N: 1, Unit: care.WorkingDays}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineVisitReturn, Duration: care.Duration{N: 1800, Unit: care.Seconds}, Kind: care.InternalDeadline, Source: proposed},
	{Code: care.DeadlineVisitAlarm, Duration: care.Duration{N: 1800, Unit: care.Seconds}, Kind: care.InternalDeadline, Source: proposed},
}

// usualOutcomes are the names of ClosureOutcomes where a zone has none of its own.
var usualOutcomes = []care.Named{
	{Code: care.OutcomePlaced, Name: "Inserimento lavorativo"},
	{Code: care.OutcomeNeedsMet, Name: "Bisogni soddisfatti"},
	{Code: care.OutcomeMovedAway, Name: "Trasferimento in altro territorio"},
	{Code: care.OutcomeWithdrew, Name: "Rinuncia della persona"},
	{Code: care.OutcomeUnreachable, Name: "Non siamo riusciti a contattarla"},
	{Code: care.OutcomeNotEligible, Name: "Requisiti mancanti"},
	{Code: care.OutcomeOpenedByMistake, Name: "Fascicolo aperto per errore"},
	{Code: care.OutcomeDeceased, Name: "Decesso"},
	{Code: care.OutcomeMerged, Name: "Unito a un altro fascicolo"},
	{Code: care.OutcomeTransferred, Name: "Passato a un'altra zona"},
}

// FollowUpStages are the stages after which there are reviews.
var FollowUpStages = []care.Stage{care.StageSecondLevel, care.StageEquipe, care.StagePlacement}

// Completed gives the policy with all that the code knows of and the policy does
// not say: a kind of task, a deadline, an équipe, an outcome that came with a
// later version of the code than the one that stored it. What the zone says stays.
// So no task is without somebody who may claim it, and none is due at once.
//
// What a run decides by (follow-ups, absences, équipes) must not change under
// it: what is usual there is what the code has always done where a policy was
// silent, and is never changed. A policy that is complete comes back as it is.
func Completed(p care.Policy) care.Policy {
	p.DayEnds = cmp.Or(p.DayEnds, "18:00")
	p.NoShow.Attempts = max(1, p.NoShow.Attempts)
	p.Tasks = completedTasks(p)
	p.Deadlines = slices.Clone(p.Deadlines)
	next := len(p.Deadlines) // where one that is missing has its place: after the one that goes before it
	for _, usual := range usualDeadlines {
		switch i := slices.IndexFunc(p.Deadlines, func(d care.Deadline) bool { return d.Code == usual.Code }); {
		case i < 0:
			p.Deadlines = slices.Insert(p.Deadlines, next, usual)
			next++
		default:
			if next = i + 1; p.Deadlines[i].Duration.IsZero() {
				p.Deadlines[i].Duration = usual.Duration
			}
		}
	}
	p.Outcomes = slices.Clone(p.Outcomes)
	for _, usual := range usualOutcomes {
		if _, ok := care.ByCode(p.Outcomes, usual.Code); !ok {
			p.Outcomes = append(p.Outcomes, usual)
		}
	}
	p.FollowUps = slices.Clone(p.FollowUps)
	for _, stage := range FollowUpStages {
		if !slices.ContainsFunc(p.FollowUps, func(f care.FollowUpRule) bool { return f.After == stage }) {
			p.FollowUps = append(p.FollowUps, care.FollowUpRule{After: stage, Deadline: care.DeadlineReviewAfterService, Reviews: 1})
		}
	}
	p.Equipes = slices.Clone(p.Equipes)
	for _, kind := range care.EquipeKinds {
		if _, ok := p.Equipe(kind); !ok {
			p.Equipes = append(p.Equipes, usualEquipe(p, kind))
		}
	}
	return p
}

// completedTasks gives the zone's rule of every kind of task, else the usual one.
func completedTasks(p care.Policy) []care.TaskRule {
	tasks := slices.Clone(p.Tasks)
	for _, usual := range TaskKinds {
		i := slices.IndexFunc(tasks, func(t care.TaskRule) bool { return t.Kind == usual.Kind })
		if i < 0 {
			i = len(tasks)
			tasks = append(tasks, care.TaskRule{Kind: usual.Kind, Role: usual.Role})
			if usual.Kind == care.ClosureApproval {
				tasks[i].Role = cmp.Or(p.ClosureApproval, usual.Role)
			}
		}
		rule := &tasks[i]
		if rule.Role == "" {
			rule.Role = usual.Role
		}
		if rule.Role != "" && !p.HasRole(rule.Role) {
			rule.Role, _ = StandIn(p)
		}
		rule.Claim = or(or(rule.Claim, usual.Claim), usualClaim)
		rule.Complete = or(or(rule.Complete, usual.Complete), usualComplete)
	}
	return tasks
}

// or gives the clock with the other's times where it has none.
func or(c, other care.Clock) care.Clock {
	switch {
	case c.Remind.IsZero() && c.Escalate.IsZero():
		return other
	case c.Remind.IsZero():
		c.Remind = c.Escalate // reminded when the supervisor is told, and not at once
	case c.Escalate.IsZero():
		c.Escalate = c.Remind
	}
	return c
}

// usualEquipe is an équipe of those roles that the plan asks of every zone, as
// far as the zone has them.
func usualEquipe(p care.Policy, kind care.EquipeKind) care.EquipeRule {
	roles := []care.Role{care.SocialWorker, care.CPIOperator}
	if kind == care.WithinAgency {
		roles = roles[:1]
	}
	roles = slices.DeleteFunc(roles, func(r care.Role) bool { return !p.HasRole(r) })
	if len(roles) == 0 {
		standIn, _ := StandIn(p)
		roles = []care.Role{standIn}
	}
	rule := care.EquipeRule{Kind: kind, Quorum: care.QuorumRule{Roles: len(roles)}}
	var agencies []string
	for _, role := range roles {
		rule.Seats = append(rule.Seats, care.SeatRule{Role: role, IfSilent: care.WaiveSilent})
		if agency := p.RoleAgency(role); !slices.Contains(agencies, agency) {
			agencies = append(agencies, agency)
		}
	}
	rule.Quorum.Agencies = len(agencies)
	return rule
}

// StandIn is who does a task that is nobody's in the zone, and for which agency:
// the supervisor, whom every zone has.
func StandIn(p care.Policy) (care.Role, string) {
	role := care.Supervisor
	if !p.HasRole(role) && len(p.Roles) > 0 {
		role = p.Roles[0].Role
	}
	return role, p.RoleAgency(role)
}
