package outbox_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/health"
	mailtexts "percorso/internal/italian/mails"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/postgrestest"
)

// mail writes a mail about a case that is due.
func (p *play) mail(caseRun, recipient string) (id string) {
	p.T.Helper()
	id = uuid.NewString()
	_, err := p.Owner.Exec(p.T.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
		VALUES ($1, $2, $3, 'reminder', '/compiti/1', $4, clock_timestamp(), clock_timestamp())`, id, caseRun, ledger.BareID(caseRun), recipient)
	require.NoError(p.T, err)
	return id
}

// due makes the mails due that wait, as time does.
func (p *play) due() {
	p.T.Helper()
	_, err := p.Owner.Exec(p.T.Context(), `UPDATE mail SET next_try = clock_timestamp() WHERE sent_at IS NULL AND failed_at IS NULL`)
	require.NoError(p.T, err)
}

// posted takes the mails that are due, and gives their ids.
func (p *play) posted() (ids []string) {
	p.T.Helper()
	mails, err := p.Outbox.TakeMails(p.T.Context(), 10)
	require.NoError(p.T, err)
	for _, m := range mails {
		ids = append(ids, m.ID)
	}
	return ids
}

func (p *play) tried(id string, r ledger.MailResult) ledger.MailOutcome {
	p.T.Helper()
	made, err := p.Outbox.MailTried(p.T.Context(), id, r)
	require.NoError(p.T, err)
	return made
}

func (p *play) mails() ledger.MailState {
	p.T.Helper()
	state, err := machine.NewMails(p.Pool(standalone.API)).State(p.T.Context())
	require.NoError(p.T, err)
	return state
}

// bounces counts the lines of a case's timeline that say that a mail came back.
func (p *play) bounces(caseRun string) int {
	p.T.Helper()
	return p.Count(`timeline WHERE code = 'mail_bounced' AND case_id = '` + ledger.BareID(caseRun) + `'`)
}

var (
	wrongLogin = ledger.MailResult{Outcome: ledger.MailHeld, Cause: ledger.MailLogin, Code: 535, All: true}
	putOff     = ledger.MailResult{Outcome: ledger.MailLater, Cause: ledger.MailPutOff, Code: 451}
	unknown    = ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailRecipient, Code: 550}
)

// While the settings are wrong all mails wait and none fails: one is tried now and
// then, and when it goes all go.
func TestHeldMailsWaitAndOneIsTried(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	first := p.mail(caseRun, "personale.1@percorso.example")
	require.Equal(t, []string{first}, p.posted())
	require.Empty(t, p.posted(), "it is being sent")
	require.Equal(t, ledger.MailHeld, p.tried(first, wrongLogin))
	var others []string
	for range 3 {
		others = append(others, p.mail(caseRun, "personale.2@percorso.example"))
	}
	require.Empty(t, p.posted(), "the others wait with the one that is held")
	require.Equal(t, 1, p.Count(`(SELECT) q WHERE next_mail() > clock_timestamp()`), "and nobody looks for them before")
	require.Equal(t, ledger.MailFailed, p.tried(others[2], ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailUnwritten}))
	require.Empty(t, p.posted(), "one that could not be written says nothing of the server")
	others[2] = p.mail(caseRun, "personale.2@percorso.example")
	state := p.mails()
	require.Equal(t, 4, state.Held)
	require.Equal(t, ledger.MailLogin, state.Cause)
	require.Equal(t, 535, state.Code)
	require.NotNil(t, state.Since)

	// A month of tries: the pauses grow, the mail never fails.
	pause := time.Duration(0)
	for range 12 {
		p.due()
		require.Equal(t, []string{first}, p.posted(), "it alone")
		require.Empty(t, p.posted(), "and once")
		require.Equal(t, ledger.MailHeld, p.tried(first, wrongLogin))
		next := p.seconds(`SELECT extract(epoch FROM next_try - clock_timestamp()) FROM mail WHERE id = $1`, first)
		require.GreaterOrEqual(t, next+time.Second, pause)
		pause = next
	}
	require.LessOrEqual(t, pause, 10*time.Minute)
	require.Greater(t, pause, 9*time.Minute)
	require.Equal(t, 1, p.bounces(caseRun), "of the one that could not be written")
	watched, err := machine.NewWatch(p.Pool(standalone.API)).Unworked(t.Context())
	require.NoError(t, err)
	require.Zero(t, watched.Outbox, "they wait for the operator, not for the machinery")

	// The operator mends it and starts the post anew.
	require.NoError(t, p.Outbox.RetryHeldMails(t.Context()))
	require.Equal(t, []string{first}, p.posted())
	require.Equal(t, ledger.MailSent, p.tried(first, ledger.MailResult{Outcome: ledger.MailSent}))
	require.Zero(t, p.mails().Held)
	require.ElementsMatch(t, others, p.posted(), "all at once")
}

// seconds reads a length of time.
func (p *play) seconds(sql string, args ...any) time.Duration {
	p.T.Helper()
	var s float64
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), sql, args...).Scan(&s))
	return time.Duration(s * float64(time.Second))
}

// A mail that a server does not pass on for us is the operator's too, but it may
// be the only one: the others go.
func TestAHeldMailMayBeTheOnlyOne(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	denied, other := p.mail(caseRun, "altrove@percorso.example"), p.mail(caseRun, "personale.1@percorso.example")
	require.ElementsMatch(t, []string{denied, other}, p.posted())
	p.tried(denied, ledger.MailResult{Outcome: ledger.MailHeld, Cause: ledger.MailRelaying, Code: 554})
	p.tried(other, ledger.MailResult{Outcome: ledger.MailSent})
	require.Equal(t, 1, p.mails().Held)
	third := p.mail(caseRun, "personale.2@percorso.example")
	require.Equal(t, []string{third}, p.posted())
	p.due()
	require.ElementsMatch(t, []string{denied, third}, p.posted())
	require.Zero(t, p.bounces(caseRun))
}

// A mail that the server puts off comes again, later and later, for five days;
// then it has failed. What it waited for the operator before does not count.
func TestAMailIsPutOffForFiveDays(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := p.mail(caseRun, "personale.1@percorso.example")
	p.posted()
	p.tried(id, wrongLogin)
	_, err := p.Owner.Exec(t.Context(), `UPDATE mail SET created_at = created_at - interval '30 days', held_at = held_at - interval '30 days' WHERE id = $1`, id)
	require.NoError(t, err)
	p.due()
	p.posted()
	require.Equal(t, ledger.MailLater, p.tried(id, putOff))
	require.Zero(t, p.mails().Held)
	require.Empty(t, p.posted())
	_, err = p.Owner.Exec(t.Context(), `UPDATE mail SET deferred_at = deferred_at - interval '5 days' + interval '1 hour' WHERE id = $1`, id)
	require.NoError(t, err)
	require.Equal(t, ledger.MailLater, p.tried(id, putOff))
	require.Zero(t, p.bounces(caseRun))
	_, err = p.Owner.Exec(t.Context(), `UPDATE mail SET deferred_at = deferred_at - interval '1 hour' WHERE id = $1`, id)
	require.NoError(t, err)
	require.Equal(t, ledger.MailFailed, p.tried(id, putOff))
	require.Equal(t, 1, p.bounces(caseRun))
	require.Equal(t, "too_long", p.Row(`SELECT cause FROM mail WHERE id = $1`, id)["cause"])
	require.Equal(t, 1, p.mails().Failed)
	p.due()
	require.Empty(t, p.posted(), "not tried again")
}

// A mail that cannot be delivered is seen in its case, once, also when its run has
// ended meanwhile; and whoever reports it from outside may do so after it was sent.
func TestAMailThatFailsIsSeen(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	refused, sent := p.mail(caseRun, "personale.1@percorso.example"), p.mail(caseRun, "personale.2@percorso.example")
	_, err := p.Owner.Exec(t.Context(), `UPDATE run SET ended_at = clock_timestamp() WHERE id = $1`, caseRun)
	require.NoError(t, err)
	p.posted()
	p.tried(sent, ledger.MailResult{Outcome: ledger.MailSent})
	for range 2 {
		require.Equal(t, ledger.MailFailed, p.tried(refused, unknown))
	}
	require.Equal(t, 1, p.bounces(caseRun))

	report := func(key, run, mail string) error {
		_, err := p.Records.Accept(t.Context(), p.Accounts["supervisor.prato"], ledger.NewCommand{
			Key: key, Operation: care.OpMailBounced, Run: run, Target: mail, Answer: care.Answer{Operation: care.OpMailBounced},
		})
		return err
	}
	require.NoError(t, report("first", caseRun, sent))
	require.NoError(t, report("second", caseRun, sent))
	require.Equal(t, 2, p.bounces(caseRun))
	require.ErrorIs(t, report("third", postgrestest.NewRun(care.RunCase), sent), ledger.ErrNotFound, "of another run")
	require.ErrorIs(t, report("fourth", caseRun, uuid.NewString()), ledger.ErrNotFound)

	// One that reminded a person: somebody calls them. One to a provider is about no case.
	appointment := uuid.NewString()
	_, err = p.Owner.Exec(t.Context(), `WITH a AS (INSERT INTO appointment (id, run_id, case_id, zone, agency, service, matter, state, at)
			VALUES ($1, $2, $3, 'prato', 'comune', 'pas', '', 'booked', clock_timestamp() + interval '1 day') RETURNING id)
		INSERT INTO reminder (appointment_id, state) SELECT id, 'sent' FROM a`, appointment, caseRun, ledger.BareID(caseRun))
	require.NoError(t, err)
	require.ErrorIs(t, report("fifth", "reminder/"+appointment, appointment), ledger.ErrNotFound, "no mail was sent")
	_, err = p.Owner.Exec(t.Context(), `INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES ($1, $2, 'prato', clock_timestamp(), 'person_reminded', 'email')`, ledger.BareID(caseRun), caseRun)
	require.NoError(t, err)
	require.NoError(t, report("sixth", "reminder/"+appointment, appointment))
	require.NoError(t, report("seventh", "reminder/"+appointment, appointment))
	require.Equal(t, 1, p.Count(`reminder WHERE state = 'call' AND failed = 'email'`))
	require.Equal(t, 1, p.Count(`timeline WHERE code = 'person_unreminded' AND detail = 'email'`))
	provider, asked := uuid.NewString(), "mediation/"+uuid.NewString()
	_, err = p.Owner.Exec(t.Context(), `INSERT INTO mail (id, run_id, template, link, recipient, created_at, next_try, sent_at) VALUES ($1, $2, 'mediator_asked', '/invito/mediatore/1', 'prova@percorso.example', now(), now(), now())`, provider, asked)
	require.NoError(t, err)
	require.NoError(t, report("eighth", asked, provider))
	require.Equal(t, 1, p.Count(`mail WHERE id = $1 AND failed_at IS NOT NULL`, provider))
}

// A partner that cannot be reached by post is what its case stands at, until a
// mail reaches it: the sentence, the health and the list of stuck cases say so.
func TestAPartnerThatIsNotReached(t *testing.T) {
	p := newPlay(t)
	caseRun, run, _, task := p.Referred()
	read := func() health.Waiting {
		c, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(caseRun))
		require.NoError(t, err)
		return c.Waiting
	}
	stuck := func() int {
		page, err := p.Records.StuckCases(t.Context(), p.Accounts["supervisor.prato"], ledger.Paging{})
		require.NoError(t, err)
		return len(page.Items)
	}
	require.NotEqual(t, health.Broken, read().Health)
	for _, id := range p.posted() {
		require.Equal(t, ledger.MailFailed, p.tried(id, unknown))
	}
	w := read()
	require.Equal(t, health.Broken, w.Health)
	require.Equal(t, health.CauseMail, w.Cause)
	require.Equal(t, "asl", w.Partner)
	require.Equal(t, task, w.TaskID)
	require.Equal(t, 1, stuck())
	require.Equal(t, "asl", p.Row(`SELECT detail FROM timeline WHERE code = 'mail_bounced'`)["detail"])

	// Whoever gets another link from the supervisor's reminder is reached again.
	_, err := p.Owner.Exec(t.Context(), `UPDATE task SET remind_at = $2 WHERE id = $1`, task, p.Now)
	require.NoError(t, err)
	p.Now = p.Now.Add(time.Minute)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	require.NotEqual(t, health.CauseMail, read().Cause)
}

// A reminder to several of a role is a mail for each, to each address once, and
// the same ones however often the step is recorded.
func TestEachRecipientHasAMail(t *testing.T) {
	p := newPlay(t)
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET email = 'sportello@percorso.example' WHERE role = 'desk_operator' AND zone = 'prato'`)
	require.NoError(t, err)
	ask := postgrestest.Opens("case/1", "listening", ledger.TaskChange{Kind: care.FirstListening})
	review := postgrestest.Opens("case/1", "review", ledger.TaskChange{Kind: care.Review, Role: care.SocialWorker})
	_, _ = p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{ask, review}})
	p.Now = p.Now.Add(time.Minute)
	_, err = p.Owner.Exec(t.Context(), `UPDATE task SET remind_at = $2 WHERE id = ANY ($1)`, []string{ask.ID, review.ID}, p.Now)
	require.NoError(t, err)
	run := p.Row(`SELECT run_id FROM task WHERE id = $1`, ask.ID)["run_id"].(string)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	recipients := map[any]int{}
	for _, m := range p.Rows(`SELECT recipient FROM mail`) {
		recipients[m["recipient"]]++
	}
	require.Equal(t, map[any]int{"sportello@percorso.example": 1, "social_worker.prato@percorso.example": 1, "social_worker_2.prato@percorso.example": 1}, recipients)
}

// Mails that wait when the schema changes are not lost: each of their recipients
// has one of their own afterwards, and what was sent stays sent.
func TestWaitingMailsAreCarriedOver(t *testing.T) {
	a := &postgrestest.Archive{T: t, Stack: postgrestest.NewArchive(t).Stack, Database: "percorso_older"}
	a.Administer("CREATE DATABASE percorso_older OWNER percorso_migrate")
	t.Cleanup(func() { a.Administer("DROP DATABASE percorso_older WITH (FORCE)") })
	require.NoError(t, postgrestest.MigrateOlder(t.Context(), a.Stack.AdministratorURL(a.Database), 5))
	a.Administer(deploy.RolesSQL)
	owner := a.Owner()
	administrator, err := pgx.Connect(t.Context(), a.Stack.AdministratorURL(a.Database))
	require.NoError(t, err)
	defer func() { _ = administrator.Close(context.WithoutCancel(t.Context())) }()
	caseID := uuid.NewString()
	insert := func(sent any, recipients ...string) (id string) {
		id = uuid.NewString()
		_, err := administrator.Exec(t.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipients, created_at, next_try, tries, sent_at)
			VALUES ($1, $2, $3, 'escalation', '/compiti/1', $4, clock_timestamp(), clock_timestamp(), 2, $5)`, id, "case/"+caseID, caseID, recipients, sent)
		require.NoError(t, err)
		return id
	}
	waiting := insert(nil, "uno@percorso.example", "due@percorso.example", "tre@percorso.example")
	insert("2026-03-09T08:00:00Z", "quattro@percorso.example", "cinque@percorso.example")

	_, err = postgres.Migrate(t.Context(), a.Pool(standalone.Migrate))
	require.NoError(t, err)
	recipients := func(state string) (to []string) {
		rows, err := owner.Query(t.Context(), `SELECT recipient FROM mail WHERE sent_at IS `+state+` AND failed_at IS NULL AND tries = 2 ORDER BY recipient`)
		require.NoError(t, err)
		to, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return to
	}
	require.Equal(t, []string{"due@percorso.example", "tre@percorso.example", "uno@percorso.example"}, recipients("NULL"))
	require.Equal(t, []string{"cinque@percorso.example", "quattro@percorso.example"}, recipients("NOT NULL"))
	var first string
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT recipient FROM mail WHERE id = $1`, waiting).Scan(&first))
	require.Equal(t, "uno@percorso.example", first)
	db := stdlib.OpenDBFromPool(owner)
	defer func() { _ = db.Close() }()
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS("../migrations"))
	require.NoError(t, err)
	_, err = p.DownTo(t.Context(), 5)
	require.NoError(t, err)
	var kept int
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT count(*) FROM mail WHERE cardinality(recipients) = 1`).Scan(&kept))
	require.Equal(t, 5, kept)
}

// What a mail says besides is who asks, whom to call and by when; of five referrals no
// two mails are alike, and none says whom it is about.
func TestAMailSaysWhoAsksAndNobodyElse(t *testing.T) {
	p := newPlay(t)
	const marker = "Zmarcata"
	for range 5 {
		caseRun, _, _, _ := p.Referred()
		_, err := p.Owner.Exec(t.Context(), `UPDATE person SET given_name = $2, family_name = $2 WHERE case_id = $1`, ledger.BareID(caseRun), marker)
		require.NoError(t, err)
		p.Now = p.Now.Add(time.Minute)
	}
	mails, err := p.Outbox.TakeMails(t.Context(), 100)
	require.NoError(t, err)
	require.Len(t, mails, 5)
	texts := map[string]bool{}
	for _, m := range mails {
		require.Equal(t, "Comune di Prato", m.About.Asker)
		require.Equal(t, "0574 000000", m.About.Phone)
		require.NotNil(t, m.About.Until)
		subject, text, ok := mailtexts.Text(m)
		require.True(t, ok)
		require.Contains(t, subject, "Comune di Prato")
		for _, says := range []string{"Chi chiede: ", "Entro: ", "Chi chiamare: Comune di Prato, telefono 0574 000000", "Inviata il: "} {
			require.Contains(t, text, says)
		}
		require.NotContains(t, subject+text, marker)
		texts[text] = true
	}
	require.Len(t, texts, 5)
}

// The clocks' mails to the staff say it too.
func TestAReminderSaysWhoAsksAndByWhen(t *testing.T) {
	p := newPlay(t)
	ask := postgrestest.Opens("case/1", "listening", ledger.TaskChange{Kind: care.FirstListening})
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{ask}})
	_, err := p.Owner.Exec(t.Context(), `UPDATE task SET remind_at = $2 WHERE id = $1`, ask.ID, p.Now)
	require.NoError(t, err)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	mails, err := p.Outbox.TakeMails(t.Context(), 100)
	require.NoError(t, err)
	require.NotEmpty(t, mails)
	for _, m := range mails {
		require.Equal(t, care.FirstListening, m.About.Task)
		_, text, _ := mailtexts.Text(m)
		for _, says := range []string{"Chi chiede: Comune di Prato", "Entro: ", "telefono 0574 000000"} {
			require.Contains(t, text, says)
		}
	}
}
