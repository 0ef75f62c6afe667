package present

import (
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// MeetingWhen says when and where a meeting of an équipe is: "giovedì 3 dicembre 2026, ore 10:00, sala di
// prova".
func MeetingWhen(m gathering.Planned) string {
	return message.Say("equipe_meetings.when", "Day", italian.Day(m.At), "Hour", italian.Hour(m.At), "Place", italian.MeetingPlace(m.How, m.Place))
}

// MeetingOf is a meeting as the page of its équipe shows it: who is invited, and what became
// of it.
func MeetingOf(p care.Policy, m gathering.Planned) web.Moment {
	var invited []string
	for _, s := range m.Invited {
		invited = append(invited, italian.Role(s.Role)+" ("+AgencyName(p, s.Agency)+")")
	}
	who := strings.Join(invited, ", ")
	shown := web.Moment{When: MeetingWhen(m), Text: message.Say("equipe_meetings.planned", "Invited", who), By: m.ByName, Note: m.Note}
	switch {
	case m.Moved:
		shown.Text = message.Say("equipe_meetings.moved", "Invited", who)
	case m.Off:
		shown.Text = message.Say("equipe_meetings.off", "Invited", who)
	case m.Minuted:
		shown.Text = message.Say("equipe_meetings.minuted", "Invited", who)
	}
	switch {
	case m.Why != "":
		shown.Text = message.Say("equipe_meetings.why", "Meeting", shown.Text, "Why", m.Why)
	case m.Off: // nobody called it off, who would have said why
		shown.Text = message.Say("equipe_meetings.work_done", "Meeting", shown.Text)
	}
	return shown
}
