package records_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/board"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/worklist"
)

// auditLine is a line of the audit, with the cases that it names.
type auditLine struct {
	ID      int64          `db:"id"`
	Staff   string         `db:"staff"`
	Link    string         `db:"link"`
	Role    care.Role      `db:"role"`
	Agency  string         `db:"agency"`
	Zone    string         `db:"zone"`
	Action  ledger.Reading `db:"action"`
	Purpose string         `db:"purpose"`
	Asked   string         `db:"asked"`
	Digest  []byte         `db:"searched"`
	Cases   []string       `db:"cases"`
	At      time.Time      `db:"at"`
}

// lines are those written after a line.
func lines(t *testing.T, owner *pgxpool.Pool, after int64) []auditLine {
	t.Helper()
	rows, _ := owner.Query(t.Context(), `SELECT a.id, coalesce(a.staff::text, '') AS staff, coalesce(a.link::text, '') AS link, a.role, a.agency, a.zone, a.action,
			a.purpose, a.asked, a.searched, a.at, coalesce((SELECT array_agg(c ORDER BY c) FROM (
				SELECT a.case_id::text WHERE a.case_id IS NOT NULL UNION SELECT s.case_id::text FROM audit_shown s WHERE s.line = a.id) AS of (c)), '{}') AS cases
		FROM audit a WHERE a.id > $1 ORDER BY a.id`, after)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[auditLine])
	require.NoError(t, err)
	return found
}

func lastLine(t *testing.T, owner *pgxpool.Pool) (id int64) {
	t.Helper()
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT coalesce(max(id), 0) FROM audit`).Scan(&id))
	return id
}

// everything is a case of Prato that has something of everything.
type everything struct {
	desk
	id, number, task, referral, link, equipe, asked, contact, command, refused, record string
}

func newEverything(t *testing.T) everything {
	e := everything{desk: newDesk(t)}
	e.id, e.task = e.Open("prato")
	e.Open("prato") // of the same person
	e.equipe = e.plan(e.id)
	run := e.run(care.RunReferral, e.id, "prato")
	e.give(run, e.id, "prato", "cpi", "referral", `{}`)
	answer := e.desk.task(run, e.id, "prato", "cpi", care.CPIOperator, care.ReferralAnswer)
	e.referral, e.link = uuid.NewString(), uuid.NewString()
	e.put(`INSERT INTO referral (id, run_id, case_id, zone, from_agency, to_agency, share_id, state, requested_at, changed_at)
		SELECT $1, $2, $3, 'prato', 'comune', 'cpi', id, 'received', now(), now() FROM share WHERE run_id = $2`, e.referral, run, e.id)
	e.put(`INSERT INTO critical_date (id, record_id, case_id, kind, on_day, watcher, watch_agency, watch_role, by_staff, at)
		VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'eviction', '2026-12-01', $2, 'comune', 'social_worker', $2, now())`, e.id, e.Accounts["social_worker.prato"].ID)
	e.put(`INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
		VALUES ($1, $2, $3, 'prato', 'cpi', $4, $5, now(), now() + interval '1 hour')`, e.link, e.id, run, e.referral, answer)
	e.asked = answer
	e.put(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) VALUES (gen_random_uuid(), $1, $2, 'prato', 'comune', 'x', 'booked', now())`,
		"case/"+e.id, e.id)
	e.record = uuid.NewString()
	e.put(`INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at, circle)
		VALUES ($1, $2, $3, 'prato', 'comune', 'meet', '{"note": "Prova"}', $4, now(), 'social')`, e.record, e.id, "case/"+e.id, e.Accounts["social_worker.prato"].ID)
	e.put(`INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at, circle)
		VALUES (gen_random_uuid(), $1, $2, 'prato', 'comune', 'meet', '{"note": "Prova"}', $3, now(), 'equipe')`, e.id, "case/"+e.id, e.Accounts["desk_operator.prato"].ID)
	contact := ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information", Note: "Prova"}
	cmd, err := e.Records.Assign(t.Context(), e.Accounts["desk_operator.prato"], catalogue.Contact.Command("contact", "", contact).NewCommand)
	require.NoError(t, err)
	e.contact, e.command = cmd.ID, cmd.ID
	completion, err := e.Records.Accept(t.Context(), e.Accounts["desk_operator.prato"],
		catalogue.Complete.Command("refused", e.task, care.Completion{Outcome: care.Heard}).InRun("case/"+e.id).NewCommand)
	require.NoError(t, err)
	e.refused = completion.ID
	require.NoError(t, e.owner.QueryRow(t.Context(), `SELECT number FROM case_file WHERE id = $1`, e.id).Scan(&e.number))
	e.put(`UPDATE command SET state = 'refused', refusal = '{"code": "not_held"}', worked_at = now() WHERE id = $1`, e.refused)
	return e
}

// readings names every method of the API's records: each reads something of
// people, and leaves a line of its kind, or does not, for the reason given.
func (e everything) readings() map[string]struct {
	kind ledger.Reading
	read func() (any, error)
	none string
} {
	type probe = struct {
		kind ledger.Reading
		read func() (any, error)
		none string
	}
	ctx, r := e.T.Context(), e.Records
	worker, lead, desk, cpi := e.Accounts["social_worker.prato"], e.Accounts["supervisor.prato"], e.Accounts["desk_operator.prato"], e.Accounts["cpi_operator.prato"]
	reads := func(kind ledger.Reading, read func() (any, error)) probe { return probe{kind: kind, read: read} }
	none := func(why string) probe { return probe{none: why} }
	person := ledger.Person{GivenName: "Persona", FamilyName: "Prova prato"}
	return map[string]probe{
		"Contacts": reads(ledger.ListContacts, func() (any, error) { return r.Contacts(ctx, desk, ledger.Paging{}) }),
		"Contact":  reads(ledger.ReadContact, func() (any, error) { return r.Contact(ctx, desk, e.contact) }),
		"Tasks":    reads(ledger.ListTasks, func() (any, error) { return r.Tasks(ctx, desk, ledger.TaskFilter{}, ledger.Paging{}) }),
		"WorkList": reads(ledger.ListTasks, func() (any, error) {
			return r.WorkList(ctx, desk, worklist.Ask{Tab: worklist.Free, There: italian.Rome})
		}),
		"Task":            reads(ledger.ReadTask, func() (any, error) { return r.Task(ctx, desk, e.task) }),
		"CaseFiles":       reads(ledger.ListCases, func() (any, error) { return r.CaseFiles(ctx, worker, ledger.CaseFilter{}, ledger.Paging{}) }),
		"CaseFile":        reads(ledger.ReadCase, func() (any, error) { return r.CaseFile(ctx, worker, e.id) }),
		"Corrections":     reads(ledger.ReadCorrections, func() (any, error) { return r.Corrections(ctx, worker, e.id) }),
		"Timeline":        reads(ledger.ReadTimeline, func() (any, error) { return r.Timeline(ctx, worker, e.id, ledger.Paging{}) }),
		"Reads":           reads(ledger.ReadReads, func() (any, error) { return r.Reads(ctx, worker, e.id, ledger.Paging{}) }),
		"Referrals":       reads(ledger.ListReferrals, func() (any, error) { return r.Referrals(ctx, cpi, ledger.ReferralFilter{}, ledger.Paging{}) }),
		"Referral":        reads(ledger.ReadReferral, func() (any, error) { return r.Referral(ctx, cpi, e.referral) }),
		"Appointments":    reads(ledger.ListAppointments, func() (any, error) { return r.Appointments(ctx, worker, ledger.AppointmentFilter{}, ledger.Paging{}) }),
		"Equipes":         reads(ledger.ReadEquipe, func() (any, error) { return r.Equipes(ctx, worker, e.id) }),
		"Equipe":          reads(ledger.ReadEquipe, func() (any, error) { return r.Equipe(ctx, cpi, e.equipe) }),
		"Plans":           reads(ledger.ReadPlan, func() (any, error) { return r.Plans(ctx, worker, e.id) }),
		"GoalFindings":    reads(ledger.ReadGoalFindings, func() (any, error) { return r.GoalFindings(ctx, worker, e.id) }),
		"Disclosure":      reads(ledger.ReadDisclosure, func() (any, error) { return r.Disclosure(ctx, worker, e.id, "asl", "housing") }),
		"Share":           reads(ledger.ReadShare, func() (any, error) { return r.Share(ctx, cpi, e.asked) }),
		"SamePerson":      reads(ledger.SearchSamePerson, func() (any, error) { return r.SamePerson(ctx, desk, person) }),
		"MergeCandidates": reads(ledger.ListMergeable, func() (any, error) { return r.MergeCandidates(ctx, worker, e.id) }),
		"Notices":         reads(ledger.ListNotices, func() (any, error) { return r.Notices(ctx, desk) }),
		"FindReadCase":    reads(ledger.SearchReads, func() (any, error) { return r.FindReadCase(ctx, e.Accounts["privacy_officer.prato"], e.number) }),
		"Readers": reads(ledger.ReadReads, func() (any, error) {
			return r.Readers(ctx, e.Accounts["privacy_officer.prato"], e.id, time.Now().AddDate(0, 0, 2)) //nolint:forbidigo // lines go by the machine's clock
		}),
		"WatchedDates":     reads(ledger.ListCases, func() (any, error) { return r.WatchedDates(ctx, worker, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) }),
		"RecordIn":         reads(ledger.ReadRecords, func() (any, error) { return r.RecordIn(ctx, lead, e.id, e.record) }),
		"WrittenForEquipe": reads(ledger.ReadRecords, func() (any, error) { return r.WrittenForEquipe(ctx, e.Accounts["desk_operator.prato"], e.id) }),
		"WrittenIn":        reads(ledger.ReadRecords, func() (any, error) { return r.WrittenIn(ctx, worker, e.id, "", ledger.Paging{}) }),
		"OpenRecord":       reads(ledger.OpenRecord, func() (any, error) { return nil, r.OpenRecord(ctx, lead, "key", e.record, "Prova") }),
		"Doubles":          reads(ledger.ListMergeable, func() (any, error) { return r.Doubles(ctx, lead, ledger.Paging{}) }),
		"Printed":          reads(ledger.PrintCase, func() (any, error) { return nil, r.Printed(ctx, worker, ledger.PrintCase, e.id) }),
		"DayOf": reads(ledger.PrintDay, func() (any, error) {
			return r.DayOf(ctx, worker, time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1), "", false) //nolint:forbidigo // the appointment is of the database's now
		}),
		"Proposal": reads(ledger.ListAppointments, func() (any, error) {
			e.put(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) VALUES (gen_random_uuid(), $1, $2, 'prato', 'comune', 'pas', 'booked', now() + interval '3 days')`, "case/"+e.id, e.id)
			today := time.Now() //nolint:forbidigo // the appointment is of the database's now
			return r.Proposal(ctx, lead, calledoff.Form{Service: "pas", First: care.DateOf(today), Last: care.DateOf(today.AddDate(0, 0, 5))})
		}),
		"CalledOffDay": reads(ledger.ListAppointments, func() (any, error) {
			off := uuid.NewString()
			e.put(`INSERT INTO called_off (id, zone, service, first_day, last_day, reason, made_by, made_at) VALUES ($1, 'prato', 'x', current_date, current_date, 'other', $2, now())`, off, lead.ID)
			e.put(`INSERT INTO called_off_person (called_off, appointment) SELECT $1, id FROM appointment WHERE service = 'x'`, off)
			_, people, err := r.CalledOffDay(ctx, worker, off)
			return people, err
		}),
		"Displaced": reads(ledger.ListAppointments, func() (any, error) {
			e.put(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) VALUES (gen_random_uuid(), $1, $2, 'prato', 'comune', 'pas', 'booked', '2030-01-06 03:00Z')`, "case/"+e.id, e.id)
			return r.Displaced(ctx, lead)
		}),
		"Beyond":        none("codes of places of appointments that the caller has read"),
		"CalledOff":     none("days of services, of no person"),
		"CalledOffDays": none("days of services and numbers, of no person"),
		"CallOff":       none("it answers nothing of anybody; what it cancels is a line of each case"),
		"TakeBack":      none("it answers nothing"),
		"Tried":         none("it answers nothing"),
		"ToCall": reads(ledger.ListAppointments, func() (any, error) {
			if _, err := e.Owner().Exec(ctx, `UPDATE appointment SET at = clock_timestamp() + interval '1 day', state = 'booked'`); err != nil {
				return nil, err
			}
			if _, err := e.Owner().Exec(ctx, `INSERT INTO reminder (appointment_id, state) SELECT id, 'call' FROM appointment ON CONFLICT DO NOTHING`); err != nil {
				return nil, err
			}
			return r.ToCall(ctx, worker)
		}),
		"Called": none("it answers nothing"),
		"Board":  reads(ledger.ListBoard, func() (any, error) { return r.Board(ctx, lead, italian.Rome, 10, board.New) }),
		"Held":   none("numbers of cases, of no person"),
		"HeldBy": reads(ledger.ListBoard, func() (any, error) {
			if _, err := e.Owner().Exec(ctx, `UPDATE case_health SET health = 'orphaned' WHERE case_id = $1`, e.id); err != nil {
				return nil, err
			}
			return r.HeldBy(ctx, lead, board.Nobody, 10)
		}),
		"Taken":        none("how many places of a session are taken, of no person"),
		"ToConfirm":    none("those of the notices that wait for a second person; that it leaves a line is tried where a file is closed"),
		"LastActs":     none("codes of lines, for a list whose reading is one"),
		"Loads":        none("numbers of tasks, of no person"),
		"TellApart":    none("it answers nothing"),
		"FilesOf":      none("ids of files by their numbers, which the page of a person has and its reading is a line of"),
		"HasRecord":    none("whether there is one of a case that the caller reads"),
		"Returned":     none("members of staff, no person"),
		"Unkept":       none("numbers of cases, of no person"),
		"HandedOver":   none("numbers of cases, of no person"),
		"HealthCounts": none("numbers of cases, of no person"),
		"StuckCases":   reads(ledger.ListStuckCases, func() (any, error) { return r.StuckCases(ctx, lead, ledger.Paging{}) }),
		"OpenLink":     reads(ledger.ReadLink, func() (any, error) { return r.OpenLink(ctx, e.link) }),

		"Accept":          none("a command has codes and times alone; what it does is a line when it is worked"),
		"Assign":          none("as Accept, and worked at once: its line is that of the act"),
		"DeferredEntries": none("codes, and the names of staff"),
		"DeferredCount":   none("a number"),
		"CountNotices":    none("a number"),
		"DismissNotice":   none("it answers nothing"),
		"Earlier":         none("a command has codes and times alone"),
		"Command":         none("a command has codes and times alone"),
		"UseLink":         none("a command has codes and times alone"),
		"RenewLink":       none("it answers nothing"),
		"Staff":           none("of the staff, not of the people they serve"),
		"Colleagues":      none("of the staff, not of the people they serve"),
		"Absences":        none("of the staff, not of the people they serve"),
		"EnterAbsence":    none("as Absences, and its line is that of the act"),
		"ChangeAbsence":   none("as Absences, and its line is that of the act"),
		"EndAbsence":      none("it answers nothing"),
		"Offers":          none("hours of services, of no person"),
		"Block":           none("hours of services, of no person"),
		"KeepPlaces":      none("it answers nothing"),
		"OnThePhone":      none("yes or no, of a person whom the caller has before them"),
		"Policy":          none("a zone's rules name nobody"),
		"Zones":           none("a zone's rules name nobody"),
		"Ping":            none("nothing is read"),
	}
}

func TestEveryReadingLeavesALine(t *testing.T) {
	e := newEverything(t)
	e.at(3 * time.Hour) // so that a case is late
	probes := e.readings()
	var methods []string
	records := reflect.TypeOf(e.Records) // whatever the API reads is a method of it
	for i := range records.NumMethod() {
		methods = append(methods, records.Method(i).Name)
	}
	for name := range probes {
		require.Contains(t, methods, name)
	}
	for _, name := range methods {
		t.Run(name, func(t *testing.T) {
			probe, known := probes[name]
			require.True(t, known, "say which reading this is, or why it is none")
			if probe.none != "" {
				return
			}
			before := lastLine(t, e.owner)
			var from time.Time
			require.NoError(t, e.owner.QueryRow(t.Context(), `SELECT clock_timestamp()`).Scan(&from))
			_, err := probe.read()
			require.NoError(t, err)
			written := lines(t, e.owner, before)
			require.Len(t, written, 1)
			line := written[0]
			require.Equal(t, probe.kind, line.Action)
			require.NotEmpty(t, line.Purpose)
			require.WithinDuration(t, from, line.At, 2*time.Hour, "when it really was, not when the caller's clock says")
			require.Equal(t, "prato", line.Zone)
			if probe.kind != ledger.ListContacts && probe.kind != ledger.ReadContact {
				require.NotEmpty(t, line.Cases)
			}
			if probe.kind == ledger.ReadLink {
				require.Equal(t, e.link, line.Link)
				require.Empty(t, line.Staff)
				return
			}
			require.NotEmpty(t, line.Staff)
			require.NotEmpty(t, line.Role)
			_, err = probe.read()
			require.NoError(t, err)
			require.Empty(t, lines(t, e.owner, line.ID), "the same a moment later")
		})
	}
}

// TestNothingIsReadWithoutItsLine: where the line cannot be written, nothing is served.
func TestNothingIsReadWithoutItsLine(t *testing.T) {
	e := newEverything(t)
	e.at(3 * time.Hour)
	_, err := e.owner.Exec(t.Context(), `ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (false) NOT VALID`)
	require.NoError(t, err)
	for name, probe := range e.readings() {
		if probe.none == "" {
			_, err := probe.read()
			require.Error(t, err, name)
		}
	}
}

// TestAListIsOneLine with what was asked and the cases that it showed.
func TestAListIsOneLine(t *testing.T) {
	d := newDesk(t)
	var cases []string
	for range 3 {
		id, _ := d.Open("prato")
		cases = append(cases, id)
	}
	slices.Sort(cases)
	desk := d.Accounts["desk_operator.prato"]
	before := lastLine(t, d.owner)
	tasks := func() {
		_, err := d.Records.Tasks(t.Context(), desk, ledger.TaskFilter{Team: true, State: care.TaskReady}, ledger.Paging{})
		require.NoError(t, err)
	}
	tasks()
	written := lines(t, d.owner, before)
	require.Len(t, written, 1)
	require.Equal(t, "team state=ready", written[0].Asked)
	require.Equal(t, cases, written[0].Cases)
	require.Equal(t, desk.ID, written[0].Staff)
	require.Equal(t, [3]string{"desk_operator", "comune", "prato"}, [3]string{string(written[0].Role), written[0].Agency, written[0].Zone})

	tasks()
	require.Len(t, lines(t, d.owner, before), 1, "the same a moment later")
	_, err := d.Records.Tasks(t.Context(), d.Accounts["desk_operator_2.prato"], ledger.TaskFilter{Team: true, State: care.TaskReady}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, lines(t, d.owner, before), 2, "somebody else")
	d.Open("prato")
	before = lastLine(t, d.owner)
	tasks()
	require.Len(t, lines(t, d.owner, before), 1, "it shows another case")
	_, err = d.Records.Tasks(t.Context(), d.Accounts["desk_operator.lucca"], ledger.TaskFilter{Team: true}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, lines(t, d.owner, before), 1, "nothing was shown")

	// Who read a file is told of the list too.
	reads, err := d.Records.Reads(t.Context(), d.Accounts["social_worker.prato"], cases[0], ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, reads.Items, 4)
	require.Equal(t, string(ledger.ListTasks), reads.Items[0].Action)
	require.Equal(t, desk.Name, reads.Items[0].ByName)
	require.Equal(t, "comune", reads.Items[0].ByAgency)
	require.Equal(t, ledger.ForCare, reads.Items[0].Purpose)

	// Page by page it is the same.
	var ids []string
	for p := (ledger.Paging{Limit: 1}); ; {
		page, err := d.Records.Reads(t.Context(), d.Accounts["social_worker.prato"], cases[0], p)
		require.NoError(t, err)
		for _, read := range page.Items {
			ids = append(ids, read.Action+" "+read.ByName)
		}
		if p.Cursor = page.Next; p.Cursor == "" {
			break
		}
	}
	require.Len(t, ids, 5, "with the look at the list itself")
}

// TestTheSameLookAtOnce leaves one line, and another one after ten minutes.
func TestTheSameLookAtOnce(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	worker := d.Accounts["social_worker.prato"]
	before := lastLine(t, d.owner)
	looks := func() {
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				_, err := d.Records.CaseFile(context.WithoutCancel(t.Context()), worker, id)
				require.NoError(t, err)
			})
		}
		wait.Wait()
	}
	looks()
	require.Len(t, lines(t, d.owner, before), 1)
	ages := func(minutes int) {
		_, err := d.owner.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE audit DISABLE TRIGGER only_inserted;
			UPDATE audit SET at = at - interval '%d minutes' WHERE id > %d; ALTER TABLE audit ENABLE TRIGGER only_inserted`, minutes, before))
		require.NoError(t, err)
	}
	ages(9)
	looks()
	require.Len(t, lines(t, d.owner, before), 1)
	ages(2)
	looks()
	require.Len(t, lines(t, d.owner, before), 2)
}

// TestASearchIsKeptAsAKeyedDigest and never as its text, be nothing found.
func TestASearchIsKeptAsAKeyedDigest(t *testing.T) {
	d := newDesk(t)
	d.Open("prato")
	worker := d.Accounts["social_worker.prato"]
	search := func(text string) auditLine {
		before := lastLine(t, d.owner)
		_, err := d.Records.CaseFiles(t.Context(), worker, ledger.CaseFilter{Search: text}, ledger.Paging{})
		require.NoError(t, err)
		written := lines(t, d.owner, before)
		require.Len(t, written, 1)
		require.Equal(t, ledger.SearchCases, written[0].Action)
		require.Len(t, written[0].Digest, 32)
		return written[0]
	}
	found, none := search("Prova prato"), search("Zqxmàrker  Nessuno")
	require.Len(t, found.Cases, 1)
	require.Empty(t, none.Cases)
	require.NotEqual(t, found.Digest, none.Digest)
	before := lastLine(t, d.owner)
	_, err := d.Records.CaseFiles(t.Context(), worker, ledger.CaseFilter{Search: " zqxmarker NESSUNO"}, ledger.Paging{})
	require.NoError(t, err)
	require.Empty(t, lines(t, d.owner, before), "folded it is the same search")
	d.Records.SearchKey = []byte("another installation's")
	require.NotEqual(t, none.Digest, search("Zqxmàrker Nessuno").Digest)

	person := ledger.Person{GivenName: "Zqxmarker", FamilyName: "Nessuno", BirthDate: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)}
	_, err = d.Records.SamePerson(t.Context(), worker, person)
	require.NoError(t, err)
	for _, row := range (&play{&postgrestest.Play{Archive: d.Archive, Owner: d.owner}}).Rows(`SELECT to_jsonb(a)::text AS line FROM audit a`) {
		require.NotContains(t, fmt.Sprint(row), "arker")
		require.NotContains(t, fmt.Sprint(row), "1990")
	}
}

// TestARefusedReadingLeavesALine: of a case that is there, and not the caller's.
func TestARefusedReadingLeavesALine(t *testing.T) {
	e := newEverything(t)
	other := e.Accounts["social_worker.lucca"]
	ctx := t.Context()
	for kind, read := range map[string]func() error{
		"case":     func() error { _, err := e.Records.CaseFile(ctx, other, e.id); return err },
		"task":     func() error { _, err := e.Records.Task(ctx, other, e.task); return err },
		"referral": func() error { _, err := e.Records.Referral(ctx, other, e.referral); return err },
		"run":      func() error { _, err := e.Records.Equipe(ctx, other, e.equipe); return err },
	} {
		before := lastLine(t, e.owner)
		require.ErrorIs(t, read(), ledger.ErrNotFound)
		written := lines(t, e.owner, before)
		require.Len(t, written, 1, kind)
		require.Equal(t, ledger.RefusedReading, written[0].Action)
		require.Equal(t, kind, written[0].Asked)
		require.Equal(t, []string{e.id}, written[0].Cases)
		require.Equal(t, other.ID, written[0].Staff)
		require.Equal(t, "lucca", written[0].Zone)
	}
	before := lastLine(t, e.owner)
	for _, read := range []func() error{
		func() error { _, err := e.Records.Timeline(ctx, other, e.id, ledger.Paging{}); return err },
		func() error { _, err := e.Records.Plans(ctx, other, e.id); return err },
		func() error { _, err := e.Records.Disclosure(ctx, other, e.id, "asl", ""); return err },
	} {
		require.ErrorIs(t, read(), ledger.ErrNotFound)
	}
	require.Empty(t, lines(t, e.owner, before), "the same refusal a moment later")
	_, err := e.Records.CaseFile(ctx, other, uuid.NewString())
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, err = e.Records.Share(ctx, e.Accounts["social_worker.prato"], e.task)
	require.ErrorIs(t, err, ledger.ErrNotFound, "it sees the task, and was given nothing")
	require.Empty(t, lines(t, e.owner, before), "what is not there")
	reads, err := e.Records.Reads(ctx, e.Accounts["social_worker.prato"], e.id, ledger.Paging{})
	require.NoError(t, err)
	require.Equal(t, string(ledger.RefusedReading), reads.Items[0].Action)
}

// TestLinesAreOnlyInserted: by the functions that know who acts and when, and
// never changed, whatever the rights of who tries.
func TestLinesAreOnlyInserted(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	worker := d.Accounts["social_worker.prato"]
	_, err := d.Records.CaseFile(t.Context(), worker, id)
	require.NoError(t, err)
	for _, table := range []string{"audit", "audit_shown", "timeline"} {
		for _, change := range []string{`UPDATE %s SET case_id = case_id`, `DELETE FROM %s`, `TRUNCATE %s`} {
			_, err := d.owner.Exec(t.Context(), fmt.Sprintf(change, table))
			require.ErrorContains(t, err, "only inserted", "%s of the owner", fmt.Sprintf(change, table))
			for role, part := range map[string]standalone.Part{"percorso_app": standalone.API, "percorso_worker": standalone.Worker} {
				require.ErrorContains(t, d.as(part, role, worker, id, fmt.Sprintf(change, table)), "permission denied", "%s of %s", fmt.Sprintf(change, table), role)
			}
		}
	}
	forged := fmt.Sprintf(`INSERT INTO audit (at, staff, role, agency, zone, action) VALUES (now(), '%s', 'supervisor', 'comune', 'prato', 'read_case')`, worker.ID)
	require.ErrorContains(t, d.as(standalone.API, "percorso_app", worker, id, forged), "permission denied")
	require.ErrorContains(t, d.as(standalone.Worker, "percorso_worker", worker, id, forged), "permission denied")
	require.ErrorContains(t, d.as(standalone.API, "percorso_app", worker, id, `SELECT 1 FROM audit`), "permission denied", "they are read through their function")
	require.Error(t, d.as(standalone.API, "percorso_app", care.Staff{}, id, `SELECT note_reading('read_case', '', '', NULL, '{}', '')`), "nobody reads")
	before := lastLine(t, d.owner)
	require.NoError(t, d.as(standalone.Worker, "percorso_worker", worker, id, `SELECT note_step(gen_random_uuid())`))
	require.Empty(t, lines(t, d.owner, before), "a command that is none")
}

// as runs a statement as a database role, for a member of staff and a case.
func (d desk) as(part standalone.Part, role string, s care.Staff, caseID, sql string) error {
	d.T.Helper()
	return pgx.BeginFunc(d.T.Context(), d.Pool(part), func(tx pgx.Tx) error {
		for _, set := range [][2]string{{"role", role}, {"percorso.staff", s.ID}, {"percorso.role", string(s.Role)}, {"percorso.zone", s.Zone},
			{"percorso.agency", s.Agency}, {"percorso.case", caseID}} {
			if _, err := tx.Exec(d.T.Context(), `SELECT set_config($1, $2, true)`, set[0], set[1]); err != nil {
				return err
			}
		}
		_, err := tx.Exec(d.T.Context(), sql)
		return err
	})
}

// TestReadersFollowWhereACaseWent: a merge moves no line, and who reads the file
// that was kept reads what happened on the other, and who read that.
func TestReadersFollowWhereACaseWent(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	from, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id, keptID := ledger.BareID(from), ledger.BareID(kept)
	worker := p.Accounts["social_worker.prato"]
	_, err := p.Records.CaseFile(t.Context(), p.Accounts["desk_operator_2.prato"], id)
	require.NoError(t, err)
	before := p.Rows(`SELECT id, case_id FROM timeline UNION ALL SELECT id, case_id FROM audit ORDER BY 1`)
	res, _ := p.Merge("supervisor.prato", from, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	for _, line := range before {
		require.Contains(t, p.Rows(`SELECT id, case_id FROM timeline UNION ALL SELECT id, case_id FROM audit ORDER BY 1`), line, "no line is moved")
	}
	codes := func(of string) (all []string) {
		page, err := p.Records.Timeline(t.Context(), worker, of, ledger.Paging{Limit: 100})
		require.NoError(t, err)
		for _, m := range page.Items {
			all = append(all, m.Code)
		}
		return all
	}
	require.Equal(t, 2, len(slices.DeleteFunc(codes(keptID), func(code string) bool { return code != "case_opened" })), "of both")
	require.Contains(t, codes(id), "case_opened")
	reads, err := p.Records.Reads(t.Context(), worker, keptID, ledger.Paging{Limit: 100})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(reads.Items, func(r ledger.Read) bool {
		return r.Action == string(ledger.ReadCase) && r.ByName == p.Accounts["desk_operator_2.prato"].Name
	}))

	var number string
	require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT number FROM case_file WHERE id = $1`, id).Scan(&number))
	found, err := p.Records.FindReadCase(t.Context(), p.Accounts["privacy_officer.prato"], number)
	require.NoError(t, err)
	require.Equal(t, keptID, found, "by the number of the file that was merged")
}
