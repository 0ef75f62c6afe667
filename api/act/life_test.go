package act_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"

	"percorso/api/apitest"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	percorso "percorso/internal/client"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
	"percorso/workflows/contract"
)

// What is well filled in, of each operation on a case.
var (
	soon      = testclock.Monday.Add(48 * time.Hour).UTC()
	past      = testclock.Monday.Add(-time.Hour).UTC()
	yesterday = testclock.Monday.AddDate(0, 0, -1).UTC()

	refer    = catalogue.ReferForm{Agency: "associazione", Purpose: "labour", Notice: true, Seen: "digest"}
	meeting  = catalogue.MeetingForm{At: past}
	suspend  = agenda.SuspendForm{Until: &soon, Reason: "abroad", Note: "Testo di prova"}
	transfer = catalogue.TransferForm{Zone: "altrove", Notice: true, Note: "Testo di prova"}
	permit   = catalogue.PermitForm{Permit: care.PermitRequested}
	merge    = catalogue.MergeForm{Into: apitest.SomeID, Note: "Testo di prova"}
	reopen   = catalogue.ReopenForm{Stage: care.StageFirstLevel, Note: "Testo di prova"}
	convene  = catalogue.ConveneForm{Kind: care.BetweenAgencies}
	minutes  = catalogue.MinutesForm{At: past, Text: "Verbale di prova", Votes: []catalogue.MinutedVote{
		{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}},
	}}
	progress = catalogue.ProgressForm{State: care.ActionDone}
)

func TestWhatLifeDoesToACaseReachesItsRun(t *testing.T) {
	ctx, run := context.Background(), ledger.CaseRun(apitest.AnotherID)
	type call func(c *percorso.Client) (percorso.Command, error)
	for _, test := range []struct {
		op     care.Operation
		run    string
		target string
		answer care.Answer
		call   call
	}{
		{care.OpRefer, run, "", care.Answer{Agency: "associazione", Matter: "labour"},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Refer.Command("k", apitest.AnotherID, refer))
			}},
		{care.OpConsent, run, "", care.Answer{Agency: "associazione", Matter: "labour"},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Consent.Command("k", apitest.AnotherID, crossing.ConsentForm{Agency: "associazione", Purpose: "labour"}))
			}},
		{care.OpUnconsent, run, "", care.Answer{Agency: "associazione"},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.WithdrawConsent.Command("k", apitest.AnotherID, crossing.WithdrawalForm{Agency: "associazione", Note: "Testo di prova"}))
			}},
		{care.OpMeet, run, "", care.Answer{At: &past},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Meet.Command("k", apitest.AnotherID, meeting))
			}},
		{care.OpSuspend, run, "", care.Answer{Until: &soon, Reason: "abroad"},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Suspend.Command("k", apitest.AnotherID, suspend))
			}},
		{care.OpResume, run, "", care.Answer{},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Resume.Command("k", apitest.AnotherID, catalogue.None{}))
			}},
		{care.OpTransfer, run, "", care.Answer{Zone: "altrove"},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Transfer.Command("k", apitest.AnotherID, transfer))
			}},
		{care.OpRecall, run, "", care.Answer{},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Recall.Command("k", apitest.AnotherID, catalogue.None{}))
			}},
		{care.OpPermit, run, "", care.Answer{},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Permit.Command("k", apitest.AnotherID, permit))
			}},
		{care.OpMerge, run, "", care.Answer{Case: ledger.CaseRun(apitest.SomeID)},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Merge.Command("k", apitest.AnotherID, merge))
			}},
		{care.OpReopen, run, "", care.Answer{Stage: care.StageFirstLevel},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Reopen.Command("k", apitest.AnotherID, reopen))
			}},
		{care.OpConvene, run, "", care.Answer{Equipe: care.BetweenAgencies},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Convene.Command("k", apitest.AnotherID, convene))
			}},
		{care.OpMinutes, apitest.SomeRun, "", care.Answer{At: &past, Votes: []care.Vote{minutes.Votes[0].Vote}},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Minutes.Command("k", apitest.AnotherID, minutes))
			}},
		{care.OpProgress, run, apitest.SomeID, care.Answer{},
			func(c *percorso.Client) (percorso.Command, error) {
				return c.Do(ctx, catalogue.Progress.Command("k", apitest.SomeID, progress).InRun(ledger.CaseRun(apitest.AnotherID)))
			}},
	} {
		t.Run(string(test.op), func(t *testing.T) {
			r := apitest.NewRig(t)
			r.Records.OtherZones = []string{"altrove"}
			cmd, err := test.call(r.Caller(apitest.SomeWorker))
			if err != nil || cmd.Operation != test.op || cmd.State != ledger.CommandWorked {
				t.Fatalf("%+v: %v", cmd, err)
			}
			if again, err := test.call(r.Caller(apitest.SomeWorker)); err != nil || again.ID != cmd.ID {
				t.Errorf("repeated: %+v: %v", again, err)
			}
			kept := r.Records.Commands[apitest.SomeWorker.ID+"k"]
			test.answer.Operation = test.op
			if kept.Run != test.run || kept.Target != test.target || answerText(kept.Answer) != answerText(test.answer) {
				t.Errorf("kept %+v\nwant %+v", kept, test.answer)
			}
			if worked := len(r.Temporal.Updates) > 0; worked == atOnce(test.op) {
				t.Errorf("woke a process: %v", worked)
			}
		})
	}
}

// atOnce says whether an operation wakes no process.
func atOnce(op care.Operation) bool {
	facts, _ := catalogue.Of(op)
	return facts.AtOnce
}

// answerText is an answer with its times as they are written.
func answerText(a care.Answer) string {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestFormsOfLifeNameWhatIsWrong(t *testing.T) {
	long := strings.Repeat("x", 4001)
	far := testclock.Monday.AddDate(3, 0, 0)
	old := testclock.Monday.AddDate(0, -2, 0)
	for name, test := range map[string]struct {
		asked catalogue.Command
		want  []string // field:rule
	}{
		"refer nobody":        {catalogue.Refer.Command("k", apitest.AnotherID, catalogue.ReferForm{}), []string{"agency:required", "purpose:required", "notice_given:notice_required", "seen:required"}},
		"refer elsewhere":     {catalogue.Refer.Command("k", apitest.AnotherID, catalogue.ReferForm{Agency: "altra", Purpose: "altro", Notice: true, Seen: "x"}), []string{"agency:unknown_code", "purpose:unknown_code"}},
		"refer to the CPI":    {catalogue.Refer.Command("k", apitest.AnotherID, catalogue.ReferForm{Agency: "cpi", Purpose: "labour", Notice: true, Seen: "x"}), []string{"agency:use_send_to_cpi"}},
		"refer out of reach":  {catalogue.Refer.Command("k", apitest.AnotherID, catalogue.ReferForm{Agency: "comune", Purpose: "labour", Notice: true, Seen: "x"}), []string{"agency:agency_unreachable"}},
		"consent at length":   {catalogue.Consent.Command("k", apitest.AnotherID, crossing.ConsentForm{Agency: "associazione", Purpose: "labour", Note: long}), []string{"note:too_long"}},
		"withdrawal":          {catalogue.WithdrawConsent.Command("k", apitest.AnotherID, crossing.WithdrawalForm{Note: long}), []string{"note:too_long"}},
		"meeting to come":     {catalogue.Meet.Command("k", apitest.AnotherID, catalogue.MeetingForm{At: soon}), []string{"at:in_the_future"}},
		"meeting long ago":    {catalogue.Meet.Command("k", apitest.AnotherID, catalogue.MeetingForm{At: old}), []string{"at:too_long_ago"}},
		"suspend for nothing": {catalogue.Suspend.Command("k", apitest.AnotherID, agenda.SuspendForm{}), []string{"until:required", "reason:required"}},
		"suspend till then":   {catalogue.Suspend.Command("k", apitest.AnotherID, agenda.SuspendForm{Until: &past, Reason: "holiday"}), []string{"reason:unknown_reason", "until:in_the_past"}},
		"suspend for ever":    {catalogue.Suspend.Command("k", apitest.AnotherID, agenda.SuspendForm{Until: &far, Reason: "health"}), []string{"until:too_far_ahead"}},
		"transfer nowhere":    {catalogue.Transfer.Command("k", apitest.AnotherID, catalogue.TransferForm{}), []string{"zone:required", "notice_given:notice_required", "note:required"}},
		"transfer to itself":  {catalogue.Transfer.Command("k", apitest.AnotherID, catalogue.TransferForm{Zone: "prova", Notice: true, Note: "x"}), []string{"zone:unknown_code"}},
		"transfer to no zone": {catalogue.Transfer.Command("k", apitest.AnotherID, catalogue.TransferForm{Zone: "ignota", Notice: true, Note: "x"}), []string{"zone:unknown_code"}},
		"permit of no kind":   {catalogue.Permit.Command("k", apitest.AnotherID, catalogue.PermitForm{Permit: "zz"}), []string{"permit:unknown_code"}},
		"permit that expired": {catalogue.Permit.Command("k", apitest.AnotherID, catalogue.PermitForm{Permit: "work", Expiry: care.DateOf(yesterday)}), []string{"permit_expiry:in_the_past"}},
		"receipt with expiry": {catalogue.Permit.Command("k", apitest.AnotherID, catalogue.PermitForm{Permit: care.PermitRequested, Expiry: care.DateOf(soon)}), []string{"permit_expiry:unknown_field"}},
		"merge into nothing":  {catalogue.Merge.Command("k", apitest.AnotherID, catalogue.MergeForm{}), []string{"into:required", "note:required"}},
		"merge into a name":   {catalogue.Merge.Command("k", apitest.AnotherID, catalogue.MergeForm{Into: apitest.Marker, Note: "x"}), []string{"into:unknown_code"}},
		"reopen at the end":   {catalogue.Reopen.Command("k", apitest.AnotherID, catalogue.ReopenForm{Stage: care.StageClosed, Note: "x"}), []string{"stage:unknown_code"}},
		"reopen unbooked":     {catalogue.Reopen.Command("k", apitest.AnotherID, catalogue.ReopenForm{Stage: care.StageSecondLevel}), []string{"bookings:required", "note:required"}},
		"convene no kind":     {catalogue.Convene.Command("k", apitest.AnotherID, catalogue.ConveneForm{}), []string{"kind:required"}},
		"convene what is not": {catalogue.Convene.Command("k", apitest.AnotherID, catalogue.ConveneForm{Kind: care.WithinAgency}), []string{"kind:unknown_code"}},
		"minutes of nothing":  {catalogue.Minutes.Command("k", apitest.AnotherID, catalogue.MinutesForm{}), []string{"at:required", "text:required", "votes:required"}},
		"minutes to come": {catalogue.Minutes.Command("k", apitest.AnotherID, catalogue.MinutesForm{At: soon, Text: "x", Votes: []catalogue.MinutedVote{
			{Vote: care.Vote{Role: "mayor", Agency: "altra", Outcome: care.Dissenting}},
		}}), []string{"votes[0].role:unknown_code", "votes[0].agency:unknown_code", "votes[0].note:required", "at:in_the_future"}},
		"progress":             {catalogue.Progress.Command("k", apitest.AnotherID, catalogue.ProgressForm{}), []string{"state:required"}},
		"progress of no state": {catalogue.Progress.Command("k", apitest.AnotherID, catalogue.ProgressForm{State: "half"}), []string{"state:unknown_code"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			_, err := r.Door().Do(context.Background(), apitest.SomeWorker, test.asked)
			var got []string
			if refused, ok := errors.AsType[*care.Refusal](err); ok {
				for _, f := range refused.Faults {
					got = append(got, f.Field+":"+f.Rule)
				}
			}
			if !slices.Equal(got, test.want) || len(r.Records.Commands) > 0 {
				t.Errorf("%v: %v, want %v", err, got, test.want)
			}
		})
	}
}

func TestPlanIsCheckedWithItsDraft(t *testing.T) {
	r := apitest.NewRig(t)
	r.Records.OneTask.Kind = care.PlanDraft
	plan := care.PlanForm{
		Goals:   []care.PlanGoal{{Area: "labour", Text: "Obiettivo di prova"}},
		Actions: []care.PlanAction{{Goal: 0, Text: "Azione di prova", Agency: "associazione", Until: &soon, Send: true}},
	}
	complete := func(key string) error {
		_, err := r.Caller(apitest.SomeWorker).Do(context.Background(), catalogue.Complete.Command(key, apitest.SomeID, care.Completion{Outcome: care.Proposed, Plan: &plan}))
		return err
	}
	if err := complete("k1"); err != nil {
		t.Fatal(err)
	}
	answer := r.Temporal.Updates[0].Args[0].(ledger.Entry).Answer
	if !slices.Equal(answer.Routes, []care.Code{"associazione"}) || !slices.Equal(answer.Agencies, answer.Routes) {
		t.Errorf("%+v", answer)
	}
	plan.Actions[0].Goal, plan.Actions[0].Agency = 3, "altra"
	err := complete("k2")
	if err == nil || !strings.Contains(err.Error(), "plan.actions[0].goal: unknown_goal") || !strings.Contains(err.Error(), "plan.actions[0].agency: unknown_code") {
		t.Errorf("%v", err)
	}
}

func TestReopeningStartsTheRunAnew(t *testing.T) {
	r := apitest.NewRig(t)
	if _, err := r.Caller(apitest.SomeWorker).Do(context.Background(), catalogue.Reopen.Command("k", apitest.AnotherID, reopen)); err != nil {
		t.Fatal(err)
	}
	start, input := r.Temporal.Started[0], r.Temporal.Inputs[0]
	if start.ID != ledger.CaseRun(apitest.AnotherID) || start.WorkflowIDReusePolicy != enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE ||
		start.WorkflowIDConflictPolicy != enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING || start.WorkflowTaskTimeout != contract.WorkflowTaskTimeout {
		t.Errorf("%+v", start)
	}
	if !reflect.DeepEqual(input, ledger.Start{Run: start.ID, Case: start.ID, Epoch: 1, Reopen: true}) {
		t.Errorf("%+v", input)
	}
	if update := r.Temporal.Updates[0]; update.WorkflowID != start.ID || update.UpdateName != contract.Work {
		t.Errorf("%+v", update)
	}
}

func TestWhoMayAskWhatLifeDoes(t *testing.T) {
	r := apitest.NewRig(t)
	for _, asked := range []catalogue.Command{
		catalogue.Convene.Command("k1", apitest.AnotherID, convene), catalogue.Refer.Command("k2", apitest.AnotherID, refer),
		catalogue.Consent.Command("k3", apitest.AnotherID, crossing.ConsentForm{Agency: "associazione", Purpose: "labour"}), catalogue.Suspend.Command("k4", apitest.AnotherID, suspend),
		catalogue.Transfer.Command("k5", apitest.AnotherID, transfer), catalogue.Merge.Command("k6", apitest.AnotherID, merge),
		catalogue.Reopen.Command("k7", apitest.AnotherID, reopen), catalogue.Permit.Command("k8", apitest.AnotherID, permit),
		catalogue.Minutes.Command("k9", apitest.AnotherID, minutes),
	} {
		_, err := r.Door().Do(context.Background(), apitest.SomeCPI, asked)
		if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedForbidden {
			t.Errorf("%s: %v", asked.Operation, err)
		}
	}
	if _, err := r.Caller(apitest.SomeCPI).Do(context.Background(), catalogue.Meet.Command("k", apitest.AnotherID, meeting)); err != nil {
		t.Errorf("a meeting by another agency: %v", err)
	}
}

func TestWhatIsReadBesideThePath(t *testing.T) {
	r, ctx := apitest.NewRig(t), context.Background()
	c := r.Caller(apitest.SomeWorker)
	equipes, err := c.Equipes(ctx, apitest.AnotherID)
	if err != nil || len(equipes.Items) != 1 || equipes.Items[0].ID != apitest.AnotherID || equipes.Items[0].Seats[0].Role != care.SocialWorker ||
		equipes.Items[0].Minutes[0].Text == "" {
		t.Errorf("équipes: %+v, %v", equipes, err)
	}
	if e, err := c.Equipe(ctx, apitest.AnotherID); err != nil || e.Kind != care.BetweenAgencies {
		t.Errorf("équipe: %+v, %v", e, err)
	}
	plans, err := c.Plans(ctx, apitest.AnotherID)
	if err != nil || len(plans.Items) != 1 || plans.Items[0].EquipeID != apitest.AnotherID || plans.Items[0].Actions[0].Progress.State != care.ActionToDo {
		t.Errorf("plans: %+v, %v", plans, err)
	}
	if f, err := c.GoalFindings(ctx, apitest.AnotherID); err != nil || f.Items[0].Result != "partly" || f.Items[0].Agency != "cpi" {
		t.Errorf("findings: %+v, %v", f, err)
	}
	d, err := c.Disclosure(ctx, apitest.AnotherID, "associazione", "labour")
	if err != nil || d.Digest != "digest" || d.Snapshot.GivenName != "Persona" || !d.ConsentInForce {
		t.Errorf("disclosure: %+v, %v", d, err)
	}
	share, err := c.Share(ctx, apitest.SomeID)
	if err != nil || share.Snapshot.FamilyName != "Prova 0001" || share.Plan == nil || share.Note != "Nota di prova" {
		t.Errorf("share: %+v, %v", share, err)
	}
	if files, err := c.MergeCandidates(ctx, apitest.AnotherID); err != nil || files.Items[0].ID != apitest.AnotherID {
		t.Errorf("merge candidates: %+v, %v", files, err)
	}
	r.Records.Same = []ledger.CaseFile{apitest.SomeCase}
	if files, err := c.SamePerson(ctx, percorso.Person{GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: "1990-05-01"}); err != nil || len(files.Items) != 1 {
		t.Errorf("same person: %+v, %v", files, err)
	}
	if line, err := c.Timeline(ctx, apitest.AnotherID); err != nil || line.Items[0].Code != "case_opened" {
		t.Errorf("timeline: %+v, %v", line, err)
	}
}

func TestCaseSaysWhatLifeDidToIt(t *testing.T) {
	r, ctx := apitest.NewRig(t), context.Background()
	r.Records.Life = func(c *ledger.Case) {
		c.SuspendedUntil, c.Consent, c.Transfer = &soon, &past, "altrove"
		c.Meetings = []ledger.Meeting{{At: past, Agency: "cpi", ByRole: care.CPIOperator}}
	}
	c, err := r.Caller(apitest.SomeWorker).CaseFile(ctx, apitest.AnotherID)
	if err != nil || c.Suspended == nil || c.ConsentSince == nil || c.TransferTo != "altrove" || len(c.Meetings) != 1 || c.Reopenable {
		t.Errorf("%+v, %v", c, err)
	}
	for outcome, may := range map[string]bool{care.OutcomeNeedsMet: true, care.OutcomeDeceased: false, care.OutcomeMerged: false} {
		r.Records.Life = func(c *ledger.Case) { c.Closed, c.Outcome, c.LastStage = &past, outcome, care.StageFollowUp }
		if c, err := r.Caller(apitest.SomeWorker).CaseFile(ctx, apitest.AnotherID); err != nil || c.Reopenable != may || c.LastStage != care.StageFollowUp {
			t.Errorf("%s: %+v, %v", outcome, c, err)
		}
	}
}
