package records_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/naming"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/telephone"
	"percorso/internal/undoing"
)

// twoFiles are a file that is merged into another one, and that one.
type twoFiles struct {
	*play
	from, kept string // the runs of their cases
	task       string // that the first has open
	service    string // its branch
}

// onItsOwn are the tables whose rows stay with a case whatever its file is merged into, and
// why; one that is in neither list, or of which the merged file has no row here, is one
// that nobody has thought of in a merge.
var onItsOwn = map[string]string{
	"case_file": "compared by columns", "person": "compared by columns", "file_merge": "what a merge is", "told_apart": "what its undoing says",
	"timeline": "tells what was", "audit": "tells what was", "audit_shown": "how far that was shown", "seal": "of what was", "correction": "tells what was", "mistake": "of a closure",
	"case_health": "computed", "run_trouble": "computed", "command": "follows its run", "protection": "has its own test",
}

// meanwhile are kinds of records that saying so and confirming it leave.
const meanwhile = `{merge,mistake,undo}`

// ofOneCase lists the tables of which rows belong to a case, by Postgres' own account.
func (p *play) ofOneCase() (tables []string) {
	for _, row := range p.Rows(`SELECT c.table_name AS t FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)
			WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND c.column_name = 'case_id' ORDER BY 1`) {
		if table := row["t"].(string); onItsOwn[table] == "" {
			tables = append(tables, table)
		}
	}
	return append(tables, "booking") // which is of a run, and of nobody
}

// things are the rows of a case, but for what counts them.
func (p *play) things(run string) map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for _, table := range p.ofOneCase() {
		sql, args := `SELECT * FROM `+table+` WHERE case_id = $1`, []any{ledger.BareID(run)}
		switch table {
		case "booking":
			sql = `SELECT * FROM booking WHERE run_id IN (SELECT id FROM run WHERE case_id = $1)`
		case "record":
			sql, args = sql+` AND kind <> ALL ($2)`, append(args, meanwhile)
		case "mail":
			sql += ` AND template <> 'mistake_said'`
		}
		rows := p.Rows(sql, args...)
		for _, row := range rows {
			for _, clock := range []string{"stood_at", "stood_due", "due_at", "next_at", "next_due", "suspended", "state", "revision", "end_reason", "ended_at", "seen_until"} {
				if table == "run" || table == "wait" || table == "task" && clock != "state" && clock != "ended_at" || table == "share" {
					delete(row, clock)
				}
			}
		}
		slices.SortFunc(rows, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		all[table] = rows
	}
	return all
}

// persons are all that is said of some people, but for what counts and finds them.
func (p *play) persons(runs ...string) (list []map[string]any) {
	for _, run := range runs {
		row := p.Row(`SELECT to_jsonb(p) - '{id,case_id,keys,version}'::text[] AS said, to_jsonb(f) - 'last_stage' AS file FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = $1`, ledger.BareID(run))
		list = append(list, row)
	}
	return list
}

// fills gives both files what a play does not: of each column of a person another value,
// and of each table that a case has rows of one.
func (f twoFiles) fills() {
	f.T.Helper()
	from, kept := ledger.BareID(f.from), ledger.BareID(f.kept)
	does := func(sql string, args ...any) {
		f.T.Helper()
		_, err := f.Owner.Exec(f.T.Context(), sql, args...)
		require.NoError(f.T, err)
	}
	said := `UPDATE person SET (given_name, family_name, birth_date, birth_year_only, citizenship, permit_expiry, receipt_on, phone, email, municipality, address, fiscal_code, contacts, no_safe_contact, linked, reads, speech, no_abode, papers, as_of)
		= (SELECT given_name, family_name, birth_date, birth_year_only, citizenship, permit_expiry, receipt_on, phone, email, municipality, address, fiscal_code, contacts, no_safe_contact, linked, reads, speech, no_abode, papers, as_of
			FROM jsonb_populate_record(person, $2)) WHERE case_id = $1`
	does(said, from, `{"given_name": "Altra", "family_name": "Esempio", "birth_date": "1991-01-01", "birth_year_only": true, "citizenship": "NG", "permit_expiry": "2027-02-02", "receipt_on": "2026-02-02",
		"phone": "", "email": "", "municipality": "Esempio", "address": "Via Esempio 2", "fiscal_code": "SMPLTR91A41Z335A", "no_safe_contact": true, "reads": ["en"], "speech": ["no_phone"], "no_abode": true, "papers": [{"type": "passport", "number": "PROVA001"}],
		"linked": [{"name": "Padre Prova", "relation": "father", "phone": "055 0000001", "barred": true, "order": "court", "ordered": "2026-05-04"}],
		"contacts": [{"kind": "phone", "value": "+39 055 000 0002", "whose": "relative"}], "as_of": {"name": "2026-11-23T08:00:00Z"}}`)
	does(said, kept, `{"email": "prova@esempio.example", "municipality": "Prova", "address": "Via Prova 1", "fiscal_code": "PRVPSN92C41Z236A",
		"contacts": [{"kind": "phone", "value": "+39 055 000 0001", "call": "yes"}], "as_of": {"name": "2026-11-20T08:00:00Z"}}`)
	does(`UPDATE person SET keys = 0`)
	_, err := naming.Complete(f.T.Context(), f.Owner)
	require.NoError(f.T, err)
	_, err = f.assigns("social_worker.prato", catalogue.Vouch.Command("", from, catalogue.VouchForm{Other: kept, Note: "Prova"}).NewCommand)(uuid.NewString())
	require.NoError(f.T, err)
	f.consents(f.from, "housing")
	by, task, referral := f.Accounts["social_worker.prato"].ID, f.Row(`SELECT id FROM task WHERE run_id = $1`, f.service)["id"], uuid.NewString()
	require.NoError(f.T, f.Claim("social_worker.prato", task.(string)))
	f.Does(f.service, f.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "asl"}}}, nil)
	does(`INSERT INTO contact (id, zone, agency, topic, language, channel, citizenship, outcome, note, case_id, at, by_staff)
		VALUES (gen_random_uuid(), 'prato', 'comune', 'other', 'it', 'desk', 'NG', 'case', '', $1, $2, $3)`, from, f.Now, by)
	does(`INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, sent_at) VALUES (gen_random_uuid(), $2, $1, 'task_ready', '/', 'prova@esempio.example', $3, $3, $3)`, from, f.service, f.Now)
	does(`INSERT INTO minutes (id, run_id, case_id, zone, held_at, text, by_staff) SELECT gen_random_uuid(), run_id, case_id, zone, $2, 'Prova', $3 FROM equipe WHERE case_id = $1`, from, f.Now, by)
	does(`INSERT INTO action_progress (action_id, case_id, zone, agency, state, at, by_staff) SELECT (content #>> '{actions,0,id}')::uuid, case_id, zone, 'comune', 'done', $2, $3 FROM plan WHERE case_id = $1`, from, f.Now, by)
	does(`INSERT INTO goal_finding (id, goal_id, case_id, zone, agency, result, at, by_staff) VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'prato', 'comune', 'reached', $2, $3)`, from, f.Now, by)
	does(`INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at) VALUES (gen_random_uuid(), $1, $2, 'prato', 'asl', $3, $4, $5, $5)`, from, f.service, referral, task, f.Now)
	does(`INSERT INTO critical_date (id, record_id, case_id, kind, on_day, watcher, watch_agency, watch_role, by_staff, at)
		VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'eviction', '2027-03-01', $2, 'comune', 'social_worker', $2, $3)`, from, by, f.Now)
	does(`INSERT INTO promise (id, staff, case_id, on_day, sealed, made_at) VALUES (gen_random_uuid(), $2, $1, '2027-03-01', 'chiuso', $3)`, from, by, f.Now)
	does(`INSERT INTO waiting (id, case_id, zone, service, matter, language, interpreter, mode, hours, with_child, pua, put_by, since)
		VALUES (gen_random_uuid(), $1, 'prato', 'immigration_desk', '', '', '', '', '', false, false, $2, $3)`, from, by, f.Now)
	does(`INSERT INTO set_aside (case_id, field, value, from_number, at) VALUES ($1, 'phone', '{"phone": "+39 055 000 0009"}', 'PRATO-2026-00009', $2)`, from, f.Now)
	f.Does(f.service, f.Clock(), ledger.Effects{Waits: []ledger.Wait{{Point: "rebook", Deadline: care.DeadlineRebook}}}, func(s *care.RunState) {
		s.Open = append(s.Open, care.OpenPoint{Point: "rebook", Kind: care.OpenWait})
	})
	for _, run := range []string{f.from, f.kept} {
		f.Does(run, f.Ask("desk_operator.prato", run, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: f.Now})), ledger.Effects{}, nil)
	}
}

// files opens two files with something of everything, of which neither knows of the other.
func files(t *testing.T) twoFiles {
	f := twoFiles{play: newPlay(t)}
	f.kept, _ = f.Begin(ledger.Person{Permit: "family", Phone: "+39 055 000 0001", Languages: []string{"ur"}}, ledger.Effects{})
	f.Does(f.kept, f.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	f.Now = f.Now.Add(time.Hour)
	f.task = uuid.NewString()
	f.from, _ = f.Begin(ledger.Person{Permit: "work", Phone: "+39 055 000 0002", Languages: []string{"pa"}},
		ledger.Effects{Tasks: []ledger.TaskChange{{ID: f.task, State: care.TaskReady, Kind: care.FirstListening}}, Waits: []ledger.Wait{{Point: "rebook", Deadline: care.DeadlineRebook}}},
		care.OpenPoint{Point: "first_listening", Kind: care.OpenTask, ID: f.task}, care.OpenPoint{Point: "rebook", Kind: care.OpenWait})
	_, err := f.Owner.Exec(t.Context(), `UPDATE case_file SET needs = '{health}' WHERE id = $1`, ledger.BareID(f.from))
	require.NoError(t, err)
	f.service = postgrestest.NewRun(care.RunService)
	f.Branch(f.from, f.service, care.Answer{Service: "x"}, ledger.Effects{
		Tasks:        []ledger.TaskChange{postgrestest.Opens(f.service, "interview", ledger.TaskChange{Kind: care.Interview, Role: care.SocialWorker})},
		Appointments: []ledger.AppointmentChange{{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "cpi", At: f.Now}},
	})
	until := f.Now.Add(postgrestest.DayLong)
	for _, run := range []string{f.kept, f.from} {
		equipe, plan := f.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}), uuid.NewString()
		f.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})
		f.Becomes(equipe, plan, care.PlanActive)
		f.Does(equipe, f.Clock(), ledger.Effects{Ending: care.PlanActivated}, nil)
	}
	return f
}

func (f twoFiles) consents(run, purpose string) {
	f.Does(run, f.Ask("desk_operator.prato", run, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: purpose})), ledger.Effects{}, nil)
}

func (f twoFiles) withdraws(run string) {
	f.Does(run, f.Ask("desk_operator.prato", run, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: "terzo_settore"})), ledger.Effects{}, nil)
}

func (f twoFiles) merges() {
	f.T.Helper()
	form := catalogue.MergeForm{Into: ledger.BareID(f.kept), Note: "Prova: la stessa persona"}
	f.Does(f.from, f.Ask("supervisor.prato", f.from, catalogue.Merge.Command("", "", form)), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: f.task, State: care.TaskObsolete}},
		Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: f.kept}, func(s *care.RunState) { s.Open = nil })
}

func (f twoFiles) says(account string) error {
	_, err := f.assigns(account, catalogue.Mistake.Command("", ledger.BareID(f.from), catalogue.ReasonForm{Note: "Prova: sono due persone"}).NewCommand)(uuid.NewString())
	return err
}

func (f twoFiles) confirms(account string) error {
	_, err := f.assigns(account, catalogue.Undo.Command("", ledger.BareID(f.from), catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
	return err
}

func (f twoFiles) refused(err error, rule string) {
	f.T.Helper()
	var refusal *care.Refusal
	require.ErrorAs(f.T, err, &refusal)
	require.Equal(f.T, []care.Fault{{Field: "note", Rule: rule}}, refusal.Faults)
}

func (f twoFiles) file(run string) ledger.Case {
	f.T.Helper()
	file, err := f.Records.CaseFile(f.T.Context(), f.Accounts["supervisor.prato"], ledger.BareID(run))
	require.NoError(f.T, err)
	return file
}

// What was merged stands again as it was, and what came meanwhile stays where it is.
func TestAMergeIsTakenBackByTwoPeople(t *testing.T) {
	f := files(t)
	f.fills()
	person := func() []map[string]any { return f.persons(f.from, f.kept) }
	before, who := [2]map[string][]map[string]any{f.things(f.from), f.things(f.kept)}, person()
	var none []string
	for table, rows := range before[0] {
		if len(rows) == 0 {
			none = append(none, table)
		}
	}
	require.Empty(t, none, "what becomes of them in a merge")
	said := func(i int) map[string]any { return who[i]["said"].(map[string]any) }
	for column, value := range said(0) {
		require.NotEqual(t, value, said(1)[column], "%s: the two say it differently", column)
	}
	state := f.Runs[f.from].State
	f.Now = f.Now.Add(postgrestest.DayLong)
	f.merges()
	f.Does(f.kept, f.Hear(f.kept, care.OpPermit), ledger.Effects{}, nil)
	require.NotEqual(t, who, person())
	f.Now = f.Now.Add(3 * postgrestest.DayLong)
	f.Does(f.kept, f.Ask("desk_operator.prato", f.kept, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: f.Now})), ledger.Effects{}, nil)
	begun := postgrestest.NewRun(care.RunReferral)
	f.Branch(f.kept, begun, care.Answer{Agency: "asl", Matter: "health"}, ledger.Effects{})

	require.ErrorIs(t, f.says("desk_operator.prato"), ledger.ErrForbidden, "who may not merge")
	require.ErrorIs(t, f.says("social_worker.lucca"), ledger.ErrNotFound)
	f.refused(f.confirms("supervisor.prato"), undoing.RuleSecondPerson)
	require.NoError(t, f.says("social_worker.prato"))
	f.refused(f.says("social_worker.prato"), undoing.RuleSaidAlready)
	f.refused(f.confirms("social_worker.prato"), undoing.RuleSecondPerson)
	merged := f.file(f.from)
	require.Equal(t, "Prova: sono due persone", merged.Undoing.Why)
	require.Equal(t, merged.Closed.Add(undoing.Term), merged.Undoing.Until)
	require.Equal(t, merged.Undoing.Until, *f.file(f.kept).Merges[0].Until)

	worked, wait := atomic.Int32{}, sync.WaitGroup{}
	for range 6 {
		wait.Go(func() {
			if f.confirms("supervisor.prato") == nil {
				worked.Add(1)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, worked.Load(), "of several at once one is told that it worked")
	f.refused(f.confirms("supervisor.prato"), undoing.RuleOpen)

	require.Equal(t, who, person(), "both persons")
	require.Equal(t, before[0], f.things(f.from), "all that was its own")
	after := f.things(f.kept)
	require.Len(t, after["meeting"], len(before[1]["meeting"])+1, "what came meanwhile stays")
	after["meeting"] = before[1]["meeting"]
	require.Len(t, after["record"], len(before[1]["record"])+1)
	after["record"] = before[1]["record"]
	after["run"] = slices.DeleteFunc(after["run"], func(r map[string]any) bool { return r["id"] == begun })
	require.Equal(t, before[1], after)
	file := f.file(f.from)
	require.Nil(t, file.Closed)
	require.Equal(t, care.StageFirstLevel, file.Stage)
	require.Empty(t, file.MergedInto)
	for _, run := range []string{f.from, f.kept} {
		merge := f.file(run).Merges[0]
		require.NotNil(t, merge.Undone)
		var kept []string
		for _, k := range merge.KeptSince {
			kept = append(kept, k.What+" "+k.Kind)
		}
		require.ElementsMatch(t, []string{"record meet", "branch referral"}, kept, "on both sides")
		require.Contains(t, f.Moments(run), "merge_undone")
	}

	// Its run stands where it stood; its clocks stood still meanwhile.
	res, err := f.Steps.Load(t.Context(), ledger.Start{Run: f.from, Case: f.from, Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.NotNil(t, res.State.Suspended)
	open := func(s care.RunState) (points []string) {
		for _, o := range s.Open {
			points = append(points, o.Point)
		}
		return points
	}
	require.Equal(t, open(state), open(*res.State))
	f.Resume(f.from, f.service) // its branch goes on in it
	f.Runs[f.from] = &postgrestest.Played{CaseRun: f.from, Epoch: 2, Revision: res.Revision, State: *res.State}
	due := f.Row(`SELECT escalate_at FROM task WHERE id = $1`, f.task)["escalate_at"]
	f.Does(f.from, f.Hear(f.from, care.OpResume), ledger.Effects{}, func(s *care.RunState) { s.Suspended = nil })
	require.NotEqual(t, due, f.Row(`SELECT escalate_at FROM task WHERE id = $1`, f.task)["escalate_at"], "they go on with what was left")
	require.Equal(t, undoing.Parted, f.Hear(f.from, care.OpPermit).Answer.Reason, "somebody decides what is next, here")
	require.Equal(t, undoing.Parted, f.Hear(f.kept, care.OpPermit).Answer.Reason, "and there")
	told := f.Hear(f.kept, care.OpReport)
	require.Equal(t, []any{f.service, undoing.Parted}, []any{told.Answer.Run, told.Answer.Outcome})
	f.Complete("desk_operator.prato", f.from, f.task, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}}, ledger.Effects{}, nil)

	// The two are offered as people of whom somebody has said that they are two.
	offered, err := f.Records.MergeCandidates(t.Context(), f.Accounts["social_worker.prato"], ledger.BareID(f.from))
	require.NoError(t, err)
	require.Len(t, offered, 1)
	require.True(t, offered[0].Apart)
}

// A branch that was started anew while it was the other file's finds its own again, and so
// does what was accepted for it there in the same moment.
func TestABranchFindsItsOwnFileAgain(t *testing.T) {
	f := files(t)
	f.merges()
	f.Runs[f.service].CaseRun = f.kept
	require.NoError(t, f.says("social_worker.prato"))
	require.NoError(t, f.confirms("supervisor.prato"))
	res, err := f.Steps.Load(t.Context(), ledger.Start{Run: f.service, Case: f.kept, Epoch: 1})
	require.NoError(t, err)
	require.Equal(t, ledger.Recorded, res.Verdict)
	late := f.Ask("supervisor.prato", f.service, catalogue.RenewPolicy.Command("", "", catalogue.None{}))
	_, err = f.Owner.Exec(t.Context(), `UPDATE command SET case_id = $2, answer = jsonb_set(answer, '{case}', to_jsonb($3::text)) WHERE id = $1`, late.ID, ledger.BareID(f.kept), f.kept)
	require.NoError(t, err)
	late.Answer.Case = f.kept
	altered := f.Tries(f.service, late, ledger.Effects{}, nil)
	require.Equal(t, ledger.Altered, altered.Verdict)
	require.Equal(t, f.from, altered.Entry.Answer.Case)
	f.Does(f.service, *altered.Entry, ledger.Effects{}, nil)
}

// What is so of a merge that is not taken back.
func TestWhatIsNotTakenApart(t *testing.T) {
	for name, c := range map[string]struct {
		does func(f *twoFiles)
		rule string
	}{
		"late": {func(f *twoFiles) { f.Now = f.Now.Add(undoing.Term + time.Second) }, undoing.RuleLateToPart},
		"merged on": {func(f *twoFiles) {
			third, _ := f.Begin(ledger.Person{}, ledger.Effects{})
			f.Does(third, f.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
			res, _ := f.Merge("supervisor.prato", f.kept, third)
			require.Equal(f.T, ledger.Recorded, res.Verdict)
		}, undoing.RuleMergedOn},
		"of before": {func(f *twoFiles) {
			_, err := f.Owner.Exec(f.T.Context(), `UPDATE file_merge SET before = '{}'`)
			require.NoError(f.T, err)
		}, undoing.RuleNotRemembered},
	} {
		t.Run(name, func(t *testing.T) {
			f := files(t)
			f.merges()
			require.NoError(t, f.says("social_worker.prato"))
			c.does(&f)
			f.refused(f.confirms("supervisor.prato"), c.rule)
			require.Nil(t, f.file(f.from).Undoing)
		})
	}
}

// What the merge withdrew is proposed again in the file that it was of, by agency and
// purpose, and in force in neither; what was found twice is in force in both.
func TestWhatAMergeWithdrewIsProposedAgain(t *testing.T) {
	f := files(t)
	for _, purpose := range []string{"housing", "referral"} {
		f.consents(f.from, purpose)
	}
	f.Now = f.Now.Add(time.Hour)
	f.consents(f.kept, "housing")
	f.merges()
	require.NoError(t, f.says("social_worker.prato"))
	require.NoError(t, f.confirms("supervisor.prato"))
	for _, run := range []string{f.from, f.kept} {
		require.Empty(t, f.file(run).Merges[0].Proposed)
		require.Equal(t, 1, f.Count(`consent WHERE case_id = $1 AND purpose = 'housing' AND withdrawn_at IS NULL`, ledger.BareID(run)))
	}

	f = files(t)
	f.consents(f.from, "housing")
	sent := postgrestest.NewRun(care.RunReferral)
	f.Branch(f.from, sent, care.Answer{Agency: "terzo_settore", Matter: "housing"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: uuid.NewString(), State: care.ReferralRequested, Agency: "terzo_settore", Purpose: "housing"}}})
	f.Now = f.Now.Add(time.Hour)
	f.consents(f.kept, "housing")
	f.Now = f.Now.Add(time.Hour)
	f.withdraws(f.kept)
	f.merges()
	require.NoError(t, f.says("social_worker.prato"))
	require.NoError(t, f.confirms("supervisor.prato"))
	for _, run := range []string{f.from, f.kept} {
		require.Equal(t, []undoing.Proposed{
			{What: undoing.ProposedConsent, Case: ledger.BareID(f.from), Agency: "terzo_settore", Purpose: "housing"},
			{What: string(care.RunReferral), Case: ledger.BareID(f.from), Agency: "terzo_settore", Purpose: "housing"},
		}, f.file(run).Merges[0].Proposed)
		require.Zero(t, f.Count(`consent WHERE case_id = $1 AND withdrawn_at IS NULL`, ledger.BareID(run)))
		require.Equal(t, 1, f.Count(`consent WHERE case_id = $1`, ledger.BareID(run)))
	}
	require.Equal(t, f.from, f.Hear(sent, care.OpUnconsent).Answer.Case, "it ends in its own file")
}

// What was corrected since the merge stays as it was corrected.
func TestWhatWasCorrectedSinceStays(t *testing.T) {
	f := files(t)
	f.merges()
	require.Equal(t, "+39 055 000 0002", f.file(f.kept).PersonData.Phone, "the newer")
	phone := "+39 055 000 0077"
	_, err := f.assigns("desk_operator.prato", catalogue.Correct.Command("", ledger.BareID(f.kept), correction.PersonCorrection{Phone: &phone, Note: "Prova"}).NewCommand)(uuid.NewString())
	require.NoError(t, err)
	require.NoError(t, f.says("social_worker.prato"))
	require.NoError(t, f.confirms("supervisor.prato"))
	kept := f.file(f.kept)
	require.Equal(t, []any{phone, "family", []string{"ur"}}, []any{kept.PersonData.Phone, kept.PersonData.Permit, kept.PersonData.Languages})
	require.Equal(t, append(telephone.Keys("+39 055 000 0001"), telephone.Keys(phone)...), strings.Fields(f.Row(`SELECT string_agg(key, ' ' ORDER BY key) AS k FROM person_key WHERE case_id = $1 AND kind = 'phone'`, kept.ID)["k"].(string)))
	require.Len(t, kept.SetAside, 1, "and what it was before the merge is still to be read")
	require.Equal(t, "+39 055 000 0001", kept.SetAside[0].Values["phone"])
	require.Equal(t, []any{"+39 055 000 0002", "work", []string{"pa"}}, []any{f.file(f.from).PersonData.Phone, f.file(f.from).PersonData.Permit, f.file(f.from).PersonData.Languages})
}

// A branch that has ended meanwhile is over for its own file too, where somebody decides
// what is next; what has yet to be heard of is heard there.
func TestABranchThatEndedMeanwhileIsDecidedAbout(t *testing.T) {
	for _, heard := range []bool{true, false} {
		f := files(t)
		f.merges()
		f.Does(f.kept, f.Hear(f.kept, care.OpAdopt), ledger.Effects{}, nil)
		interview := ledger.DerivedID(f.service, "interview")
		f.Does(f.service, f.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: interview, State: care.TaskObsolete}}, Ending: care.Resolved,
			Tell: []ledger.Message{{Run: f.from, Answer: care.Answer{Operation: care.OpReport, Run: f.service, Outcome: care.Resolved}}}}, nil)
		if heard {
			f.Does(f.kept, f.Hear(f.kept, care.OpReport), ledger.Effects{}, nil)
		}
		require.NoError(t, f.says("social_worker.prato"))
		require.NoError(t, f.confirms("supervisor.prato"))
		report := f.Hear(f.from, care.OpReport).Answer
		if heard {
			require.Equal(t, []any{care.Code(care.Abandoned), undoing.Parted}, []any{report.Outcome, report.Reason})
			require.Empty(t, f.Hear(f.from, care.OpPermit).Answer.Reason, "which is asked once")
			continue
		}
		require.Equal(t, []any{care.Code(care.Resolved), f.from}, []any{report.Outcome, report.Case})
		require.Equal(t, undoing.Parted, f.Hear(f.kept, care.OpReport).Answer.Outcome)
	}
}

// Of what a person is reached by, each contact is as it was but for what was changed since,
// and none stays that came of the other file alone.
func TestContactsCorrectedSinceAMerge(t *testing.T) {
	f := newPlay(t)
	const was = `{"phone": "1", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Prova"}], "no_safe_contact": false}`
	const became = `{"phone": "", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Prova", "call": "no"}, {"kind": "phone", "value": "2"}], "no_safe_contact": true}`
	for name, c := range map[string]struct{ said, is string }{
		"nothing":           {became, was},
		"another is added":  {`{"phone": "", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Prova", "call": "no"}, {"kind": "phone", "value": "2"}, {"kind": "phone", "value": "3"}], "no_safe_contact": true}`, `{"phone": "1", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Prova"}, {"kind": "phone", "value": "3"}], "no_safe_contact": false}`},
		"one is safe again": {`{"phone": "2", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Prova", "call": "no"}, {"kind": "phone", "value": "2"}], "no_safe_contact": false}`, was},
		"its own changed":   {`{"phone": "", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Altra", "call": "no"}, {"kind": "phone", "value": "2"}], "no_safe_contact": true}`, `{"phone": "", "email": "", "contacts": [{"kind": "phone", "value": "1", "hours": "Altra", "call": "no"}], "no_safe_contact": false}`},
	} {
		require.Equal(t, f.Row(`SELECT $1::jsonb AS p`, c.is), f.Row(`SELECT unmerged($1, $2, $3) AS p`, c.said, was, became), name)
	}
}

// Of a protected person only keepers take a merge back, and both files stay protected.
func TestOnlyKeepersTakeAMergeOfAProtectedPersonBack(t *testing.T) {
	f := files(t)
	f.merges()
	_, err := f.assigns("social_worker.prato", catalogue.Protect.Command("", ledger.BareID(f.kept), protection.Form{Keeper: f.Accounts["social_worker_2.prato"].ID, Reason: "sought"}).NewCommand)(uuid.NewString())
	require.NoError(t, err)
	require.ErrorIs(t, f.says("supervisor.prato"), ledger.ErrNotFound)
	require.NoError(t, f.says("social_worker.prato"))
	require.ErrorIs(t, f.confirms("supervisor.prato"), ledger.ErrNotFound)
	require.NoError(t, f.confirms("social_worker_2.prato"))
	for _, run := range []string{f.from, f.kept} {
		_, err := f.Records.CaseFile(t.Context(), f.Accounts["supervisor.prato"], ledger.BareID(run))
		require.ErrorIs(t, err, ledger.ErrNotFound)
		file, err := f.Records.CaseFile(t.Context(), f.Accounts["social_worker.prato"], ledger.BareID(run))
		require.NoError(t, err)
		require.Len(t, file.Protection.Keepers, 2)
	}
	require.Equal(t, 1, f.Count(`task WHERE id = $1 AND state = 'reserved' AND holder = ANY ($2)`, f.task, []string{f.Accounts["social_worker.prato"].ID, f.Accounts["social_worker_2.prato"].ID}))
}

// Of a chain of merges the last is taken back first, and then the one before it: all stand as
// they did.
func TestAChainOfMergesIsTakenBackFromItsEnd(t *testing.T) {
	f := files(t)
	f.fills()
	third, _ := f.Begin(ledger.Person{Permit: "study", Phone: "+39 055 000 0003", Languages: []string{"ar"}}, ledger.Effects{})
	f.Does(third, f.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	runs := []string{f.from, f.kept, third}
	who, before := f.persons(runs...), []map[string][]map[string]any{f.things(f.from), f.things(f.kept)}
	f.Now = f.Now.Add(postgrestest.DayLong)
	f.merges()
	f.Does(f.kept, f.Hear(f.kept, care.OpPermit), ledger.Effects{}, nil)
	on := twoFiles{play: f.play, from: f.kept, kept: third}
	_, err := f.assigns("social_worker.prato", catalogue.Vouch.Command("", ledger.BareID(f.kept), catalogue.VouchForm{Other: ledger.BareID(third), Note: "Prova"}).NewCommand)(uuid.NewString())
	require.NoError(t, err)
	f.Now = f.Now.Add(postgrestest.DayLong)
	res, _ := f.Merge("supervisor.prato", f.kept, third)
	require.Equal(t, ledger.Recorded, res.Verdict)

	f.Now = f.Now.Add(postgrestest.DayLong)
	f.refused(f.says("social_worker.prato"), undoing.RuleMergedOn)
	require.NoError(t, on.says("social_worker.prato"))
	require.NoError(t, on.confirms("supervisor.prato"))
	require.NoError(t, f.says("social_worker.prato"))
	require.NoError(t, f.confirms("supervisor.prato"))
	require.Equal(t, who, f.persons(runs...), "all three persons")
	require.Equal(t, before[0], f.things(f.from), "all that was the first one's")
	after := f.things(f.kept)
	delete(before[1], "record") // the vouch is its own
	delete(after, "record")
	require.Equal(t, before[1], after, "and the second one's")
}
