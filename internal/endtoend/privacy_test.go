package endtoend

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
)

// marker is a name, and stands in every free text. Nobody is called so.
const marker = "Zqxmarker"

// A person with a marker for a name goes the straight path, and another one the
// complex path with partners and a transfer. The marker is found nowhere in
// Temporal's databases, in logs (and so in no address that was asked for) and in
// mails. That it would be found is seen in Percorso's own database.
func TestMarkerStaysInTheRecords(t *testing.T) {
	t.Parallel()
	s := open(t, "prova", patient...)
	s.markedStraight()
	s.markedComplex()

	require.NotZero(t, s.rowsWith("percorso"), "the marker would not be found")
	require.Zero(t, s.rowsWith("temporal"))
	require.Zero(t, s.rowsWith("temporal_visibility"))
	logs, err := filepath.Glob(filepath.Join(filepath.Dir(s.stack.LogFile("api")), "*.log"))
	require.NoError(t, err)
	require.NotEmpty(t, logs)
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		require.NotContains(t, string(text), marker, log)
	}
	mails := s.mails()
	require.Contains(t, mails, "/compiti/")
	require.Contains(t, mails, "/invito/")
	require.NotContains(t, mails, marker)
}

// openMarked opens the case file of the person with the marker, and walks it to
// the assessment.
func (s *services) openMarked() (caseID string) {
	s.t.Helper()
	marked := person(func(p map[string]any) {
		p["given_name"], p["family_name"], p["phone"] = marker, marker, "000 "+marker
		p["contacts"] = []map[string]any{{"kind": "phone", "value": "000 000001", "hours": marker}}
	})
	// What is no number is refused, and not said again.
	refused := s.post(care.DeskOperator, "/case-files", opening(marked, "labour", "housing")).is(http.StatusUnprocessableEntity)
	require.NotContains(s.t, fmt.Sprint(refused.body), marker)
	marked["phone"] = "000 000000"
	caseID = s.post(care.DeskOperator, "/case-files", opening(marked, "labour", "housing")).is(http.StatusCreated).text("id")
	s.do(caseID, care.FirstListening, with(heard))
	s.do(caseID, care.Orientation, with(booked()))
	s.do(caseID, care.ConfirmAppointment, with(care.Completion{Outcome: care.Confirmed}))
	s.do(caseID, care.Interview, with(care.Completion{Outcome: care.Held}))
	return caseID
}

// with puts the marker into the free text of a form.
func with(c care.Completion) care.Completion {
	c.Note = marker
	return c
}

func (s *services) markedStraight() {
	t := s.t
	id := s.openMarked()
	s.do(id, care.Assessment, with(assessed))
	referral := s.referral(id)
	// A form with faults says which, without what was typed.
	refused := s.post(care.CPIOperator, "/referrals/"+referral+"/reject", catalogue.ReferralMoveForm{Reason: marker, Note: marker}).is(http.StatusUnprocessableEntity)
	require.NotContains(t, fmt.Sprint(refused.body), marker)
	s.post(care.DeskOperator, "/case-file-searches", map[string]any{"search": marker}).is(http.StatusOK)
	// The CPI is reminded and the supervisor told, each by mail.
	require.Eventually(t, func() bool { return s.timeline(id)["escalated referral_answer"] == 1 }, 30*time.Second, 200*time.Millisecond)
	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{Note: marker})
	s.move(care.CPIOperator, referral, care.OpHold, catalogue.ReferralMoveForm{Note: marker})
	s.do(id, care.SupplyInformation, with(care.Completion{Outcome: care.Supplied}))
	s.move(care.CPIOperator, referral, care.OpAccept, catalogue.ReferralMoveForm{Note: marker})
	s.do(id, care.PlacementAppointment, with(care.Completion{Outcome: care.Fixed, At: in(time.Second)}))
	s.do(id, care.ServicePact, with(care.Completion{Outcome: care.Signed}))
	s.do(id, care.Measure, with(care.Completion{Outcome: care.Started, Measure: "internship", Until: in(time.Second), Enterprise: marker}))
	s.do(id, care.PlacementOutcome, with(care.Completion{Outcome: care.Placed}))
	s.do(id, care.Review, with(care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced}))
	s.do(id, care.Closure, with(care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomePlaced}))
	s.do(id, care.ClosureApproval, with(care.Completion{Outcome: care.Approved}))
}

func (s *services) markedComplex() {
	t := s.t
	id := s.openMarked()
	assessment := with(assessedAs(care.ToEquipeBetween))
	assessment.Areas[0].Note = marker
	s.do(id, care.Assessment, assessment)
	for _, role := range between {
		s.doAs(role, id, care.EquipeInvitation, with(care.Completion{Outcome: care.Confirmed}))
	}
	for _, role := range between[1:] {
		s.doAs(role, id, care.EquipeOpinion, with(care.Completion{Outcome: care.Dissenting}))
	}
	s.openTask(id, care.EquipeOpinion, care.SocialWorker)
	equipe := s.get(care.SocialWorker, "/case-files/"+id+"/equipes").items()[0].text("id")
	s.post(care.SocialWorker, "/equipes/"+equipe+"/minutes", catalogue.MinutesForm{At: time.Now().Add(-time.Second), Text: marker, Votes: []catalogue.MinutedVote{
		{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.WithConditions}, Note: marker},
	}}).is(http.StatusOK)
	s.doAs(care.SocialWorker, id, care.EquipeOpinion, with(care.Completion{Outcome: care.WithConditions}))
	draft := with(care.Completion{Outcome: care.Proposed, Plan: firstPlan()})
	draft.Plan.Goals[0].Text, draft.Plan.Actions[0].Text, draft.Plan.Changes = marker, marker, marker
	s.do(id, care.PlanDraft, draft)
	for _, role := range between {
		s.doAs(role, id, care.PlanSignOff, with(care.Completion{Outcome: care.Signed}))
	}
	s.do(id, care.PlanAgreement, with(care.Completion{Outcome: care.Agreed}))
	s.referralTo(id, "cpi")
	action := s.versions(care.SocialWorker, id)[0].list("actions")[0].text("id")
	s.post(care.CPIOperator, "/case-files/"+id+"/plan-actions/"+action+"/progress", catalogue.ProgressForm{State: care.ActionInProgress, Note: marker}).is(http.StatusOK)

	// A partner reads the name through its link, and writes it back.
	s.post(care.SocialWorker, "/case-files/"+id+"/consents", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "labour", Note: marker}).is(http.StatusOK)
	referral := s.refers(id, "terzo_settore", "labour")
	first, _ := s.link(referral, asksAnswer)
	require.Contains(t, s.opens(first, says("acknowledge")).text, marker)
	second, _ := s.link(referral, asksAnswer, first)
	require.Equal(t, http.StatusOK, s.opens(second, url.Values{"answer": {"reject"}, "reason": {"not_competent"}, "note": {marker}}).status)

	s.post(care.SocialWorker, "/case-files/"+id+"/suspension", agenda.SuspendForm{Until: in(time.Hour), Reason: "abroad", Note: marker, Kept: s.expected(id)}).is(http.StatusOK)
	s.post(care.SocialWorker, "/case-files/"+id+"/resumption", nil).is(http.StatusOK)
	s.post(care.SocialWorker, "/case-files/"+id+"/meetings", catalogue.MeetingForm{At: time.Now().Add(-time.Second), Note: marker}).is(http.StatusOK)
	s.post(care.SocialWorker, "/case-files/"+id+"/transfer", catalogue.TransferForm{Zone: "pistoia", Notice: true, Note: marker}).is(http.StatusOK)
	there := s.with(t, "pistoia")
	var asked string
	s.eventually("Pistoia is asked", func() bool {
		for _, task := range there.get(care.SocialWorker, "/tasks?team=true").items() {
			asked = task.text("id")
		}
		return asked != ""
	})
	require.Equal(t, marker, there.get(care.SocialWorker, "/tasks/"+asked+"/share").text("note"))
	there.post(care.SocialWorker, "/tasks/"+asked+"/claim", nil).is(http.StatusOK)
	there.post(care.SocialWorker, "/tasks/"+asked+"/complete", with(care.Completion{Outcome: care.Accepted, Stage: care.StageFirstLevel})).is(http.StatusOK)
	s.eventually("the case is Pistoia's", func() bool { return len(there.get(care.SocialWorker, "/case-files").items()) == 1 })
}

// rowsWith counts the rows of a database that hold the marker, as text or as
// bytes, in any column of any table.
func (s *services) rowsWith(database string) (count int) {
	s.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.stack.AdministratorURL(database))
	require.NoError(s.t, err)
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	require.NoError(s.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s.t, err)
	require.NotEmpty(s.t, tables)
	for _, table := range tables {
		var n int
		// A row as text shows bytea columns in hexadecimal.
		err := conn.QueryRow(ctx, `SELECT count(*) FROM `+table+` AS r WHERE r::text ILIKE '%' || $1 || '%' OR r::text LIKE '%' || encode($1::bytea, 'hex') || '%'`, marker).Scan(&n)
		require.NoError(s.t, err, table)
		count += n
	}
	return count
}

// mails is all that the mail receiver was given.
func (s *services) mails() string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.stack.Addresses().MailPage+"/api/mails", nil)
	require.NoError(s.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return strings.ReplaceAll(string(text), `\/`, "/")
}
