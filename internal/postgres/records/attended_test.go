package records_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/together"
	rules "percorso/internal/together"
)

// TestAMoveAsksWhoTakesPart: an appointment does not move to an hour at which a professional
// who takes part is at another one, not even one that is on its way there.
func TestAMoveAsksWhoTakesPart(t *testing.T) {
	p := newPlay(t)
	receives(p, 4, "pas")
	worker := p.Accounts["social_worker.prato"]
	kept := together.New(p.Pool(standalone.API), postgres.NewRules(calendar.New), func() time.Time { return p.Now })
	_, run, first := p.booked("pas", thursday(9, 0))
	_, _, second := p.booked("pas", thursday(10, 0))
	for _, id := range []string{first, second} {
		require.NoError(t, kept.AddParticipant(t.Context(), worker, uuid.NewString(), id, worker.ID))
	}
	puts := func(id string, at time.Time) ledger.Command {
		return p.puts("social_worker.prato", id, agenda.Moving{At: at, By: agenda.TheService})
	}
	refused := puts(first, thursday(10, 0))
	require.Equal(t, []care.Fault{{Field: "at", Rule: agenda.StaffElsewhere}}, refused.Refusal.Faults)
	moves := puts(first, thursday(9, 30))
	require.Equal(t, ledger.CommandAccepted, moves.State)
	require.Equal(t, []care.Fault{{Field: "at", Rule: agenda.StaffElsewhere}}, puts(second, thursday(9, 30)).Refusal.Faults, "the other one is on its way there")
	var refusal *care.Refusal
	require.ErrorAs(t, kept.AddParticipant(t.Context(), worker, uuid.NewString(), first, p.Accounts["desk_operator.prato"].ID), &refusal)
	require.Equal(t, rules.RuleMoves, refusal.Faults[0].Rule)
	require.Equal(t, ledger.Recorded, p.moves(run, first, moves).Verdict)
	require.Equal(t, ledger.CommandAccepted, puts(second, thursday(9, 0)).State, "it is free again")
}

// TestAMeetingWarnsWhereSomebodyIsElsewhere: who is invited and takes part in an appointment
// then is said, once; who plans the meeting all the same knows it.
func TestAMeetingWarnsWhereSomebodyIsElsewhere(t *testing.T) {
	p := newPlay(t)
	worker := p.Accounts["social_worker.prato"]
	kept := together.New(p.Pool(standalone.API), postgres.NewRules(calendar.New), func() time.Time { return p.Now })
	_, _, appointment := p.booked("pas", thursday(9, 0))
	require.NoError(t, kept.AddParticipant(t.Context(), worker, uuid.NewString(), appointment, worker.ID))
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	social := gathering.Invited{Role: care.SocialWorker, Agency: "comune"}
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: social.Role, Agency: care.Code(social.Agency), State: care.SeatInvited})
	_, err := p.Owner.Exec(t.Context(), `UPDATE seat SET state = 'confirmed', member = $2 WHERE run_id = $1`, equipe, worker.ID)
	require.NoError(t, err)
	plans := func(form gathering.MeetingPlan) error {
		p.Now = p.Now.Add(time.Minute)
		form.How, form.Invited = gathering.ByTelephone, []gathering.Invited{social}
		_, err := p.assigns("social_worker.prato", catalogue.PlanMeeting.Command("", "", form).InRun(equipe).NewCommand)(uuid.NewString())
		return err
	}
	warned := care.Refuse(care.Fault{Field: "anyway", Rule: gathering.RuleBusy})
	require.Equal(t, warned, plans(gathering.MeetingPlan{At: thursday(8, 30)}), "an hour is taken for it")
	require.NoError(t, plans(gathering.MeetingPlan{At: thursday(9, 30)}))
	require.NoError(t, plans(gathering.MeetingPlan{At: thursday(10, 0), Why: "Prova"}), "the one that is moved does not count")
	require.Equal(t, warned, plans(gathering.MeetingPlan{At: thursday(9, 0), Why: "Prova"}))
	require.NoError(t, plans(gathering.MeetingPlan{At: thursday(9, 0), Why: "Prova", Anyway: true}))
}
