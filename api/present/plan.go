package present

import (
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// EquipeBadge says how an équipe stands.
func EquipeBadge(e ledger.Equipe) web.Badge {
	if e.Ended == nil {
		return web.Badge{Tone: "info", Icon: "it-clock", Text: message.Say("standing.equipe_at_work")}
	}
	return web.Badge{Tone: "neutral", Icon: "it-lock", Text: message.Say("standing.equipe_ended", "Day", italian.Dated("", e.Ended.In(italian.Rome)))}
}

// WhyBack says what sent a case back to its équipe: how a branch ended, or why a
// referral was rejected.
func WhyBack(p care.Policy, code string) string {
	if reason, ok := p.RejectReason(code); ok {
		return message.Say("standing.referral_rejected", "Reason", strings.ToLower(reason.Name))
	}
	return italian.Ending(p, code)
}

// VoteBadge is an opinion or a signature: dissent stands out.
func VoteBadge(code, words string) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(words)}
	switch code {
	case care.Favourable, care.Signed:
		b.Tone, b.Icon = "success", "it-check-circle"
	case care.WithConditions:
		b.Tone, b.Icon = "info", "it-info-circle"
	case care.Dissenting:
		b.Tone, b.Icon = "danger", "it-close-circle"
	}
	return b
}

// PlanBadge says how a version stands.
func PlanBadge(state care.PlanState) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(message.Of("standing.version", state))}
	switch state {
	case care.PlanActive, care.PlanAgreed, care.PlanCompleted:
		b.Tone, b.Icon = "success", "it-check-circle"
	case care.PlanDrafting, care.PlanProposed, care.PlanSignedOff:
		b.Tone, b.Icon = "info", "it-pencil"
	case care.PlanDeclined:
		b.Tone, b.Icon = "warning", "it-close-circle"
	}
	return b
}

// AreaName is the name of an area of need.
func AreaName(p care.Policy, code string) string {
	for _, area := range p.NeedAreas([]string{code}) {
		return area.Name
	}
	return code
}

// Progress says in words how an action comes along.
func Progress(a ledger.PlannedAction) string {
	text := italian.ActionState(a.State)
	if a.Note != "" {
		text += " (" + strings.TrimSuffix(a.Note, ".") + ")"
	}
	return text
}
