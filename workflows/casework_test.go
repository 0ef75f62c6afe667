package workflows_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/intake"
	"percorso/internal/italian/words"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
	"percorso/internal/terms"
)

// carrier brings commands to their runs and lets time pass: in skipped time for
// the tests of the processes, in real time where histories are recorded.
type carrier interface {
	require.TestingT
	Helper()
	// bring takes a command to its run and returns when it was worked and what
	// its step told other runs has arrived.
	bring(ledger.Command)
	// rest lets some time pass, for what only time brings.
	rest()
	now() time.Time
}

// casework is one case at work, as staff do it: all through the records.
type casework struct {
	carrier
	*office
	zone string
	id   string // of the case

	permit *time.Time // when the person's permit expires; nil: never
	family string     // family name; empty: the usual one
}

func (w *casework) policy() care.Policy { return w.zones[w.zone] }

func (w *casework) as(role care.Role) care.Staff { return w.staff[w.zone][role] }

// setsUp changes rules or staff of the office.
func (w *casework) setsUp(change ledger.SetupChange) {
	w.Helper()
	require.NoError(w, machine.ChangeSetup(context.Background(), w.owner, func(ledger.Setup) (ledger.SetupChange, error) { return change, nil }))
}

// soon is when the next appointments are: on the same day.
func (w *casework) soon() *time.Time {
	at := w.now().Add(time.Hour).Truncate(time.Second)
	if w.zone == "prova" { // where a day is a second
		at = w.now().Add(2 * time.Second)
	}
	return &at
}

// after is so many hours after soon: nobody is expected in two places at once.
func (w *casework) after(hours int) time.Time { return w.soon().Add(time.Duration(hours) * time.Hour) }

// around is what the checks of forms ask besides.
func (w *casework) around() catalogue.Around {
	return catalogue.Around{Policy: w.policy(), Now: w.now(), Zones: []string{"prato", "pistoia", "lucca"}}
}

func (w *casework) accept(role care.Role, c catalogue.Command) ledger.Command {
	w.Helper()
	c.Key = w.key()
	cmd, err := w.records.Accept(context.Background(), w.as(role), c.NewCommand)
	require.NoError(w, err)
	return cmd
}

// ask accepts a command and brings it to its run, as the API does.
func (w *casework) ask(role care.Role, c catalogue.Command) ledger.Command {
	w.Helper()
	cmd := w.accept(role, c)
	if cmd.State == ledger.CommandAccepted {
		w.bring(cmd)
	}
	cmd, err := w.records.Command(context.Background(), w.as(role), cmd.ID)
	require.NoError(w, err)
	return cmd
}

// refused asserts that a command is refused with a code.
func (w *casework) refused(code string, cmd ledger.Command) {
	w.Helper()
	require.Equal(w, ledger.CommandRefused, cmd.State)
	require.Equal(w, code, cmd.Refusal.Code)
	w.toldWhy(cmd)
}

// toldWhy asks whether who was refused is told what is so, and not that something is.
func (w *casework) toldWhy(cmd ledger.Command) {
	w.Helper()
	if code := cmd.Refusal.Code; code == care.RefusedNotAwaited || code == care.RefusedEnded {
		require.NotEqual(w, words.Refusal(care.Refusal{Code: code}), words.Refusal(*cmd.Refusal), "%+v", *cmd.Refusal)
		require.Equal(w, cmd.Operation, cmd.Refusal.Operation)
		facts, _ := catalogue.Of(cmd.Operation)
		if facts.On == catalogue.OnReferral || facts.On == catalogue.OnTask {
			require.NotEmpty(w, cmd.Refusal.Now)
		}
	}
}

// asks is ask for what must succeed.
func (w *casework) asks(role care.Role, c catalogue.Command) {
	w.Helper()
	cmd := w.ask(role, c)
	require.Equal(w, ledger.CommandWorked, cmd.State, "%s: %v", c.Operation, cmd.Refusal)
}

// opens opens the case file of a visibly synthetic person of 34.
func (w *casework) opens() {
	w.Helper()
	w.opensFor(1992)
}

// opensFor opens the case file of a person who was born in a year.
func (w *casework) opensFor(year int) {
	w.Helper()
	family := w.family
	if family == "" {
		family = "Prova 0001"
	}
	form := ledger.CaseOpening{
		Person: ledger.Person{
			GivenName: "Persona", FamilyName: family, BirthDate: time.Date(year, 3, 1, 0, 0, 0, 0, time.UTC),
			Citizenship: "PK", Permit: "work", PermitExpiry: w.permit, Languages: []string{"ur"},
		},
		Needs: []string{"labour"}, Channel: w.policy().Desk.Channels[0].Code, NoticeGiven: true, NoticeVersion: "1",
	}
	require.Empty(w, intake.CheckOpening(w.policy(), form, w.now()))
	cmd := w.ask(care.DeskOperator, catalogue.Open.Command("", "", form))
	require.Equal(w, ledger.CommandWorked, cmd.State, "opening: %v", cmd.Refusal)
	w.id = ledger.BareID(cmd.Run)
}

// tasks lists the case's tasks in a state; empty: the open ones.
func (w *casework) tasks(state care.TaskState) []ledger.Task {
	w.Helper()
	page, err := w.records.Tasks(context.Background(), w.as(care.Supervisor), ledger.TaskFilter{CaseID: w.id, State: state}, ledger.Paging{Limit: 100})
	require.NoError(w, err)
	return page.Items
}

// waits asserts which tasks are open, in any order.
func (w *casework) waits(kinds ...care.TaskKind) {
	w.Helper()
	var open []care.TaskKind
	for _, t := range w.tasks("") {
		open = append(open, t.Kind)
	}
	require.ElementsMatch(w, kinds, open, "open tasks")
}

// task finds the open task of a kind, and lets time pass until there is one.
func (w *casework) task(kind care.TaskKind) ledger.Task {
	w.Helper()
	for range 400 {
		tasks := w.tasks("")
		if i := slices.IndexFunc(tasks, func(t ledger.Task) bool { return t.Kind == kind }); i >= 0 {
			return tasks[i]
		}
		w.rest()
	}
	require.FailNow(w, "no task", "%s; open are %v", kind, w.tasks(""))
	return ledger.Task{}
}

// claim claims a task for the role that it waits for.
func (w *casework) claim(t ledger.Task) {
	w.Helper()
	w.assign(t.Role, catalogue.Claim.Command("", t.ID, catalogue.None{}))
}

// assign does what assigns work, which concerns no run.
func (w *casework) assign(role care.Role, c catalogue.Command) {
	w.Helper()
	c.Key = w.key()
	_, err := w.records.Assign(context.Background(), w.as(role), c.NewCommand)
	require.NoError(w, err, "%s", c.Operation)
}

// completion claims a task and makes the command that completes it.
func (w *casework) completion(kind care.TaskKind, form care.Completion) (care.Role, catalogue.Command) {
	w.Helper()
	t := w.task(kind)
	if t.State == care.TaskReady {
		w.claim(t)
	}
	w.comes(t, form.Outcome)
	require.Empty(w, completion.Check(w.policy(), kind, form), "the form of %s", kind)
	return t.Role, catalogue.Complete.Command("", t.ID, form).InRun(t.Run)
}

// comes lets time pass until the hour of the appointment, where an outcome of a task waits for it.
func (w *casework) comes(t ledger.Task, outcome string) {
	w.Helper()
	if !agenda.AfterItsHour(t.Kind, care.Code(outcome)) {
		return
	}
	var at *time.Time
	require.NoError(w, w.asWorker(t.CaseID, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT max(at) FROM appointment WHERE run_id = $1 AND state IN ('booked', 'confirmed')`, t.Run).Scan(&at)
	}))
	for at != nil && w.now().Before(*at) {
		if p, skips := w.carrier.(*play); skips {
			p.pass(at.Sub(w.now()))
		} else {
			w.rest()
		}
	}
}

// does claims and completes a task.
func (w *casework) does(kind care.TaskKind, form care.Completion) {
	w.Helper()
	role, cmd := w.completion(kind, form)
	w.asks(role, cmd)
}

// referrals lists the case's referrals, the oldest first.
func (w *casework) referrals() []ledger.Referral {
	w.Helper()
	page, err := w.records.Referrals(context.Background(), w.as(care.Supervisor), ledger.ReferralFilter{CaseID: w.id}, ledger.Paging{Limit: 100})
	require.NoError(w, err)
	slices.SortFunc(page.Items, func(a, b ledger.Referral) int {
		if c := a.Requested.Compare(b.Requested); c != 0 {
			return c
		}
		if b.Continues == a.ID {
			return -1
		}
		return 1
	})
	return page.Items
}

// referral is the newest referral of the case.
func (w *casework) referral() ledger.Referral {
	w.Helper()
	all := w.referrals()
	require.NotEmpty(w, all, "referrals")
	return all[len(all)-1]
}

// isReferred asserts the states of all referrals, the oldest first.
func (w *casework) isReferred(states ...care.ReferralState) {
	w.Helper()
	var found []care.ReferralState
	for _, f := range w.referrals() {
		found = append(found, f.State)
	}
	require.Equal(w, states, found, "referrals")
}

func (w *casework) move(role care.Role, f ledger.Referral, op care.Operation, form catalogue.ReferralMoveForm) ledger.Command {
	w.Helper()
	require.Empty(w, catalogue.Moves[op].Check(form, w.around()), "the form of %s", op)
	return w.ask(role, catalogue.Moves[op].Command("", f.ID, form).InRun(f.Run))
}

// moves does an operation on the newest referral.
func (w *casework) moves(role care.Role, op care.Operation, form catalogue.ReferralMoveForm) {
	w.Helper()
	cmd := w.move(role, w.referral(), op, form)
	require.Equal(w, ledger.CommandWorked, cmd.State, "%s: %v", op, cmd.Refusal)
}

// file reads the case file.
func (w *casework) file() ledger.Case {
	w.Helper()
	file, err := w.records.CaseFile(context.Background(), w.as(care.Supervisor), w.id)
	require.NoError(w, err)
	return file
}

// closed asserts that the case was closed with an outcome and that nothing of it is left open.
func (w *casework) closed(outcome string) {
	w.Helper()
	w.isClosed(w.file(), outcome)
}

// isClosed is closed for who has read the file.
func (w *casework) isClosed(file ledger.Case, outcome string) {
	w.Helper()
	require.Equal(w, care.StageClosed, file.Stage)
	require.Equal(w, outcome, file.Outcome)
	w.waits()
	for _, b := range file.Branches {
		require.NotNil(w, b.Ended, "branch %s", b.Kind)
	}
	for _, f := range file.Referrals {
		require.True(w, f.State.Settled(), "referral %s", f.State)
	}
	for _, a := range file.Appointments {
		require.NotContains(w, []string{string(care.AppointmentBooked), string(care.AppointmentConfirmed)}, a.State, "appointment")
	}
}

// branch finds the newest branch of a kind.
func (w *casework) branch(kind care.RunKind) ledger.Branch {
	w.Helper()
	branches := w.file().Branches
	slices.Reverse(branches)
	i := slices.IndexFunc(branches, func(b ledger.Branch) bool { return b.Kind == kind })
	require.GreaterOrEqual(w, i, 0, "no branch %s", kind)
	return branches[i]
}

// appointments lists the states of the case's appointments.
func (w *casework) appointments() (states []string) {
	w.Helper()
	for _, a := range w.file().Appointments {
		states = append(states, a.State)
	}
	return states
}

// timeline lists what happened on the case, the oldest first.
func (w *casework) timeline() (moments []ledger.Moment) {
	w.Helper()
	paging := ledger.Paging{Limit: 100}
	for {
		page, err := w.records.Timeline(context.Background(), w.as(care.Supervisor), w.id, paging)
		require.NoError(w, err)
		moments = append(moments, page.Items...)
		if page.Next == "" {
			slices.Reverse(moments)
			return moments
		}
		paging.Cursor = page.Next
	}
}

// line is how these tests name a moment: its code and detail.
func line(m ledger.Moment) string { return strings.TrimSuffix(m.Code+" "+m.Detail, " ") }

// when says at what times a moment happened, in the time of the offices.
func (w *casework) when(moment string) (times []string) {
	w.Helper()
	rome, err := time.LoadLocation("Europe/Rome")
	require.NoError(w, err)
	for _, m := range w.timeline() {
		if line(m) == moment {
			times = append(times, m.At.In(rome).Format("Mon 2006-01-02 15:04"))
		}
	}
	return times
}

// happened asserts that these moments are on the timeline, in this order and
// each as often as named. What clocks and assignments wrote in between may be there too.
func (w *casework) happened(moments ...string) {
	w.Helper()
	var all []string
	at := 0
	for _, m := range w.timeline() {
		all = append(all, line(m))
		if at < len(moments) && line(m) == moments[at] {
			at++
		}
	}
	if at < len(moments) {
		require.Fail(w, "did not happen in this order", "%q is missing of %q in\n%s", moments[at], moments, strings.Join(all, "\n"))
	}
	for _, m := range moments {
		require.Equal(w, count(moments, m), count(all, m), "how often %q happened", m)
	}
}

func count(lines []string, line string) (n int) {
	for _, l := range lines {
		if l == line {
			n++
		}
	}
	return n
}

// reaches walks the straight path until a task of a kind is open.
func (w *casework) reaches(kind care.TaskKind) {
	w.Helper()
	if w.id == "" {
		w.opens()
	}
	for _, step := range []struct {
		kind care.TaskKind
		do   func()
	}{
		{care.FirstListening, func() {
			w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour", "housing"}})
		}},
		{care.Orientation, func() {
			w.does(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc_immigrazione", At: *w.soon()}}})
		}},
		{care.ConfirmAppointment, func() { w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed}) }},
		{care.Interview, func() { w.does(care.Interview, care.Completion{Outcome: care.Held}) }},
		{care.Assessment, func() {
			w.does(care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: []care.AreaFinding{{Area: "labour", Need: "serious"}}})
		}},
		{care.ReferralAnswer, func() {
			w.task(care.ReferralAnswer)
			w.moves(care.CPIOperator, care.OpAcknowledge, catalogue.ReferralMoveForm{})
			w.moves(care.CPIOperator, care.OpAccept, catalogue.ReferralMoveForm{})
		}},
		{care.PlacementAppointment, func() { w.does(care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: w.soon()}) }},
		{care.ServicePact, func() { w.does(care.ServicePact, care.Completion{Outcome: care.Signed}) }},
		{care.Measure, func() {
			w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: w.soon()})
		}},
		{care.PlacementOutcome, func() { w.does(care.PlacementOutcome, care.Completion{Outcome: care.Placed}) }},
		{care.Review, func() {
			_, reviews := terms.Rhythm(w.policy(), care.Placed)
			for range reviews {
				w.does(care.Review, care.Completion{Outcome: care.Met})
			}
		}},
		{care.Evaluation, func() {
			w.does(care.Evaluation, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced})
		}},
		{care.Closure, func() {}},
	} {
		if step.kind == kind {
			w.task(kind)
			return
		}
		step.do()
	}
	require.FailNow(w, "not on the straight path", "%s", kind)
}

// closes closes the case, with a second pair of eyes.
func (w *casework) closes(outcome string) {
	w.Helper()
	w.does(care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: outcome})
	if _, asked := actors.Approver(w.policy(), care.Code(outcome), false); asked {
		w.does(care.ClosureApproval, care.Completion{Outcome: care.Approved})
	}
}

// run is the case's own run.
func (w *casework) run() string { return ledger.RunID(care.RunCase, w.id) }

// approvalElsewhere is what the supervisor of another zone is asked to approve of the
// case, with the office as it is there; nil: nothing.
func (w *casework) approvalElsewhere(file ledger.Case) (there *casework, asked ledger.Task) {
	w.Helper()
	zone := file.Waiting.Zone
	if zone == "" {
		return nil, asked
	}
	page, err := w.records.Tasks(context.Background(), w.staff[zone][care.Supervisor], ledger.TaskFilter{CaseID: w.id}, ledger.Paging{})
	require.NoError(w, err)
	for _, t := range page.Items {
		if t.Kind == care.ClosureApproval && t.State.Open() {
			return w.another(zone), t
		}
	}
	return nil, asked
}

// closesEarly closes the case from wherever it stands.
func (w *casework) closesEarly() {
	w.Helper()
	form := catalogue.EarlyClosure{Outcome: care.OutcomeMovedAway, Note: "Prova"}
	require.Empty(w, catalogue.Close.Check(form, w.around()))
	for _, t := range w.tasks("") { // somebody asked for it already
		if t.Kind == care.ClosureApproval {
			w.does(care.ClosureApproval, care.Completion{Outcome: care.NotApproved, Note: "Prova"})
		}
	}
	if there, asked := w.approvalElsewhere(w.file()); there != nil {
		there.answers(asked, care.Completion{Outcome: care.NotApproved, Note: "Prova"})
	}
	w.asks(care.SocialWorker, catalogue.Close.Command("", w.id, form))
	if w.file().Stage != care.StageClosed && slices.ContainsFunc(w.tasks(""), func(t ledger.Task) bool { return t.Kind == care.ClosureApproval }) {
		w.does(care.ClosureApproval, care.Completion{Outcome: care.Approved})
	}
}
