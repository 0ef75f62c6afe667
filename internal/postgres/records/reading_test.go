package records_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// desk is an archive with its owner, who puts rows where a step would.
type desk struct {
	*postgrestest.Archive
	owner *pgxpool.Pool
}

func newDesk(t *testing.T) desk {
	a := postgrestest.NewArchive(t)
	return desk{a, a.Owner()}
}

func (d desk) put(sql string, args ...any) {
	d.T.Helper()
	tag, err := d.owner.Exec(d.T.Context(), sql, args...)
	require.NoError(d.T, err)
	require.NotZero(d.T, tag.RowsAffected())
}

// run puts a run of a case.
func (d desk) run(kind care.RunKind, caseID, zone string) (run string) {
	run = string(kind) + "/" + uuid.NewString()
	d.put(`INSERT INTO run (id, kind, case_id, zone, policy_version, path_policy_version, started_at)
		SELECT $1, $2, case_id, $4, policy_version, path_policy_version, now() FROM run WHERE id = 'case/' || $3::uuid`, run, kind, caseID, zone)
	return run
}

// task puts a task of a run, due in an hour.
func (d desk) task(run, caseID, zone, agency string, role care.Role, kind care.TaskKind) (id string) {
	id = uuid.NewString()
	d.put(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, state, ready_at, clock_from, remind_at, escalate_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'ready', now(), now(), now() + interval '30 minutes', now() + interval '1 hour')`,
		id, run, caseID, zone, agency, role, kind)
	return id
}

// give puts what an agency of a zone was given along with a run.
func (d desk) give(run, caseID, zone, agency, purpose string, besides string) {
	d.put(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at)
		VALUES (gen_random_uuid(), $2, $1, $3, $4, 'public_task', $5, disclosure($2, 'public_task', '') || $6::jsonb, now())`,
		run, caseID, zone, agency, purpose, besides)
}

// caughtUp says that the machinery has nothing left to do on a case.
func (d desk) caughtUp(caseID string) {
	d.put(`UPDATE run SET next_due = NULL WHERE case_id = $1`, caseID)
	d.put(`UPDATE command SET state = 'worked', worked_at = now() WHERE case_id = $1`, caseID)
}

// at reads as if it were later than when the rows were put.
func (d desk) at(later time.Duration) {
	now := d.Today().Add(later)
	d.Records.Clock = func() time.Time { return now }
}

const (
	ofDesk = "11111111-1111-4111-8111-111111111111" // an action of the municipality
	ofCPI  = "22222222-2222-4222-8222-222222222222" // one of the employment centre
	goal   = "33333333-3333-4333-8333-333333333333"
)

// plan puts an équipe of the municipality and the employment centre, with the
// plan that it made, and the version before.
func (d desk) plan(caseID string) (equipe string) {
	equipe = d.run(care.RunEquipe, caseID, "prato")
	d.put(`INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at)
		VALUES (gen_random_uuid(), $1, 'case/' || $1::uuid, 'prato', 'comune', 'convene', '{"note": "Serve un piano"}', $2, now() - interval '2 minutes')`,
		caseID, d.Accounts["social_worker.prato"].ID)
	d.put(`INSERT INTO equipe (run_id, case_id, zone, kind, convened_at) VALUES ($1, $2, 'prato', 'between_agencies', now() - interval '1 minute')`, equipe, caseID)
	for i, seat := range []struct{ account, state, opinion string }{{"social_worker.prato", "spoken", "favourable"}, {"cpi_operator.prato", "confirmed", ""}} {
		s := d.Accounts[seat.account]
		d.put(`INSERT INTO seat (id, run_id, case_id, zone, agency, role, state, member, opinion, invited_at)
			VALUES (gen_random_uuid(), $1, $2, 'prato', $3, $4, $5, $7, $6, now() + $8 * interval '1 second')`,
			equipe, caseID, s.Agency, s.Role, seat.state, seat.opinion, s.ID, i)
	}
	d.put(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at)
		VALUES (gen_random_uuid(), $1, $2, 'prato', 'cpi', 'public_task', 'equipe', '{}', now())`, caseID, equipe)
	d.put(`INSERT INTO minutes (id, run_id, case_id, zone, held_at, text, by_staff) VALUES (gen_random_uuid(), $1, $2, 'prato', now(), 'Verbale di prova', $3)`,
		equipe, caseID, d.Accounts["social_worker.prato"].ID)
	content := `{"goals": [{"id": "` + goal + `", "area": "labour", "text": "Un lavoro"}], "actions": [
		{"id": "` + ofDesk + `", "goal": 0, "text": "Colloquio", "agency": "comune", "until": "2027-06-30T10:00:00Z"},
		{"id": "` + ofCPI + `", "goal": 0, "text": "Misura", "agency": "cpi", "until": "2027-06-30T10:00:00Z", "routed": true}]}`
	for version, state := range map[int]care.PlanState{1: care.PlanRevised, 2: care.PlanActive} {
		d.put(`INSERT INTO plan (id, case_id, run_id, zone, version, state, content, agencies, created_at)
			VALUES (gen_random_uuid(), $1, $2, 'prato', $3, $4, $5, '{comune,cpi}', now())`, caseID, equipe, version, state, content)
	}
	d.put(`INSERT INTO goal_finding (id, goal_id, case_id, zone, agency, result, at, by_staff) VALUES (gen_random_uuid(), $1, $2, 'prato', 'cpi', 'partly', now(), $3)`,
		goal, caseID, d.Accounts["cpi_operator.prato"].ID)
	return equipe
}

func TestWhoReadsAnEquipeAndItsPlan(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	equipe := d.plan(id)
	reads := func(account string) {
		t.Helper()
		s := d.Accounts[account]
		equipes, err := d.Records.Equipes(t.Context(), s, id)
		require.NoError(t, err)
		require.Len(t, equipes, 1)
		one, err := d.Records.Equipe(t.Context(), s, equipe)
		require.NoError(t, err)
		require.Equal(t, equipes[0], one)
		require.Equal(t, "Serve un piano", one.Note)
		require.Len(t, one.Seats, 2)
		require.Equal(t, d.Accounts["social_worker.prato"].Name, one.Seats[0].Member)
		require.Equal(t, care.SeatSpoken, one.Seats[0].State)
		require.Equal(t, d.Accounts["cpi_operator.prato"].Name, one.Seats[1].Member)
		require.Len(t, one.Minutes, 1)
		plans, err := d.Records.Plans(t.Context(), s, id)
		require.NoError(t, err)
		require.Len(t, plans, 2)
		require.Equal(t, 2, plans[0].Version)
		require.Len(t, plans[0].Content.Actions, 2)
		require.Equal(t, care.ActionToDo, plans[0].Content.Actions[1].State)
		require.True(t, plans[0].Content.Actions[1].Routed)
		findings, err := d.Records.GoalFindings(t.Context(), s, id)
		require.NoError(t, err)
		require.Len(t, findings, 1)
		require.Equal(t, d.Accounts["cpi_operator.prato"].Name, findings[0].ByName)
	}
	readsNot := func(account string) {
		t.Helper()
		s := d.Accounts[account]
		_, err := d.Records.Equipes(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = d.Records.Equipe(t.Context(), s, equipe)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = d.Records.Plans(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = d.Records.GoalFindings(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
	}
	for _, account := range []string{"desk_operator.prato", "supervisor.prato", "cpi_operator.prato"} {
		reads(account)
	}
	for _, account := range []string{"cpi_operator.pistoia", "supervisor.lucca", "social_worker.pistoia"} {
		readsNot(account)
	}
	// Who has a seat or a part in the plan does not see the file for it.
	_, err := d.Records.CaseFile(t.Context(), d.Accounts["cpi_operator.prato"], id)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	d.put(`UPDATE run SET ended_at = now(), outcome = 'plan_active' WHERE id = $1`, equipe)
	ended, err := d.Records.Equipe(t.Context(), d.Accounts["cpi_operator.prato"], equipe)
	require.NoError(t, err)
	require.NotNil(t, ended.Ended, "though the run is not the agency's to see")
	require.Equal(t, care.PlanActivated, ended.Outcome)
	// A part in the active plan shows the plan alone, to all who do it; a waived seat shows nothing.
	d.put(`UPDATE seat SET state = 'waived' WHERE case_id = $1 AND agency = 'cpi'`, id)
	for _, account := range []string{"cpi_operator.prato", "cpi_operator_2.prato"} {
		_, err = d.Records.Equipe(t.Context(), d.Accounts[account], equipe)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		plans, err := d.Records.Plans(t.Context(), d.Accounts[account], id)
		require.NoError(t, err)
		require.Len(t, plans, 2)
	}
	d.put(`UPDATE share SET ended_at = now() - interval '1 minute', end_reason = 'waived', seen_until = now() - interval '1 minute' WHERE run_id = $1`, equipe)
	d.put(`UPDATE plan SET state = 'completed' WHERE case_id = $1 AND state = 'active'`, id)
	readsNot("cpi_operator.prato")
	reads("desk_operator.prato")
	// Every read can be named.
	page, err := d.Records.Reads(t.Context(), d.Accounts["supervisor.prato"], id, ledger.Paging{Limit: 100})
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, r := range page.Items {
		seen[r.Action+" "+string(r.ByRole)] = true
	}
	for _, action := range []string{"read_equipe", "read_plan", "read_goal_findings"} {
		require.True(t, seen[action+" cpi_operator"], "%v", seen)
	}
	// A case without a plan has none; nobody learns more of a case that is not theirs.
	other, _ := d.Open("prato")
	plans, err := d.Records.Plans(t.Context(), d.Accounts["desk_operator.prato"], other)
	require.NoError(t, err)
	require.Empty(t, plans)
	_, err = d.Records.Plans(t.Context(), d.Accounts["cpi_operator.prato"], other)
	require.ErrorIs(t, err, ledger.ErrNotFound)
}

func TestHowAnActionComesAlong(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	d.plan(id)
	report := func(account, action string, state care.ActionState) error {
		_, err := d.Records.Assign(t.Context(), d.Accounts[account], catalogue.Progress.Command(uuid.NewString(), action, catalogue.ProgressForm{State: state, Note: "Nota di " + account}).InRun("case/"+id).NewCommand)
		return err
	}
	require.NoError(t, report("cpi_operator.prato", ofCPI, care.ActionInProgress))
	plans, err := d.Records.Plans(t.Context(), d.Accounts["desk_operator.prato"], id)
	require.NoError(t, err)
	for _, plan := range plans { // in whatever version
		a := plan.Content.Actions[1]
		require.Equal(t, care.ActionInProgress, a.State)
		require.Equal(t, "Nota di cpi_operator.prato", a.Note)
		require.Equal(t, d.Accounts["cpi_operator.prato"].Name, a.ByName)
		require.NotNil(t, a.At)
	}
	// The case's own agency and the supervisor may, the other agency may not.
	require.NoError(t, report("desk_operator.prato", ofCPI, care.ActionDone))
	require.NoError(t, report("supervisor.prato", ofDesk, care.ActionDropped))
	var refusal *care.Refusal
	require.ErrorAs(t, report("cpi_operator.prato", ofDesk, care.ActionDone), &refusal)
	require.Equal(t, care.RefusedForbidden, refusal.Code)
	require.ErrorIs(t, report("cpi_operator.prato", uuid.NewString(), care.ActionDone), ledger.ErrNotFound)
	require.ErrorIs(t, report("cpi_operator.lucca", ofCPI, care.ActionDone), ledger.ErrNotFound)
	moments, err := d.Records.Timeline(t.Context(), d.Accounts["desk_operator.prato"], id, ledger.Paging{})
	require.NoError(t, err)
	require.Equal(t, "action_dropped", moments.Items[0].Code)
	require.Equal(t, "comune", moments.Items[0].Detail)
	require.Equal(t, "action_done", moments.Items[1].Code)
	// What no active plan says is not awaited.
	d.put(`UPDATE plan SET state = 'completed' WHERE case_id = $1 AND state = 'active'`, id)
	require.ErrorAs(t, report("desk_operator.prato", ofDesk, care.ActionDone), &refusal)
	require.Equal(t, care.RefusedNotAwaited, refusal.Code)
}

func TestASuspendedCaseIsNeverLate(t *testing.T) {
	d := newDesk(t)
	id, frozen := d.Open("prato")
	other, running := d.Open("prato")
	operator, supervisor := d.Accounts["desk_operator.prato"], d.Accounts["supervisor.prato"]
	until := d.Today().AddDate(0, 3, 0)
	d.put(`UPDATE case_file SET suspended_at = now(), suspended_until = $2 WHERE id = $1`, id, until)
	d.put(`UPDATE task SET suspended = true WHERE id = $1`, frozen)
	d.caughtUp(id)
	d.put(`INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at) VALUES ('case/' || $1::uuid, 'suspension', $1, 'prato', 'suspension_over', now(), $2),
		('case/' || $1::uuid, 'permit', $1, 'prato', 'permit_warning', now(), NULL)`, id, until)
	d.caughtUp(other)

	d.at(30 * 24 * time.Hour)
	file, err := d.Records.CaseFile(t.Context(), operator, id)
	require.NoError(t, err)
	require.True(t, file.SuspendedUntil.Equal(until))
	require.Equal(t, health.Planned, file.Waiting.Health)
	require.Equal(t, health.ThenResume, file.Waiting.Then)
	require.True(t, file.Waiting.Until.Equal(until))
	require.True(t, file.Tasks[0].Suspended)
	require.Nil(t, file.Tasks[0].Due)
	stuck, err := d.Records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	require.Equal(t, other, stuck.Items[0].ID)
	late, err := d.Records.Tasks(t.Context(), operator, ledger.TaskFilter{Overdue: true}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, late.Items, 1)
	require.Equal(t, running, late.Items[0].ID)

	// It comes last, also from page to page, and may be worked all the same.
	second := d.task("case/"+id, id, "prato", "comune", care.DeskOperator, care.Orientation)
	d.put(`UPDATE task SET suspended = true WHERE id = $1`, second)
	var order []string
	for p := (ledger.Paging{Limit: 1}); ; {
		page, err := d.Records.Tasks(t.Context(), operator, ledger.TaskFilter{Team: true}, p)
		require.NoError(t, err)
		for _, task := range page.Items {
			order = append(order, task.ID)
		}
		if p.Cursor = page.Next; p.Cursor == "" {
			break
		}
	}
	require.Equal(t, []string{running, frozen, second}, order)
	require.NoError(t, d.Claim("desk_operator.prato", frozen))
	var next *time.Time
	require.NoError(t, d.owner.QueryRow(t.Context(), `SELECT next_at FROM task WHERE id = $1`, frozen).Scan(&next))
	require.Nil(t, next, "its clocks stand still")

	// The permit's clocks do not stand still, and run towards its expiry whoever holds the task.
	renewal := d.task("case/"+id, id, "prato", "comune", care.SocialWorker, care.PermitRenewal)
	clocks := func() (remind, escalate time.Time) {
		require.NoError(t, d.owner.QueryRow(t.Context(), `SELECT remind_at, escalate_at FROM task WHERE id = $1`, renewal).Scan(&remind, &escalate))
		return remind, escalate
	}
	remind, escalate := clocks()
	require.NoError(t, d.Claim("social_worker.prato", renewal))
	for _, step := range []struct {
		account string
		command catalogue.Command
	}{
		{"social_worker.prato", catalogue.Release.Command(uuid.NewString(), renewal, catalogue.None{})},
		{"supervisor.prato", catalogue.Reassign.Command(uuid.NewString(), renewal, catalogue.Assignment{Role: care.ImmigrationExpert})},
	} {
		_, err := d.Records.Assign(t.Context(), d.Accounts[step.account], step.command.NewCommand)
		require.NoError(t, err)
		r, e := clocks()
		require.Equal(t, []time.Time{remind, escalate}, []time.Time{r, e}, step.command.Operation)
	}
	d.caughtUp(id)
	file, err = d.Records.CaseFile(t.Context(), operator, id)
	require.NoError(t, err)
	require.Equal(t, health.Late, file.Waiting.Health)
	require.Equal(t, care.PermitRenewal, file.Waiting.Task)
	stuck, err = d.Records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 2)
}

func TestATransferIsSeenFromBothZones(t *testing.T) {
	d := newDesk(t)
	id, first := d.Open("prato")
	run := d.run(care.RunTransfer, id, "prato")
	task := d.task(run, id, "lucca", "comune", care.SocialWorker, care.TransferAnswer)
	d.give(run, id, "lucca", "comune", "transfer", `{"plan": {"goals": [], "actions": []}, "note": "Si trasferisce"}`)
	d.put(`UPDATE task SET state = 'obsolete', ended_at = now() WHERE id = $1`, first)

	there := d.Accounts["social_worker.lucca"]
	asked, err := d.Records.Task(t.Context(), there, task)
	require.NoError(t, err)
	require.Equal(t, "Persona Prova prato", asked.Person)
	require.NotEmpty(t, asked.CaseNumber)
	list, err := d.Records.Tasks(t.Context(), there, ledger.TaskFilter{Team: true}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	share, err := d.Records.Share(t.Context(), there, task)
	require.NoError(t, err)
	require.Equal(t, "prato", share.From)
	require.Equal(t, "transfer", share.Purpose)
	require.Equal(t, care.PublicTask, share.LegalBasis)
	var snapshot struct {
		ledger.Snapshot
		Note string `json:"note"`
	}
	require.NoError(t, json.Unmarshal(share.Snapshot, &snapshot))
	require.Equal(t, "Si trasferisce", snapshot.Note)
	require.Equal(t, asked.CaseNumber, snapshot.CaseNumber)
	require.NoError(t, d.Claim("social_worker.lucca", task))
	_, err = d.Records.CaseFile(t.Context(), there, id)
	require.ErrorIs(t, err, ledger.ErrNotFound)

	// The case's own zone sees whom it waits for, and may not do it.
	here := d.Accounts["social_worker.prato"]
	_, err = d.Records.Task(t.Context(), here, task)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, err = d.Records.Share(t.Context(), here, task)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	file, err := d.Records.CaseFile(t.Context(), here, id)
	require.NoError(t, err)
	require.Equal(t, "lucca", file.Transfer)
	require.Empty(t, file.Tasks)
	require.Equal(t, health.Planned, file.Waiting.Health)
	require.Equal(t, care.TransferAnswer, file.Waiting.Task)
	require.Equal(t, "lucca", file.Waiting.Zone)
	require.Empty(t, file.Waiting.TaskID)
	d.caughtUp(id)
	d.at(60 * 24 * time.Hour)
	stuck, err := d.Records.StuckCases(t.Context(), d.Accounts["supervisor.prato"], ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	require.Equal(t, health.Late, stuck.Items[0].Waiting.Health)

	// What was handed over is nobody's to see any more.
	for _, table := range []string{"case_file", "run", "task", "share"} {
		column := "case_id"
		if table == "case_file" {
			column = "id"
		}
		d.put(`UPDATE `+table+` SET zone = 'archive/' || zone WHERE `+column+` = $1`, id)
	}
	for _, account := range []string{"supervisor.prato", "social_worker.prato", "social_worker.lucca", "supervisor.lucca"} {
		s := d.Accounts[account]
		_, err := d.Records.CaseFile(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = d.Records.Share(t.Context(), s, task)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		page, err := d.Records.CaseFiles(t.Context(), s, ledger.CaseFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, page.Items)
	}
}

func TestFilesOfOnePerson(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	same, _ := d.Open("prato")
	closed, _ := d.Open("prato")
	d.Open("pistoia")
	d.put(`UPDATE case_file SET closed_at = now(), outcome = 'withdrew', stage = 'closed', last_stage = 'first_level' WHERE id = $1`, closed)
	d.put(`UPDATE person SET family_name = 'PROVA Prato ', given_name = 'Altro nome' WHERE case_id = $1`, same) // which is found without keys
	operator := d.Accounts["desk_operator.prato"]
	born := time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		person ledger.Person
		found  []string
	}{
		"names, whatever the day": {ledger.Person{GivenName: "persona", FamilyName: " prova PRATO", BirthDate: born.AddDate(10, 4, 0)}, []string{closed, id}},
		"family name and day":     {ledger.Person{GivenName: "Terzo nome", FamilyName: "Prova prato", BirthDate: born}, nil}, // as of a brother; the list of files to merge has it
		"spelled otherwise":       {ledger.Person{GivenName: "Perzona", FamilyName: "Prowa Prato", BirthDate: born}, []string{closed, id}},
		"day and month exchanged": {ledger.Person{GivenName: "Perzona", FamilyName: "Prova Prato", BirthDate: time.Date(1992, 1, 3, 0, 0, 0, 0, time.UTC)}, []string{closed, id}},
		"the day alone":           {ledger.Person{GivenName: "Persona", FamilyName: "Diversa", BirthDate: born}, nil},
		"another zone's":          {ledger.Person{GivenName: "Persona", FamilyName: "Prova pistoia", BirthDate: born}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := d.Records.SamePerson(t.Context(), operator, c.person)
			require.NoError(t, err)
			var found []string
			for _, f := range files {
				found = append(found, f.ID)
				require.Equal(t, f.ID != closed, f.Waiting.For == health.WaitTask)
				require.NotNil(t, f.Like)
			}
			require.Equal(t, c.found, found)
		})
	}
	files, err := d.Records.MergeCandidates(t.Context(), operator, id)
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, same, files[0].ID)
	_, err = d.Records.MergeCandidates(t.Context(), d.Accounts["desk_operator.pistoia"], id)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	file, err := d.Records.CaseFile(t.Context(), operator, closed)
	require.NoError(t, err)
	require.Equal(t, care.StageFirstLevel, file.LastStage)
}

func TestWhatWouldBeDisclosedAndWhatWasHeld(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	worker := d.Accounts["social_worker.prato"]
	public, err := d.Records.Disclosure(t.Context(), worker, id, "asl", "housing")
	require.NoError(t, err)
	require.Equal(t, care.PublicTask, public.LegalBasis)
	require.True(t, public.Consent)
	require.Equal(t, "1992-03-01", public.Snapshot.BirthDate)
	require.Equal(t, []string{"housing"}, public.Snapshot.Needs)
	require.Len(t, public.Digest, 32)
	private, err := d.Records.Disclosure(t.Context(), worker, id, "terzo_settore", "housing")
	require.NoError(t, err)
	require.Equal(t, care.Consent, private.LegalBasis)
	require.False(t, private.Consent)
	require.Empty(t, private.Snapshot.BirthDate)
	require.NotEqual(t, public.Digest, private.Digest)
	for _, c := range [][2]string{{"", ""}, {"centri_sociali", "housing"}, {"terzo_settore", "school"}} { // to nobody by name, to somebody else, for something else
		d.put(`INSERT INTO consent (id, case_id, zone, given_at, given_to, agency, purpose) VALUES (gen_random_uuid(), $1, 'prato', now(), $2, $3, $4)`, id, worker.ID, c[0], c[1])
		private, err = d.Records.Disclosure(t.Context(), worker, id, "terzo_settore", "housing")
		require.NoError(t, err)
		require.False(t, private.Consent, c)
	}
	d.put(`INSERT INTO consent (id, case_id, zone, given_at, given_to, agency, purpose) VALUES (gen_random_uuid(), $1, 'prato', now(), $2, 'terzo_settore', 'housing')`, id, worker.ID)
	private, err = d.Records.Disclosure(t.Context(), worker, id, "terzo_settore", "housing")
	require.NoError(t, err)
	require.True(t, private.Consent)
	file, err := d.Records.CaseFile(t.Context(), worker, id)
	require.NoError(t, err)
	require.NotNil(t, file.Consent)
	require.Len(t, file.Consents, 4)
	// What was held with the person is shown with who held it.
	cpi := d.Accounts["cpi_operator.prato"]
	d.run(care.RunReferral, id, "prato")
	d.put(`INSERT INTO meeting (id, case_id, run_id, zone, agency, role, held_at, by_staff) VALUES (gen_random_uuid(), $1, 'case/' || $1::uuid, 'prato', 'cpi', $2, now(), $3)`,
		id, cpi.Role, cpi.ID)
	file, err = d.Records.CaseFile(t.Context(), worker, id)
	require.NoError(t, err)
	require.Len(t, file.Branches, 1)
	require.Len(t, file.Meetings, 1)
	require.Equal(t, "cpi", file.Meetings[0].Agency)
	require.Equal(t, cpi.Name, file.Meetings[0].ByName)
	_, err = d.Records.Disclosure(t.Context(), worker, id, "nessuno", "housing")
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, err = d.Records.Disclosure(t.Context(), d.Accounts["cpi_operator.prato"], id, "asl", "housing")
	require.ErrorIs(t, err, ledger.ErrNotFound)
}

func TestAPartnersLinkIsUsedOnce(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	run := d.run(care.RunReferral, id, "prato")
	task := d.task(run, id, "prato", "comune", care.SocialWorker, care.ReferralAnswer)
	d.give(run, id, "prato", "asl", "referral", `{}`)
	link, referral := uuid.NewString(), uuid.NewString()
	d.put(`INSERT INTO referral (id, run_id, case_id, zone, from_agency, to_agency, share_id, state, purpose, requested_at, changed_at)
		SELECT $1, $2, $3, 'prato', 'comune', 'asl', id, 'requested', 'health', now(), now() FROM share WHERE run_id = $2`, referral, run, id)
	d.put(`UPDATE task SET referral_id = $2 WHERE id = $1`, task, referral)
	d.put(`INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
		VALUES ($1, $2, $3, 'prato', 'asl', $4, $5, now(), now() + interval '1 hour')`, link, id, run, referral, task)

	sent, err := d.Records.Referral(t.Context(), d.Accounts["social_worker.prato"], referral)
	require.NoError(t, err)
	require.Equal(t, "health", sent.Purpose)
	opened, err := d.Records.OpenLink(t.Context(), link)
	require.NoError(t, err)
	require.Equal(t, "asl", opened.Agency)
	require.Equal(t, referral, opened.Target)
	require.True(t, opened.Open)
	require.Nil(t, opened.Used)
	require.Nil(t, opened.Snapshot, "nothing of the person before it was acknowledged")
	require.ErrorIs(t, d.Records.RenewLink(t.Context(), link), ledger.ErrNotFound, "one was sent just now")

	accept := care.Answer{Operation: care.OpAccept}
	_, err = d.Records.UseLink(t.Context(), link, care.OpAccept, accept, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound, "nobody accepts what they have not seen")
	answer := care.Answer{Operation: care.OpAcknowledge}
	cmd, err := d.Records.UseLink(t.Context(), link, care.OpAcknowledge, answer, []byte(`{"note": "Vista"}`))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State)
	require.Equal(t, run, cmd.Run)
	require.Equal(t, referral, cmd.Target)
	require.Equal(t, care.OpAcknowledge, cmd.Answer.Operation)
	require.Equal(t, "case/"+id, cmd.Answer.Case)
	_, err = d.Records.UseLink(t.Context(), link, care.OpAcknowledge, answer, nil)
	require.ErrorIs(t, err, ledger.ErrNotFound, "used twice")
	opened, err = d.Records.OpenLink(t.Context(), link)
	require.NoError(t, err)
	require.NotNil(t, opened.Used)

	d.put(`UPDATE link SET created_at = now() - interval '1 day', expires_at = now() - interval '1 hour' WHERE id = $1`, link)
	require.NoError(t, d.Records.RenewLink(t.Context(), link))
	var mails int
	require.NoError(t, d.owner.QueryRow(t.Context(), `SELECT count(*) FROM mail WHERE run_id = $1 AND recipient = 'asl.prato@partner.example'`, run).Scan(&mails))
	require.Equal(t, 1, mails)
	d.put(`UPDATE task SET state = 'obsolete', ended_at = now() WHERE id = $1`, task)
	d.put(`UPDATE link SET created_at = now() - interval '1 day' WHERE run_id = $1`, run)
	require.ErrorIs(t, d.Records.RenewLink(t.Context(), link), ledger.ErrNotFound, "nothing is asked any more")
	for _, id := range []string{uuid.NewString(), "nonsense"} {
		_, err = d.Records.OpenLink(t.Context(), id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = d.Records.UseLink(t.Context(), id, care.OpAcknowledge, answer, nil)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		require.ErrorIs(t, d.Records.RenewLink(t.Context(), id), ledger.ErrNotFound)
	}
}
