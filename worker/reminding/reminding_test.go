package reminding_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/reminded"
	"percorso/internal/protection"
	"percorso/internal/reach"
	"percorso/internal/remind"
	"percorso/worker/reminding"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// gateway is one that takes text messages, and answers as it is told.
type gateway struct {
	*httptest.Server

	mu      sync.Mutex
	answers int // status; 0: it takes them
	got     []received
}

type received struct {
	To, Text, Key, Secret string
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		var in received
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &in) != nil || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		in.Key, in.Secret = r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization")
		g.got = append(g.got, in)
		if g.answers >= 300 && g.answers < 400 {
			w.Header().Set("Location", "/altrove")
		}
		if g.answers > 0 {
			w.WriteHeader(g.answers)
		}
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) says(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answers = status
}

func (g *gateway) texts() []received {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]received{}, g.got...)
}

// letters takes mails.
type letters struct {
	mu   sync.Mutex
	got  []remind.Message
	made ledger.MailResult
}

func (l *letters) Write(_ context.Context, m remind.Message) ledger.MailResult {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got = append(l.got, m)
	return l.made
}

// office is a play whose zone has a gateway.
type office struct {
	*postgrestest.Play
	gateway *gateway
	letters *letters
	logs    *observer.ObservedLogs
	worker  *reminding.Reminding
}

func newOffice(t *testing.T) *office {
	o := &office{Play: postgrestest.NewPlay(t), gateway: newGateway(t), letters: &letters{made: ledger.MailResult{Outcome: ledger.MailSent}}}
	o.Law("prova-promemoria", func(p *care.Policy) { p.SMS = o.gateway.URL + "/invio" })
	core, logs := observer.New(zap.DebugLevel)
	o.logs = logs
	o.worker = o.another(zap.New(core))
	return o
}

// another is one more worker, with a memory of its own.
func (o *office) another(log *zap.Logger) *reminding.Reminding {
	now := func() time.Time { return o.Now }
	return &reminding.Reminding{
		Outbox: reminded.NewOutbox(o.Pool(standalone.Worker), calendar.New), Mailer: o.letters, Log: log, Now: now,
		Texts: reminding.NewGateways(map[string]string{"prato": "segreto-di-prova"}, now),
	}
}

var own = reach.Way{Kind: reach.Phone, Value: "347 0000001", Whose: "own", Call: reach.Yes, Message: reach.Yes}

// expects opens a case with an appointment in so many hours.
func (o *office) expects(in time.Duration, contacts ...reach.Way) (caseRun, run, appointment string) {
	o.T.Helper()
	caseRun, _ = o.Begin(ledger.Person{Contacts: contacts, Languages: []string{"it"}}, ledger.Effects{})
	run, appointment = postgrestest.NewRun(care.RunService), uuid.NewString()
	o.Branch(caseRun, run, care.Answer{Service: "pas"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
		{ID: appointment, State: care.AppointmentBooked, Service: "pas", At: o.Now.Add(in)}}})
	return caseRun, run, appointment
}

func (o *office) round() {
	o.T.Helper()
	_, err := o.worker.Round(o.T.Context())
	require.NoError(o.T, err)
}

func (o *office) lines(code, detail string) int {
	return o.Count(`timeline WHERE code = '` + code + `' AND detail = '` + detail + `'`)
}

func (o *office) called(account string) []remind.Called {
	o.T.Helper()
	list, err := o.Records.ToCall(o.T.Context(), o.Accounts[account])
	require.NoError(o.T, err)
	return list
}

// A day before, the person gets one message, however many workers look for it at once; it is
// in the timeline, and the number is in no log.
func TestOneMessageBeforeAnAppointment(t *testing.T) {
	o := newOffice(t)
	_, _, appointment := o.expects(30*time.Hour, own)
	o.round()
	require.Empty(t, o.gateway.texts(), "it is not near yet")
	o.Now = o.Now.Add(7 * time.Hour)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			_, err := o.another(zap.NewNop()).Round(t.Context())
			require.NoError(t, err)
		})
	}
	all.Wait()
	o.round()
	texts := o.gateway.texts()
	require.Len(t, texts, 1)
	require.Equal(t, []string{"+393470000001", appointment, "Bearer segreto-di-prova"}, []string{texts[0].To, texts[0].Key, texts[0].Secret})
	require.Contains(t, texts[0].Text, "Giorno: ")
	require.NotContains(t, texts[0].Text, "PAS")
	require.Equal(t, 1, o.lines("person_reminded", "sms"))
	require.Empty(t, o.called("desk_operator.prato"))
	require.Zero(t, o.Count(`reminder WHERE reminder::text LIKE '%0000001%'`))
}

// What was cancelled or moved before, and what stands still, is told to nobody.
func TestNoOldReminderGoesOut(t *testing.T) {
	o := newOffice(t)
	o.gateway.says(http.StatusServiceUnavailable)
	_, run, appointment := o.expects(20*time.Hour, own)
	still, _, _ := o.expects(20*time.Hour, own)
	o.round()
	require.Len(t, o.gateway.texts(), 2, "both are due, and the gateway is away")
	o.Does(run, o.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentCancelled}}}, nil)
	_, err := o.Owner.Exec(t.Context(), `UPDATE case_file SET suspended_at = $2, suspended_until = $3 WHERE id = $1`, ledger.BareID(still), o.Now, o.Now.AddDate(0, 1, 0))
	require.NoError(t, err)
	o.gateway.says(0)
	o.Now = o.Now.Add(10 * time.Minute)
	o.round()
	require.Len(t, o.gateway.texts(), 2)
	require.Zero(t, o.lines("person_reminded", "sms"))
	require.Empty(t, o.called("desk_operator.prato"))
}

// A message that does not go comes again later and later, under one key; in the end somebody
// calls, and says how it went.
func TestWhatDoesNotArriveIsCalled(t *testing.T) {
	o := newOffice(t)
	o.gateway.says(http.StatusFound) // a redirect is followed nowhere
	_, _, appointment := o.expects(20*time.Hour, own)
	for range remind.MostTries {
		o.round()
		o.round() // a pause: nothing is tried twice at once
		o.Now = o.Now.Add(20 * time.Minute)
	}
	texts := o.gateway.texts()
	require.Len(t, texts, remind.MostTries)
	for _, text := range texts {
		require.Equal(t, appointment, text.Key)
	}
	require.Equal(t, 1, o.lines("person_unreminded", "sms"))
	for _, line := range o.logs.All() {
		require.NotContains(t, line.Message, "0000001")
		for _, value := range line.ContextMap() {
			require.NotContains(t, value, "0000001")
		}
	}

	o.gateway.says(http.StatusUnprocessableEntity) // the number is none
	o.expects(21*time.Hour, own)
	o.round()
	require.Equal(t, 2, o.lines("person_unreminded", "sms"))

	list := o.called("desk_operator.prato")
	require.Len(t, list, 2)
	require.Equal(t, []any{remind.SMS, "347 0000001", appointment}, []any{list[0].Failed, list[0].Contacts[0].Value, list[0].ID})
	require.Empty(t, o.called("social_worker.pistoia"))
	call := func(account string, answered bool) error {
		return o.Records.Called(t.Context(), o.Accounts[account], appointment, answered)
	}
	require.NoError(t, call("desk_operator.prato", false))
	require.NoError(t, call("desk_operator.prato", false), "said twice")
	list = o.called("social_worker.prato")
	require.Equal(t, 1, list[0].Unanswered)
	require.ErrorIs(t, call("social_worker.pistoia", true), ledger.ErrNotFound)
	require.NoError(t, call("social_worker.prato", true))
	require.NoError(t, call("social_worker.prato", true), "said twice")
	var refusal *care.Refusal
	require.ErrorAs(t, call("desk_operator.prato", true), &refusal, "somebody else was first")
	require.Len(t, o.called("desk_operator.prato"), 1)
	require.Equal(t, 1, o.lines("person_reminded", "call"))
	require.Equal(t, 1, o.lines("person_unreminded", "call"))
}

// By mail where that is what the person said, by telephone where no machine may write, and a
// protected person by her keepers alone.
func TestByMailOrByTelephone(t *testing.T) {
	o := newOffice(t)
	mail := reach.Way{Kind: reach.Email, Value: "persona@prova.invalid", Whose: "own", Call: reach.Yes}
	o.expects(20*time.Hour, mail)
	sister := own
	sister.Whose = "relative"
	o.expects(20*time.Hour, sister)
	hers, _, protected := o.expects(20*time.Hour, own)
	_, err := o.Records.Assign(t.Context(), o.Accounts["social_worker.prato"], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(hers), protection.Form{
		Keeper: o.Accounts["social_worker_2.prato"].ID, Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	o.expects(20 * time.Hour)
	o.round()
	require.Empty(t, o.gateway.texts())
	require.Len(t, o.letters.got, 1)
	require.Equal(t, []string{mail.Value, "Il Suo appuntamento"}, []string{o.letters.got[0].To, o.letters.got[0].Subject})
	require.Equal(t, 1, o.lines("person_reminded", "email"))
	require.Len(t, o.called("desk_operator.prato"), 1)
	require.ErrorIs(t, o.Records.Called(t.Context(), o.Accounts["desk_operator.prato"], protected, true), ledger.ErrNotFound, "who is no keeper knows of nobody")
	require.Len(t, o.called("social_worker_2.prato"), 2)
	require.NoError(t, o.Records.Called(t.Context(), o.Accounts["social_worker_2.prato"], protected, true))
	require.Equal(t, 1, o.Count(`reminder WHERE state = 'none'`), "there is nobody to call")
}

// A gateway that fails is left alone for a while, and one that hangs holds up nobody for long.
func TestAGatewayThatIsAway(t *testing.T) {
	g := newGateway(t)
	g.says(http.StatusInternalServerError)
	texts := reminding.NewGateways(map[string]string{"prato": "segreto-di-prova"}, time.Now) //nolint:forbidigo // of what is counted
	for range 10 {
		require.Equal(t, remind.Later, texts.Send(t.Context(), g.URL, remind.Message{ID: "1", Zone: "prato", To: "+390000000001"}))
	}
	require.Len(t, g.texts(), 5)
	require.False(t, texts.Knows("lucca"))
	g.Close()
	require.Equal(t, remind.Later, reminding.NewGateways(nil, time.Now).Send(t.Context(), g.URL, remind.Message{ID: "1"})) //nolint:forbidigo // as above
}

// What is due at night waits for the morning, as often as it takes and as no try; where the hour
// of the appointment comes before, somebody calls.
func TestNobodyIsWrittenToAtNight(t *testing.T) {
	o := newOffice(t)
	o.Now = time.Date(2026, time.November, 23, 22, 0, 0, 0, o.Now.Location())
	_, _, appointment := o.expects(12*time.Hour, own)
	_, _, early := o.expects(9*time.Hour, own)
	o.round()
	o.Now = o.Now.Add(2 * time.Hour)
	o.round()
	require.Empty(t, o.gateway.texts())
	called := o.called("desk_operator.prato")
	require.Len(t, called, 1)
	require.Equal(t, early, called[0].ID, "at seven nobody has been written to yet")
	require.Equal(t, 1, o.Count(`reminder WHERE appointment_id = $1 AND state = 'due' AND tries = 0`, appointment))
	o.Now = time.Date(2026, time.November, 24, 8, 0, 0, 0, o.Now.Location())
	o.round()
	texts := o.gateway.texts()
	require.Len(t, texts, 1)
	require.Equal(t, appointment, texts[0].Key)
}
