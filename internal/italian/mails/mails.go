// Package mails writes the mails that Percorso sends.
package mails

import (
	"strings"
	"time"

	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Text gives the subject and the text of a mail, without its link; false: there is no
// such kind. It says who asks, whom to call and by when, and never whom it is about.
func Text(m ledger.Mail) (subject, text string, ok bool) {
	subject, ok = message.Find("mail_subject", m.Template)
	if !ok {
		return "", "", false
	}
	about, lines := m.About, []string{message.Of("mail_text", m.Template), ""}
	add := func(line string) { lines = append(lines, line) }
	if about.Asker != "" {
		subject = message.Say("mail.subject_with_asker", "Subject", subject, "Asker", about.Asker)
	}
	switch asker := asks(about); {
	case strings.HasPrefix(m.Template, "transfer_"):
		if about.Asker != "" {
			add(message.Say("mail.other_zone", "Zone", about.Asker))
		}
	case asker == "":
	case strings.HasSuffix(m.Template, "_ended"):
		add(message.Say("mail.who_writes", "Who", asker))
	default:
		add(message.Say("mail.who_asks", "Who", asker))
	}
	if about.Asked != nil {
		add(message.Say("mail.sent_on", "When", italian.Moment(*about.Asked)))
	}
	if about.Task != "" && !strings.HasPrefix(m.Template, "partner_") {
		add(message.Say("mail.task", "Task", italian.TaskKind(about.Task)))
	}
	if about.Meets != nil {
		if m.Template == gathering.MailOff {
			add(message.Say("mail.was_for", "When", moment(*about.Meets)))
		} else {
			add(message.Say("mail.when", "When", moment(*about.Meets)))
		}
		if place := italian.MeetingPlace(about.How, about.Where); place != "" && (m.Template == gathering.MailPlanned || m.Template == gathering.MailMoved) {
			add(message.Say("mail.where", "Place", place))
		}
	}
	switch {
	case about.Until == nil:
	case m.Template == "date_nears":
		add(message.Say("mail.on_the_day", "Day", italian.Day(*about.Until)))
	case m.Template == "escalation":
		add(message.Say("mail.was_due", "When", moment(*about.Until)))
	default:
		add(message.Say("mail.by", "When", moment(*about.Until)))
	}
	switch {
	case about.Phone != "":
		add(message.Say("mail.whom_to_call_at", "Agency", about.Asker, "Phone", about.Phone))
	case about.Asker != "":
		add(message.Say("mail.whom_to_call", "Agency", about.Asker))
	}
	return subject, strings.TrimRight(strings.Join(lines, "\n"), "\n"), true
}

// asks says who asks: by name, by role and agency, as far as it is known.
func asks(about ledger.MailAbout) string {
	asker := about.Asker
	if about.Role != "" && asker != "" {
		asker = message.Say("mail.asker_with_role", "Role", italian.Role(about.Role), "Agency", asker)
	}
	if about.By != "" {
		asker = message.Say("mail.asker_with_name", "Name", about.By, "Asker", asker)
	}
	return asker
}

func moment(t time.Time) string {
	return message.Say("date.moment", "Day", italian.Day(t), "Hour", italian.Hour(t))
}
