package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// at is a time of the offices.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	rome, err := time.LoadLocation("Europe/Rome")
	require.NoError(t, err)
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, rome)
	require.NoError(t, err)
	return moment
}

// mails lists whom the mails about the case are to go to, by template.
func (w *casework) mails() map[string][]string {
	w.Helper()
	found := map[string][]string{}
	// They are for the skipped future, so that TakeMails would not give them out today.
	err := w.asWorker(w.id, func(tx pgx.Tx) error {
		rows, _ := tx.Query(context.Background(), `SELECT template, recipient FROM mail WHERE case_id = $1 ORDER BY created_at, recipient`, w.id)
		var template, recipient string
		_, err := pgx.ForEachRow(rows, []any{&template, &recipient}, func() error {
			found[template] = append(found[template], recipient)
			return nil
		})
		return err
	})
	require.NoError(w, err)
	return found
}

func TestClockOfATaskThatNobodyClaims(t *testing.T) {
	for _, c := range []struct {
		name, from          string
		reminded, escalated string
	}{
		{"on a Monday", "2027-01-11 09:30", "Tue 2027-01-12 18:00", "Wed 2027-01-13 18:00"},
		{"over a weekend", "2027-01-15 09:30", "Mon 2027-01-18 18:00", "Tue 2027-01-19 18:00"},
		{"over 4 October", "2027-10-01 09:30", "Tue 2027-10-05 18:00", "Wed 2027-10-06 18:00"},
		{"over Christmas and the patron saint", "2029-12-24 09:30", "Thu 2029-12-27 18:00", "Fri 2029-12-28 18:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			playFrom(t, at(t, c.from), func(w *casework) {
				w.opens()
				w.passes(20 * day)
				require.Equal(t, []string{c.reminded}, w.when("reminder_sent first_listening"))
				require.Equal(t, []string{c.escalated}, w.when("escalated first_listening"))
				require.True(t, w.task(care.FirstListening).Escalated)
				require.Equal(t, map[string][]string{
					"reminder":   {"desk_operator.prato@percorso.example"},
					"escalation": {"supervisor.prato@percorso.example"},
				}, w.mails())
				w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}}) // late, and done
				w.waits(care.Orientation)
			})
		})
	}
}

func TestClockOfAReferral(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.ReferralAnswer) // on the same day
		w.passes(2 * day)
		require.Empty(t, w.when("reminder_sent referral_answer"))
		w.passes(day)
		require.Equal(t, []string{"Wed 2027-01-13 18:00"}, w.when("reminder_sent referral_answer"))
		require.Equal(t, 1, w.task(care.ReferralAnswer).Reminders)

		// The acknowledgement stops the first clock and starts the one of the answer.
		w.acknowledges()
		w.passes(30 * day)
		require.Equal(t, []string{"Wed 2027-01-13 18:00", "Thu 2027-01-21 18:00"}, w.when("reminder_sent referral_answer"))
		require.Equal(t, []string{"Thu 2027-01-28 18:00"}, w.when("escalated referral_answer"))
		require.Equal(t, map[string][]string{
			"reminder":   {"cpi_operator.prato@percorso.example", "cpi_operator.prato@percorso.example"},
			"escalation": {"supervisor.prato@percorso.example"},
		}, w.mails())
		w.accepts()
		w.waits(care.PlacementAppointment)
	})
}

func TestClockOfATaskForLater(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		later := at(t, "2027-02-01 10:00") // a Monday
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Moved, At: &later})
		w.claim(w.task(care.Interview)) // its clock begins with the appointment, not with the claim
		w.passes(60 * day)
		require.Equal(t, []string{"Mon 2027-02-01 18:00"}, w.when("reminder_sent interview"))
		require.Equal(t, []string{"Tue 2027-02-02 18:00"}, w.when("escalated interview"))
	})
}

func TestClockStopsWithItsTask(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Informed})
		w.closesEarly()
		w.passes(60 * day)
		require.Empty(t, w.mails())
	})
}

func TestClocksAfterASupervisorsRepairs(t *testing.T) { testclock.Each(t, repairs) }

func repairs(t *testing.T, now time.Time) {
	playFrom(t, now, func(w *casework) {
		w.opens()
		task := w.task(care.FirstListening)
		offices, err := calendar.New(w.policy())
		require.NoError(w, err)
		until := offices.NextOpen(w.now().Add(100 * day).Truncate(time.Second))
		w.repairs(task, catalogue.Extend, catalogue.Assignment{Until: &until, Note: "Prova"})
		w.passes(49 * day)
		require.Empty(t, w.when("reminder_sent first_listening"))
		w.passes(6 * day) // on an open day
		require.Len(t, w.when("reminder_sent first_listening"), 1)
		require.Empty(t, w.when("escalated first_listening"))
		w.passes(50 * day)
		require.Len(t, w.when("escalated first_listening"), 1)
	})
	playFrom(t, now, func(w *casework) {
		w.opens()
		w.repairs(w.task(care.FirstListening), catalogue.Reassign, catalogue.Assignment{Role: care.SocialWorker})
		require.Equal(t, care.SocialWorker, w.task(care.FirstListening).Role)
		offices, err := calendar.New(w.policy())
		require.NoError(w, err)
		soon := w.now().Add(2 * time.Hour).Truncate(time.Second)
		if soon.In(offices.Location()).Day() != w.now().In(offices.Location()).Day() {
			soon = offices.NextOpen(soon)
		}
		w.repairs(w.task(care.FirstListening), catalogue.Extend, catalogue.Assignment{Until: &soon}) // earlier than its run was told
		w.carrier.(*play).relay()
		w.passes(max(day, soon.Sub(w.now())+time.Hour))
		require.Len(t, w.when("reminder_sent first_listening"), 1)
		require.Len(t, w.when("escalated first_listening"), 1)
		require.Equal(t, []string{"social_worker.prato@percorso.example"}, w.mails()["reminder"])
		w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}})
	})
}

// repairs is what a supervisor does about a task.
func (w *casework) repairs(task ledger.Task, op catalogue.Operation[catalogue.Assignment], form catalogue.Assignment) {
	w.Helper()
	require.Empty(w, op.Check(form, catalogue.Around{Policy: w.policy(), Now: w.now()}))
	w.assign(care.Supervisor, op.Command("", task.ID, form))
}
