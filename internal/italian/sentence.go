package italian

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/italian/article"
	"percorso/internal/message"
)

// Sentence says in short sentences what a case waits for: who must act, since when,
// until when, what happens then, and who can stand in; first of all the day that is near
// after which something is lost.
func Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	var said []string
	for _, line := range dayNear(w, p, now) {
		said = append(said, ended(line))
	}
	return join(append(said, waits(w, p, now))...)
}

func waits(w health.Waiting, p care.Policy, now time.Time) string {
	switch {
	case w.For == health.WaitNothing && w.Cause == health.CauseMistake:
		return message.Say("sentence.closed_by_mistake", "Said", near(w.Since, now), "Until", by(*w.Until, now))
	case w.For == health.WaitNothing:
		return message.Say("sentence.closed")
	case w.For == health.WaitTask && w.Answered:
		return join(answered(w, p), ended(overdue(w, now)))
	case w.For == health.WaitTask && w.Gone:
		return join(message.Say("sentence.holder_gone", "Task", TaskKind(w.Task), "ToWhom", toWhom(w, p), "Since", since(w, now)), standIns(w))
	case w.For == health.WaitTask && w.Cause == health.CauseProposer:
		return message.Say("sentence.nobody_but_proposer", "ToWhom", toWhom(w, p), "Since", since(w, now))
	case w.For == health.WaitTask && w.Health == health.Orphaned:
		return join(nobody(w, p, now), goesOn(w), standIns(w))
	case w.For == health.WaitTask && w.Partner != "":
		return partner(w, p, now)
	case w.For == health.WaitTask:
		return join(message.Say("sentence.waits", "Who", who(w, p), "Does", does(w), "Since", since(w, now)),
			notBefore(w, now), away(w, p, now), others(w, p), permitNeeds(w, now), ended(Term(w, now)), standIns(w), noSupervisor(w, now))
	case w.For == health.WaitTime && (w.Then == health.ThenResume || w.Then == care.SuspensionOver):
		return stands(w, now)
	case w.For == health.WaitTime && w.Until != nil:
		return awaits(w, now)
	case w.Cause == health.CauseMoving:
		return message.Say("sentence.moving")
	case w.Cause == health.CauseNothingOpen:
		return message.Say("sentence.nothing_open")
	}
	return message.Say("sentence.broken", "Trouble", trouble(w.Cause), "Since", since(w, now))
}

// partner says what a case waits for that one does who answers through a link.
func partner(w health.Waiting, p care.Policy, now time.Time) string {
	agency, since := AgencyName(p, w.Partner), since(w, now)
	switch {
	case w.Cause == health.CauseMail:
		return join(message.Say("sentence.partner_not_reached", "Agency", agency, "Since", since, "Who", who(w, p)), ended(Term(w, now)), standIns(w))
	case w.Task == care.ReferralOutcome && w.From != nil:
		return join(message.Say("sentence.partner_at_work", "Agency", agency, "Since", since, "Asked", near(*w.From, now), "Who", who(w, p)), standIns(w))
	case w.NoLink:
		return join(message.Say("sentence.partner_without_link", "Agency", agency, "Does", replies(w), "Since", since, "Who", who(w, p)),
			others(w, p), ended(Term(w, now)), standIns(w))
	}
	return join(message.Say("sentence.partner_waits", "Agency", agency, "Does", replies(w), "Since", since), others(w, p), ended(Term(w, now)),
		message.Say("sentence.partner_may_tell", "Who", who(w, p)), standIns(w))
}

// nobody says, by the cause, why there is nobody who may act.
func nobody(w health.Waiting, p care.Policy, now time.Time) string {
	task, whom, since := TaskKind(w.Task), toWhom(w, p), since(w, now)
	switch w.Cause {
	case health.CauseAsker:
		return message.Say("sentence.nobody_but_asker", "Task", task, "ToWhom", whom, "Since", since)
	case health.CauseKeepers:
		return message.Say("sentence.nobody_of_keepers", "Task", task, "ToWhom", whom, "Since", since)
	case health.CauseSeated:
		return message.Say("sentence.nobody_without_seat", "Task", task, "ToWhom", whom, "Since", since)
	}
	return message.Say("sentence.nobody_of_role", "Task", task, "ToWhom", whom, "Since", since)
}

// goesOn says what can be done where none of a protected person's keepers can take a seat of
// her équipe, which waits for no seat past its term.
func goesOn(w health.Waiting) string {
	if w.Cause != health.CauseSeated && w.Cause != health.CauseKeepers || !slices.Contains(actors.SeatKinds, w.Task) {
		return ""
	}
	return message.Say("sentence.keepers_may_change")
}

// awaits says of a time what is awaited until then, what happens then, and who can do
// something before.
func awaits(w health.Waiting, now time.Time) string {
	intervenes := message.Say("sentence.supervisor_may_step_in")
	if w.Kept {
		intervenes = message.Say("sentence.keepers_may_step_in")
	}
	since := since(w, now)
	switch w.Then {
	case care.DeadlineEquipeAnswer:
		return join(message.Say("sentence.opinions_awaited", "Since", since, "ToDay", toDay(*w.Until, now)), intervenes)
	case care.DeadlineEquipeSignOff:
		return join(message.Say("sentence.signatures_awaited", "Since", since, "ToDay", toDay(*w.Until, now)), intervenes)
	case care.DeadlineGoalEvaluation:
		return join(message.Say("sentence.evaluations_awaited", "Since", since, "ToDay", toDay(*w.Until, now)), intervenes)
	}
	what, ok := message.Find("awaited", w.Then)
	if !ok {
		what = message.Say("awaited.next_step")
	}
	if w.Kept {
		return message.Say("sentence.time_awaited_and_kept", "Since", since, "What", what, "Day", near(*w.Until, now))
	}
	return message.Say("sentence.time_awaited", "Since", since, "What", what, "Day", near(*w.Until, now))
}

// join puts sentences after one another, without those that say nothing.
func join(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

// ended makes a sentence of what stands in a line of its own elsewhere; empty: nothing does.
func ended(said string) string {
	if said == "" {
		return ""
	}
	return Upper(said) + "."
}

// who must act: any of a role while the task is ready, then the one who holds it,
// be it their task or another's whose place they take.
func who(w health.Waiting, p care.Policy) string {
	switch {
	case w.Holder != nil && w.Holder.Role != w.Role:
		return message.Say("who.in_place", "Who", at(TheRole(w.Holder.Role), w.Holder.Role, w.Holder.Agency, w.Zone, p), "OfWhom", at(ofTheRole(w.Role), w.Role, w.Agency, w.Zone, p))
	case w.State == care.TaskReserved:
		return at(TheRole(w.Role), w.Role, w.Agency, w.Zone, p)
	}
	return at(ARole(w.Role), w.Role, w.Agency, w.Zone, p)
}

// toWhom is whose task it is, after the preposition a.
func toWhom(w health.Waiting, p care.Policy) string {
	return at(ToRole(w.Role), w.Role, w.Agency, w.Zone, p)
}

// away says until when who holds the task is away, or all who may take it, and who may do it meanwhile; empty: they
// are there. Why they are away is nobody's matter.
func away(w health.Waiting, p care.Policy, now time.Time) string {
	if w.NobodyUntil != nil {
		return message.Say("sentence.all_away", "Until", awayUntil(*w.NobodyUntil, now))
	}
	if w.Away == nil {
		return ""
	}
	until := awayUntil(w.Away.Last, now)
	switch {
	case w.Away.Substitute != "":
		return message.Say("sentence.away_with_substitute", "Until", until, "Substitute", w.Away.Substitute)
	case w.Away.Others:
		return message.Say("sentence.away_with_colleagues", "Until", until, "Who", at(Role(w.Role), w.Role, w.Agency, w.Zone, p))
	case w.Kept && len(w.Means) == 0:
		return message.Say("sentence.keeper_away", "Until", until)
	}
	return message.Say("sentence.away", "Until", until)
}

// notBefore says from when on it can be said how something went that has not been yet;
// empty: it can be said now.
func notBefore(w health.Waiting, now time.Time) string {
	if w.From == nil {
		return ""
	}
	return message.Say("sentence.not_before", "From", When(*w.From, now))
}

// noSupervisor says until when the zone has no supervisor who is there; empty: one is.
func noSupervisor(w health.Waiting, now time.Time) string {
	if w.NoSupervisorUntil == nil {
		return ""
	}
	return message.Say("sentence.supervisor_away", "Until", awayUntil(*w.NoSupervisorUntil, now))
}

// Away says until when somebody is away, from the last day: "è assente fino a ven 4 dic".
func Away(last, now time.Time) string {
	return message.Say("away.until", "Until", awayUntil(last, now))
}

func awayUntil(last, now time.Time) string {
	if apart := daysApart(now.In(Rome), last.In(Rome)); apart == 0 || apart == 1 {
		return near(last, now)
	}
	return Brief(last, now)
}

// others names who else has the same to do; empty: nobody has.
func others(w health.Waiting, p care.Policy) string {
	var names []string
	for _, o := range w.Also {
		name := ByRole(o.Role)
		switch {
		case o.Partner != "":
			names = append(names, message.Say("who.by_partner", "Agency", AgencyName(p, o.Partner)))
			continue
		case o.Holds:
			name = byTheRole(o.Role)
		}
		names = append(names, at(name, o.Role, o.Agency, w.Zone, p))
	}
	if len(names) == 0 {
		return ""
	}
	return message.Say("sentence.others_too", "ByWhom", Enumerate(names))
}

// at names the agency of somebody of a role, unless the role says it. Another zone's agency
// is said by its zone: its code means something else in this one.
func at(who string, role care.Role, code, zone string, p care.Policy) string {
	if zone != "" {
		return message.Say("who.of_zone", "Who", who, "Zone", ZoneName(zone))
	}
	a, ok := p.Agency(code)
	if !ok || role == care.CPIOperator && a.Kind == care.KindCPI {
		return who
	}
	return message.Say("who.at_agency", "Who", who, "Agency", a.Name)
}

// answered says that the answer is on its way.
func answered(w health.Waiting, p care.Policy) string {
	if w.Partner != "" {
		return message.Say("sentence.partner_answered", "Agency", AgencyName(p, w.Partner))
	}
	by := health.Who{Role: w.Role, Agency: w.Agency}
	if w.Holder != nil {
		by = *w.Holder
	}
	return message.Say("sentence.answered", "Task", TaskKind(w.Task), "ByWhom", at(ByRole(by.Role), by.Role, by.Agency, w.Zone, p))
}

func does(w health.Waiting) string {
	switch {
	case w.Task == care.ReferralAnswer && !w.Known:
		return message.Say("does.read_referral")
	case w.Task == care.ReferralAnswer:
		said, _ := taskDoes(w.Task)
		return said
	case w.HourCame && w.State == care.TaskReady:
		return message.Say("does.take_and_say_who_came", "Task", TaskKind(w.Task))
	case w.HourCame:
		return message.Say("does.say_who_came")
	case w.State == care.TaskReady:
		return message.Say("does.take", "Task", TaskKind(w.Task))
	}
	if said, ok := taskDoes(w.Task); ok {
		return said
	}
	return message.Say("does.complete", "Task", TaskKind(w.Task))
}

// replies says what a partner does that answers through a link.
func replies(w health.Waiting) string {
	if w.Task == care.ReferralOutcome {
		return message.Say("does.say_how_it_went")
	}
	return message.Say("does.answer")
}

// permitNeeds says what the renewal of a permit asks for; empty: another task.
func permitNeeds(w health.Waiting, now time.Time) string {
	switch today := care.DayOf(now.In(Rome)); {
	case w.Task != care.PermitRenewal:
		return ""
	case w.LastDay == nil:
		return message.Say("sentence.permit_needs")
	case !care.PermitValid(w.LastDay, today):
		return message.Say("sentence.permit_over", "LastDay", Dated("", *w.LastDay))
	case care.DayOf(*w.LastDay).Equal(today):
		return message.Say("sentence.permit_ends_today")
	}
	return message.Say("sentence.permit_ends", "LastDay", Dated("", *w.LastDay))
}

// stands says until when a case is suspended, and who may let it go on before.
func stands(w health.Waiting, now time.Time) string {
	until := ""
	if w.Until != nil {
		until = toDay(*w.Until, now)
	}
	if w.Kept {
		return message.Say("sentence.suspended_and_kept", "ToDay", until, "Since", since(w, now))
	}
	var names []string
	for _, r := range care.Roles {
		if catalogue.Resume.MayAsk(r) {
			names = append(names, TheRole(r))
		}
	}
	return message.Say("sentence.suspended", "ToDay", until, "Since", since(w, now), "Who", Enumerate(names))
}

// toDay says a day after the preposition a: "a domani", "al 3 marzo", "all’8
// marzo 2027".
func toDay(t, now time.Time) string {
	local := t.In(Rome)
	if apart := daysApart(now.In(Rome), local); apart >= 0 && apart <= 1 {
		return article.Contract("a ", near(t, now))
	}
	text := dayMonth(local)
	if local.Year() != now.In(Rome).Year() {
		text = dayMonthYear(local)
	}
	return article.Contract("a ", the(local, text))
}

// since says for how long, or from when; empty: nobody knows.
func since(w health.Waiting, now time.Time) string {
	switch {
	case w.SinceDays > 0:
		return workingDays(w.SinceDays)
	case w.Since.IsZero():
		return ""
	}
	return near(w.Since, now)
}

// Term says until when, and what happens or has happened then.
func Term(w health.Waiting, now time.Time) string {
	switch {
	case w.Until == nil && (w.Then == health.ThenEscalated || w.Then == health.ThenUntold):
		return Upper(told(w))
	case w.Until == nil:
		return ""
	}
	if late := overdue(w, now); late != "" {
		return late
	}
	switch until := by(*w.Until, now); {
	case w.Then == "remind":
		return message.Say("term.reminds", "By", until)
	case w.Tells == health.TellsNobody:
		return message.Say("term.tells_nobody", "By", until)
	case w.Tells == health.TellsKeepers:
		return message.Say("term.tells_keepers", "By", until)
	default:
		return message.Say("term.tells_supervisor", "By", until)
	}
}

// told says who was told that a term is over.
func told(w health.Waiting) string {
	switch w.Tells {
	case health.TellsNobody:
		return message.Say("told.nobody")
	case health.TellsKeepers:
		if w.Then == health.ThenUntold {
			return message.Say("told.keepers_not_yet")
		}
		return message.Say("told.keepers")
	}
	if w.Then == health.ThenUntold {
		return message.Say("told.supervisor_not_yet")
	}
	return message.Say("told.supervisor")
}

// overdue says since when a term has passed, and whether the supervisor knows; empty:
// it has not.
func overdue(w health.Waiting, now time.Time) string {
	if !w.Over(now) {
		return ""
	}
	return message.Say("term.late", "Late", Late(w.LateDays, *w.Until, now), "Told", Knows(w))
}

// Knows says who was told, or soon is, that a term has passed: for where it is already
// said that it has.
func Knows(w health.Waiting) string {
	switch {
	case w.Then == health.ThenEscalated || w.Then == health.ThenUntold || w.Tells == health.TellsNobody:
		return told(w)
	case w.Tells == health.TellsKeepers:
		return message.Say("told.keepers_soon")
	}
	return message.Say("told.supervisor_soon")
}

// standIns says who else can act, and what for: those of the role, while nobody holds
// the task, and the supervisor by the means that they have.
func standIns(w health.Waiting) string {
	if len(w.Means) > 0 {
		var can []string
		for _, m := range w.Means {
			can = append(can, message.Of("supervisor_may", m))
		}
		if w.Zone != "" {
			return message.Say("sentence.their_supervisor_may", "What", choices(can))
		}
		return message.Say("sentence.supervisor_may", "What", choices(can))
	}
	var names []string
	for _, r := range w.StandIns {
		name := TheRole(r)
		switch {
		case r == w.Role && w.State == care.TaskReady:
			continue // the sentence waits for any of the role already
		case r == w.Role:
			name = message.Say("who.colleague")
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if last := len(names) - 1; last >= 0 && w.Zone != "" {
		names[last] = message.Say("who.of_that_zone", "Who", names[last])
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return message.Say("sentence.may_step_in", "Who", names[0])
	}
	return message.Say("sentence.several_may_step_in", "Who", Enumerate(names))
}

// choices lists what may be done: "uno, due o tre".
func choices(can []string) string {
	if len(can) < 2 {
		return strings.Join(can, "")
	}
	last := len(can) - 1
	return message.Say("several.or", "Before", strings.Join(can[:last], ", "), "Last", can[last])
}

// Enumerate lists nouns: "uno, due e tre".
func Enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return message.Say("several.and", "Before", strings.Join(names[:last], ", "), "Last", names[last])
}

// trouble says what breaks a case, from a cause of health.Waiting.
func trouble(cause string) string {
	if text, ok := message.Find("trouble", cause); ok {
		return text
	}
	return message.Say("trouble.unknown")
}
