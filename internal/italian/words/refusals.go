package words

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/told"
	"percorso/internal/undoing"
)

// Refusal says why something may not be: what is so, and what can be done.
func Refusal(r care.Refusal) string {
	switch r.Code {
	case care.RefusedTaken:
		if r.Role != "" {
			return message.Say("refused.taken_by_role", "By", italian.ByRole(r.Role))
		}
	case told.Today:
		if r.Role != "" {
			return message.Say("refused.reminded_today")
		}
	case care.RefusedForbidden:
		return forbidden(r)
	case care.RefusedNotHeld:
		if text, ok := message.Find("not_held", r.Operation); ok {
			return text
		}
	case care.RefusedInFlight:
		switch {
		case r.Operation == care.OpWithdraw:
			return message.Say("refused.answer_arriving")
		case r.Now == care.NowTransferred:
			return message.Say("refused.zone_answer_arriving")
		}
	case care.RefusedNotAwaited, care.RefusedEnded:
		if text := notNow(r); text != "" {
			return text
		}
	}
	if text, ok := message.Find("refusal", r.Code); ok {
		return text
	}
	return message.Say("refused.unknown", "Code", r.Code)
}

// forbidden says whose matter an operation is, as far as one knows.
func forbidden(r care.Refusal) string {
	if r.Role != "" {
		return message.Say("refused.is_for_role", "Role", italian.ToRole(r.Role))
	}
	switch facts, _ := catalogue.Of(r.Operation); {
	case len(facts.Asks) > 0:
		var names []string
		for _, role := range facts.Asks {
			names = append(names, italian.TheRole(role))
		}
		if len(names) == 1 {
			return message.Say("refused.one_role_may", "Role", names[0])
		}
		return message.Say("refused.some_roles_may", "Roles", italian.Enumerate(names))
	case r.Operation == care.OpNoteReferral:
		return message.Say("refused.note_of_others")
	case r.Operation == care.OpWithdraw || r.Operation == care.OpSupply:
		return message.Say("refused.sent_by_others")
	case facts.On == catalogue.OnReferral:
		return message.Say("refused.answered_by_others")
	case facts.On == catalogue.OnRecord:
		return message.Say("refused.written_by_others")
	case facts.On == catalogue.OnAction:
		return message.Say("refused.action_of_others")
	}
	return message.Say("refusal.forbidden")
}

// notNow says what is so, and what can be done, where something is not possible now;
// empty: what is so is not known.
func notNow(r care.Refusal) string {
	if r.Now == care.NowTransferred {
		return notRecalled(care.Accepted)
	}
	facts, _ := catalogue.Of(r.Operation)
	switch facts.On {
	case catalogue.OnReferral:
		return notNowOfReferral(r.Operation, care.ReferralState(r.Now))
	case catalogue.OnTask:
		return notNowOfTask(r.Operation, care.TaskState(r.Now))
	case catalogue.OnAction:
		return message.Say("refused.plan_not_in_force", "State", planNow(r.Now))
	case catalogue.OnEquipe:
		if r.Operation == care.OpPlanMeeting {
			return message.Say("refused.equipe_meets_no_more")
		}
		if r.Code == care.RefusedEnded {
			return message.Say("refused.minutes_too_late")
		}
		return message.Say("refused.equipe_awaits_nothing")
	}
	return notNowOfCase(r.Operation, r.Now)
}

func planNow(state string) string {
	if state == "" {
		return message.Say("refused.no_plan")
	}
	return italian.PlanState(care.PlanState(state))
}

func notNowOfReferral(op care.Operation, now care.ReferralState) string {
	is, known := message.Find("referral_now", now)
	if !known {
		return ""
	}
	return message.Say("refused.referral_stands", "Is", is, "Instead", insteadOf(op, now))
}

// insteadOf says what can be done of a referral in place of what is not possible now.
func insteadOf(op care.Operation, now care.ReferralState) string {
	sender := op == care.OpWithdraw || op == care.OpSupply
	switch now {
	case care.ReferralRequested:
		switch op {
		case care.OpAccept:
			return message.Say("instead.acknowledge_then_accept")
		case care.OpHold:
			return message.Say("instead.acknowledge_then_ask")
		}
		return message.Say("instead.withdraw_and_send_again")
	case care.ReferralReceived:
		if sender {
			return message.Say("instead.withdraw")
		}
		return message.Say("instead.answer")
	case care.ReferralOnHold:
		return message.Say("instead.wait_for_information")
	case care.ReferralAccepted, care.ReferralInProgress:
		if sender {
			return message.Say("instead.tell_them")
		}
		return message.Say("instead.go_on_with_tasks")
	case care.ReferralRedirected:
		if sender {
			return message.Say("instead.take_the_one_that_follows")
		}
		return message.Say("instead.that_agency_answers")
	}
	if sender {
		return message.Say("instead.send_again")
	}
	return message.Say("instead.nothing_more")
}

func notNowOfTask(op care.Operation, now care.TaskState) string {
	switch now {
	case care.TaskCompleted:
		return message.Say("refused.task_completed")
	case care.TaskSkipped:
		return message.Say("refused.task_skipped")
	case care.TaskObsolete:
		return message.Say("refused.task_obsolete")
	case care.TaskReady:
		if op == care.OpClaim {
			return message.Say("refused.acknowledge_first")
		}
	}
	if now.Open() && op == care.OpComplete {
		return message.Say("refused.task_awaits_another_outcome")
	}
	return ""
}

// notNowOfCase says what stands in the way of an operation on a case.
func notNowOfCase(op care.Operation, now string) string {
	closed := now == care.NowClosed || now == undoing.NowFinal || now == undoing.NowMerged
	switch {
	case op == care.OpMistake && closed:
		return message.Say("refused.mistake_said_or_too_late")
	case op == care.OpUndo && closed:
		return message.Say("refused.mistake_not_said")
	case op == care.OpMistake, op == care.OpUndo:
		return message.Say("refused.case_is_open")
	case now == undoing.NowMerged:
		return message.Say("refused.case_merged")
	case now == undoing.NowFinal:
		return message.Say("refused.case_closed_for_good")
	case now == care.NowClosed && op == care.OpReopen, now == care.NowClosing && op == care.OpReopen:
		return message.Say("refused.case_not_closed_yet")
	case now == care.NowClosed:
		return message.Say("refused.case_closed")
	case now == care.NowClosing:
		return message.Say("refused.case_closing")
	case op == care.OpResume:
		return message.Say("refused.case_not_suspended")
	case op == care.OpRecall:
		return notRecalled(now)
	case op == care.OpUnconsent:
		return italian.Rule(care.RuleNoConsent)
	}
	switch kind := care.TaskKind(now); kind {
	case care.FirstListening, care.SocialConsult:
		return message.Say("refused.still_at_first_level", "Task", italian.TaskKind(kind))
	case care.ClosureApproval:
		return message.Say("refused.closure_proposed")
	}
	if _, known := catalogue.Of(op); known {
		return message.Say("refused.not_at_this_point", "Operation", italian.Operation(op))
	}
	return ""
}

// notRecalled says why a request to another zone cannot be taken back.
func notRecalled(answer string) string {
	switch care.Code(answer) {
	case care.Accepted:
		return message.Say("refused.transfer_accepted")
	case care.Rejected:
		return message.Say("refused.transfer_rejected")
	}
	return message.Say("refused.no_transfer_asked")
}
