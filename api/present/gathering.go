package present

import (
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/italian"
)

// MeetingWhen says when and where a meeting of an équipe is: "giovedì 3 dicembre 2026, ore 10:00, sala di
// prova".
func MeetingWhen(m gathering.Planned) string {
	return italian.Day(m.At) + ", ore " + italian.Hour(m.At) + ", " + italian.MeetingPlace(m.How, m.Place)
}

// MeetingOf is a meeting as the page of its équipe shows it: who is invited, and what became
// of it.
func MeetingOf(p care.Policy, m gathering.Planned) web.Moment {
	var invited []string
	for _, s := range m.Invited {
		invited = append(invited, italian.Role(s.Role)+" ("+AgencyName(p, s.Agency)+")")
	}
	shown := web.Moment{When: MeetingWhen(m), Text: "Riunione programmata", By: m.ByName, Note: m.Note}
	switch {
	case m.Moved:
		shown.Text = "Riunione spostata"
	case m.Off:
		shown.Text = "Riunione disdetta"
	case m.Minuted:
		shown.Text = "Riunione con verbale"
	}
	shown.Text += ": " + strings.Join(invited, ", ")
	switch {
	case m.Why != "":
		shown.Text += ". Perché: " + m.Why
	case m.Off: // nobody called it off, who would have said why
		shown.Text += ". L’équipe ha finito il suo lavoro"
	}
	return shown
}
