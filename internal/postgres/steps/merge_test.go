package steps_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/naming"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/undoing"
)

func TestAMergedCaseLeavesNothingBehind(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	from, _ := p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{{ID: uuid.NewString(), State: care.TaskReady, Kind: care.FirstListening}}})
	id, keptID := ledger.BareID(from), ledger.BareID(kept)

	// Something of everything, in both.
	service, referral := postgrestest.NewRun(care.RunService), uuid.NewString()
	interview := postgrestest.Opens(service, "interview", ledger.TaskChange{Kind: care.Interview, Role: care.SocialWorker})
	p.Branch(from, service, care.Answer{Service: "x"}, ledger.Effects{
		Tasks:        []ledger.TaskChange{interview},
		Appointments: []ledger.AppointmentChange{{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "cpi", At: p.Now}},
		Referrals:    []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "asl"}},
		Waits:        []ledger.Wait{{Point: "rebook", Deadline: care.DeadlineRebook}},
	}, care.OpenPoint{Point: "rebook", Kind: care.OpenWait})
	until := p.Now.Add(postgrestest.DayLong)
	for _, run := range []string{kept, from} {
		equipe, plan := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}), uuid.NewString()
		p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})
		p.Becomes(equipe, plan, care.PlanActive)
		if run == kept { // two of a kind would not go on side by side
			p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.PlanActivated}, nil)
		}
	}
	p.Does(from, p.Ask("desk_operator.prato", from, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"})), ledger.Effects{}, nil)
	p.Does(from, p.Ask("desk_operator.prato", from, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: p.Now})), ledger.Effects{}, nil)
	unworked := p.Ask("supervisor.prato", service, catalogue.RenewPolicy.Command("", "", catalogue.None{}))
	res, _ := p.Merge("supervisor.prato", from, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)

	stays := map[string]string{"command": ` AND run_id <> 'case/' || case_id`, "run": ` AND kind <> 'case'`}
	for _, table := range []string{"run", "command", "task", "wait", "referral", "appointment", "record", "contact", "share", "mail", "equipe", "seat",
		"minutes", "plan", "action_progress", "goal_finding", "meeting", "link", "consent"} {
		require.Zero(t, p.Count(table+` WHERE case_id = $1`+stays[table], id), table)
	}
	require.Equal(t, []string{"case_closed"}, p.Moments(from)[len(p.Moments(from))-1:])
	require.Contains(t, p.Moments(kept), "case_merged")
	require.Equal(t, map[string]any{"stage": "closed", "outcome": "merged", "merged_into": keptID},
		p.Row(`SELECT stage, outcome, merged_into FROM case_file WHERE id = $1`, id))
	require.Equal(t, []map[string]any{{"version": 1.0, "state": "active"}, {"version": 2.0, "state": "revised"}},
		p.Rows(`SELECT version, state FROM plan WHERE case_id = $1 ORDER BY version`, keptID))
	require.Equal(t, 1, p.Count(`consent WHERE case_id = $1 AND withdrawn_at IS NULL`, keptID))
	adopted := p.Hear(kept, care.OpAdopt)
	require.Contains(t, adopted.Answer.Runs, service)
	require.Len(t, adopted.Answer.Runs, 2)
	p.Does(kept, adopted, ledger.Effects{}, nil)

	// A branch goes on as if nothing had been: it believes in the old case.
	loaded, err := p.Steps.Load(t.Context(), ledger.Start{Run: service, Case: from, Epoch: 1})
	require.NoError(t, err)
	require.Equal(t, ledger.Recorded, loaded.Verdict)
	// What was on its way to it names the old case; what is stored names the new one.
	altered := p.Tries(service, unworked, ledger.Effects{}, nil)
	require.Equal(t, ledger.Altered, altered.Verdict)
	require.Equal(t, kept, altered.Entry.Answer.Case)
	p.Does(service, *altered.Entry, ledger.Effects{}, nil)
	p.Does(service, p.Clock(), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: interview.ID, State: care.TaskObsolete}}, Ending: care.EndedEarly,
		Tell: []ledger.Message{{Run: from, Answer: care.Answer{Operation: care.OpReport, Run: service}}},
	}, nil)
	require.Equal(t, kept, p.Hear(kept, care.OpReport).Answer.Case, "it reports to the case that was kept")
	require.Zero(t, p.Count(`command WHERE run_id = $1 AND state = 'accepted'`, from))
	worker := p.Accounts["social_worker.prato"]
	file, err := p.Records.CaseFile(t.Context(), worker, id)
	require.NoError(t, err)
	require.Equal(t, keptID, file.MergedInto)
}

// A branch that stood still with the merged case goes on with the one that was
// kept, and the other way round.
func TestAMergedCasesBranchesStandStillWithTheKeptOne(t *testing.T) {
	p := newPlay(t)
	until := p.Now.Add(postgrestest.DayLong)
	form := agenda.SuspendForm{Until: &until, Reason: "abroad"}
	begin := func(suspended bool) (run string, branches [2]string) {
		run, _ = p.Begin(ledger.Person{}, ledger.Effects{})
		p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
		if suspended {
			p.Does(run, p.Ask("social_worker.prato", run, catalogue.Suspend.Command("", "", form)), ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until })
		}
		// A branch that begins while its case is suspended stands still from its start.
		for i := range branches {
			branches[i] = postgrestest.NewRun(care.RunService)
			p.Does(run, p.Clock(), ledger.Effects{Tell: []ledger.Message{{Run: branches[i], Answer: care.Answer{Operation: care.OpOpen, Service: care.Code(branches[i])}}}}, nil)
			loaded, err := p.Steps.Load(t.Context(), ledger.Start{Run: branches[i], Case: run, Epoch: 1})
			require.NoError(t, err)
			require.Equal(t, suspended, loaded.State.Suspended != nil)
		}
		return run, branches
	}
	for _, suspended := range []bool{true, false} {
		from, branches := begin(suspended)
		kept, _ := begin(!suspended)
		res, _ := p.Merge("supervisor.prato", from, kept)
		require.Equal(t, ledger.Recorded, res.Verdict)
		for _, branch := range branches {
			if suspended {
				require.Equal(t, kept, p.Hear(branch, care.OpResume).Answer.Case)
				continue
			}
			require.True(t, p.Hear(branch, care.OpSuspend).Answer.Until.Equal(until))
		}
	}
}

func TestWhatMayNotBeMerged(t *testing.T) {
	p := newPlay(t)
	from, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	refused := func(into, rule string) {
		t.Helper()
		res, e := p.Merge("social_worker.prato", from, into)
		p.Refused(res, e, "into", rule)
	}
	refused(from, care.RuleUnknownCode)
	refused(postgrestest.NewRun(care.RunCase), care.RuleUnknownCode)
	elsewhere, _ := p.Open("lucca")
	refused("case/"+elsewhere, care.RuleUnknownCode)
	other, _ := p.Begin(ledger.Person{GivenName: "Altra", FamilyName: "Prova 0002"}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = '1980-01-01' WHERE case_id = $1`, ledger.BareID(other))
	require.NoError(t, err)
	refused(other, care.RuleSecondEyes)
	same, _ := p.Begin(ledger.Person{GivenName: "PERSONA", FamilyName: "prova 0001"}, ledger.Effects{})
	p.Branch(from, postgrestest.NewRun(care.RunService), care.Answer{}, ledger.Effects{})
	refused(same, care.RuleStaysOpen)
	p.Does(same, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeWithdrew, Ending: care.OutcomeWithdrew}, nil)
	refused(same, care.RuleIntoArchived)
}

// Who is a moment late with a merge is told what happened to the files meanwhile: it
// is a conflict, and no mistake in the form.
func TestTheSecondOfTwoMergesHearsOfTheFirst(t *testing.T) {
	p := newPlay(t)
	begin := func() string {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
		return run
	}
	for rule, c := range map[string]struct{ first, second [2]int }{
		care.RuleMerged:     {[2]int{0, 1}, [2]int{0, 2}},
		care.RuleMergedHere: {[2]int{0, 1}, [2]int{1, 0}},
		care.RuleIntoMerged: {[2]int{0, 1}, [2]int{2, 0}},
	} {
		files := []string{begin(), begin(), begin()}
		asked := func(of [2]int, account string) ledger.Entry {
			return p.Ask(account, files[of[0]], catalogue.Merge.Command("", "", catalogue.MergeForm{Into: ledger.BareID(files[of[1]]), Note: "Prova"}))
		}
		does := func(of [2]int, e ledger.Entry) ledger.StepResult {
			return p.Tries(files[of[0]], e, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: files[of[1]]}, nil)
		}
		says := func(refusal care.Refusal) {
			t.Helper()
			field := "into"
			if rule == care.RuleMerged {
				field = ""
			}
			require.Equal(t, care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Field: field, Rule: rule}}}, refusal, rule)
		}
		first, second, third := asked(c.first, "supervisor.prato"), asked(c.second, "social_worker.prato"), asked(c.second, "supervisor.prato")
		require.Equal(t, ledger.Recorded, does(c.first, first).Verdict)
		require.Equal(t, care.RefusedChanged, does(c.second, second).Result.Refusal, rule)
		says(p.Refusal(second.ID))
		if rule != care.RuleMerged {
			continue
		}
		// Where the run is gone in Temporal the relay refuses it, and whoever asks later is told at once.
		_, err := p.Owner.Exec(t.Context(), `SELECT refuse_ended($1)`, third.ID)
		require.NoError(t, err)
		says(p.Refusal(third.ID))
		cmd, err := p.Records.Accept(t.Context(), p.Accounts["supervisor.prato"],
			catalogue.Merge.Command(uuid.NewString(), "", catalogue.MergeForm{Into: ledger.BareID(files[2]), Note: "Prova"}).InRun(files[0]).NewCommand)
		require.NoError(t, err)
		says(*cmd.Refusal)
		cmd, err = p.Records.Accept(t.Context(), p.Accounts["supervisor.prato"],
			catalogue.Suspend.Command(uuid.NewString(), "", agenda.SuspendForm{Until: &p.Now, Reason: "abroad"}).InRun(files[0]).NewCommand)
		require.NoError(t, err)
		require.Equal(t, care.Refusal{Code: care.RefusedEnded, Operation: care.OpSuspend, Now: undoing.NowMerged}, *cmd.Refusal, "of what else is asked the end is said")
	}
}

// Whoever chose between what two files say is told where one of them says something else by now.
func TestAMergeGoesByWhatItsAuthorHasSeen(t *testing.T) {
	p := newPlay(t)
	merged, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	version := func(run string) (n int) {
		require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT version FROM person WHERE case_id = $1`, ledger.BareID(run)).Scan(&n))
		return n
	}
	sees := func() (seen []string) {
		for _, run := range []string{merged, kept, other} {
			seen = append(seen, catalogue.SeenOf(ledger.BareID(run), version(run)))
		}
		return seen
	}
	merges := func(seen []string) (ledger.StepResult, ledger.Entry) {
		e := p.Ask("supervisor.prato", merged, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: ledger.BareID(kept), Phone: catalogue.MergedData, Note: "Prova", Seen: seen}))
		return p.Tries(merged, e, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: kept}, nil), e
	}
	number := "000 0000042"
	for i, run := range []string{merged, kept, other} {
		seen := sees()
		_, err := p.Records.Assign(t.Context(), p.Accounts["desk_operator.prato"], catalogue.Correct.Command(uuid.NewString(), ledger.BareID(run), correction.PersonCorrection{Phone: &number, Note: "Prova"}).NewCommand)
		require.NoError(t, err)
		res, e := merges(seen)
		if run != other {
			require.Equal(t, ledger.Refused, res.Verdict, i)
			require.Equal(t, *care.RefuseChanged(correction.RuleMeanwhile), p.Refusal(e.ID))
			continue
		}
		require.Equal(t, ledger.Recorded, res.Verdict, "of a third file it is no matter")
		require.Equal(t, 1, p.Count(`record WHERE id = $1 AND NOT data ? 'seen'`, e.ID), "nor is it in the record")
	}
}

// What two files say differently of a person: the newer value holds, or the one that
// was chosen, and the other one stays readable in the file that is kept.
func TestAMergeChoosesFieldByFieldAndLosesNothing(t *testing.T) {
	older := ledger.Person{GivenName: "Persona", FamilyName: "D'Esempio", Permit: "work", Phone: "+39 055 000 0001", Languages: []string{"ur", "it"}}
	newer := ledger.Person{GivenName: "Persona", FamilyName: "Desempio", Permit: "family", Phone: "+39 055 000 0002", Languages: []string{"it", "pa"}}
	for name, c := range map[string]struct {
		keepsNewer bool
		chosen     catalogue.MergeForm
		family     string
		permit     string
		phone      string
	}{
		"the newer into the older":          {false, catalogue.MergeForm{}, "Desempio", "family", "+39 055 000 0002"},
		"the older into the newer":          {true, catalogue.MergeForm{}, "Desempio", "family", "+39 055 000 0002"},
		"as newer, by name":                 {false, catalogue.MergeForm{Name: "newer", Permit: "newer", Phone: "newer"}, "Desempio", "family", "+39 055 000 0002"},
		"the phone of the one that stays":   {false, catalogue.MergeForm{Phone: "kept"}, "Desempio", "family", "+39 055 000 0001"},
		"the older name into the newer":     {true, catalogue.MergeForm{Name: "merged"}, "D'Esempio", "family", "+39 055 000 0002"},
		"all of the older, which is merged": {true, catalogue.MergeForm{Name: "merged", Permit: "merged", Phone: "merged"}, "D'Esempio", "work", "+39 055 000 0001"},
		"all of the older, which is kept":   {false, catalogue.MergeForm{Name: "kept", Permit: "kept", Phone: "kept"}, "D'Esempio", "work", "+39 055 000 0001"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			first, _ := p.Begin(older, ledger.Effects{})
			p.Now = p.Now.Add(time.Hour)
			second, _ := p.Begin(newer, ledger.Effects{})
			merged, kept := second, first
			if c.keepsNewer {
				merged, kept = first, second
			}
			_, err := p.Owner.Exec(t.Context(), `UPDATE case_file SET needs = '{health,labour}' WHERE id = $1`, ledger.BareID(merged))
			require.NoError(t, err)
			p.Now = p.Now.Add(time.Hour)
			c.chosen.Into, c.chosen.Note = ledger.BareID(kept), "Prova: la stessa persona"
			e := p.Ask("supervisor.prato", merged, catalogue.Merge.Command("", "", c.chosen))
			p.Does(merged, e, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: e.Answer.Case}, nil)

			file, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(kept))
			require.NoError(t, err)
			person := file.PersonData
			require.Equal(t, []string{c.family, c.permit, c.phone}, []string{person.FamilyName, person.Permit, person.Phone})
			require.ElementsMatch(t, []string{"it", "pa", "ur"}, person.Languages)
			require.ElementsMatch(t, []string{"health", "housing", "labour"}, file.Needs)

			aside := map[string]string{}
			for _, a := range file.SetAside {
				require.NotEmpty(t, a.From)
				require.True(t, a.At.Equal(p.Now))
				for field, value := range a.Values {
					aside[field] = value
				}
			}
			for field, values := range map[string][2]string{"family_name": {c.family, "D'EsempioDesempio"}, "permit": {c.permit, "workfamily"}, "phone": {c.phone, older.Phone + newer.Phone}} {
				require.Equal(t, len(values[1]), len(values[0]+aside[field]), "%s: both are there", field)
				require.NotEqual(t, values[0], aside[field])
			}
			for _, typed := range []string{"D'Esempio", "Desempio"} {
				found, err := p.Records.CaseFiles(t.Context(), p.Accounts["social_worker.prato"], ledger.CaseFilter{Search: typed}, ledger.Paging{})
				require.NoError(t, err)
				require.NotEmpty(t, found.Items)
			}
			require.Equal(t, 1, p.Count(`person WHERE case_id = $1 AND keys > 0`, ledger.BareID(kept)))

			// Another permit is watched from now on.
			changed := (c.permit == "work") == c.keepsNewer
			require.Equal(t, changed, p.Count(`command WHERE run_id = $1 AND operation = 'permit' AND state = 'accepted'`, kept) == 1)
			if changed {
				p.Does(kept, p.Hear(kept, care.OpPermit), ledger.Effects{}, nil)
				require.Equal(t, c.permit, p.Row(`SELECT permit FROM person WHERE case_id = $1`, ledger.BareID(kept))["permit"])
				require.Zero(t, p.Count(`record WHERE kind = 'permit'`))
			}
		})
	}
}

// Something goes before nothing, and a day before a 1 January, whichever is newer.
func TestAMergeTakesNothingForNoDatum(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.Begin(ledger.Person{Phone: "+39 055 000 0001"}, ledger.Effects{})
	p.Now = p.Now.Add(time.Hour)
	merged, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = '1992-01-01', permit = '' WHERE case_id = $1`, ledger.BareID(merged))
	require.NoError(t, err)
	_, err = p.vouches("social_worker.prato", merged, ledger.BareID(kept)) // of a 1 January nobody can be sure alone
	require.NoError(t, err)
	res, _ := p.Merge("supervisor.prato", merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.Equal(t, map[string]any{"phone": "+39 055 000 0001", "permit": "work", "birth_date": "1992-03-01"},
		p.Row(`SELECT phone, permit, birth_date FROM person WHERE case_id = $1`, ledger.BareID(kept)))
	require.Equal(t, []map[string]any{{"field": "birth_date", "value": map[string]any{"birth_date": "1992-01-01"}}}, p.Rows(`SELECT field, value FROM set_aside`))
}

// vouches has somebody confirm that another file is of the person of a case.
func (p *play) vouches(account, caseRun, other string) (ledger.Command, error) {
	return p.Records.Assign(p.T.Context(), p.Accounts[account], catalogue.Vouch.Command(uuid.NewString(), ledger.BareID(caseRun),
		catalogue.VouchForm{Other: other, Note: "Prova: lo stesso documento"}).NewCommand)
}

// Names and day of birth have to agree, however they are typed; a 1 January is no
// evidence. Otherwise somebody else than who merges has to have confirmed it, for a
// reason and not long ago.
func TestWhoIsTheSamePerson(t *testing.T) {
	const someday, firstOfYear = "1992-03-01", "1992-01-01"
	const code, omocode, another = "PRVPSN92C01Z236Q", "PRVPSN92CL1Z236B", "SMPLTR91A41Z335A"
	type who struct{ given, family, born, code string }
	for name, c := range map[string]struct {
		a, b who
		may  bool
	}{
		"all agrees":                             {who{"Persona", "Prova", someday, ""}, who{"Persona", "Prova", someday, ""}, true},
		"the same code, names spelled otherwise": {who{"Mohamed", "Chaabane", someday, code}, who{"Muhammad", "Shaban", someday, omocode}, true},
		"the same code alone":                    {who{"Persona", "Prova", firstOfYear, code}, who{"Persona", "Prova", someday, code}, true},
		"another code, all else agrees":          {who{"Persona", "Prova", someday, code}, who{"Persona", "Prova", someday, another}, false},
		"one has a code":                         {who{"Persona", "Prova", someday, code}, who{"Persona", "Prova", someday, ""}, true},
		"one has a provisional one":              {who{"Persona", "Prova", someday, code}, who{"Persona", "Prova", someday, "90012340017"}, true},
		"however typed":                          {who{"Persona", "N'Diaye", someday, ""}, who{"NDIAYE", "persona", someday, ""}, true},
		"another name, the same day":             {who{"Persona", "Prova", someday, ""}, who{"Altra", "Esempio", someday, ""}, false},
		"the given name alone differs":           {who{"Persona", "Prova", someday, ""}, who{"Altra", "Prova", someday, ""}, false},
		"another day":                            {who{"Persona", "Prova", someday, ""}, who{"Persona", "Prova", "1992-03-02", ""}, false},
		"a 1 January in both":                    {who{"Persona", "Prova", firstOfYear, ""}, who{"Persona", "Prova", firstOfYear, ""}, false},
		"a 1 January in one":                     {who{"Persona", "Prova", someday, ""}, who{"Persona", "Prova", firstOfYear, ""}, false},
		"nothing agrees":                         {who{"Persona", "Prova", someday, ""}, who{"Altra", "Esempio", "1980-05-05", ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			var files []string
			for _, w := range []who{c.a, c.b} {
				file, _ := p.Begin(ledger.Person{GivenName: w.given, FamilyName: w.family, FiscalCode: w.code}, ledger.Effects{})
				_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = $2 WHERE case_id = $1`, ledger.BareID(file), w.born)
				require.NoError(t, err)
				_, err = naming.Complete(t.Context(), p.Owner)
				require.NoError(t, err)
				files = append(files, file)
			}
			if c.may {
				res, _ := p.Merge("supervisor.prato", files[0], files[1])
				require.Equal(t, ledger.Recorded, res.Verdict)
				return
			}
			refused := func(account string) {
				t.Helper()
				res, e := p.Merge(account, files[0], files[1])
				p.Refused(res, e, "into", care.RuleSecondEyes)
			}
			refused("supervisor.prato")
			_, err := p.vouches("social_worker.lucca", files[0], ledger.BareID(files[1]))
			require.ErrorIs(t, err, ledger.ErrNotFound)
			for _, nobody := range []string{ledger.BareID(files[0]), uuid.NewString()} {
				cmd, err := p.vouches("social_worker.prato", files[0], nobody)
				require.Error(t, err)
				require.Equal(t, []care.Fault{{Field: "other", Rule: care.RuleUnknownCode}}, cmd.Refusal.Faults)
			}
			refused("supervisor.prato")
			_, err = p.vouches("social_worker.prato", files[1], ledger.BareID(files[0])) // asked of either file
			require.NoError(t, err)
			refused("social_worker.prato") // who has confirmed it is no second person
			p.Now = p.Now.Add(31 * postgrestest.DayLong)
			refused("supervisor.prato") // too long ago
			_, err = p.vouches("social_worker.prato", files[0], ledger.BareID(files[1]))
			require.NoError(t, err)
			require.Contains(t, p.Moments(files[0]), "identity_vouched")
			res, _ := p.Merge("supervisor.prato", files[0], files[1])
			require.Equal(t, ledger.Recorded, res.Verdict)
		})
	}
}

// A merge may write another day of birth. Whose 16th birthday the case waited for, and who is
// older by it, has turned 16: that asks for somebody now, as where it was corrected.
func TestWhoIsOlderByAMergeHasTurnedSixteen(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	born := func(before time.Time) {
		_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = $2 WHERE case_id = $1`, ledger.BareID(kept), before.Format(time.DateOnly))
		require.NoError(t, err)
	}
	wait := ledger.Effects{Waits: []ledger.Wait{{Point: care.TurnsSixteen, Deadline: care.TurnsSixteen}}}
	born(p.Now.AddDate(-15, 0, 0))
	p.Does(kept, p.Clock(), wait, func(s *care.RunState) { s.Open = []care.OpenPoint{{Point: care.TurnsSixteen, Kind: care.OpenWait}} })
	born(p.Now.AddDate(-17, 0, 0))
	told := ledger.Entry{ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpPermit, Outcome: care.OutcomeMerged, Case: kept}}
	_, err := p.Owner.Exec(t.Context(), `INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, data, created_at, wake_at)
		VALUES ($1::uuid, $2, $3, 'prato', '', $2, '', $4, '', 'permit', $5, '{"permit": "work"}', $6, $6)`, told.ID, kept, ledger.BareID(kept), told.ID, told.Answer, p.Now)
	require.NoError(t, err)
	res := p.Does(kept, told, wait, nil)
	require.Len(t, res.Waits, 1)
	require.NotNil(t, res.Waits[0].Due)
	require.True(t, p.Now.Equal(*res.Waits[0].Due), "%v", res.Waits[0].Due)
}

// Whoever has corrected one file so that it agrees with another is no witness of that.
func TestWhoMadeTwoFilesAgreeDoesNotMergeThemAlone(t *testing.T) {
	p := newPlay(t)
	from, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	kept, _ := p.Begin(ledger.Person{GivenName: "Altra", FamilyName: "Esempio"}, ledger.Effects{})
	given, family := "Persona", "Prova 0001"
	_, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Correct.Command(uuid.NewString(), ledger.BareID(kept),
		correction.PersonCorrection{GivenName: &given, FamilyName: &family, Note: "Prova: mostrato il passaporto"}).NewCommand)
	require.NoError(t, err)
	res, e := p.Merge("social_worker.prato", from, kept)
	p.Refused(res, e, "into", care.RuleSecondEyes)
	res, _ = p.Merge("supervisor.prato", from, kept) // who has not
	require.Equal(t, ledger.Recorded, res.Verdict)
}
