package together_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/together"
	rules "percorso/internal/together"
	"percorso/internal/written"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// zone is Prato's appointments on a real Postgres, with people who arrange them.
type zone struct {
	*postgrestest.Archive
	*together.Store
	pool              *pgxpool.Pool
	now               time.Time
	worker, cpi, desk care.Staff
}

func newZone(t *testing.T) *zone {
	z := &zone{Archive: postgrestest.NewArchive(t)}
	z.now = z.Today()
	z.worker, z.cpi, z.desk = z.Accounts["social_worker.prato"], z.Accounts["cpi_operator.prato"], z.Accounts["desk_operator.prato"]
	z.pool = z.Pool(standalone.API)
	z.Store = together.New(z.pool, postgres.NewRules(calendar.New), func() time.Time { return z.now })
	return z
}

func (z *zone) do(sql string, args ...any) {
	z.T.Helper()
	_, err := z.Owner().Exec(z.T.Context(), sql, args...)
	require.NoError(z.T, err)
}

// appointment is one at the social service, of a case in which the employment centre has a seat.
func (z *zone) appointment(at time.Time) (caseID, id string) {
	z.T.Helper()
	caseID, _ = z.Open("prato")
	id = uuid.NewString()
	z.do(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) VALUES ($1, $5, $2, 'prato', $4, 'social_service', 'booked', $3)`, id, caseID, at, z.worker.Agency, ledger.RunID(care.RunService, id))
	run := ledger.RunID(care.RunEquipe, uuid.NewString())
	z.do(`INSERT INTO run (id, kind, case_id, zone, policy_version, course_version, started_at) SELECT $1, 'equipe', case_id, zone, policy_version, course_version, started_at FROM run WHERE id = $2`, run, ledger.CaseRun(caseID))
	z.do(`INSERT INTO seat (id, run_id, case_id, zone, agency, role, state, member, invited_at) VALUES (gen_random_uuid(), $1, $2, 'prato', $3, 'cpi_operator', 'confirmed', $4, $5)`,
		run, caseID, z.cpi.Agency, z.cpi.ID, z.now)
	return caseID, id
}

func (z *zone) adds(key, appointment string, of care.Staff) error {
	return z.AddParticipant(z.T.Context(), z.worker, key, appointment, of.ID)
}

func (z *zone) of(who care.Staff, appointment string) []rules.Participant {
	z.T.Helper()
	list, err := z.Participants(z.T.Context(), who, []string{appointment})
	require.NoError(z.T, err)
	return list
}

func (z *zone) sees(who care.Staff, appointment string) bool {
	z.T.Helper()
	page, err := z.Records.Appointments(z.T.Context(), who, ledger.AppointmentFilter{ID: appointment}, ledger.Paging{})
	require.NoError(z.T, err)
	return len(page.Items) == 1
}

func refusedBy(t *testing.T, err error, rule string) {
	t.Helper()
	var refused *care.Refusal
	require.ErrorAs(t, err, &refused)
	require.Equal(t, rule, refused.Faults[0].Rule)
}

// TestAProfessionalOfAnotherAgencyTakesPart: added by name, they see the appointment, which no
// colleague of theirs does; taken out, they do not any more, and it stays who did it and why.
func TestAProfessionalOfAnotherAgencyTakesPart(t *testing.T) {
	z := newZone(t)
	at := z.now.Add(50 * time.Hour)
	caseID, id := z.appointment(at)
	may, err := z.MayAttend(t.Context(), z.worker, id)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, m := range may {
		names[m.ID] = true
	}
	require.True(t, names[z.cpi.ID] && names[z.desk.ID])
	stranger := z.Accounts["cpi_operator.pistoia"]
	require.False(t, names[stranger.ID])
	refusedBy(t, z.adds("estranea", id, stranger), rules.RulePart)
	require.False(t, z.sees(z.cpi, id))

	require.NoError(t, z.adds("una", id, z.cpi))
	require.NoError(t, z.adds("una", id, z.cpi), "sent twice")
	require.ErrorIs(t, z.adds("una", id, z.desk), ledger.ErrKeyReused)
	refusedBy(t, z.adds("due", id, z.cpi), rules.RuleThere)
	require.True(t, z.sees(z.cpi, id))
	require.Len(t, z.of(z.cpi, id), 1)
	refusedBy(t, z.AddParticipant(t.Context(), z.cpi, "sua", id, z.desk.ID), rules.RuleNotYours)
	for who, organizes := range map[*care.Staff]bool{&z.cpi: false, &z.worker: true} {
		yes, err := z.Organizes(t.Context(), *who, id)
		require.NoError(t, err)
		require.Equal(t, organizes, yes, who.Name)
	}

	// Their absence leaves the part with nobody, and so does the end of what the agency does.
	z.do(`INSERT INTO absence (id, staff, first_day, last_day) VALUES (gen_random_uuid(), $1, day_of($2), day_of($2))`, z.cpi.ID, at)
	require.Equal(t, rules.Away, z.of(z.worker, id)[0].Uncovered)
	z.do(`DELETE FROM absence`)
	require.Equal(t, rules.Gap(""), z.of(z.worker, id)[0].Uncovered)
	z.do(`UPDATE seat SET state = 'replaced' WHERE case_id = $1`, caseID)
	require.Equal(t, rules.NoPart, z.of(z.worker, id)[0].Uncovered)
	require.False(t, z.sees(z.cpi, id))
	z.do(`UPDATE seat SET state = 'confirmed' WHERE case_id = $1`, caseID)

	// Of a protected person nobody but her keepers sees anything through it.
	z.do(`INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) VALUES ($1, $1, 'prato', 'PO-0', '{comune}', 'Prova', $2, $3)`, caseID, z.now, z.worker.ID)
	require.False(t, z.sees(z.cpi, id))
	require.Empty(t, z.of(z.cpi, id))
	require.ErrorIs(t, z.adds("nascosta", id, z.desk), ledger.ErrNotFound)
	z.do(`DELETE FROM protection`)

	one := z.of(z.worker, id)[0].ID
	was := z.now
	z.now = at
	refusedBy(t, z.EndParticipant(t.Context(), z.worker, id, one, "not_needed"), rules.RuleOver)
	z.now = was
	refusedBy(t, z.EndParticipant(t.Context(), z.worker, id, one, "malata"), care.RuleReason)
	require.NoError(t, z.EndParticipant(t.Context(), z.cpi, id, one, "cannot_come"), "themselves")
	require.False(t, z.sees(z.cpi, id))
	refusedBy(t, z.EndParticipant(t.Context(), z.worker, id, one, "not_needed"), rules.RuleOut)
	out := z.of(z.worker, id)[0]
	require.Equal(t, []any{z.cpi.Name, "cannot_come"}, []any{out.EndedBy, out.Why})
	require.NoError(t, z.adds("tre", id, z.cpi), "again")
	z.now = at
	refusedBy(t, z.adds("tardi", id, z.desk), rules.RuleOver)
}

// TestNobodyIsAtTwoPlaces: of two colleagues who add the same professional to two appointments
// of one hour, at the same moment, one has them.
func TestNobodyIsAtTwoPlaces(t *testing.T) {
	z := newZone(t)
	at := z.now.Add(50 * time.Hour)
	_, first := z.appointment(at)
	_, second := z.appointment(at.Add(10 * time.Minute))
	answers := make(chan error, 2)
	for _, id := range []string{first, second} {
		go func() { answers <- z.adds("insieme "+id, id, z.cpi) }()
	}
	one, other := <-answers, <-answers
	if one == nil {
		one, other = other, one
	}
	require.NoError(t, other)
	refusedBy(t, one, rules.RuleTwice)
	_, later := z.appointment(at.Add(2 * time.Hour))
	require.NoError(t, z.adds("dopo", later, z.cpi), "they are free by then")
	require.Equal(t, 2, z.busy(at.Add(-time.Hour), at.Add(4*time.Hour)))
	// A visit at somebody's home takes them as well, for as long as it lasts.
	_, third := z.appointment(at.Add(6 * time.Hour))
	_, home := z.appointment(at.Add(5 * time.Hour))
	z.do(`INSERT INTO home_visit (appointment_id, zone, run_id, first, alone, knows, phone, address, at, until, ask_at, alarm_at, planned_by, planned_at)
		SELECT id, zone, run_id, $2, 'Prova', $3, '333 0000001', '', at, at + interval '61 minutes', at + interval '2 hours', at + interval '2 hours', $3, $4 FROM appointment WHERE id = $1`, home, z.cpi.ID, z.worker.ID, z.now)
	refusedBy(t, z.adds("in visita", third, z.cpi), rules.RuleTwice)
	require.NoError(t, z.adds("la sua", home, z.cpi), "it is the visit itself")
	z.do(`UPDATE appointment SET state = 'cancelled'`)
	require.Equal(t, 0, z.busy(at.Add(-time.Hour), at.Add(4*time.Hour)))
}

// TestAMeetingIsInTheAgenda of whoever sits in the équipe: they have nothing else then, and
// what becomes of it becomes of their agenda.
func TestAMeetingIsInTheAgenda(t *testing.T) {
	z := newZone(t)
	at := z.now.Add(50 * time.Hour).Truncate(time.Second)
	caseID, id := z.appointment(at.Add(30 * time.Minute))
	plans := func(data string) {
		z.do(`INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at)
			SELECT gen_random_uuid(), s.case_id, s.run_id, 'prato', s.agency, 'plan_meeting', $2, $3, clock_timestamp() FROM seat s WHERE s.case_id = $1`, caseID, data, z.worker.ID)
	}
	z.do(`INSERT INTO equipe (run_id, case_id, zone, kind, convened_at) SELECT run_id, case_id, zone, 'between_agencies', $2 FROM seat WHERE case_id = $1`, caseID, z.now)
	z.do(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at)
		SELECT gen_random_uuid(), case_id, run_id, zone, agency, 'public_task', 'equipe', '{"given_name": "Persona", "family_name": "Prova"}', $2 FROM seat WHERE case_id = $1`, caseID, z.now)
	invited := `"how": "in_person", "place": "Sala di prova", "invited": [{"role": "cpi_operator", "agency": "` + z.cpi.Agency + `"}]}`
	plans(`{"at": "` + at.Format(time.RFC3339) + `", ` + invited)
	of := func(who care.Staff) int {
		list, err := z.Meetings(t.Context(), who, z.cpi.ID, at.Add(-time.Hour), at.Add(time.Hour))
		require.NoError(t, err)
		return len(list)
	}
	require.Equal(t, []int{1, 1, 0}, []int{of(z.cpi), of(z.worker), of(z.Accounts["cpi_operator.pistoia"])})
	refusedBy(t, z.adds("riunione", id, z.cpi), rules.RuleMeets)
	plans(`{"at": "` + at.Add(24*time.Hour).Format(time.RFC3339) + `", "why": "Prova", ` + invited)
	require.Equal(t, 0, of(z.cpi))
	require.NoError(t, z.adds("riunione", id, z.cpi), "it was moved")
	page, err := z.Records.Appointments(t.Context(), z.cpi, ledger.AppointmentFilter{Of: z.cpi.ID}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Equal(t, "Persona Prova", page.Items[0].Person, "as their agency was given her")
}

// busy is at how many times the operator of the employment centre is expected somewhere.
func (z *zone) busy(from, until time.Time) (n int) {
	z.T.Helper()
	err := postgres.Within(z.T.Context(), z.pool, postgres.App(z.worker, z.now), nil, func(tx postgres.Tx) error {
		times, err := places.BusyIn(z.T.Context(), tx, []string{z.cpi.ID}, from, until, "")
		n = len(times)
		return err
	})
	require.NoError(z.T, err)
	return n
}

// TestEachAgencySaysWhatBecameOfItsPart: once the hour has been, each for itself, and the note
// is for its circle.
func TestEachAgencySaysWhatBecameOfItsPart(t *testing.T) {
	z := newZone(t)
	at := z.now.Add(50 * time.Hour)
	_, id := z.appointment(at)
	yes, no := true, false
	said := rules.Outcome{Held: &yes, Note: "Nota di prova", Circle: written.Agency}
	require.NoError(t, z.adds("una", id, z.cpi))
	refusedBy(t, z.SayOutcome(t.Context(), z.cpi, id, said), rules.RuleItsHour)
	z.now = at.Add(time.Hour)
	require.NoError(t, z.SayOutcome(t.Context(), z.cpi, id, said))
	require.NoError(t, z.SayOutcome(t.Context(), z.cpi, id, said), "the same again")
	refusedBy(t, z.SayOutcome(t.Context(), z.cpi, id, rules.Outcome{Held: &no, Circle: written.Agency}), rules.RuleSaid)
	z.now = z.now.Add(time.Minute)
	require.NoError(t, z.SayOutcome(t.Context(), z.worker, id, rules.Outcome{Held: &no, Note: "Altra nota di prova", Circle: written.Case}))
	require.ErrorIs(t, z.SayOutcome(t.Context(), z.Accounts["cpi_operator.pistoia"], id, said), ledger.ErrNotFound)
	for _, c := range []struct {
		who   care.Staff
		notes []string
	}{{z.cpi, []string{"Nota di prova", ""}}, {z.worker, []string{"", "Altra nota di prova"}}} {
		list, err := z.Outcomes(t.Context(), c.who, []string{id})
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, []bool{true, false}, []bool{list[0].Held, list[1].Held})
		require.Equal(t, c.notes, []string{list[0].Note, list[1].Note}, c.who.Role)
	}
}

// joined is another person's appointment at the place of one.
func (z *zone) joined(appointment string) (caseID, id string) {
	z.T.Helper()
	var at time.Time
	require.NoError(z.T, z.Owner().QueryRow(z.T.Context(), `SELECT at FROM appointment WHERE id = $1`, appointment).Scan(&at))
	caseID, id = z.appointment(at)
	z.do(`UPDATE booking SET joint = (SELECT b.id FROM booking b WHERE b.appointment_id = $2) WHERE appointment_id = $1`, id, appointment)
	return caseID, id
}

// TestTwoPersonsAtOneAppointment: whoever sees both appointments reads who else is expected, who
// sees one reads nothing of the other, and a professional takes part in both at once.
func TestTwoPersonsAtOneAppointment(t *testing.T) {
	z := newZone(t)
	at := z.now.Add(50 * time.Hour)
	_, hers := z.appointment(at)
	husband, his := z.joined(hers)
	beside := func(who care.Staff, of string) (others []string) {
		list, err := z.Beside(t.Context(), who, []string{of})
		require.NoError(t, err)
		for _, b := range list {
			others = append(others, b.Other)
		}
		return others
	}
	require.Equal(t, []string{his}, beside(z.worker, hers))
	require.Equal(t, []string{hers}, beside(z.worker, his))
	require.NoError(t, z.adds("una", hers, z.cpi))
	require.Empty(t, beside(z.cpi, hers), "she takes part in one")
	require.NoError(t, z.adds("due", his, z.cpi), "it is the same place")
	require.Equal(t, []string{his}, beside(z.cpi, hers))
	_, other := z.appointment(at)
	refusedBy(t, z.adds("altrove", other, z.cpi), rules.RuleTwice)

	z.do(`INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) VALUES ($1, $1, 'prato', 'PO-0', '{comune}', 'Prova', $2, $3)`, husband, z.now, z.worker.ID)
	require.Empty(t, beside(z.worker, hers))
	require.Empty(t, beside(z.worker, his))
	z.do(`DELETE FROM protection`)
	z.do(`UPDATE appointment SET state = 'cancelled' WHERE id = $1`, hers)
	require.Empty(t, beside(z.worker, his), "he keeps the place alone")
}

// TestWhoIsAddedIsToldAndWhoPlannedReadsOfAbsences: by mail, without a word of the person; and an
// absence entered afterwards is read by whoever planned it, and of a visit by the supervisor.
func TestWhoIsAddedIsToldAndWhoPlannedReadsOfAbsences(t *testing.T) {
	z := newZone(t)
	at := z.now.Add(50 * time.Hour)
	caseID, id := z.appointment(at)
	mails := func() (templates []string) {
		rows, err := z.Owner().Query(t.Context(), `SELECT template FROM mail WHERE record_id = $1 AND template LIKE 'participant%' AND case_id IS NULL AND recipient = (SELECT email FROM staff WHERE id = $2) ORDER BY created_at`, id, z.cpi.ID)
		require.NoError(t, err)
		templates, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return templates
	}
	vacant := func(who care.Staff) (as []rules.As) {
		list, err := z.Vacancies(t.Context(), who)
		require.NoError(t, err)
		for _, v := range list {
			require.Equal(t, []any{id, z.cpi.Name}, []any{v.Appointment, v.Name})
			as = append(as, v.As)
		}
		return as
	}
	require.NoError(t, z.adds("una", id, z.cpi))
	require.Empty(t, vacant(z.worker))
	z.do(`INSERT INTO absence (id, staff, first_day, last_day) VALUES (gen_random_uuid(), $1, day_of($2), day_of($2))`, z.cpi.ID, at)
	require.Equal(t, []rules.As{rules.TakesPart}, vacant(z.worker))
	supervisor := z.Accounts["supervisor.prato"]
	require.Empty(t, vacant(supervisor), "to whom it is shown among what is uncovered")
	z.do(`INSERT INTO home_visit (appointment_id, zone, run_id, first, alone, knows, phone, address, at, until, ask_at, alarm_at, planned_by, planned_at)
		SELECT id, zone, run_id, $2, 'Prova', $3, '333 0000001', '', at, at + interval '1 hour', at + interval '2 hours', at + interval '2 hours', $3, $4 FROM appointment WHERE id = $1`, id, z.cpi.ID, z.worker.ID, z.now)
	require.Equal(t, []rules.As{rules.Goes, rules.TakesPart}, vacant(z.worker))
	require.Equal(t, []rules.As{rules.Goes}, vacant(supervisor))
	require.Empty(t, vacant(z.desk))
	require.Empty(t, vacant(z.Accounts["supervisor.pistoia"]))

	z.do(`UPDATE appointment SET at = at + interval '1 hour' WHERE id = $1`, id)
	z.do(`INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) VALUES ($1, $1, 'prato', 'PO-0', '{comune}', 'Prova', $2, $3)`, caseID, z.now, z.worker.ID)
	z.do(`UPDATE appointment SET at = at + interval '1 hour' WHERE id = $1`, id)
	for _, state := range []string{"cancelled", "booked"} {
		z.do(`UPDATE appointment SET state = $2 WHERE id = $1`, id, state)
	}
	require.Equal(t, []string{rules.MailAdded, rules.MailMoved}, mails(), "she is protected, and nothing is told of her")
	z.do(`DELETE FROM protection WHERE case_id = $1`, caseID)
	require.NoError(t, z.EndParticipant(t.Context(), z.worker, id, z.of(z.worker, id)[0].ID, "not_needed"))
	require.Equal(t, []string{rules.MailAdded, rules.MailMoved, rules.MailOut}, mails())
	z.do(`DELETE FROM absence`)
	require.Empty(t, vacant(z.worker))
}
