package care

import (
	"cmp"
	"slices"
)

// proposed is the source of what no law or convention says.
const proposed = "Proposta, da confermare dalla zona"

// clock is one of a task's clocks as is usual, in working days.
func clock(remind, escalate int) Clock {
	return Clock{
		Remind: Duration{remind, WorkingDays}, Escalate: Duration{escalate, WorkingDays}, Kind: InternalDeadline, Source: proposed,
	}
}

// usualClaim and usualComplete are the clocks of a kind of task that has no own.
var usualClaim, usualComplete = clock(2, 4), clock(5, 10)

// TaskUsual is who does a kind of task, and how long they may take, where a
// zone does not say. Role empty: the role of its service, or of the addressed
// agency. A clock without times: that of most kinds.
type TaskUsual struct {
	Kind     TaskKind
	Role     Role
	Claim    Clock
	Complete Clock
}

// TaskKinds lists every kind of task, in the order of the path.
var TaskKinds = []TaskUsual{
	{Kind: FirstListening, Role: DeskOperator, Claim: clock(1, 2), Complete: clock(2, 4)},
	{Kind: SocialConsult, Role: SocialWorker, Claim: clock(1, 2), Complete: clock(1, 2)},
	{Kind: Orientation, Role: DeskOperator},
	{Kind: ConfirmAppointment, Claim: clock(1, 2), Complete: clock(2, 3)},
	{Kind: Interview},
	{Kind: Assessment},
	{Kind: FollowPractice, Complete: clock(20, 40)},
	{Kind: SocialService, Role: SocialWorker, Complete: clock(20, 40)},
	{Kind: NextService, Role: DeskOperator},
	{Kind: EquipeInvitation, Claim: clock(1, 2), Complete: clock(2, 4)},
	{Kind: EquipeOpinion},
	{Kind: PlanDraft, Role: SocialWorker},
	{Kind: PlanSignOff},
	{Kind: QuorumDecision, Role: Supervisor},
	{Kind: PlanAgreement, Role: SocialWorker},
	{Kind: ReferralAnswer},
	{Kind: SupplyInformation, Role: SocialWorker},
	{Kind: NextStepAfterRejection, Role: SocialWorker},
	{Kind: ReferralOutcome, Claim: clock(20, 40), Complete: clock(20, 40)},
	{Kind: PlacementAppointment, Role: CPIOperator},
	{Kind: ServicePact, Role: CPIOperator},
	{Kind: Measure, Role: CPIOperator},
	{Kind: PlacementOutcome, Role: CPIOperator},
	{Kind: Review, Role: SocialWorker},
	{Kind: GoalEvaluation},
	{Kind: Evaluation, Role: SocialWorker},
	{Kind: Closure, Role: SocialWorker},
	{Kind: ClosureApproval, Role: Supervisor},
	{Kind: PermitRenewal, Role: SocialWorker},
	{Kind: TransferAnswer, Role: SocialWorker},
}

// usualDeadlines are the terms where a zone does not say, one of each DeadlineCodes.
var usualDeadlines = []Deadline{
	{DeadlineAppointmentReminder, Duration{24, Hours}, InternalDeadline, proposed},
	{DeadlineRebook, Duration{5, WorkingDays}, InternalDeadline, proposed},
	{DeadlineMeasureCheck, Duration{30, CalendarDays}, InternalDeadline, proposed},
	{DeadlineReviewAfterPlacement, Duration{30, CalendarDays}, InternalDeadline, proposed},
	{DeadlineReviewAfterService, Duration{60, CalendarDays}, InternalDeadline, proposed},
	{DeadlineReviewAfterPlan, Duration{30, CalendarDays}, InternalDeadline, proposed},
	{DeadlinePermitWarning, Duration{60, CalendarDays}, BindingDeadline,
		"Art. 5, c. 4, d.lgs. 286/1998: il rinnovo si chiede almeno sessanta giorni prima della scadenza"},
	{DeadlinePermitReminder, Duration{30, CalendarDays}, InternalDeadline, proposed},
	{DeadlinePermitAlarm, Duration{10, CalendarDays}, InternalDeadline, proposed},
	{DeadlinePermitReceipt, Duration{90, CalendarDays}, InternalDeadline, proposed},
	{DeadlineEquipeAnswer, Duration{5, WorkingDays}, InternalDeadline, proposed},
	{DeadlineEquipeSignOff, Duration{5, WorkingDays}, InternalDeadline, proposed},
	{DeadlineGoalEvaluation, Duration{10, WorkingDays}, InternalDeadline, proposed},
	{DeadlinePartnerLink, Duration{10, CalendarDays}, InternalDeadline, proposed},
	{DeadlineShareAfterEnd, Duration{30, CalendarDays}, InternalDeadline, proposed},
}

// usualOutcomes are the names of ClosureOutcomes where a zone has none of its own.
var usualOutcomes = []Named{
	{OutcomePlaced, "Inserimento lavorativo"},
	{OutcomeNeedsMet, "Bisogni soddisfatti"},
	{OutcomeMovedAway, "Trasferimento in altro territorio"},
	{OutcomeWithdrew, "Rinuncia della persona"},
	{OutcomeUnreachable, "Persona irreperibile"},
	{OutcomeNotEligible, "Requisiti mancanti"},
	{OutcomeOpenedByMistake, "Fascicolo aperto per errore"},
	{OutcomeDeceased, "Decesso"},
	{OutcomeMerged, "Unito a un altro fascicolo"},
	{OutcomeTransferred, "Passato a un'altra zona"},
}

// FollowUpStages are the stages after which there are reviews.
var FollowUpStages = []Stage{StageSecondLevel, StageEquipe, StagePlacement}

// Completed gives the policy with all that the code knows of and the policy does
// not say: a kind of task, a deadline, an équipe, an outcome that came with a
// later version of the code than the one that stored it. What the zone says stays.
// So no task is without somebody who may claim it, and none is due at once.
//
// What a run decides by (follow-ups, absences, équipes) must not change under
// it: what is usual there is what the code has always done where a policy was
// silent, and is never changed. A policy that is complete comes back as it is.
func (p Policy) Completed() Policy {
	p.DayEnds = cmp.Or(p.DayEnds, "18:00")
	p.NoShow.Attempts = max(1, p.NoShow.Attempts)
	p.Tasks = p.completedTasks()
	p.Deadlines = slices.Clone(p.Deadlines)
	for _, usual := range usualDeadlines {
		switch i := slices.IndexFunc(p.Deadlines, func(d Deadline) bool { return d.Code == usual.Code }); {
		case i < 0:
			p.Deadlines = append(p.Deadlines, usual)
		case p.Deadlines[i].Duration.IsZero():
			p.Deadlines[i].Duration = usual.Duration
		}
	}
	p.Outcomes = slices.Clone(p.Outcomes)
	for _, usual := range usualOutcomes {
		if _, ok := ByCode(p.Outcomes, usual.Code); !ok {
			p.Outcomes = append(p.Outcomes, usual)
		}
	}
	p.FollowUps = slices.Clone(p.FollowUps)
	for _, stage := range FollowUpStages {
		if !slices.ContainsFunc(p.FollowUps, func(f FollowUpRule) bool { return f.After == stage }) {
			p.FollowUps = append(p.FollowUps, FollowUpRule{After: stage, Deadline: DeadlineReviewAfterService, Reviews: 1})
		}
	}
	p.Equipes = slices.Clone(p.Equipes)
	for _, kind := range EquipeKinds {
		if _, ok := p.Equipe(kind); !ok {
			p.Equipes = append(p.Equipes, p.usualEquipe(kind))
		}
	}
	return p
}

// completedTasks gives the zone's rule of every kind of task, else the usual one.
func (p Policy) completedTasks() []TaskRule {
	tasks := slices.Clone(p.Tasks)
	for _, usual := range TaskKinds {
		i := slices.IndexFunc(tasks, func(t TaskRule) bool { return t.Kind == usual.Kind })
		if i < 0 {
			i = len(tasks)
			tasks = append(tasks, TaskRule{Kind: usual.Kind, Role: usual.Role})
			if usual.Kind == ClosureApproval {
				tasks[i].Role = cmp.Or(p.ClosureApproval, usual.Role)
			}
		}
		rule := &tasks[i]
		if rule.Role == "" {
			rule.Role = usual.Role
		}
		if rule.Role != "" && !p.HasRole(rule.Role) {
			rule.Role = p.standIn()
		}
		rule.Claim = rule.Claim.or(usual.Claim).or(usualClaim)
		rule.Complete = rule.Complete.or(usual.Complete).or(usualComplete)
	}
	return tasks
}

// or gives the clock with the other's times where it has none.
func (c Clock) or(other Clock) Clock {
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

// standIn is the role that does what is nobody's in the zone: the supervisor,
// whom every zone has.
func (p Policy) standIn() Role {
	if p.HasRole(Supervisor) || len(p.Roles) == 0 {
		return Supervisor
	}
	return p.Roles[0].Role
}

// StandIn is who does a task that is nobody's in the zone, and for which agency.
func (p Policy) StandIn() (Role, string) {
	role := p.standIn()
	return role, p.RoleAgency(role)
}

// usualEquipe is an équipe of those roles that the plan asks of every zone, as
// far as the zone has them.
func (p Policy) usualEquipe(kind EquipeKind) EquipeRule {
	roles := []Role{SocialWorker, CPIOperator}
	if kind == WithinAgency {
		roles = roles[:1]
	}
	roles = slices.DeleteFunc(roles, func(r Role) bool { return !p.HasRole(r) })
	if len(roles) == 0 {
		roles = []Role{p.standIn()}
	}
	rule := EquipeRule{Kind: kind, Quorum: QuorumRule{Roles: len(roles)}}
	var agencies []string
	for _, role := range roles {
		rule.Seats = append(rule.Seats, SeatRule{Role: role, IfSilent: WaiveSilent})
		if agency := p.RoleAgency(role); !slices.Contains(agencies, agency) {
			agencies = append(agencies, agency)
		}
	}
	rule.Quorum.Agencies = len(agencies)
	return rule
}
