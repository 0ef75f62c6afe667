package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/ledger"
	"percorso/internal/terms"
)

// seated are the roles of Prato's équipe between agencies.
var seated = []care.Role{care.SocialWorker, care.CPIOperator, care.InterculturalMediator, care.LabourPolicyExpert, care.ImmigrationExpert}

// aPlan is a plan that sends the person to the employment centre and to the
// adult school.
func (w *casework) aPlan(changes string) *care.PlanForm {
	until := w.now().Add(90 * day)
	return &care.PlanForm{
		Goals: []care.PlanGoal{{Area: "labour", Text: "Lavoro di prova"}, {Area: "school", Text: "Italiano di prova"}},
		Actions: []care.PlanAction{
			{Goal: 0, Text: "Tirocinio di prova", Agency: "cpi", Until: &until, Send: true},
			{Goal: 1, Text: "Corso di prova", Agency: "cpia", Until: &until, Send: true},
			{Goal: 0, Text: "Colloqui di prova", Agency: "comune", Until: &until},
		},
		Changes: changes,
	}
}

// isAssessed walks to an équipe between agencies.
func (w *casework) isAssessed(outcome string) {
	w.Helper()
	w.reaches(care.Assessment)
	w.does(care.Assessment, care.Completion{Outcome: outcome, Areas: findings})
}

// of finds the open task of a kind that a role is to do.
func (w *casework) of(kind care.TaskKind, role care.Role) ledger.Task {
	w.Helper()
	for _, t := range w.tasks("") {
		if t.Kind == kind && t.Role == role {
			return t
		}
	}
	require.FailNow(w, "no task", "%s of %s; open are %v", kind, role, w.tasks(""))
	return ledger.Task{}
}

// doesAs completes the task of a kind that a role is to do.
func (w *casework) doesAs(role care.Role, kind care.TaskKind, form care.Completion) {
	w.Helper()
	t := w.of(kind, role)
	if t.State == care.TaskReady {
		w.claim(t)
	}
	require.Empty(w, completion.Check(w.policy(), kind, form), "the form of %s", kind)
	w.asks(role, catalogue.Complete.Command("", t.ID, form).InRun(t.Run))
}

// confirms has roles take their seats.
func (w *casework) confirms(roles ...care.Role) {
	w.Helper()
	for _, role := range roles {
		w.doesAs(role, care.EquipeInvitation, care.Completion{Outcome: care.Confirmed})
	}
}

// speaks has a role say its opinion.
func (w *casework) speaks(role care.Role, opinion string) {
	w.Helper()
	w.doesAs(role, care.EquipeOpinion, care.Completion{Outcome: opinion, Note: "Motivi di prova"})
}

// signs has roles sign the plan.
func (w *casework) signs(roles ...care.Role) {
	w.Helper()
	for _, role := range roles {
		w.doesAs(role, care.PlanSignOff, care.Completion{Outcome: care.Signed})
	}
}

// equipe reads the newest équipe of the case.
func (w *casework) equipe() ledger.Equipe {
	w.Helper()
	e, err := w.records.Equipe(context.Background(), w.as(care.Supervisor), w.branch(care.RunEquipe).Run)
	require.NoError(w, err)
	return e
}

// plans lists the states of the plan's versions, the newest first.
func (w *casework) plans() (states []care.PlanState) {
	w.Helper()
	plans, err := w.records.Plans(context.Background(), w.as(care.Supervisor), w.id)
	require.NoError(w, err)
	for _, p := range plans {
		states = append(states, p.State)
	}
	return states
}

// signsAPlan walks from the assessment to a plan that is signed off.
func (w *casework) signsAPlan(plan *care.PlanForm) {
	w.Helper()
	w.isAssessed(care.ToEquipeBetween)
	w.confirms(seated...)
	for _, role := range seated {
		w.speaks(role, care.Favourable)
	}
	w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: plan})
	w.signs(seated...)
}

// takesOver walks from the assessment to an active plan.
func (w *casework) takesOver() {
	w.Helper()
	w.signsAPlan(w.aPlan(""))
	w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
}

func TestEquipeMakesAPlanThatIsPutToWork(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
		require.Equal(t, care.StageEquipe, w.file().Stage)
		w.waits(care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation)
		w.confirms(seated...)
		require.Equal(t, w.as(care.CPIOperator).ID, w.of(care.EquipeOpinion, care.CPIOperator).HolderID, "who confirmed gives the opinion")
		for _, role := range seated[1:] {
			w.speaks(role, care.Favourable)
		}
		w.speaks(care.SocialWorker, care.Dissenting)
		w.waits(care.PlanDraft)
		require.Equal(t, []care.PlanState{care.PlanDrafting}, w.plans())

		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.signs(seated[1:]...)
		w.doesAs(care.SocialWorker, care.PlanSignOff, care.Completion{Outcome: care.Dissenting, Note: "Motivi di prova"})
		require.Equal(t, []care.PlanState{care.PlanSignedOff}, w.plans())
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})

		require.Equal(t, []care.PlanState{care.PlanActive}, w.plans())
		require.Equal(t, care.PlanActivated, w.branch(care.RunEquipe).Outcome)
		w.waits(care.ReferralAnswer, care.ReferralAnswer)
		require.Nil(t, w.branch(care.RunPlacement).Ended)
		require.Nil(t, w.branch(care.RunReferral).Ended)
		require.Nil(t, w.branch(care.RunFollowUp).Ended, "reviews go on beside")
		for _, s := range w.equipe().Seats {
			require.Equal(t, care.SeatSpoken, s.State)
			require.Equal(t, w.as(s.Role).Name, s.Member)
			dissent := s.Role == care.SocialWorker
			require.Equal(t, dissent, s.Opinion == care.Dissenting)
			require.Equal(t, dissent, s.Signature == care.Dissenting)
			require.Equal(t, dissent, s.SignatureNote == "Motivi di prova", "dissent is kept with its reasons")
		}
	})
}

// TestAPlanGoesOnWithoutWhomThePersonSaysNoTo: it is put to work, and begins nothing with
// that one; nor are they asked how the plan comes along.
func TestAPlanGoesOnWithoutWhomThePersonSaysNoTo(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
		w.confirms(seated...)
		for _, role := range seated {
			w.speaks(role, care.Favourable)
		}
		plan := w.aPlan("")
		plan.Actions[1].Agency = "terzo_settore"
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: plan})
		w.signs(seated...)
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed, LeftOut: []string{"terzo_settore"}})
		require.Equal(t, []care.PlanState{care.PlanActive}, w.plans())
		require.Equal(t, care.PlanActivated, w.branch(care.RunEquipe).Outcome)
		require.Nil(t, w.branch(care.RunPlacement).Ended)
		require.Nil(t, w.branch(care.RunFollowUp).Ended)
		for _, b := range w.file().Branches {
			require.NotEqual(t, care.RunReferral, b.Kind)
		}
		require.True(t, w.plan(care.PlanActive).Content.Actions[1].LeftOut)
	})
}

func TestEquipeGoesOnWithoutWhoStaysSilent(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
		w.confirms(care.SocialWorker, care.CPIOperator)
		w.speaks(care.SocialWorker, care.Favourable)
		w.speaks(care.CPIOperator, care.WithConditions)
		w.passes(60 * day)
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.waits(care.PlanSignOff, care.PlanSignOff)
		w.passes(60 * day)
		w.waits(care.QuorumDecision)
		w.does(care.QuorumDecision, care.Completion{Outcome: care.Proceed, Note: "Prova"})
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
		require.Equal(t, []care.PlanState{care.PlanActive}, w.plans())
		waived := 0
		for _, s := range w.equipe().Seats {
			if s.State == care.SeatWaived {
				waived++
			}
		}
		require.NotZero(t, waived)
	})
}

// anew plays the scripts of one case one after the other, each in a Temporal that
// begins its runs anew from the records.
func anew(t *testing.T, scripts ...func(w *casework)) {
	t.Helper()
	var id string
	end := started
	for i, script := range scripts {
		end = playFrom(t, end.Add(time.Hour), func(w *casework) {
			w.id = id
			if i > 0 {
				w.carrier.(*play).rebuild(w, i+1)
			}
			script(w)
			id = w.id
		})
	}
}

// TestEquipeThatBeganWithoutSeatsGetsNone: the code before gave a policy without a
// rule for the équipe's kind as it was stored. Whatever is begun anew since, by a
// policy that has been completed, goes on as it stood.
func TestEquipeThatBeganWithoutSeatsGetsNone(t *testing.T) {
	anew(t, func(w *casework) {
		w.carrier.(*play).steps.policy = func(stored *care.Policy) { stored.Equipes = nil }
		w.isAssessed(care.ToEquipeBetween)
		w.waits(care.PlanDraft)
	}, func(w *casework) {
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.waits(care.PlanAgreement)
	}, func(w *casework) {
		w.does(care.PlanAgreement, care.Completion{Outcome: care.ChangesAsked, Note: "Prova"})
		w.waits(care.PlanDraft)
	}, func(w *casework) {
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("Prova")})
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
		require.Equal(t, []care.PlanState{care.PlanActive}, w.plans())
		require.Empty(t, w.equipe().Seats)
	})
}

// TestEquipeWithSeatsKeepsThem when it is begun anew, wherever it stands.
func TestEquipeWithSeatsKeepsThem(t *testing.T) {
	anew(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
	}, func(w *casework) {
		w.confirms(seated...)
		for _, role := range seated {
			w.speaks(role, care.Favourable)
		}
		w.waits(care.PlanDraft)
	}, func(w *casework) {
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
	}, func(w *casework) {
		w.signs(seated...)
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
		require.Len(t, w.equipe().Seats, len(seated))
	})
}

func TestEquipeThatNobodyJoins(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeWithin)
		w.passes(90 * day)
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.does(care.QuorumDecision, care.Completion{Outcome: care.Reconvene, Note: "Prova"})
		require.NotEmpty(t, w.task(care.EquipeInvitation).ID, "asked again")
		w.passes(90 * day)
		w.does(care.PlanDraft, care.Completion{Outcome: care.NoPlan, Reason: "other_path", Note: "Prova"})
		require.Equal(t, []care.PlanState{care.PlanDropped}, w.plans())
		w.decides()
		require.Equal(t, care.StageFollowUp, w.file().Stage)
	})
}

func TestEquipeMemberIsReplacedByAColleague(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		colleague := w.as(care.CPIOperator)
		colleague.Subject, colleague.Email = "cpi_operator_2."+w.zone, "cpi_operator_2."+w.zone+"@percorso.example"
		w.setsUp(ledger.SetupChange{Staff: []care.Staff{colleague}})
		defer w.setsUp(ledger.SetupChange{Off: []string{colleague.Subject}})
		w.isAssessed(care.ToEquipeBetween)
		first := w.of(care.EquipeInvitation, care.CPIOperator)
		w.doesAs(care.CPIOperator, care.EquipeInvitation, care.Completion{Outcome: care.Unavailable, Reason: "absent"})
		require.NotEqual(t, first.ID, w.of(care.EquipeInvitation, care.CPIOperator).ID)
		w.confirms(care.CPIOperator)
		w.speaks(care.CPIOperator, care.Favourable)
	})
}

// meets is a meeting in which all of an équipe between agencies spoke for what is asked,
// but for one.
func (w *casework) meets(against care.Role) catalogue.MinutesForm {
	form := catalogue.MinutesForm{At: w.now(), Text: "Verbale di prova"}
	for _, role := range seated {
		vote := catalogue.MinutedVote{Vote: care.Vote{Role: role, Agency: care.Code(w.as(role).Agency), Outcome: care.Favourable}}
		if role == against {
			vote.Outcome, vote.Note = care.Dissenting, "Motivi di prova"
		}
		form.Votes = append(form.Votes, vote)
	}
	return form
}

// seat is the one of a role.
func (w *casework) seat(role care.Role) (found ledger.Seat) {
	w.Helper()
	for _, s := range w.equipe().Seats {
		if s.Role == role {
			found = s
		}
	}
	return found
}

// What one person writes down for five seats is their report, and five people's word
// only once each of them has said so.
func TestWhatMinutesSayOfASeatIsForItToConfirm(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
		w.confirms(care.CPIOperator)
		form := w.meets(care.SocialWorker)
		w.minutes(form)
		w.waits(care.EquipeOpinion, care.EquipeOpinion, care.EquipeOpinion, care.EquipeOpinion, care.EquipeOpinion)
		require.Equal(t, w.as(care.CPIOperator).ID, w.of(care.EquipeOpinion, care.CPIOperator).HolderID)
		require.Empty(t, w.of(care.EquipeOpinion, care.LabourPolicyExpert).HolderID, "nobody has taken the seat by the report of somebody else")
		for _, s := range w.equipe().Seats {
			require.Equal(t, []any{care.SeatConfirmed, true, true}, []any{s.State, s.Minuted, s.Reported}, s.Role)
			require.Equal(t, s.Role == care.SocialWorker, s.OpinionNote == "Motivi di prova")
			require.Equal(t, s.Role == care.CPIOperator, s.Member != "")
		}
		w.minutes(form) // corrected minutes are taken as well

		w.speaks(care.SocialWorker, care.WithConditions) // they had said otherwise
		said := w.seat(care.SocialWorker)
		require.Equal(t, []any{care.SeatSpoken, care.WithConditions, false, false, w.as(care.SocialWorker).Name},
			[]any{said.State, said.Opinion, said.Minuted, said.Reported, said.Member})
		for _, role := range seated[1:] {
			w.speaks(role, care.Favourable)
		}
		require.Len(t, w.ask(care.SocialWorker, w.minuted(form)).Refusal.Faults, len(seated), "all have spoken")
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		cmd := w.ask(care.SocialWorker, w.minuted(catalogue.MinutesForm{At: w.now(), Text: "Prova", Votes: []catalogue.MinutedVote{
			{Vote: care.Vote{Role: care.DeskOperator, Agency: "comune", Outcome: care.Favourable}},
		}}))
		w.refused(care.RefusedInvalid, cmd) // who has no seat
		require.Equal(t, []care.Fault{{Field: "votes[0].role", Rule: care.RuleSaid}}, cmd.Refusal.Faults)
		w.minutes(w.meets(""))
		w.waits(care.PlanSignOff, care.PlanSignOff, care.PlanSignOff, care.PlanSignOff, care.PlanSignOff)
		require.True(t, w.seat(care.CPIOperator).Reported)
		w.signs(seated...)
		w.waits(care.PlanAgreement)
		require.False(t, w.seat(care.CPIOperator).Reported)
		require.Len(t, w.equipe().Minutes, 3)
	})
}

// Minutes alone, which nobody confirms, make no quorum.
func TestMinutesThatNobodyConfirmsAreNoQuorum(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
		w.confirms(seated...)
		for _, role := range seated {
			w.speaks(role, care.Favourable)
		}
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.passes(4 * day)
		w.minutes(w.meets(""))
		w.passes(4 * day)
		w.minutes(w.meets("")) // the time to confirm them begins anew once
		require.NotEmpty(t, w.of(care.PlanSignOff, care.CPIOperator).ID)
		w.passes(20 * day)
		w.waits(care.QuorumDecision)
		for _, s := range w.equipe().Seats {
			require.Equal(t, string(care.SeatWaived), s.Signature)
		}
	})
}

// silently has the seats of the case's équipe agree by silence.
func (w *casework) silently() {
	w.carrier.(*play).steps.policy = func(stored *care.Policy) {
		stored.Equipes = slices.Clone(stored.Equipes) // others have the same one
		for i := range stored.Equipes {
			seats := slices.Clone(stored.Equipes[i].Seats)
			for n := range seats {
				seats[n].IfSilent = care.TacitSilent
			}
			stored.Equipes[i].Seats = seats
		}
	}
}

func TestSilenceThatCountsAsAYes(t *testing.T) {
	for _, both := range []bool{false, true} {
		inSkippedTime(t, func(w *casework) {
			w.silently()
			w.isAssessed(care.ToEquipeBetween)
			w.confirms(seated[:4]...) // the fifth never takes the seat
			w.speaks(care.SocialWorker, care.Favourable)
			w.minutes(catalogue.MinutesForm{At: w.now(), Text: "Prova", Votes: w.meets(care.LabourPolicyExpert).Votes[3:4]})
			w.passes(30 * day)
			w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
			require.Equal(t, []any{care.SeatSpoken, care.Tacit}, []any{w.seat(care.CPIOperator).State, w.seat(care.CPIOperator).Opinion}, "it is shown as what it is")
			require.Equal(t, []any{care.SeatSpoken, care.Dissenting, true}, []any{w.seat(care.LabourPolicyExpert).State, w.seat(care.LabourPolicyExpert).Opinion, w.seat(care.LabourPolicyExpert).Reported})
			require.Equal(t, care.SeatWaived, w.seat(care.ImmigrationExpert).State, "nobody is silent there")
			w.signs(care.SocialWorker)
			if both {
				w.signs(care.CPIOperator)
			}
			w.passes(30 * day)
			require.Equal(t, care.Tacit, w.seat(care.InterculturalMediator).Signature)
			if both {
				w.waits(care.PlanAgreement)
			} else {
				require.Equal(t, care.Tacit, w.seat(care.CPIOperator).Signature)
				w.waits(care.QuorumDecision) // three roles, and of one agency
			}
		})
	}
}

func TestASeatWhoseRoleHasNobodyElseIsNotAskedAgain(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeBetween)
		cannot := care.Completion{Outcome: care.Unavailable, Reason: "absent"}
		w.doesAs(care.LabourPolicyExpert, care.EquipeInvitation, cannot)
		w.passes(day)
		require.Equal(t, care.SeatWaived, w.seat(care.LabourPolicyExpert).State)
		w.doesAs(care.ImmigrationExpert, care.EquipeInvitation, cannot)
		w.passes(day)
		require.Equal(t, care.SeatReplaced, w.seat(care.ImmigrationExpert).State)
		w.waits(care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation)
		w.of(care.EquipeInvitation, care.DeskOperator)
		w.happened("seat_nobody_else labour_policy_expert", "seat_waived labour_policy_expert",
			"seat_nobody_else immigration_expert", "seat_replaced immigration_expert")
		// In a new sitting they are asked again: whoever was away may have come back.
		for _, role := range []care.Role{care.SocialWorker, care.CPIOperator, care.InterculturalMediator, care.DeskOperator} {
			w.doesAs(role, care.EquipeInvitation, care.Completion{Outcome: care.Confirmed})
			w.speaks(role, care.Favourable)
		}
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.passes(30 * day)
		w.does(care.QuorumDecision, care.Completion{Outcome: care.Reconvene, Note: "Prova"})
		w.of(care.EquipeInvitation, care.LabourPolicyExpert)
	})
}

// An équipe that was begun before goes on as it was: what minutes say of a seat counts.
func TestAnEarlierEquipeTakesMinutesAsItDid(t *testing.T) {
	playKnowing(t, started, 1, func(w *casework) {
		w.reaches(care.Assessment)
		w.does(care.Assessment, care.Completion{Outcome: care.ToEquipeBetween, Areas: findings})
		w.minutes(w.meets(""))
		w.waits(care.PlanDraft)
		require.Equal(t, care.SeatSpoken, w.seat(care.CPIOperator).State)
	})
}

func (w *casework) minuted(form catalogue.MinutesForm) catalogue.Command {
	w.Helper()
	require.Empty(w, catalogue.Minutes.Check(form, w.around()))
	return catalogue.Minutes.Command("", "", form).InRun(w.branch(care.RunEquipe).Run)
}

func (w *casework) minutes(form catalogue.MinutesForm) {
	w.Helper()
	w.asks(care.SocialWorker, w.minuted(form))
}

func TestPersonMayDeclineThePlanOrAskForChanges(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.isAssessed(care.ToEquipeWithin)
		sitting := []care.Role{}
		for _, task := range w.tasks("") {
			sitting = append(sitting, task.Role)
		}
		w.confirms(sitting...)
		for _, role := range sitting {
			w.speaks(role, care.Favourable)
		}
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.signs(sitting...)
		w.does(care.PlanAgreement, care.Completion{Outcome: care.ChangesAsked, Note: "Prova"})
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.signs(sitting...)
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Declined, Reason: "no_interest"})
		require.Equal(t, []care.PlanState{care.PlanDeclined}, w.plans())
		require.Equal(t, care.PlanRefused, w.branch(care.RunEquipe).Outcome)
		w.decides()
		require.Equal(t, care.StageFollowUp, w.file().Stage)
	})
}

// The complex path: the CPI rejects, the équipe revises, and what was done stays done.
func TestRejectedPlacementComesBackToTheEquipe(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		placement := w.referralTo("cpi")
		require.Equal(t, ledger.CommandWorked, w.move(care.CPIOperator, placement, care.OpReject, catalogue.ReferralMoveForm{Reason: "not_competent", Note: "Prova"}).State)
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.ToEquipe, Note: "Prova"})
		require.Equal(t, care.StageEquipe, w.file().Stage)
		require.Equal(t, "not_competent", w.equipe().Reason, "the équipe knows the CPI's reason")

		active := w.plan(care.PlanActive)
		progress := catalogue.ProgressForm{State: care.ActionDone, Note: "Prova"}
		kept := active.Content.Actions[2]
		w.assign(care.SocialWorker, catalogue.Progress.Command("", kept.ID, progress).InRun(w.run()))

		w.confirms(seated...)
		for _, role := range seated {
			w.speaks(role, care.Favourable)
		}
		until := w.now().Add(90 * day)
		revised := care.PlanForm{Goals: active.Content.Goals, Changes: "Corso al posto del tirocinio: prova"}
		for _, a := range active.Content.Actions[1:] {
			revised.Actions = append(revised.Actions, a.PlanAction)
		}
		revised.Actions = append(revised.Actions, care.PlanAction{Goal: 0, Text: "Formazione di prova", Agency: "cpi", Until: &until, Send: true})
		for i := range revised.Actions[:2] {
			revised.Actions[i].Send = false
		}
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: &revised})
		w.signs(seated...)
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
		require.Equal(t, []care.PlanState{care.PlanActive, care.PlanRevised}, w.plans())
		now := w.plan(care.PlanActive)
		require.Equal(t, 2, now.Version)
		require.Equal(t, revised.Changes, now.Changes)
		require.Equal(t, kept.ID, now.Content.Actions[1].ID)
		require.Equal(t, care.ActionDone, now.Content.Actions[1].State, "what was done stays done")
		require.Len(t, w.file().Referrals, 3, "the adult school is not asked twice")
		require.Equal(t, care.StagePlacement, w.file().Stage)
	})
}

func (w *casework) plan(state care.PlanState) ledger.Plan {
	w.Helper()
	plans, err := w.records.Plans(context.Background(), w.as(care.Supervisor), w.id)
	require.NoError(w, err)
	for _, p := range plans {
		if p.State == state {
			return p
		}
	}
	require.FailNow(w, "no plan", "%s", state)
	return ledger.Plan{}
}

// referralTo is the newest open referral to an agency; time passes until there is one.
func (w *casework) referralTo(agency string) (found ledger.Referral) {
	w.Helper()
	for range 40 {
		for _, f := range w.referrals() {
			if f.ToAgency == agency && !f.State.Settled() {
				found = f
			}
		}
		if found.ID != "" {
			return found
		}
		w.rest()
	}
	require.FailNow(w, "no open referral", "to %s", agency)
	return found
}

func TestEquipeEndsEarlyWithItsCase(t *testing.T) {
	for _, kind := range []care.TaskKind{care.EquipeInvitation, care.EquipeOpinion, care.PlanDraft, care.PlanSignOff, care.PlanAgreement} {
		t.Run(string(kind), func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.isAssessed(care.ToEquipeBetween)
				for _, do := range []func(){
					func() {}, func() { w.confirms(seated...) },
					func() {
						for _, role := range seated {
							w.speaks(role, care.Favourable)
						}
					},
					func() { w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")}) },
					func() { w.signs(seated...) },
				} {
					do()
					if w.tasks("")[0].Kind == kind {
						break
					}
				}
				w.task(kind)
				w.closesEarly()
				w.closed(care.OutcomeMovedAway)
				for _, state := range w.plans() {
					require.Equal(t, care.PlanDropped, state)
				}
			})
		})
	}
}

func TestFollowUpHearsEveryAgencyOfThePlan(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		goal := w.plan(care.PlanActive).Content.Goals[0].ID
		_, reviews := terms.Rhythm(w.policy(), care.PlanActivated)
		for range reviews {
			w.does(care.Review, care.Completion{Outcome: care.Met})
		}
		w.doesAs(care.CPIOperator, care.GoalEvaluation, care.Completion{Outcome: care.Evaluated, Goals: []care.GoalFinding{{Goal: goal, Result: "partly", Note: "Prova"}}})
		w.does(care.Evaluation, care.Completion{Outcome: care.Revise, Note: "Prova", Goals: []care.GoalFinding{{Goal: goal, Result: "not_reached"}}})
		require.Equal(t, care.Revise, w.equipe().Reason)
		findings, err := w.records.GoalFindings(context.Background(), w.as(care.Supervisor), w.id)
		require.NoError(t, err)
		require.Len(t, findings, 2)
	})
}

func TestMeetingAtAnyAgencyResetsTheReviews(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		w.passes(20 * day)
		form := catalogue.MeetingForm{At: w.now().Add(-time.Hour)}
		require.Empty(t, catalogue.Meet.Check(form, w.around()))
		w.asks(care.CPIOperator, catalogue.Meet.Command("", w.id, form))
		w.passes(20 * day) // 40 since the plan became active, 20 since the meeting
		for _, task := range w.tasks("") {
			require.NotEqual(t, care.Review, task.Kind)
		}
		meetings := w.file().Meetings
		require.Equal(t, "cpi", meetings[0].Agency, "the proof")
		w.passes(12 * day)
		w.task(care.Review)
		require.Equal(t, care.RunFollowUp, ledger.KindOf(w.task(care.Review).Run))
	})
}
