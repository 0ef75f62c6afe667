package api_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/rest"
	"percorso/internal/absence"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/critical"
	"percorso/internal/crossing"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
	"percorso/internal/needs"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
)

// States of what operations are about.
const (
	nothingYet = "new" // the operation makes something

	open      = "open"      // a case at the second level, whose person is referred to the employment centre
	suspended = "suspended" // its clocks stand still
	consented = "consented" // with the person's consent
	passing   = "passing"   // another zone is asked to take it over
	closed    = "closed"    // closed as placed
	dead      = "deceased"  // closed so that it stays closed
	mistaken  = "mistaken"  // closed so, which the desk says was a mistake
	merged    = "merged"    // into another file
	handed    = "handed"    // another zone has taken it over
	kept      = "protected" // the person is known to two keepers alone, who are none of the callers

	sitting = "sitting" // an équipe under way with a seat of the employment centre
	over    = "over"    // the équipe has ended
	active  = "active"  // an action of the active plan, of the employment centre's
	halted  = "halted"  // an accepted entry that cannot be worked
	noted   = "noted"   // what somebody wrote, in an open case
	booked  = "booked"  // an appointment with a service of the municipality's
	missed  = "missed"  // to which nobody came
	today   = "today"   // one whose hour is now
)

// thing is what an operation is about.
type thing struct {
	id, run, caseRun string
	kind             care.TaskKind
	change           ledger.TaskChange // that opens it, of a task
	held             string            // account of the colleague who has it
}

// statesOf lists the states in which an operation is asked for. Where a state makes
// no difference to who may, it is asked of one.
func statesOf(facts catalogue.Facts) []string {
	states := openStates(facts)
	switch facts.On {
	case catalogue.Nothing:
	case catalogue.OnTask:
		for _, whose := range []string{"own", "theirs", "seat", "answer"} {
			states = append(states, whose+"-"+kept)
		}
	default:
		states = append(states, kept)
	}
	return states
}

// openStates lists those in which anybody may know of it.
func openStates(facts catalogue.Facts) []string {
	switch facts.On {
	case catalogue.OnCase:
		switch facts.Code { // whether an open case waits for these is its path's to say
		case care.OpResume:
			return []string{suspended, closed, handed}
		case care.OpRecall:
			return []string{passing, closed, handed}
		case care.OpReopen:
			return []string{closed, dead, merged, handed}
		case care.OpCorrect:
			return []string{open, closed, merged, handed}
		case care.OpMistake:
			return []string{open, dead, merged, handed}
		case care.OpUndo:
			return []string{open, dead, mistaken, merged, handed}
		case care.OpSuspend:
			return []string{open, suspended, closed, handed}
		case care.OpConsent, care.OpUnconsent:
			return []string{open, consented, closed, handed}
		case care.OpTransfer:
			return []string{open, passing, closed, handed}
		}
		return []string{open, closed, handed}
	case catalogue.OnTask:
		var states []string
		for _, whose := range []string{"own", "theirs", "seat"} {
			for _, state := range []string{"free", "held", "mine", "done", "handed"} {
				states = append(states, whose+"-"+state)
			}
		}
		return append(states, "own-away", "answer-free", "answer-held")
	case catalogue.OnReferral:
		return []string{"requested", "received", "on_hold", "in_progress", "rejected", "handed"}
	case catalogue.OnEquipe:
		return []string{sitting, over}
	case catalogue.OnAction:
		return []string{active}
	case catalogue.OnEntry:
		return []string{halted}
	case catalogue.OnRecord:
		return []string{noted, handed}
	case catalogue.OnAppointment:
		if facts.Code == care.OpArrive {
			return []string{booked, today, missed}
		}
		return []string{booked, missed}
	default:
		return []string{nothingYet}
	}
}

// file opens a case at the second level, whose person is referred to the employment
// centre, as far as a state of the referral.
func (w *crowd) file(state care.ReferralState) (caseRun, branch, referral string) {
	caseRun = w.twin()
	branch, referral = w.referral(caseRun, state)
	return caseRun, branch, referral
}

// twin is another file of the same person.
func (w *crowd) twin() (caseRun string) {
	caseRun, _ = w.Begin(ledger.Person{}, ledger.Effects{})
	w.Does(caseRun, w.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	return caseRun
}

// referral refers a person to the employment centre, as far as a state.
func (w *crowd) referral(caseRun string, state care.ReferralState) (run, referral string) {
	run, referral = postgrestest.NewRun(care.RunReferral), uuid.NewString()
	task := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Role: care.CPIOperator, Referral: referral})
	w.Branch(caseRun, run, care.Answer{Agency: "cpi"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}, Tasks: []ledger.TaskChange{task},
	})
	if state == care.ReferralRequested {
		return run, referral
	}
	change := ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: state}}}
	if state.Answered() {
		change.Tasks = []ledger.TaskChange{{ID: task.ID, State: care.TaskObsolete}}
	}
	if state == care.ReferralInProgress { // and they say how it went
		change.Tasks = append(change.Tasks, postgrestest.Opens(run, "outcome", ledger.TaskChange{Kind: care.ReferralOutcome, Agency: "cpi", Role: care.CPIOperator, Referral: referral}))
	}
	w.Does(run, w.Clock(), change, nil)
	return run, referral
}

// becomes brings a case to a state.
func (w *crowd) becomes(caseRun, state string) {
	until := w.Now.AddDate(0, 1, 0)
	switch state {
	case suspended:
		form := agenda.SuspendForm{Until: &until, Reason: "abroad"}
		w.Does(caseRun, w.Ask("social_worker.prato", caseRun, catalogue.Suspend.Command("", "", form)), ledger.Effects{
			Waits: []ledger.Wait{{Point: care.SuspensionOver, Deadline: care.SuspensionOver, At: &until}},
		}, func(s *care.RunState) { s.Suspended = &until })
	case consented:
		w.Does(caseRun, w.Ask("social_worker.prato", caseRun, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"})), ledger.Effects{}, nil)
	case passing:
		w.transfers(caseRun, "Prova: va ad abitare a Lucca")
	case closed:
		w.Does(caseRun, w.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
	case dead:
		w.Does(caseRun, w.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeDeceased, Ending: care.OutcomeDeceased}, nil)
	case mistaken:
		w.becomes(caseRun, dead)
		_, err := w.Records.Assign(w.T.Context(), w.Accounts["desk_operator.prato"],
			catalogue.Mistake.Command(uuid.NewString(), ledger.BareID(caseRun), catalogue.ReasonForm{Note: "Prova"}).NewCommand)
		require.NoError(w.T, err)
	case merged:
		res, _ := w.Merge("supervisor.prato", caseRun, w.twin())
		require.Equal(w.T, ledger.Recorded, res.Verdict)
	case handed:
		w.hands(caseRun, "Prova")
	}
}

// transfers asks Lucca to take a case over.
func (w *crowd) transfers(caseRun, note string) (run, task string) {
	run = postgrestest.NewRun(care.RunTransfer)
	form := catalogue.TransferForm{Zone: "lucca", Notice: true, Note: note}
	w.Does(caseRun, w.Ask("social_worker.prato", caseRun, catalogue.Transfer.Command("", "", form)), ledger.Effects{
		Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpOpen, Zone: "lucca"}}}}, nil)
	ask := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.TransferAnswer, Zone: "lucca"})
	w.Does(run, w.Hear(run, care.OpOpen), ledger.Effects{Tasks: []ledger.TaskChange{ask}}, nil)
	return run, ask.ID
}

// hands has Lucca take a case over, and gives its new run.
func (w *crowd) hands(caseRun, note string) (next string) {
	run, task := w.transfers(caseRun, note)
	w.Complete("social_worker.lucca", run, task, care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}, ledger.Effects{Ending: care.Accepted}, nil)
	next = postgrestest.NewRun(care.RunCase)
	w.Does(caseRun, w.Clock(), ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: next, Stage: care.StageFollowUp},
	}, nil)
	w.Does(next, w.Hear(next, care.OpOpen), ledger.Effects{Stage: care.StageFollowUp}, nil)
	return next
}

// made makes what an operation is about, in a state.
func (w *crowd) made(facts catalogue.Facts, state string) thing {
	if whose, is := strings.CutSuffix(state, kept); is {
		first := openStates(facts)[0]
		if facts.On == catalogue.OnCase {
			first = open
		}
		if whose != "" {
			first = whose + "free"
		}
		it := w.made(facts, first)
		_, err := w.Records.Assign(w.T.Context(), w.Accounts["social_worker_2.prato"], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(it.caseRun),
			protection.Form{Keeper: w.Accounts["supervisor_2.prato"].ID, Reason: "sought"}).NewCommand)
		require.NoError(w.T, err)
		return it
	}
	switch facts.On {
	case catalogue.OnCase:
		sent := care.ReferralRequested
		if facts.Code == care.OpMeet {
			sent = care.ReferralInProgress
		}
		run, _, _ := w.file(sent)
		w.becomes(run, state)
		return thing{id: ledger.BareID(run), run: run, caseRun: run}
	case catalogue.OnTask:
		return w.task(state)
	case catalogue.OnReferral:
		run, _ := w.Begin(ledger.Person{}, ledger.Effects{})
		if state == handed {
			branch, referral := w.referral(run, care.ReferralRequested)
			w.hands(run, "Prova")
			return thing{id: referral, run: branch, caseRun: run}
		}
		branch, referral := w.referral(run, care.ReferralState(state))
		return thing{id: referral, run: branch, caseRun: run}
	case catalogue.OnEquipe:
		run, _, _ := w.file(care.ReferralRequested)
		own := ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited}
		theirs := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
		equipe := w.Equipe(run, own, theirs)
		w.Does(equipe, w.Clock(), ledger.Effects{Seats: []ledger.SeatChange{{ID: own.ID, State: care.SeatConfirmed}, {ID: theirs.ID, State: care.SeatConfirmed}}}, nil)
		if state == over {
			w.Does(equipe, w.Clock(), ledger.Effects{Ending: care.NoPlan}, nil)
		}
		return thing{id: ledger.BareID(equipe), run: equipe, caseRun: run}
	case catalogue.OnAction:
		return w.action()
	case catalogue.OnAppointment:
		it := thing{id: uuid.NewString(), run: postgrestest.NewRun(care.RunService)}
		it.caseRun, _, _ = w.file(care.ReferralRequested)
		at := w.Now.AddDate(0, 0, 30)
		if state == today {
			at = w.Now
		}
		w.Branch(it.caseRun, it.run, care.Answer{Service: "pas"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
			{ID: it.id, State: care.AppointmentBooked, Service: "pas", At: at}}})
		if state == missed {
			w.Does(it.run, w.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: it.id, State: care.AppointmentNoShow}}}, nil)
		}
		return it
	case catalogue.OnEntry:
		run, _, _ := w.file(care.ReferralRequested)
		e := w.Ask("social_worker.prato", run, catalogue.Meet.Command("", ledger.BareID(run), catalogue.MeetingForm{At: w.Now}))
		_, err := w.Steps.Defer(w.T.Context(), ledger.Step{Run: run, Case: run, Epoch: 1, Entry: e}, "22001")
		require.NoError(w.T, err)
		return thing{id: e.ID, run: run, caseRun: run}
	case catalogue.OnRecord: // of a meeting, which a social worker held
		run, _, _ := w.file(care.ReferralRequested)
		e := w.Ask("social_worker.prato", run, catalogue.Meet.Command("", ledger.BareID(run), catalogue.MeetingForm{At: w.Now, Note: "Prima nota"}))
		w.Does(run, e, ledger.Effects{}, nil)
		w.becomes(run, state)
		return thing{id: e.ID, run: run, caseRun: run}
	default:
		return thing{}
	}
}

// task opens a task: the municipality's own, the employment centre's, an invitation
// to its seat, or its answer to a referral; free, or as its state says.
func (w *crowd) task(state string) (it thing) {
	whose, how, _ := strings.Cut(state, "-")
	if whose == "answer" { // of a person who is referred there for the first time
		it.caseRun, _ = w.Begin(ledger.Person{}, ledger.Effects{})
	} else {
		it.caseRun, it.run, _ = w.file(care.ReferralRequested)
	}
	change := ledger.TaskChange{Role: care.CPIOperator, Agency: "cpi"}
	colleague := "cpi_operator_2.prato"
	switch whose {
	case "own":
		it.run, change.Kind, change.Role, change.Agency, colleague = it.caseRun, care.SocialService, care.SocialWorker, "comune", "social_worker_2.prato"
	case "theirs":
		change.Kind = care.ReferralOutcome
	case "seat":
		it.run, change.Kind = w.Equipe(it.caseRun, ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}), care.EquipeInvitation
	case "answer":
		var referral string
		it.run, referral = w.referral(it.caseRun, care.ReferralRequested)
		row := w.Row(`SELECT id FROM task WHERE referral_id = $1`, referral)
		it.id = fmt.Sprint(row["id"])
	}
	it.change = change
	if it.kind = change.Kind; whose == "answer" {
		it.kind = care.ReferralAnswer
	} else {
		w.opens(&it)
	}
	switch how {
	case "held":
		it.held = colleague
		w.holds(it, colleague)
	case "away":
		it.held = w.absent()
		w.holds(it, it.held)
	case "done":
		w.Does(it.run, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: it.id, State: care.TaskCompleted, Outcome: care.Informed}}}, nil)
	case "handed":
		w.hands(it.caseRun, "Prova")
	}
	return it
}

// absent is a social worker of the municipality who is away, and has named nobody.
func (w *crowd) absent() (account string) {
	account = "social_worker_away.prato"
	if _, known := w.Accounts[account]; known {
		return account
	}
	_, err := w.Owner.Exec(w.T.Context(), `INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ($1, 'Personale Prova assente', 'social_worker', 'prato', 'comune', 'assente@prova.invalid')`, account)
	require.NoError(w.T, err)
	who, err := w.Records.Staff(w.T.Context(), account)
	require.NoError(w.T, err)
	w.Accounts[account] = who
	_, err = w.Records.EnterAbsence(w.T.Context(), who, uuid.NewString(), "", absence.Days{First: care.DateOf(w.Now), Last: care.DateOf(w.Now.AddDate(0, 0, 13))})
	require.NoError(w.T, err)
	return account
}

// opens opens the task of a thing, once more where it was done.
func (w *crowd) opens(it *thing) {
	task := postgrestest.Opens(it.run, uuid.NewString(), it.change)
	w.Does(it.run, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	it.id = task.ID
	if it.held != "" {
		w.holds(*it, it.held)
	}
}

// holds has somebody hold a task.
func (w *crowd) holds(it thing, account string) {
	_, err := w.Owner.Exec(w.T.Context(), `UPDATE task SET state = 'reserved', holder = $2, reserved_at = now() WHERE id = $1`, it.id, w.Accounts[account].ID)
	require.NoError(w.T, err)
}

// action makes an active plan with an action of the employment centre's.
func (w *crowd) action() thing {
	run, _, _ := w.file(care.ReferralRequested)
	equipe, plan, until := w.Equipe(run), uuid.NewString(), w.Now.AddDate(0, 3, 0)
	w.Propose(equipe, plan, care.PlanForm{
		Goals: []care.PlanGoal{{Area: "labour", Text: "Un lavoro (prova)"}}, Actions: []care.PlanAction{{Text: "Tirocinio (prova)", Agency: "cpi", Until: &until}},
	})
	for _, state := range []care.PlanState{care.PlanSignedOff, care.PlanAgreed} {
		w.Becomes(equipe, plan, state)
	}
	w.Becomes(run, plan, care.PlanActive)
	plans, err := w.Records.Plans(w.T.Context(), w.Accounts["supervisor.prato"], ledger.BareID(run))
	require.NoError(w.T, err)
	return thing{id: plans[0].Content.Actions[0].ID, run: run, caseRun: run}
}

// date gives a case a day after which something is lost.
func (w *crowd) date(caseID string) (id string) {
	err := w.Owner.QueryRow(w.T.Context(), `INSERT INTO critical_date (id, record_id, case_id, kind, on_day, watcher, watch_agency, watch_role, by_staff, at)
		VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'eviction', '2027-03-01', $2, 'comune', 'social_worker', $2, $3) RETURNING id::text`, caseID, w.Accounts["social_worker.prato"].ID, w.Now).Scan(&id)
	require.NoError(w.T, err)
	return id
}

// request is how the operation is asked for at the API, with a form that is right.
func (w *crowd) request(known catalogue.Known, it thing, zone string) (path, body string) {
	policy, err := w.Records.Policy(w.T.Context(), zone)
	require.NoError(w.T, err)
	offices, err := calendar.New(policy)
	require.NoError(w.T, err)
	facts := known.About()
	supervisor := w.Accounts["supervisor.prato"]
	world := catalogue.World{
		Calendar: offices,
		Policy:   policy, Now: w.Now, Rand: rand.New(rand.NewPCG(1, 2)), Zones: []string{"prato", "lucca", "pistoia"}, Task: it.kind,
		Seen: func(agency, purpose string) string {
			given, _ := w.Records.Disclosure(w.T.Context(), supervisor, ledger.BareID(it.caseRun), agency, purpose)
			return given.Digest
		},
		SamePerson: func() string {
			return ledger.BareID(w.twin())
		},
		Colleague: func() string { return w.Accounts["social_worker_2."+zone].ID },
	}
	var form any
	switch facts.Code {
	case care.OpRefer: // to a public body, which needs no consent
		form = catalogue.ReferForm{Agency: "asl", Purpose: "social_inclusion", Notice: true, Seen: cmp.Or(world.Seen("asl", "social_inclusion"), "Prova")}
	case care.OpConsent:
		form = crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"}
	case care.OpAddNeed:
		form = needs.Found{Area: "social_inclusion", Note: "Prova"}
	case care.OpMoveDate:
		form = critical.Moved{Date: w.date(ledger.BareID(it.caseRun)), On: care.DateOf(w.Now), Source: "Prova", Watcher: world.Colleague(), Note: "Prova"}
	case care.OpEndDate:
		form = critical.Passed{Date: w.date(ledger.BareID(it.caseRun)), Note: "Prova"}
	case care.OpEndNeed:
		form = needs.Over{Area: "housing", Note: "Prova"}
	case care.OpReopen:
		form = catalogue.ReopenForm{Stage: care.StageFollowUp, Note: "Prova"}
	case care.OpRedirect:
		form = catalogue.ReferralMoveForm{Agency: "asl"}
	case care.OpReassign:
		form = catalogue.Assignment{Role: care.SocialWorker}
		if it.kind != care.SocialService {
			form = catalogue.Assignment{Role: care.CPIOperator}
		}
	case care.OpPlanMeeting:
		form = gathering.MeetingPlan{At: w.Now.AddDate(0, 0, 7), How: gathering.ByTelephone, Invited: []gathering.Invited{{Role: care.SocialWorker, Agency: "comune"}}, Why: "Prova"}
	case care.OpMinutes:
		form = catalogue.MinutesForm{At: w.Now, Text: "Prova", Votes: []catalogue.MinutedVote{{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}}}}
	}
	if facts.Code == care.OpTransfer && zone != "prato" {
		form = catalogue.TransferForm{Zone: "pistoia", Notice: true, Note: "Prova"}
	}
	data, err := json.Marshal(form)
	require.NoError(w.T, err)
	if form == nil {
		data = known.Any(it.id, world).Data
	}
	prefix := map[catalogue.Subject]string{
		catalogue.OnCase: "/case-files/" + it.id, catalogue.OnTask: "/tasks/" + it.id, catalogue.OnReferral: "/referrals/" + it.id,
		catalogue.OnEquipe: "/equipes/" + it.id, catalogue.OnEntry: "/deferred-entries/" + it.id, catalogue.OnRecord: "/records/" + it.id, catalogue.OnAppointment: "/appointments/" + it.id, catalogue.OnAction: "/case-files/" + ledger.BareID(it.caseRun) + "/plan-actions/" + it.id,
	}[facts.On]
	switch facts.Code {
	case care.OpOpen:
		data = []byte(fmt.Sprintf(`{"person":{"given_name":"Persona","family_name":"Prova %s","birth_date":"1990-05-01","citizenship":"MA","languages":["ar"]},
			"needs":[%q],"channel":%q,"topic":%q,"notice_given":true,"notice_version":"1","another_person":true}`, uuid.NewString(), policy.Needs[0].Code, policy.Desk.Channels[0].Code, policy.Desk.Topics[0].Code))
	case care.OpContact:
		data = []byte(fmt.Sprintf(`{"topic":%q,"language":"it","channel":%q,"outcome":"information"}`, policy.Desk.Topics[0].Code, policy.Desk.Channels[0].Code))
	}
	return rest.Prefix + prefix + "/" + facts.Path, string(data)
}

// harmless are the operations that may be asked for again and again: what they are
// about stays as it is, as long as no path goes on with them.
var harmless = []care.Operation{
	care.OpRenewPolicy, care.OpBook, care.OpRefer, care.OpPlanMeeting, care.OpMinutes, care.OpProgress, care.OpExtend, care.OpRemind, care.OpRetryEntry,
	care.OpMoveMeeting, care.OpCancelMeeting, care.OpAcknowledge, care.OpAccept, care.OpReject, care.OpHold, care.OpSupply, care.OpRedirect, care.OpWithdraw,
}

// mayHold says whether somebody can have come to hold a task: those of its agency,
// and the zone's supervisors.
func mayHold(who *caller, state string) bool {
	whose := asked
	if strings.HasPrefix(state, "own") {
		whose = keeps
	}
	return who.Role != care.MailSystem && who.Role != care.PrivacyOfficer && (who.agency == whose || who.Role == care.Supervisor && who.agency != abroad)
}

// TestWhoMayAsk asks the running API for every operation, as every role of every
// agency, in every state of what it is about. Who may is written by hand.
func TestWhoMayAsk(t *testing.T) {
	w := gather(t)
	m, d, rows := readMatrix(t, "operations.txt"), differences{}, 0
	for _, known := range catalogue.All {
		facts := known.About()
		for _, state := range statesOf(facts) {
			var it *thing
			for _, who := range w.callers {
				holds := strings.HasSuffix(state, "-mine")
				if who.agency == private || holds && !mayHold(who, state) {
					continue
				}
				if it == nil {
					made := w.made(facts, state)
					it = &made
				}
				if holds {
					w.holds(*it, who.Subject)
				}
				path, body := w.request(known, *it, who.Zone)
				a := w.asks(who, http.MethodPost, path, body)
				m.ask(d, row{string(facts.Code), who.role(), who.agency, state}, a.said())
				if rows++; a.status < http.StatusMultipleChoices && !slices.Contains(harmless, facts.Code) {
					if it.change.Kind != "" {
						w.opens(it)
						continue
					}
					it = nil // it is so no more
				}
			}
		}
	}
	t.Logf("%d rows, %d lines", rows, len(m.rules))
	m.check(t, d)
}
