// Package timeline says in Italian what happened in a case: the lines of its timeline.
package timeline

import (
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Line says what happened, from a moment's code and detail.
func Line(p care.Policy, code, detail string) string {
	if text, ok := message.Find("timeline_plain", code); ok {
		return withOutcome(p, text, detail) // of a closure
	}
	if text, ok := message.Find("timeline_reminder", code+"."+detail); ok {
		return text
	}
	if text, ok := message.Find("timeline_waiting", code+"."+detail); ok {
		return text
	}
	if text, ok := message.Find("timeline_service", code); ok {
		service, _ := p.Service(detail)
		return with(text, service.Name)
	}
	if text, ok := message.Find("timeline_task", code); ok {
		return about(text, italian.TaskKind(care.TaskKind(detail)))
	}
	if text, ok := message.Find("timeline_seat", code); ok {
		return with(text, italian.Role(care.Role(detail)))
	}
	if text, ok := message.Find("timeline_agency", code); ok {
		return with(text, italian.AgencyName(p, detail))
	}
	if text, ok := message.Find("timeline_zone", code); ok {
		return with(text, italian.ZoneName(detail))
	}
	if text := lifeLine(code, detail); text != "" {
		return text
	}
	of, ending, _ := strings.Cut(detail, "/")
	switch code {
	case "task_completed":
		if of == string(care.ReferralAnswer) {
			return italian.TaskKind(care.ReferralAnswer)
		}
		ending, closure, _ := strings.Cut(ending, "/")
		line := message.Say("timeline.task_ended", "Task", italian.TaskKind(care.TaskKind(of)), "Outcome", italian.Outcome(care.TaskKind(of), ending))
		return withOutcome(p, line, closure)
	case "stage":
		return message.Say("timeline.stage_passed", "Stage", italian.Stage(care.Stage(detail)))
	case "new_course":
		return message.Say("timeline.goes_on_by", "Process", italian.RunKind(care.RunKind(detail)))
	case "entry_mended":
		if detail == string(care.OpRefuseEntry) {
			return message.Say("timeline.entry_refused_by_hand")
		}
		return message.Say("timeline.entry_tried_again")
	case "branch_joined":
		return message.Say("timeline.process_there", "Process", italian.RunKind(care.RunKind(detail)))
	case "task_joined":
		return message.Say("timeline.task_there", "Task", italian.TaskKind(care.TaskKind(detail)))
	case "branch_ended":
		return message.Say("timeline.process_ended", "Process", italian.RunKind(care.RunKind(of)), "Ending", italian.Ending(p, ending))
	case "case_closed":
		outcome, ok := care.ByCode(p.Outcomes, detail)
		if !ok {
			outcome.Name = italian.Ending(p, detail)
		}
		return message.Say("timeline.closed_with", "Outcome", outcome.Name)
	}
	if state, ok := strings.CutPrefix(code, "referral_"); ok {
		text := message.Say("timeline.referral", "State", italian.ReferralState(care.ReferralState(state)))
		if state == string(care.ReferralRequested) {
			text = message.Say("timeline.referral_sent")
		}
		if reason, known := p.RejectReason(detail); known {
			return with(text, reason.Name)
		}
		if reason, known := italian.KnownReason(detail); known {
			return with(text, reason)
		}
		return text
	}
	return italian.Upper(strings.ReplaceAll(code, "_", " "))
}

// Change says who had a task before and who has it now, from when to when its term
// was moved, or whom a reminder went to; empty: the line says nothing of it.
func Change(c ledger.Changed) string {
	before, now := hands(c.FromName, c.FromRole, c.FromUntil), hands(c.ToName, c.ToRole, c.ToUntil)
	switch {
	case now == "" && before != "": // of who was away
		return message.Say("timeline.on_behalf_of", "Name", before)
	case now == "":
		return ""
	case before == "":
		return message.Say("timeline.to", "Name", now)
	}
	return message.Say("timeline.from_to", "Before", before, "Now", now)
}

// hands is a person by name, a role, or a term.
func hands(name string, role care.Role, until *time.Time) string {
	switch {
	case until != nil:
		return italian.Moment(*until)
	case role != "" && name == "":
		return italian.Role(role)
	}
	return name
}

// with puts a detail after a line, where there is one.
func with(text, detail string) string {
	if detail == "" {
		return text
	}
	return about(text, detail)
}

func about(text, detail string) string {
	return message.Say("timeline.about", "Line", text, "Detail", detail)
}

// withOutcome puts the outcome of a closure after a line, where there is one.
func withOutcome(p care.Policy, text, code string) string {
	if outcome, ok := care.ByCode(p.Outcomes, code); ok {
		return message.Say("timeline.with_outcome", "Line", text, "Outcome", outcome.Name)
	}
	return text
}

// lifeLine says a moment of an équipe, of a plan, or of what life does to a
// case; empty: it is none.
func lifeLine(code, detail string) string {
	switch code {
	case "equipe_convened":
		if detail == "" {
			return message.Say("timeline.convened_some")
		}
		return message.Say("timeline.convened", "Kind", italian.EquipeKind(care.EquipeKind(detail)))
	case "opinion":
		return with(message.Say("timeline.opinion_given"), said(italian.Opinion, detail))
	case "approval_elsewhere":
		return message.Say("timeline.approval_asked_of", "Zone", italian.ZoneName(detail))
	case "opinion_reported":
		return with(message.Say("timeline.opinion_in_minutes"), said(italian.Opinion, detail))
	case "signature":
		return with(message.Say("timeline.signature_given"), said(italian.Signature, detail))
	case "signature_reported":
		return with(message.Say("timeline.signature_in_minutes"), said(italian.Signature, detail))
	case "suspended":
		return with(message.Say("timeline.path_suspended"), said(italian.SuspendReason, detail))
	case "case_reopened":
		return with(message.Say("timeline.reopened"), said(italian.Stage, care.Stage(detail)))
	}
	if state, ok := strings.CutPrefix(code, "plan_"); ok {
		return message.Say("timeline.plan", "State", italian.PlanState(care.PlanState(state)))
	}
	return ""
}

// said says a code in its words, and nothing where there is none.
func said[C ~string](words func(C) string, code C) string {
	if code == "" {
		return ""
	}
	return words(code)
}
