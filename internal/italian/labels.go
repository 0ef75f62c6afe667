package italian

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/eligibility"
	"percorso/internal/health"
	"percorso/internal/italian/article"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// spaced is a code without words, as it is, with blanks.
func spaced(code string) string { return strings.ReplaceAll(code, "_", " ") }

// Upper begins a text with a capital letter.
func Upper(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// Lower begins a text with a small letter, as within a sentence.
func Lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}

// Role is a role as a noun: "operatore di sportello".
func Role(r care.Role) string { return message.Of("role", r) }

// ARole is a role with its indefinite article: "un operatore di sportello".
func ARole(r care.Role) string {
	if said, ok := message.Find("role_indefinite", r); ok {
		return said
	}
	return whoeverHas(r)
}

// TheRole is a role with its definite article: "l’operatore di sportello".
func TheRole(r care.Role) string {
	if said, ok := message.Find("role_definite", r); ok {
		return said
	}
	return whoeverHas(r)
}

// whoeverHas says an unknown role by its code, so that no sentence has a hole.
func whoeverHas(r care.Role) string { return message.Say("roles.whoever_has", "Role", Role(r)) }

// ToRole is a role after the prepositions a and da: "a un assistente
// sociale", "al responsabile".
func ToRole(r care.Role) string { return article.Contract("a ", ARole(r)) }

// ByRole is a role after the preposition da: "da un assistente sociale", "dal responsabile".
func ByRole(r care.Role) string { return article.Contract("da ", ARole(r)) }

// ofTheRole and byTheRole are one of a role, who is known: "dell’assistente sociale",
// "del responsabile", "dall’assistente sociale".
func ofTheRole(r care.Role) string { return article.Contract("di ", TheRole(r)) }
func byTheRole(r care.Role) string { return article.Contract("da ", TheRole(r)) }

// TaskKind is the title of a kind of task: "Primo ascolto".
func TaskKind(k care.TaskKind) string { return message.Of("task", k) }

// taskDoes is what the performer of a kind of task does when all goes well, as a
// subjunctive: "legga la segnalazione".
func taskDoes(k care.TaskKind) (said string, ok bool) { return message.Find("task_does", k) }

// TaskPurpose says in a sentence what a task asks of its performer.
func TaskPurpose(k care.TaskKind) string {
	said, _ := message.Find("task_purpose", k)
	return said
}

// Outcome is a way to end a task, as what happened: "Colloquio svolto".
func Outcome(kind care.TaskKind, code string) string {
	if said, ok := message.Find("outcome", string(kind)+"."+code); ok {
		return said
	}
	return spaced(code)
}

// Ending says how a branch of a path ended. An ending that it does not know is
// an outcome of closure, which the zone names.
func Ending(p care.Policy, code string) string {
	said, known := message.Find("ending", code)
	if o, ok := care.ByCode(p.Outcomes, code); ok && !known {
		return o.Name
	}
	if !known {
		return spaced(code)
	}
	return said
}

// WhyNext says why somebody is to decide what is next; empty: the task says it by itself.
func WhyNext(reason string) string {
	if reason == "" {
		return ""
	}
	return message.Say("next_step_decided.why", "Reason", message.Of("why_next", reason))
}

// Reason is a reason that an outcome of a task may give.
func Reason(code string) string { return message.Of("reason", code) }

// KnownReason is Reason where it has words.
func KnownReason(code string) (text string, known bool) { return message.Find("reason", code) }

// Field is the name of a field of a form. A path such as "bookings[0].service"
// or "person.permit" is said by its last part.
func Field(path string) string { return message.Of("field", lastName(path)) }

// lastName is the name of the field that a path ends in.
func lastName(path string) string {
	name := path[strings.LastIndexByte(path, '.')+1:]
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i]
	}
	return name
}

// BeyondHint says who may give a place where there is none.
func BeyondHint() string { return FieldHelp("beyond") }

// BeyondWhy is why somebody is given a place where there is none.
func BeyondWhy(code string) string {
	said, _ := message.Find("beyond_why", code)
	return said
}

// MayBeRead is said beside every note about a person.
func MayBeRead() string { return message.Say("notes.may_be_read") }

// FieldHelp says what a field asks for, where its name does not; the path is as
// for Field. Empty: the name says it.
func FieldHelp(path string) string {
	name := lastName(path)
	help, _ := message.Find("field_help", name)
	if name == "note" {
		help += " " + MayBeRead()
	}
	return help
}

// TaskField is the name of a field in the form of a kind of task.
func TaskField(kind care.TaskKind, f completion.TaskField) string {
	if own, ok := message.Find("task_field", string(kind)+"."+string(f)); ok {
		return own
	}
	return Field(string(f))
}

// TaskFieldHelp says what a field asks for in the form of a kind of task.
func TaskFieldHelp(kind care.TaskKind, f completion.TaskField) string {
	if own, ok := message.Find("task_field_help", string(kind)+"."+string(f)); ok {
		return own
	}
	return FieldHelp(string(f))
}

// Circle says whom what somebody writes is for, as they choose it.
func Circle(code string) string { return message.Of("circle", code) }

// NeedLevel says how serious a need was found.
func NeedLevel(code string) string { return message.Of("need_level", code) }

// TaskState is the state of a task.
func TaskState(s care.TaskState) string { return message.Of("task_state", s) }

// ReferralState is the state of a referral (segnalazione, feminine).
func ReferralState(s care.ReferralState) string { return message.Of("referral_state", s) }

// Operation is an operation as the button that does it says it.
func Operation(op care.Operation) string { return message.Of("operation", op) }

// Stage is a stage of the path.
func Stage(s care.Stage) string { return message.Of("stage", s) }

// RunKind is the name of a process.
func RunKind(k care.RunKind) string { return message.Of("process", k) }

// Health says how a case stands.
func Health(h health.Health) string { return message.Of("health", h) }

// AppointmentState is the state of an appointment.
func AppointmentState(code string) string { return message.Of("appointment_state", code) }

// Permit is a kind of residence permit; the empty code says that none was shown.
func Permit(code string) string {
	if code == "" {
		return message.Say("permits.none_shown")
	}
	return message.Of("permit", code)
}

// Gate is what a person may be given.
func Gate(g eligibility.Gate) string { return message.Of("gate", g) }

// ContactOutcome says what a contact at the desk was.
func ContactOutcome(code string) string { return message.Of("contact_outcome", code) }

// NextStep says what the sender of a rejected referral should do.
func NextStep(n care.NextStep) string { return message.Of("next_step", n) }

// LegalBasis says on what ground an agency was given data.
func LegalBasis(b care.LegalBasis) string { return message.Of("legal_basis", b) }

// Purpose says what an agency was given data for.
func Purpose(code string) string { return message.Of("purpose", code) }

// ReferralPurpose says what the person is sent to a partner for: the name of an
// area of need, as the zone has it. Empty: a placement, or what a plan sends them for.
func ReferralPurpose(p care.Policy, code string) string {
	if areas := p.NeedAreas([]string{code}); len(areas) == 1 {
		return areas[0].Name
	}
	if code == "" {
		return message.Say("referrals.to_work_or_goals")
	}
	return spaced(code)
}

// ShareEnd says until when an agency sees what it was given of a person, and
// why; empty: there is no end in view.
func ShareEnd(agency string, why care.EndReason, until *time.Time, now time.Time) string {
	switch reason := message.Of("end_reason", why); {
	case until == nil:
		return ""
	case until.After(now):
		return message.Say("shares.seen_until", "Agency", Upper(article.The(agency)), "Day", Dated("a", until.In(Rome)), "Reason", reason)
	default:
		return message.Say("shares.seen_no_more", "Agency", Upper(article.The(agency)), "Day", Dated("da", until.In(Rome)), "Reason", reason)
	}
}

// Weekday is a day of the week.
func Weekday(d care.Weekday) string { return message.Of("weekday", d) }

// MediatorAccess says how one gets a mediator.
func MediatorAccess(m care.MediatorAccess) string { return message.Of("mediator_access", m) }

// Reading says what an audited read or write was, after the name of who did it.
func Reading(action string) string { return message.Of("audited", action) }

// ReadingPurpose says what something was read for.
func ReadingPurpose(code ledger.ReadingPurpose) string {
	if said, ok := message.Find("reading_purpose", code); ok {
		return said
	}
	return Purpose(string(code))
}
