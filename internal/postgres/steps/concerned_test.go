package steps_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// The other agencies of a branch are told that it is over for them, and the timeline says
// truly who was.
func TestTheAgenciesConcernedAreTold(t *testing.T) {
	lines := func(p *play, code string) (agencies []any) {
		for _, row := range p.Rows(`SELECT detail FROM timeline WHERE code = $1 ORDER BY id`, code) {
			agencies = append(agencies, row["detail"])
		}
		return agencies
	}
	mails := func(p *play, template string) (to []any) {
		for _, row := range p.Rows(`SELECT recipient FROM mail WHERE template = $1 ORDER BY recipient`, template) {
			to = append(to, row["recipient"])
		}
		return to
	}
	hears := func(p *play, caseRun, run string, op care.Operation) ledger.Entry {
		p.Does(caseRun, p.Clock(), ledger.Effects{Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: op}}}}, nil)
		return p.Hear(run, op)
	}
	t.Run("a partner by link, at the end of the case", func(t *testing.T) {
		p := newPlay(t)
		caseRun, run, referral, task := p.Referred()
		p.Does(run, hears(p, caseRun, run, care.OpEnd), ledger.Effects{
			Ending: care.EndedEarly, Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}},
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralWithdrawn}}}, nil)
		require.Equal(t, []any{"asl.prato@partner.example"}, mails(p, "partner_ended"))
		require.Equal(t, []any{"asl"}, lines(p, "agency_told"))
		require.Zero(t, p.Count(`mail WHERE template = 'partner_ended' AND link <> ''`))
	})
	t.Run("a partner by link, when the consent is withdrawn", func(t *testing.T) {
		p := newPlay(t)
		caseRun, run, referral, task := p.Referred()
		p.Does(run, hears(p, caseRun, run, care.OpUnconsent), ledger.Effects{
			Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskObsolete}},
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralWithdrawn}}}, nil)
		require.Equal(t, []any{"asl"}, lines(p, "agency_told"))
	})
	t.Run("seats and tasks, each agency once, those who hold them", func(t *testing.T) {
		p := newPlay(t)
		caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		run := p.Equipe(caseRun, ledger.SeatChange{ID: uuid.NewString(), Agency: "cpi", Role: care.CPIOperator, State: care.SeatInvited},
			ledger.SeatChange{ID: uuid.NewString(), Agency: "comune", Role: care.SocialWorker, State: care.SeatInvited})
		invitation := postgrestest.Opens(run, "invitation", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
		p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
		_, err := p.Owner.Exec(t.Context(), `UPDATE task SET state = 'reserved', holder = $2, reserved_at = $3 WHERE id = $1`,
			invitation.ID, p.Accounts["cpi_operator.prato"].ID, p.Now)
		require.NoError(t, err)
		p.Does(run, hears(p, caseRun, run, care.OpEnd), ledger.Effects{Ending: care.EndedEarly, Tasks: []ledger.TaskChange{{ID: invitation.ID, State: care.TaskObsolete}}}, nil)
		require.Equal(t, []any{"cpi_operator.prato@percorso.example"}, mails(p, "work_ended"))
		require.Equal(t, []any{"cpi"}, lines(p, "agency_told"), "the agency of the case knows")
	})
	t.Run("who is away is passed over", func(t *testing.T) {
		p := newPlay(t)
		caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		held := func() (run, task string) {
			run = p.Equipe(caseRun, ledger.SeatChange{ID: uuid.NewString(), Agency: "cpi", Role: care.CPIOperator, State: care.SeatInvited})
			opens := postgrestest.Opens(run, "opinion", ledger.TaskChange{Kind: care.ReferralAnswer, Role: care.CPIOperator, Agency: "cpi"})
			p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{opens}}, nil)
			_, err := p.Owner.Exec(t.Context(), `UPDATE task SET state = 'reserved', holder = $2, reserved_at = $3 WHERE id = $1`, opens.ID, p.Accounts["cpi_operator.prato"].ID, p.Now)
			require.NoError(t, err)
			return run, opens.ID
		}
		_, err := p.Owner.Exec(t.Context(), `WITH second AS (INSERT INTO staff (subject, name, role, zone, agency, email)
				VALUES ('prova.seconda', 'Personale Prova seconda', 'cpi_operator', 'prato', 'cpi', 'seconda@prova.invalid') RETURNING id)
			INSERT INTO absence (id, staff, first_day, last_day, substitute) SELECT gen_random_uuid(), $1, $2::date, $2::date, id FROM second`, p.Accounts["cpi_operator.prato"].ID, p.Now)
		require.NoError(t, err)
		for _, substitute := range []bool{true, false} { // nobody is named: it is for all of the agency's role
			if !substitute {
				_, err := p.Owner.Exec(t.Context(), `UPDATE absence SET substitute = NULL`)
				require.NoError(t, err)
			}
			run, task := held()
			p.Does(run, hears(p, caseRun, run, care.OpEnd), ledger.Effects{Ending: care.EndedEarly, Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}}, nil)
			require.NotContains(t, mails(p, "work_ended"), any("cpi_operator.prato@percorso.example"))
			require.Contains(t, mails(p, "work_ended"), any("seconda@prova.invalid"))
			_, err := p.Owner.Exec(t.Context(), `DELETE FROM mail`)
			require.NoError(t, err)
		}
	})
	t.Run("nobody there is said", func(t *testing.T) {
		p := newPlay(t)
		caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		run := p.Equipe(caseRun, ledger.SeatChange{ID: uuid.NewString(), Agency: "cpi", Role: care.CPIOperator, State: care.SeatInvited})
		_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE agency = 'cpi'`)
		require.NoError(t, err)
		p.Does(run, hears(p, caseRun, run, care.OpEnd), ledger.Effects{Ending: care.EndedEarly}, nil)
		require.Empty(t, mails(p, "work_ended"))
		require.Equal(t, []any{"cpi"}, lines(p, "agency_untold"))
		require.Empty(t, lines(p, "agency_told"))
	})
	t.Run("another zone, when what it was asked is taken back", func(t *testing.T) {
		for _, there := range []bool{true, false} {
			p := newPlay(t)
			caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
			run, task := p.transferred(caseRun)
			if !there {
				_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE zone = 'lucca'`)
				require.NoError(t, err)
			}
			p.Does(run, hears(p, caseRun, run, care.OpEnd), ledger.Effects{Ending: care.EndedEarly, Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}}, nil)
			if there {
				require.Equal(t, []any{"social_worker.lucca@percorso.example", "social_worker_2.lucca@percorso.example"}, mails(p, "work_ended"), "nobody there had taken it")
				require.Equal(t, []any{"lucca"}, lines(p, "zone_told"))
			} else {
				require.Empty(t, mails(p, "work_ended"))
				require.Equal(t, []any{"lucca"}, lines(p, "zone_untold"))
			}
			require.Empty(t, lines(p, "agency_told"))
		}
	})
	t.Run("another zone that was to approve a closure, and another agency with a task of the case itself", func(t *testing.T) {
		p := newPlay(t)
		p.owner(`UPDATE staff SET active = false WHERE subject = 'supervisor_2.prato'`)
		caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		approval := p.proposesClosure("supervisor.prato", caseRun)
		permit := postgrestest.Opens(caseRun, "permit", ledger.TaskChange{Kind: care.PermitRenewal, Role: care.CPIOperator, Agency: "cpi"})
		p.Does(caseRun, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{permit}}, nil)
		p.Does(caseRun, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: approval, State: care.TaskObsolete}, {ID: permit.ID, State: care.TaskObsolete}}},
			func(s *care.RunState) { s.Interrupt = &care.Answer{Operation: care.OpTransfer} })
		require.Equal(t, []any{"cpi"}, lines(p, "agency_told"))
		require.Equal(t, []any{"lucca"}, lines(p, "zone_told"))
		require.Contains(t, mails(p, "work_ended"), any("supervisor.lucca@percorso.example"))
	})
	t.Run("and not who has just approved it", func(t *testing.T) {
		p := newPlay(t)
		p.owner(`UPDATE staff SET active = false WHERE subject = 'supervisor_2.prato'`)
		caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		approval := p.proposesClosure("supervisor.prato", caseRun)
		p.Complete("supervisor.lucca", caseRun, approval, care.Completion{Outcome: care.Approved}, ledger.Effects{
			Stage: care.StageClosed, Closure: care.OutcomeMovedAway, Ending: care.OutcomeMovedAway}, nil)
		require.Empty(t, mails(p, "work_ended"))
	})
	t.Run("who withdraws it itself is told nothing, its addressee is", func(t *testing.T) {
		p := newPlay(t)
		_, run, referral, task := p.Referred()
		p.Does(run, p.Ask("social_worker.prato", run, catalogue.Withdraw.Command("", referral, catalogue.ReferralMoveForm{})), ledger.Effects{
			Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskObsolete}},
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralWithdrawn}}}, nil)
		require.Equal(t, []any{"asl"}, lines(p, "agency_told"))
		require.Empty(t, mails(p, "work_ended"))
	})
}
