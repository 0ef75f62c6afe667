package italian_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/internal/actors"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/completion"
	"percorso/internal/consult"
	"percorso/internal/eligibility"
	"percorso/internal/health"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/italian/mails"
	"percorso/internal/italian/timeline"
	"percorso/internal/italian/words"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/testclock"
	"percorso/internal/usual"
)

// TestEveryCodeHasItsWords walks the lists of package care: none of their codes
// may come out as it is.
func TestEveryCodeHasItsWords(t *testing.T) {
	said := func(what, code, text string) {
		t.Helper()
		if text == "" || text == code || strings.Contains(text, "_") || strings.ReplaceAll(code, "_", " ") == text {
			t.Errorf("%s %q is said %q", what, code, text)
		}
	}
	for _, r := range care.Roles {
		said("role", string(r), italian.Role(r))
		if !strings.Contains(italian.ARole(r), italian.Role(r)) || !strings.Contains(italian.TheRole(r), italian.Role(r)) {
			t.Errorf("role %q with its articles is %q and %q", r, italian.ARole(r), italian.TheRole(r))
		}
	}
	for _, k := range usual.TaskKinds {
		said("kind of task", string(k.Kind), italian.TaskKind(k.Kind))
		said("purpose of", string(k.Kind), italian.TaskPurpose(k.Kind))
	}
	for _, f := range completion.Forms {
		for _, o := range f.Outcomes {
			said("outcome of "+string(f.Kind), o.Code, italian.Outcome(f.Kind, o.Code))
			for _, reason := range o.Reasons {
				said("reason", reason, italian.Reason(reason))
			}
			for _, field := range slices.Concat(o.Requires, o.Takes) {
				said("field of "+string(f.Kind), string(field), italian.TaskField(f.Kind, field))
				said("help of field of "+string(f.Kind), string(field), italian.TaskFieldHelp(f.Kind, field))
			}
		}
	}
	for _, path := range []string{
		"plan.goals[0].area", "plan.goals[0].text", "plan.actions[0].goal", "plan.actions[0].agency", "plan.actions[0].until", "plan.actions[0].send",
		"plan.changes", "goals[0].goal", "goals[0].result", "goals[0].note", "votes[0].role", "votes[0].agency", "votes[0].outcome", "text",
		"kind", "purpose", "seen", "notice_given", "state", "zone", "into", "stage", "bookings[0].service",
	} {
		said("field", path, italian.Field(path))
	}
	for _, f := range completion.Fields {
		said("field", string(f), italian.Field(string(f)))
		said("help of field", string(f), italian.FieldHelp(string(f)))
	}
	for _, l := range care.NeedLevels {
		said("need", l, italian.NeedLevel(l))
	}
	for _, m := range care.ReferralMoves {
		said("moment", "referral_"+string(m.To), timeline.Line(care.Policy{}, "referral_"+string(m.To), ""))
	}
	for _, s := range constants(t, "ReferralState") {
		said("state of a referral", s, italian.ReferralState(care.ReferralState(s)))
	}
	for _, op := range constants(t, "Operation") {
		said("operation", op, italian.Operation(care.Operation(op)))
		if !slices.Contains(machinery, op) {
			said("audited", op, italian.Reading(op))
		}
	}
	for _, kind := range append(constants(t, "Reading"), "search") {
		said("audited", kind, italian.Reading(kind))
	}
	for _, purpose := range append(constants(t, "ReadingPurpose"), "transfer") {
		said("purpose of a reading", purpose, italian.ReadingPurpose(ledger.ReadingPurpose(purpose)))
	}
	now := at(t, "2026-11-25 10:00")
	for _, why := range constants(t, "EndReason") {
		said("out of sight", why, italian.ShareEnd("Il CPI", care.EndReason(why), &now, now))
	}
	for _, s := range care.Stages {
		said("stage", string(s), italian.Stage(s))
	}
	for _, k := range constants(t, "RunKind") {
		said("process", k, italian.RunKind(care.RunKind(k)))
	}
	for _, k := range constants(t, "EquipeKind") {
		said("kind of équipe", k, italian.EquipeKind(care.EquipeKind(k)))
	}
	for _, s := range constants(t, "SeatState") {
		said("state of a seat", s, italian.SeatState(care.SeatState(s)))
	}
	for _, o := range []string{care.Favourable, care.WithConditions, care.Dissenting} {
		said("opinion", o, italian.Opinion(o))
	}
	for _, s := range []string{care.Signed, care.Dissenting, string(care.SeatWaived)} {
		said("signature", s, italian.Signature(s))
	}
	for _, s := range constants(t, "PlanState") {
		said("state of a plan", s, italian.PlanState(care.PlanState(s)))
		if line := timeline.Line(care.Policy{}, "plan_"+s, ""); line != "Progetto "+italian.PlanState(care.PlanState(s)) {
			t.Errorf("the plan's state %s is told %q", s, line)
		}
	}
	for _, s := range constants(t, "ActionState") {
		said("state of an action", s, italian.ActionState(care.ActionState(s)))
	}
	for _, r := range care.GoalResults {
		said("result of a goal", r, italian.GoalResult(r))
	}
	for _, o := range catalogue.All {
		facts := o.About()
		if facts.On != catalogue.OnCase {
			continue
		}
		texts := italian.TextsOf(facts.Code)
		if facts.Slug != "" && (texts.Intro == "" || texts.Done == "") {
			t.Errorf("the page of %s does not say what happens then, or what was done", facts.Code)
		}
		for _, f := range fields.Of(o.Form()) {
			if f.Shape == fields.Other || f.Name == "" {
				continue
			}
			said("field of "+string(facts.Code), f.Name, texts.Label(f.Name))
			for _, code := range f.Choices {
				said("choice of "+string(facts.Code), code, texts.Choice(code))
			}
		}
		if facts.Moment != "" {
			said("moment", facts.Moment, timeline.Line(care.Policy{}, facts.Moment, ""))
		}
	}
	for _, purpose := range []string{"referral", "appointment", "equipe", "transfer"} {
		said("purpose", purpose, italian.Purpose(purpose))
	}
	for _, moment := range []string{
		"equipe_convened", "seat_invited", "seat_confirmed", "seat_spoken", "seat_waived", "seat_replaced", "seat_nobody_else", "approval_elsewhere", "approval_passed", "opinion", "opinion_reported", "signature", "signature_reported", "meeting_planned", "meeting_moved", "meeting_called_off", "meeting_untold", "minutes",
		"consent_given", "consent_refused", "consent_withdrawn", "meeting", "task_joined", "suspended", "resumed", "permit_warning", "permit_last_day", "permit_last_alarm", "permit_updated",
		"transfer_asked", "transfer_accepted", "transfer_rejected", "case_reopened", "case_merged", "link_sent", "link_used", "agency_told", "agency_untold", "zone_told", "zone_untold",
	} {
		said("moment", moment, timeline.Line(care.Policy{}, moment, ""))
	}
	for _, s := range []care.TaskState{care.TaskReady, care.TaskReserved, care.TaskCompleted, care.TaskSkipped, care.TaskObsolete} {
		said("state of a task", string(s), italian.TaskState(s))
	}
	for _, h := range []health.Health{health.Planned, health.Late, health.Broken, health.Orphaned} {
		said("health", string(h), italian.Health(h))
	}
	for _, g := range eligibility.Gates {
		said("gate", string(g), italian.Gate(g))
	}
	for _, p := range care.Permits {
		said("permit", p, italian.Permit(p))
	}
	for _, n := range care.NextSteps {
		said("next step", string(n), italian.NextStep(n))
	}
	for _, d := range care.Weekdays {
		said("weekday", string(d), italian.Weekday(d))
	}
	for _, s := range []care.AppointmentState{
		care.AppointmentBooked, care.AppointmentConfirmed, care.AppointmentHeld, care.AppointmentNoShow, care.AppointmentCancelled,
	} {
		said("state of an appointment", string(s), italian.AppointmentState(string(s)))
		said("moment", "appointment_"+string(s), timeline.Line(care.Policy{}, "appointment_"+string(s), ""))
	}
}

func TestEveryRuleHasItsSentence(t *testing.T) {
	api := []string{"required", "unknown_field", "not_in_list", "format", "too_short", "too_long", "too_few", "too_many", "repeated", "out_of_range", "type"}
	for _, list := range [][]string{api, constants(t, "Rule*")} {
		for _, code := range list {
			if text := italian.Rule(code); strings.Contains(text, "("+code+")") || !strings.HasSuffix(text, ".") {
				t.Errorf("rule %q is said %q", code, text)
			}
		}
	}
	for _, code := range []string{
		care.RefusedInvalid, care.RefusedTaken, care.RefusedNotAwaited, care.RefusedEnded, care.RefusedNotHeld, care.RefusedForbidden, care.RefusedOpen,
	} {
		if text := words.Refusal(care.Refusal{Code: code}); strings.Contains(text, "("+code+")") {
			t.Errorf("refusal %q is said %q", code, text)
		}
	}
	for _, c := range []struct {
		code string
		role care.Role
		want string
	}{
		{care.RefusedTaken, care.SocialWorker, "L’attività è già stata presa da un assistente sociale: se tocca a te, chiedi che la rimetta tra le libere, o che il responsabile te la passi."},
		{care.RefusedTaken, care.Supervisor, "L’attività è già stata presa dal responsabile: se tocca a te, chiedi che la rimetta tra le libere, o che il responsabile te la passi."},
		{care.RefusedForbidden, care.CPIOperator, "Questa operazione spetta a un operatore del Centro per l’Impiego."},
		{care.RefusedForbidden, care.Supervisor, "Questa operazione spetta al responsabile."},
	} {
		if got := words.Refusal(care.Refusal{Code: c.code, Role: c.role}); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.code, c.role, got, c.want)
		}
	}
	if got := italian.Rule("new_rule"); !strings.Contains(got, "new_rule") {
		t.Errorf("an unknown rule is said %q", got)
	}
}

// TestEveryProblemHasItsSentence asks for the codes of the API's problems, none
// of which may show.
func TestEveryProblemHasItsSentence(t *testing.T) {
	for _, code := range []string{
		"unauthenticated", "not_staff", "other_site", "not_found", "same_person", "key_reused", "key_missing", "bad_request", "login_failed", "media_type", "not_acceptable", "too_large", "too_often",
		"method", "provider_away", "unavailable", "internal",
	} {
		if text := words.Refusal(care.Refusal{Code: code}); strings.Contains(text, "("+code+")") || !strings.HasSuffix(text, ".") {
			t.Errorf("problem %q is said %q", code, text)
		}
	}
}

// TestEveryEndingHasItsWords asks for how the processes' branches end.
func TestEveryEndingHasItsWords(t *testing.T) {
	for _, code := range []string{
		care.Resolved, care.ToCPI, care.Granted, care.Refused, care.Abandoned, care.NotReached,
		care.Placed, care.InTraining, care.Unsuccessful, care.ReferralEnded, care.EndedEarly, care.AlreadyOpen,
		care.ToEquipe, care.ToEquipeBetween, care.ToEquipeWithin, care.Onward, care.PlanActivated, care.PlanRefused, care.NoPlan,
		care.Completed, care.Failed, care.Accepted, care.Rejected, care.Revise, care.ConsentOver,
	} {
		if text := italian.Ending(care.Policy{}, code); text == strings.ReplaceAll(code, "_", " ") {
			t.Errorf("ending %q is said %q", code, text)
		}
	}
}

// TestEveryCauseHasItsSentence asks for the causes of a broken case.
func TestEveryCauseHasItsSentence(t *testing.T) {
	now := at(t, "2026-11-25 10:00")
	said := map[string]string{}
	for _, cause := range []string{"inbox", "clock", "workflow_task", "no_worker", "no_current_worker", "outbox", "run_missing", "temporal_away", "nothing_open", "new_cause"} {
		text := italian.Sentence(health.Waiting{Health: health.Broken, For: health.WaitMachine, Cause: cause, Since: now}, care.Policy{}, now)
		if said[text] != "" || strings.Contains(text, "_") {
			t.Errorf("cause %q, like %q, is said %q", cause, said[text], text)
		}
		said[text] = cause
	}
}

func TestGateRefusalSaysFromWhen(t *testing.T) {
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	got := italian.GateRefusal(eligibility.GateRefusal{Rule: eligibility.RuleTakeOverAgeMin, Field: "birth_date", From: &from})
	if want := "La presa in carico integrata è dai 16 anni compiuti. Sarà possibile dal 1º dicembre 2026."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, italian.Rome)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func offices(t *testing.T) care.Calendar {
	t.Helper()
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Santo Stefano"}})
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func TestDue(t *testing.T) {
	now := at(t, "2026-11-25 10:00") // a Wednesday
	for _, c := range []struct{ due, want string }{
		{"2026-11-25 18:00", "Da fare entro oggi alle 18.00"},
		{"2026-11-26 12:00", "Da fare entro domani alle 12.00"},
		{"2026-11-26 01:00", "Da fare entro domani all’1.00"},
		{"2026-11-30 18:00", "Da fare entro lun 30 nov: mancano 3 giorni lavorativi"},
		{"2026-12-01 18:00", "Da fare entro mar 1º dic: mancano 4 giorni lavorativi"},
		{"2027-01-04 18:00", "Da fare entro lun 4 gen 2027: mancano 25 giorni lavorativi"},
		{"2026-11-25 09:00", "In ritardo (era per oggi alle 9.00)"},
		{"2026-11-24 18:00", "In ritardo di 1 giorno lavorativo (era per mar 24 nov)"},
		{"2026-11-20 18:00", "In ritardo di 3 giorni lavorativi (era per ven 20 nov)"}, // over a weekend
	} {
		if got := italian.Due(at(t, c.due), now, offices(t)); got != c.want {
			t.Errorf("due %s: %q, want %q", c.due, got, c.want)
		}
	}
	if got := italian.Due(at(t, "2026-11-27 18:00"), at(t, "2026-11-28 10:00"), offices(t)); got != "In ritardo (era per ven 27 nov)" {
		t.Errorf("on a Saturday, due on Friday: %q", got)
	}
	// The day is Rome's, whatever the zone of the instants.
	if got := italian.Due(at(t, "2026-11-26 00:30").UTC(), at(t, "2026-11-25 23:30").UTC(), offices(t)); got != "Da fare entro domani alle 0.30" {
		t.Errorf("across midnight in Rome: %q", got)
	}
}

// TestNearDaysAtEveryMoment: today, tomorrow and yesterday are Rome's, however
// many hours they have.
func TestNearDaysAtEveryMoment(t *testing.T) {
	testclock.Each(t, func(t *testing.T, now time.Time) {
		for _, now := range []time.Time{now, now.UTC()} {
			for days, want := range map[int]string{-1: "ieri", 0: "oggi", 1: "domani"} {
				local := now.In(italian.Rome)
				noon := time.Date(local.Year(), local.Month(), local.Day()+days, 12, 0, 0, 0, italian.Rome)
				if got := italian.When(noon.UTC(), now); got != want+" alle 12.00" {
					t.Errorf("%d days from %s: %q", days, now, got)
				}
			}
			if got := italian.Due(now.Add(time.Minute), now, offices(t)); !strings.HasPrefix(got, "Da fare entro oggi all") {
				t.Errorf("in a minute from %s: %q", now, got)
			}
			if got := italian.Due(now.Add(-time.Minute), now, offices(t)); !strings.HasPrefix(got, "In ritardo (era per oggi all") {
				t.Errorf("a minute before %s: %q", now, got)
			}
		}
	})
}

func TestSentence(t *testing.T) {
	policy := care.Policy{
		Agencies: []care.Agency{
			{Code: "comune", Name: "Comune di Prova", Kind: care.KindMunicipality}, {Code: "cpi", Name: "CPI", Kind: care.KindCPI},
			{Code: "scuola", Name: "Scuola di Prova", Kind: care.KindSchool},
		},
	}
	now := at(t, "2026-11-25 10:00")
	when := func(text string) *time.Time { v := at(t, text); return &v }
	for _, c := range []struct {
		name string
		w    health.Waiting
		want string
	}{
		{"a silent CPI", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi",
			Since: at(t, "2026-11-19 09:00"), SinceDays: 4, Until: when("2026-11-23 18:00"), LateDays: 2, Then: "escalated", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che un operatore del Centro per l’Impiego legga la segnalazione, da 4 giorni lavorativi. " +
			"In ritardo di 2 giorni lavorativi (era per lun 23 nov): il responsabile è stato avvisato. Può intervenire anche il responsabile."},
		{"how it went cannot be said yet", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.Interview, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), From: when("2026-11-27 09:30"), Until: when("2026-12-02 18:00"), Then: "remind",
		}, "Aspetta che l’assistente sociale (Comune di Prova) registri come è andato il colloquio, da oggi. Com’è andata si può dire da venerdì 27 novembre alle 9.30. " +
			"Se non è fatto entro mer 2 dic, Percorso manda un sollecito."},
		{"a zone without a supervisor", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.Review, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), Until: when("2026-11-27 18:00"), Then: "escalate", Tells: health.TellsNobody,
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Monitoraggio», da oggi. Va fatto entro ven 27 nov: nella zona non c’è un responsabile da avvisare."},
		{"a zone without a supervisor, late", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.Review, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-20 09:00"), Until: when("2026-11-23 18:00"), LateDays: 2, Then: "escalated", Tells: health.TellsNobody,
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Monitoraggio», da venerdì 20 novembre. " +
			"In ritardo di 2 giorni lavorativi (era per lun 23 nov): nella zona non c’è un responsabile da avvisare."},
		{"a supervisor who is new, and yet to be told", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.Review, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-20 09:00"), Until: when("2026-11-23 18:00"), LateDays: 2, Then: health.ThenUntold,
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Monitoraggio», da venerdì 20 novembre. " +
			"In ritardo di 2 giorni lavorativi (era per lun 23 nov): non è ancora stato avvisato nessun responsabile, e lo sarà il primo raggiungibile."},
		{"a protected person whose keeper is away alone", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.Assessment, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune", Kept: true,
			Since: at(t, "2026-11-20 09:00"), Until: when("2026-11-23 18:00"), LateDays: 2, Then: "escalated", Tells: health.TellsKeepers, Away: &health.Away{Last: at(t, "2026-12-05 00:00")},
		}, "Aspetta che l’assistente sociale (Comune di Prova) completi la valutazione, da venerdì 20 novembre. È assente fino a sab 5 dic. " +
			"Chi può sapere della persona, che è protetta, può nominare un altro custode, e passargliela. " +
			"In ritardo di 2 giorni lavorativi (era per lun 23 nov): è stato avvisato chi può sapere della persona, che è protetta."},
		{"a closure that somebody says to be a mistake", health.Waiting{Health: health.Planned, For: health.WaitNothing}.Disputed(when("2026-11-24 10:00"), at(t, "2026-12-20 10:00")),
			"Il fascicolo è chiuso. Qualcuno ha segnalato, ieri, che è stato uno sbaglio: se un’altra persona lo conferma entro dom 20 dic, torna aperto."},
		{"an appointment that nobody confirmed", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ConfirmAppointment, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune", HourCame: true,
			Since: at(t, "2026-11-25 09:00"), Until: when("2026-11-26 18:00"), Then: "escalate",
		}, "Aspetta che l’assistente sociale (Comune di Prova) dica se la persona è venuta all’appuntamento, da oggi. Se non è fatto entro domani alle 18.00, Percorso avvisa il responsabile."},
		{"in time, nobody holds it", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.Review, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), Until: when("2026-11-27 18:00"), Then: "remind", StandIns: []care.Role{care.SocialWorker, care.Supervisor},
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Monitoraggio», da oggi. " +
			"Se non è fatto entro ven 27 nov, Percorso manda un sollecito. Può intervenire anche il responsabile."},
		{"in time, held", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.FirstListening, State: care.TaskReserved, Role: care.DeskOperator, Agency: "comune",
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, Until: when("2026-11-26 18:00"), Then: "escalate", StandIns: []care.Role{care.DeskOperator, care.Supervisor},
		}, "Aspetta che l’operatore di sportello (Comune di Prova) completi il primo ascolto, da 1 giorno lavorativo. " +
			"Se non è fatto entro domani alle 18.00, Percorso avvisa il responsabile. Possono intervenire anche un collega con lo stesso ruolo e il responsabile."},
		{"late, notice on its way", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.Closure, State: care.TaskReserved, Role: care.SocialWorker,
			Since: at(t, "2026-11-23 09:00"), SinceDays: 2, Until: when("2026-11-25 09:00"), Then: "escalate", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che l’assistente sociale decida sulla chiusura del fascicolo, da 2 giorni lavorativi. " +
			"In ritardo (era per oggi alle 9.00): il responsabile sta per essere avvisato. Può intervenire anche il responsabile."},
		{"held by the supervisor in the place of the desk", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.FirstListening, State: care.TaskReserved, Role: care.DeskOperator, Agency: "comune",
			Holder: &health.Who{Role: care.Supervisor, Agency: "comune"}, Since: at(t, "2026-11-24 09:00"), SinceDays: 1, Until: when("2026-11-26 18:00"), Then: "escalate",
			StandIns: []care.Role{care.Supervisor}, Means: []actors.Means{actors.Release, actors.Give},
		}, "Aspetta che il responsabile (Comune di Prova), al posto dell’operatore di sportello (Comune di Prova), completi il primo ascolto, da 1 giorno lavorativo. " +
			"Se non è fatto entro domani alle 18.00, Percorso avvisa il responsabile. Il responsabile può rimetterla tra le libere o passarla a un collega dello stesso ente."},
		{"held by the supervisor, as another agency told", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.Measure, State: care.TaskReserved, Role: care.CPIOperator, Agency: "cpi",
			Holder: &health.Who{Role: care.Supervisor, Agency: "comune"}, Since: at(t, "2026-11-25 09:00"),
		}, "Aspetta che il responsabile (Comune di Prova), al posto dell’operatore del Centro per l’Impiego, avvii una misura per il lavoro, da oggi."},
		{"answered by the supervisor in the place of the desk", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.FirstListening, State: care.TaskReserved, Role: care.DeskOperator, Agency: "comune", Answered: true,
			Holder: &health.Who{Role: care.Supervisor, Agency: "comune"},
		}, "La risposta all’attività «Primo ascolto», data dal responsabile (Comune di Prova), è arrivata e si sta registrando: tra qualche secondo il fascicolo dirà che cosa aspetta."},
		{"a referral that nobody has read", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReserved, Role: care.CPIOperator, Agency: "cpi", Since: at(t, "2026-11-25 09:00"),
		}, "Aspetta che l’operatore del Centro per l’Impiego legga la segnalazione, da oggi."},
		{"a referral that was acknowledged", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReserved, Role: care.CPIOperator, Agency: "cpi", Known: true, Since: at(t, "2026-11-25 09:00"),
		}, "Aspetta che l’operatore del Centro per l’Impiego risponda alla segnalazione, da oggi."},
		{"a referral that was acknowledged, and passed on to all of the role", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi", Known: true, Since: at(t, "2026-11-25 09:00"),
		}, "Aspetta che un operatore del Centro per l’Impiego risponda alla segnalazione, da oggi."},
		{"eight invitations", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.EquipeInvitation, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Since: at(t, "2026-11-25 09:00"),
			Until: when("2026-11-27 18:00"), Then: "remind", Also: []health.Who{
				{Role: care.Supervisor, Agency: "comune"}, {Role: care.InterculturalMediator, Agency: "comune", Holds: true}, {Role: care.CPIOperator, Agency: "cpi"}, {Role: care.LabourPolicyExpert, Agency: "cpi", Holds: true},
				{Role: care.ImmigrationExpert, Agency: "comune"}, {Role: care.AdministrativeExpert, Agency: "comune"}, {Role: care.CooperativeExpert, Agency: "scuola"},
			},
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Invito all’équipe», da oggi. " +
			"Lo stesso si aspetta dal responsabile (Comune di Prova), dal mediatore interculturale (Comune di Prova), da un operatore del Centro per l’Impiego, dall’esperto in politiche attive del lavoro (CPI), " +
			"da un esperto immigrazione (Comune di Prova), da un esperto amministrativo (Comune di Prova) e da un esperto di cooperazione (Scuola di Prova). Se non è fatto entro ven 27 nov, Percorso manda un sollecito."},
		{"two partners", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Partner: "scuola", Since: at(t, "2026-11-25 09:00"),
			Also: []health.Who{{Role: care.CPIOperator, Agency: "cpi"}, {Role: care.SocialWorker, Agency: "comune", Partner: "comune"}},
		}, "Aspetta che l’ente «Scuola di Prova» risponda alla segnalazione, da oggi, con il link ricevuto per email. Lo stesso si aspetta da un operatore del Centro per l’Impiego e dall’ente «Comune di Prova». " +
			"Se l’ente risponde in altro modo, lo può registrare un assistente sociale (Comune di Prova)."},
		{"a partner whose link is over, recorded by who acknowledged", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune", Partner: "scuola", NoLink: true,
			Since: at(t, "2026-11-25 09:00"), Then: "escalated", Until: when("2026-11-25 09:00"),
		}, "Aspetta che l’ente «Scuola di Prova» risponda alla segnalazione, da oggi, ma l’ente non ha più un link valido per rispondere. Bisogna sentirlo in altro modo. " +
			"Quello che risponde lo può registrare l’assistente sociale (Comune di Prova). In ritardo (era per oggi alle 9.00): il responsabile è stato avvisato."},
		{"answered", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.FirstListening, State: care.TaskReserved, Role: care.DeskOperator, Agency: "comune", Answered: true,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, Until: when("2026-11-26 18:00"), Then: "escalate", StandIns: []care.Role{care.Supervisor},
		}, "La risposta all’attività «Primo ascolto», data da un operatore di sportello (Comune di Prova), è arrivata e si sta registrando: " +
			"tra qualche secondo il fascicolo dirà che cosa aspetta."},
		{"answered late, by a partner", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Partner: "scuola", Answered: true,
			Since: at(t, "2026-11-19 09:00"), SinceDays: 4, Until: when("2026-11-23 18:00"), LateDays: 2, Then: "escalated", StandIns: []care.Role{care.Supervisor},
		}, "La risposta dell’ente «Scuola di Prova» è arrivata e si sta registrando: tra qualche secondo il fascicolo dirà che cosa aspetta. " +
			"In ritardo di 2 giorni lavorativi (era per lun 23 nov): il responsabile è stato avvisato."},
		{"nobody has the role", health.Waiting{
			Health: health.Orphaned, For: health.WaitTask, Task: care.Interview, State: care.TaskReady, Role: care.ImmigrationExpert,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, StandIns: []care.Role{care.Supervisor}, Means: []actors.Means{actors.TakeOver, actors.Give},
		}, "Nessuno può agire: l’attività «Colloquio» spetta a un esperto immigrazione, ma nella zona nessuno ha questo ruolo, " +
			"da 1 giorno lavorativo. Il responsabile può farla al suo posto o passarla a un collega dello stesso ente."},
		{"nobody of the role knows of her", health.Waiting{
			Health: health.Orphaned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi", Cause: health.CauseKeepers,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, StandIns: []care.Role{care.Supervisor}, Means: []actors.Means{actors.Withdraw},
		}, "Nessuno può agire: l’attività «Risposta a una segnalazione» spetta a un operatore del Centro per l’Impiego, ma nessuno con questo ruolo è tra chi può sapere della persona, " +
			"che è protetta, da 1 giorno lavorativo. Il responsabile può ritirare la segnalazione."},
		{"who of the role has asked it", health.Waiting{
			Health: health.Orphaned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi", Cause: health.CauseAsker,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, StandIns: []care.Role{care.Supervisor}, Means: []actors.Means{actors.Withdraw},
		}, "Nessuno può agire: l’attività «Risposta a una segnalazione» spetta a un operatore del Centro per l’Impiego, ma chi ha questo ruolo è la stessa persona che l’ha chiesto, " +
			"con un altro account, da 1 giorno lavorativo. Il responsabile può ritirare la segnalazione."},
		{"who of the role knows of her sits already", health.Waiting{
			Health: health.Orphaned, For: health.WaitTask, Task: care.EquipeInvitation, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi", Cause: health.CauseSeated,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1,
		}, "Nessuno può agire: l’attività «Invito all’équipe» spetta a un operatore del Centro per l’Impiego, ma chi ha questo ruolo, tra chi può sapere della persona, che è protetta, " +
			"ha già un altro posto nell’équipe, da 1 giorno lavorativo. Si possono cambiare i custodi; altrimenti, alla scadenza, l’équipe va avanti lo stesso."},
		{"suspended, of a protected person", health.Waiting{Health: health.Planned, For: health.WaitTime, Until: when("2026-12-25 09:00"), Then: health.ThenResume, Kept: true,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1},
			"Il percorso è sospeso fino al 25 dicembre: riprende da solo. È fermo da 1 giorno lavorativo. Prima può farlo riprendere solo chi può sapere della persona, che è protetta."},
		{"a date, of a protected person", health.Waiting{Health: health.Planned, For: health.WaitTime, Until: when("2026-12-25 09:00"), Then: care.DeadlineReviewAfterPlacement, Kept: true},
			"Aspetta il prossimo incontro di monitoraggio dopo l’inserimento, previsto per venerdì 25 dicembre. Allora l’attività passa a chi segue il fascicolo. " +
				"Fino ad allora nessuno deve agire, ma può intervenire solo chi può sapere della persona, che è protetta."},
		{"only who proposed it could approve", health.Waiting{
			Health: health.Orphaned, For: health.WaitTask, Task: care.ClosureApproval, State: care.TaskReady, Role: care.Supervisor, Agency: "comune", Cause: health.CauseProposer,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1,
		}, "Nessuno può approvare la chiusura: spetta al responsabile (Comune di Prova), ma nella zona l’unica persona con questo ruolo è quella che l’ha proposta, " +
			"da 1 giorno lavorativo. Chi l’ha proposta può ritirarla, oppure la zona deve avere un’altra persona con questo ruolo."},
		{"who held it has left", health.Waiting{
			Health: health.Orphaned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReserved, Role: care.CPIOperator, Agency: "cpi", Gone: true,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, StandIns: []care.Role{care.Supervisor}, Means: []actors.Means{actors.Give, actors.Withdraw},
		}, "Nessuno può agire: chi aveva l’attività «Risposta a una segnalazione», che spetta a un operatore del Centro per l’Impiego, non lavora più qui, " +
			"da 1 giorno lavorativo. Il responsabile può passarla a un collega dello stesso ente o ritirare la segnalazione."},
		{"a date", health.Waiting{Health: health.Planned, For: health.WaitTime, Until: when("2026-12-25 09:00"), Then: care.DeadlineReviewAfterPlacement},
			"Aspetta il prossimo incontro di monitoraggio dopo l’inserimento, previsto per venerdì 25 dicembre. Allora l’attività passa a chi segue il fascicolo. " +
				"Fino ad allora nessuno deve agire, ma può intervenire anche il responsabile."},
		{"a date, for some days", health.Waiting{Health: health.Planned, For: health.WaitTime, SinceDays: 3, Until: when("2026-12-25 09:00"), Then: care.DeadlineReviewAfterPlacement},
			"Aspetta da 3 giorni lavorativi il prossimo incontro di monitoraggio dopo l’inserimento, previsto per venerdì 25 dicembre. Allora l’attività passa a chi segue il fascicolo. " +
				"Fino ad allora nessuno deve agire, ma può intervenire anche il responsabile."},
		{"an équipe's opinions", health.Waiting{Health: health.Planned, For: health.WaitTime, SinceDays: 2, Until: when("2026-11-30 18:00"), Then: care.DeadlineEquipeAnswer},
			"Si attendono da 2 giorni lavorativi i pareri dell’équipe fino al 30 novembre. Poi il percorso prosegue senza chi non ha risposto, o con chi lo sostituisce. " +
				"Può intervenire anche il responsabile."},
		{"an équipe's signatures", health.Waiting{Health: health.Planned, For: health.WaitTime, Until: when("2026-11-26 18:00"), Then: care.DeadlineEquipeSignOff},
			"Si attendono le firme dell’équipe sul progetto fino a domani. Poi si conta chi ha firmato, senza aspettare gli altri. Può intervenire anche il responsabile."},
		{"suspended", health.Waiting{Health: health.Planned, For: health.WaitTime, Since: at(t, "2026-11-20 09:00"), SinceDays: 3, Until: when("2027-03-08 09:00"), Then: health.ThenResume},
			"Il percorso è sospeso fino all’8 marzo 2027: riprende da solo. È fermo da 3 giorni lavorativi. " +
				"Prima possono farlo riprendere l’operatore di sportello, l’assistente sociale e il responsabile."},
		{"a permit", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.PermitRenewal, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), Until: when("2026-12-10 18:00"), LastDay: when("2027-02-08 12:00"), Then: "escalate", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che l’assistente sociale (Comune di Prova) registri la ricevuta del rinnovo o il nuovo permesso, da oggi. " +
			"L’ultimo giorno del permesso è l’8 febbraio 2027: serve la ricevuta della richiesta di rinnovo, o il nuovo permesso. " +
			"Se non è fatto entro gio 10 dic, Percorso avvisa il responsabile. Può intervenire anche il responsabile."},
		{"a permit nine days before its last, whose renewal is late", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.PermitRenewal, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), Until: when("2026-11-25 09:30"), LastDay: when("2026-12-04 00:00"), Then: "escalated", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Rinnovo del permesso di soggiorno», da oggi. " +
			"L’ultimo giorno del permesso è il 4 dicembre 2026: serve la ricevuta della richiesta di rinnovo, o il nuovo permesso. In ritardo (era per oggi alle 9.30): il responsabile è stato avvisato. Può intervenire anche il responsabile."},
		{"a permit on its last day", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.PermitRenewal, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), LastDay: when("2026-11-25 00:00"), Then: "escalated", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Rinnovo del permesso di soggiorno», da oggi. " +
			"Oggi è l’ultimo giorno del permesso: serve la ricevuta della richiesta di rinnovo, o il nuovo permesso. Il responsabile è stato avvisato. Può intervenire anche il responsabile."},
		{"a permit that is over", health.Waiting{
			Health: health.Late, For: health.WaitTask, Task: care.PermitRenewal, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: at(t, "2026-11-25 09:00"), LastDay: when("2026-11-24 00:00"), Then: "escalated", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che un assistente sociale (Comune di Prova) prenda l’attività «Rinnovo del permesso di soggiorno», da oggi. " +
			"Il permesso è scaduto il 24 novembre 2026: serve la ricevuta della richiesta di rinnovo, o il nuovo permesso. Il responsabile è stato avvisato. Può intervenire anche il responsabile."},
		{"a partner with a link", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Partner: "scuola",
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, Until: when("2026-11-27 18:00"), Then: "remind", StandIns: []care.Role{care.SocialWorker, care.Supervisor},
		}, "Aspetta che l’ente «Scuola di Prova» risponda alla segnalazione, da 1 giorno lavorativo, con il link ricevuto per email. " +
			"Se non è fatto entro ven 27 nov, Percorso manda un sollecito. Se l’ente risponde in altro modo, lo può registrare un assistente sociale (Comune di Prova). " +
			"Può intervenire anche il responsabile."},
		{"a partner whose course goes on", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.ReferralOutcome, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Partner: "scuola",
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, From: when("2027-06-01 02:00"), Until: when("2027-06-01 02:00"), Then: "remind", StandIns: []care.Role{care.SocialWorker, care.Supervisor},
		}, "Aspetta che finisca quello che l’ente «Scuola di Prova» fa con la persona, da 1 giorno lavorativo. All’ente si chiede com’è andata martedì 1º giugno 2027. " +
			"Se l’ente lo dice prima, lo può registrare un assistente sociale (Comune di Prova). Può intervenire anche il responsabile."},
		{"a partner that is not reached by post", health.Waiting{
			Health: health.Broken, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Partner: "scuola", Cause: health.CauseMail,
			Since: at(t, "2026-11-24 09:00"), SinceDays: 1, Until: when("2026-11-27 18:00"), Then: "remind", StandIns: []care.Role{care.SocialWorker, care.Supervisor},
		}, "L’ente «Scuola di Prova» non è stato raggiunto: il messaggio con il link non si può recapitare, da 1 giorno lavorativo. " +
			"Bisogna sentire l’ente in altro modo, e far correggere il suo indirizzo. Quello che risponde lo può registrare un assistente sociale (Comune di Prova). " +
			"Se non è fatto entro ven 27 nov, Percorso manda un sollecito. Può intervenire anche il responsabile."},
		{"another zone", health.Waiting{
			Health: health.Planned, For: health.WaitTask, Task: care.TransferAnswer, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Zone: "lucca",
			Since: at(t, "2026-11-25 09:00"), Until: when("2026-11-27 18:00"), Then: "remind", StandIns: []care.Role{care.Supervisor},
		}, "Aspetta che un assistente sociale della zona di Lucca prenda l’attività «Richiesta di un’altra zona», da oggi. " +
			"Se non è fatto entro ven 27 nov, Percorso manda un sollecito. Può intervenire anche il responsabile di quella zona."},
		{"broken", health.Waiting{Health: health.Broken, For: health.WaitMachine, Cause: "no_worker", Since: at(t, "2026-11-24 18:00"), SinceDays: 1},
			"È fermo per un guasto (nessun esecutore è attivo), da 1 giorno lavorativo. Deve intervenire l’assistenza tecnica, e riprenderà da solo appena è risolto. Quello che è stato registrato è al sicuro."},
		{"moving", health.Waiting{Health: health.Planned, For: health.WaitMachine, Cause: "moving"},
			"Sta registrando l’ultimo passo: tra qualche secondo dirà che cosa aspetta."},
		{"closed", health.Waiting{Health: health.Planned, For: health.WaitNothing}, "Il fascicolo è chiuso: non aspetta più nulla."},
	} {
		if got := italian.Sentence(c.w, policy, now); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestSentenceHasNoHole asks for every kind of task, in both open states.
func TestSentenceHasNoHole(t *testing.T) {
	now := at(t, "2026-11-25 10:00")
	for _, k := range usual.TaskKinds {
		for _, state := range []care.TaskState{care.TaskReady, care.TaskReserved} {
			w := health.Waiting{Health: health.Planned, For: health.WaitTask, Task: k.Kind, State: state, Role: care.SocialWorker, Since: now}
			got := italian.Sentence(w, care.Policy{}, now)
			w.Answered = true
			got += italian.Sentence(w, care.Policy{}, now)
			if strings.Contains(got, "  ") || strings.Contains(got, "«»") || strings.Contains(got, "_") || strings.Contains(got, " ,") {
				t.Errorf("%s, %s: %q", k.Kind, state, got)
			}
		}
	}
}

// TestEveryTimeIsAwaited asks for what is said of a case that waits for each of
// the zone's times.
func TestEveryTimeIsAwaited(t *testing.T) {
	now := at(t, "2026-11-25 10:00")
	until := at(t, "2026-12-01 10:00")
	// These are reckoned from, and never waited for by themselves.
	reckoned := []string{care.DeadlinePermitReminder, care.DeadlinePermitAlarm, care.DeadlinePermitReceipt, care.DeadlinePartnerLink, care.DeadlineShareAfterEnd, care.DeadlineExtension, care.DeadlineConsultCall, care.DeadlineWaitingOffer, care.DeadlineVisitReturn, care.DeadlineVisitAlarm}
	said := map[string]string{}
	for _, code := range append(slices.Clone(care.DeadlineCodes), care.SuspensionOver) {
		if slices.Contains(reckoned, code) {
			continue
		}
		text := italian.Sentence(health.Waiting{Health: health.Planned, For: health.WaitTime, Since: now, Until: &until, Then: code}, care.Policy{}, now)
		if said[text] != "" || strings.Contains(text, "il prossimo passo") || strings.Contains(text, "_") || strings.Contains(text, "  ") {
			t.Errorf("%q, like %q, is said %q", code, said[text], text)
		}
		said[text] = code
	}
}

func TestTimelineLine(t *testing.T) {
	policy := care.Policy{
		Outcomes:      []care.Named{{Code: care.OutcomeMovedAway, Name: "Trasferito"}},
		RejectReasons: []care.RejectReason{{Code: "wrong_office", Name: "Altro ufficio"}},
		Agencies:      []care.Agency{{Code: "scuola", Name: "Scuola di Prova"}},
	}
	for _, c := range []struct{ code, detail, want string }{
		{"case_opened", "", "Fascicolo aperto"},
		{"task_claimed", "orientation", "Attività presa da chi la fa: Orientamento"},
		{"reminder_sent", "evaluation", "Sollecito inviato: Valutazione del percorso"},
		{"task_completed", "referral_answer/", "Risposta a una segnalazione"},
		{"referral_requested", "", "Segnalazione inviata"},
		{"mail_bounced", "", "Un messaggio non è stato recapitato"},
		{"closure_asked", "", "Chiesta la chiusura anticipata"},
		{"stage", "placement", "Il percorso passa a: Inserimento lavorativo"},
		{"task_completed", "interview/no_show", "Colloquio: La persona non si è presentata"},
		{"referral_rejected", "wrong_office", "Segnalazione rifiutata: Altro ufficio"},
		{"escalated", "review", "Responsabile avvisato del ritardo: Monitoraggio"},
		{"branch_ended", "placement/placed", "Inserimento lavorativo: inserimento riuscito"},
		{"case_closed", "moved_away", "Fascicolo chiuso: Trasferito"},
		{"referral_withdrawn", "consent_withdrawn", "Segnalazione ritirata: La persona ha revocato il consenso"},
		{"equipe_convened", "between_agencies", "Convocata: équipe tra enti"},
		{"opinion_reported", "favourable", "Parere riferito nel verbale dell’équipe, da confermare: favorevole"},
		{"seat_nobody_else", "cpi_operator", "Nessun altro può partecipare all’équipe in questo ruolo: operatore del Centro per l’Impiego"},
		{"seat_replaced", "immigration_expert", "Sostituito nell’équipe da un altro ruolo: esperto immigrazione"},
		{"opinion", "favourable_with_conditions", "Parere nell’équipe: favorevole con condizioni"},
		{"signature", "dissenting", "Firma del progetto: ha dichiarato il dissenso"},
		{"plan_active", "2", "Progetto attivo"},
		{"meeting", "scuola", "Incontro con la persona: Scuola di Prova"},
		{"suspended", "health", "Percorso sospeso: motivi di salute"},
		{"transfer_asked", "lucca", "Chiesto il passaggio a un’altra zona: Lucca"},
		{"case_reopened", "second_level", "Fascicolo riaperto: Secondo livello"},
		{"branch_ended", "equipe/plan_active", "Équipe: progetto concordato"},
	} {
		if got := timeline.Line(policy, c.code, c.detail); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.code, c.detail, got, c.want)
		}
	}
}

func TestCitizenshipsAndLanguages(t *testing.T) {
	names, codes := map[string]string{}, map[string]string{} // by the other
	for _, c := range world.Citizenships() {
		if other := codes[c.Name]; other != "" || c.Name == c.Code {
			t.Errorf("%s and %s are both %q", c.Code, other, c.Name)
		}
		names[c.Code], codes[c.Name] = c.Name, c.Code
	}
	for code, name := range map[string]string{
		"PK": "Pakistan", "AL": "Albania", "LK": "Sri Lanka", "IT": "Italia", "SZ": "Eswatini", "MK": "Macedonia del Nord", "XK": "Kosovo",
		eligibility.Stateless: "Apolide",
		"RE":                  "", "GP": "", "GF": "", "HK": "", "GL": "", "PR": "", "AQ": "", "YU": "", "SU": "", "AN": "", "CS": "", "ZZ": "", "EU": "",
	} {
		if names[code] != name {
			t.Errorf("citizenship %s is %q, want %q", code, names[code], name)
		}
	}
	if len(names) != 198 {
		t.Errorf("%d citizenships", len(names))
	}
	for code, name := range map[string]string{"RE": "Riunione", "YU": "Jugoslavia", "AN": "Antille Olandesi", "??": "??"} {
		if got := world.Citizenship(code); got != name {
			t.Errorf("%s, as it was recorded before, reads %q, want %q", code, got, name)
		}
	}
	if got := world.Language("ur"); got != "urdu" {
		t.Errorf("ur is %q", got)
	}
	if got := world.Languages("ur", "xx-yy"); len(got) != len(world.Languages())+1 {
		t.Errorf("a zone's own language is not added once: %v", got)
	}
}

func TestAChangeIsSaid(t *testing.T) {
	before, after := at(t, "2026-11-25 18:00"), at(t, "2026-12-01 18:00")
	for _, c := range []struct {
		changed ledger.Changed
		says    string
	}{
		{ledger.Changed{}, ""},
		{ledger.Changed{FromName: "Persona Uno", ToName: "Persona Due"}, "Prima: Persona Uno. Ora: Persona Due."},
		{ledger.Changed{FromName: "Persona Uno", ToRole: care.SocialWorker}, "Prima: Persona Uno. Ora: " + italian.Role(care.SocialWorker) + "."},
		{ledger.Changed{FromUntil: &before, ToUntil: &after}, "Prima: 25 novembre 2026, ore 18.00. Ora: 1º dicembre 2026, ore 18.00."},
		{ledger.Changed{ToName: "Persona Uno"}, "A: Persona Uno."},
	} {
		if got := timeline.Change(c.changed); got != c.says {
			t.Errorf("%+v: %q, want %q", c.changed, got, c.says)
		}
	}
}

// Every kind of mail says who asks and whom to call, and has words of its own.
func TestMailsSayWhoAsks(t *testing.T) {
	until := at(t, "2026-12-01 18:00")
	seen := map[string]bool{}
	for _, kind := range []string{"reminder", "escalation", "escalations", "transfer_done", "transfer_refused", "work_ended", "partner_ended", "partner_request", "partner_outcome", "mistake_said", "mistake_lapsed", "meeting_planned", "meeting_moved", "meeting_off", "meeting_uninvited", "date_nears",
		consult.MailCall, consult.MailUnanswered, homevisit.MailChanged, homevisit.MailReturn, homevisit.MailUnanswered, mediation.MailRequest, mediation.MailAccepted, mediation.MailCalled} {
		subject, text, ok := mails.Text(ledger.Mail{Template: kind, About: ledger.MailAbout{Asker: "Ente di prova", Role: care.SocialWorker, Phone: "0574 000000", Until: &until}})
		if !ok || seen[text] || !strings.Contains(subject, "Ente di prova") || !strings.Contains(text, "Chi chiamare: Ente di prova, telefono 0574 000000") {
			t.Errorf("%s: %q %q", kind, subject, text)
		}
		seen[text] = true
		// What is not known is left out.
		if _, text, _ := mails.Text(ledger.Mail{Template: kind}); strings.Contains(text, ": \n") || strings.Contains(text, "telefono") || strings.HasSuffix(text, "\n") {
			t.Errorf("%s: %q", kind, text)
		}
	}
	_, text, _ := mails.Text(ledger.Mail{Template: "meeting_planned", About: ledger.MailAbout{Asker: "Ente di prova", By: "Personale Prova", Meets: &until, How: "by_telephone", Where: "chiama l’ente"}})
	if !strings.Contains(text, "Chi chiede: Personale Prova, Ente di prova\nQuando: martedì 1º dicembre 2026, ore 18.00\nDove: per telefono, chiama l’ente\n") {
		t.Errorf("the mail that invites to a meeting: %q", text)
	}
	for kind, line := range map[string]string{"reminder": "\nEntro: martedì 1º dicembre 2026, ore 18.00", "escalation": "\nEra da fare entro: martedì 1º dicembre 2026, ore 18.00", "date_nears": "\nIl giorno: martedì 1º dicembre 2026\n"} {
		if _, text, _ := mails.Text(ledger.Mail{Template: kind, About: ledger.MailAbout{Asker: "Ente di prova", Until: &until}}); !strings.Contains(text, line) {
			t.Errorf("%s does not say by when: %q", kind, text)
		}
	}
	if _, _, ok := mails.Text(ledger.Mail{Template: "unknown"}); ok {
		t.Error("there is no such kind")
	}
}
