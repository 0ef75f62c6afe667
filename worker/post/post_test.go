package post

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"percorso/internal/ledger"
)

// outbox is one in memory. It hands every mail out once.
type outbox struct {
	mu      sync.Mutex
	waiting []ledger.Mail
	results map[string]ledger.MailResult
	retried int
	tooLong bool // whatever is put off was so for too long
}

func (o *outbox) TakeMails(_ context.Context, most int) ([]ledger.Mail, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(most, len(o.waiting))
	taken := o.waiting[:n]
	o.waiting = o.waiting[n:]
	return taken, nil
}

func (o *outbox) MailTried(_ context.Context, id string, r ledger.MailResult) (ledger.MailOutcome, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.results[id] = r
	if o.tooLong && r.Outcome == ledger.MailLater {
		return ledger.MailFailed, nil
	}
	return r.Outcome, nil
}

func (o *outbox) RetryHeldMails(context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.retried++
	return nil
}

func (o *outbox) AwaitMail(ctx context.Context, _ time.Duration) error {
	select {
	case <-ctx.Done():
	case <-time.After(time.Millisecond):
	}
	return nil
}

func (o *outbox) result(id string) (ledger.MailResult, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, ok := o.results[id]
	return r, ok
}

// sending runs a post until the test ends.
func sending(t *testing.T, o *outbox, s Sender) *observer.ObservedLogs {
	t.Helper()
	o.results = map[string]ledger.MailResult{}
	core, logs := observer.New(zap.InfoLevel)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&Post{Outbox: o, Sender: s, Log: zap.New(core)}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return logs
}

// mailsTo makes a mail for each recipient; its id is the recipient's name.
func mailsTo(recipients ...string) (mails []ledger.Mail) {
	for _, to := range recipients {
		m := reminder
		m.ID, m.Recipient = strings.TrimSuffix(to, "@percorso.example"), to
		mails = append(mails, m)
	}
	return mails
}

// One of three recipients is not known to the server: the other two get the mail,
// each by themselves, and it is known of whom.
func TestOneRecipientKeepsItFromNobodyElse(t *testing.T) {
	r := (&receiver{refuses: map[string]error{"due@percorso.example": answers(550, "5.1.1 No such user")}}).start(t)
	o := &outbox{waiting: mailsTo("uno@percorso.example", "due@percorso.example", "tre@percorso.example")}
	logs := sending(t, o, mailer(r.address))
	require.Eventually(t, func() bool {
		return len(r.letters()) == 2 && logs.FilterMessage("a mail cannot be delivered").Len() == 1
	}, 20*time.Second, time.Millisecond)
	for _, l := range r.letters() {
		require.Len(t, l.to, 1)
		require.NotContains(t, l.to, "due@percorso.example")
		require.Contains(t, l.header.Get("To"), l.to[0])
		require.Len(t, l.header["To"], 1)
		require.Empty(t, l.header["Cc"])
	}
	result, _ := o.result("due")
	require.Equal(t, ledger.MailFailed, result.Outcome)
	for _, line := range logs.All() {
		require.NotContains(t, fmt.Sprint(line.Message, line.ContextMap()), "due@", "no address is logged")
	}
}

// A wrong setting is one line at error level, however many mails wait for it;
// another one is told anew, and so is that mails go again.
func TestHeldMailsAreToldOnce(t *testing.T) {
	r := (&receiver{user: "percorso", password: "parola"}).start(t)
	var names, recipients []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("personale.%d", i))
		recipients = append(recipients, names[i]+"@percorso.example")
	}
	o := &outbox{waiting: mailsTo(recipients...)}
	m := mailer(r.address)
	logs := sending(t, o, m)
	all := func(outcome ledger.MailOutcome) func() bool {
		return func() bool {
			for _, id := range names {
				if result, ok := o.result(id); !ok || result.Outcome != outcome {
					return false
				}
			}
			return true
		}
	}
	require.Eventually(t, all(ledger.MailHeld), 20*time.Second, time.Millisecond)
	require.Len(t, logs.FilterLevelExact(zap.ErrorLevel).All(), 1)
	require.Contains(t, logs.FilterLevelExact(zap.ErrorLevel).All()[0].Message, descriptions[ledger.MailLogin])
	require.Empty(t, r.letters())
	require.Equal(t, 1, o.retried, "what was held is tried when the post begins")
}

// slowly says what became of a mail when it is let.
type slowly struct{ let chan ledger.MailResult }

func (s slowly) Send(context.Context, ledger.Mail) ledger.MailResult { return <-s.let }

// Who ends the post waits for the mail that is being sent, so that its result is
// not lost.
func TestTheLastMailIsNoted(t *testing.T) {
	o := &outbox{waiting: mailsTo("uno@percorso.example"), results: map[string]ledger.MailResult{}}
	s := slowly{let: make(chan ledger.MailResult)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&Post{Outbox: o, Sender: s, Log: zap.NewNop()}).Run(ctx)
	}()
	require.Eventually(t, func() bool { o.mu.Lock(); defer o.mu.Unlock(); return len(o.waiting) == 0 }, 20*time.Second, time.Millisecond)
	cancel()
	s.let <- sent
	<-ended
	result, _ := o.result("uno")
	require.Equal(t, sent, result)
}

// Mails go side by side: one that takes its time holds up no other.
func TestASlowMailHoldsUpNoOther(t *testing.T) {
	o := &outbox{waiting: mailsTo("lento@percorso.example", "uno@percorso.example", "due@percorso.example")}
	s := slowly{let: make(chan ledger.MailResult)}
	logs := sending(t, o, s)
	s.let <- sent
	s.let <- sent
	require.Eventually(t, func() bool { o.mu.Lock(); defer o.mu.Unlock(); return len(o.results) == 2 }, 20*time.Second, time.Millisecond)
	s.let <- ledger.MailResult{Outcome: ledger.MailLater, Cause: ledger.MailPutOff, Code: 451}
	require.Eventually(t, func() bool { return logs.FilterMessage("a mail is put off").Len() == 1 }, 20*time.Second, time.Millisecond)
}

// What was put off for too long is told as a mail that cannot be delivered.
func TestWhatIsPutOffForTooLong(t *testing.T) {
	r := (&receiver{refuses: map[string]error{"uno@percorso.example": answers(451, "4.7.1 Later")}}).start(t)
	logs := sending(t, &outbox{waiting: mailsTo("uno@percorso.example"), tooLong: true}, mailer(r.address))
	require.Eventually(t, func() bool { return logs.FilterMessage("a mail cannot be delivered").Len() == 1 }, 20*time.Second, time.Millisecond)
}
