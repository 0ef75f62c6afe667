package endtoend

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
)

// letter is a mail as its receiver got it.
type letter struct {
	Subject string            `json:"subject"`
	Text    string            `json:"text"`
	Headers map[string]string `json:"headers"`
}

// mailsTo lists the mails that an address got and whose subject has some words,
// in the order of the receiver.
func (s *services) mailsTo(address, subject string) (letters []letter) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.stack.Addresses().MailPage+"/api/mails?to="+url.QueryEscape(address), nil)
	require.NoError(s.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	var box struct {
		Mails []letter `json:"mails"`
	}
	require.NoError(s.t, json.NewDecoder(res.Body).Decode(&box))
	for _, m := range box.Mails {
		if strings.Contains(m.Subject, subject) {
			letters = append(letters, m)
		}
	}
	return letters
}

// linkTerm is how long a link is good where these tests play.
const linkTerm = 30 * time.Second

// Subjects of the mails with one-time links.
const (
	asksAnswer  = "aspetta una Sua risposta"
	asksOutcome = "aspetta il suo esito"
)

var linkInMail = regexp.MustCompile(`https?://\S+/invito/\S+`)

// link waits for a link that the partner of a referral was sent and that is not
// among the known ones.
func (s *services) link(referral, subject string, known ...string) (link string, mail letter) {
	s.t.Helper()
	invitations := s.invitations(referral, subject)
	s.eventually("a link for "+referral, func() bool {
		for _, m := range invitations() {
			if found := linkInMail.FindString(m.Text); !slices.Contains(known, found) {
				link, mail = found, m
			}
		}
		return link != ""
	})
	return link, mail
}

// invitations gives the list of the mails that the partner of a referral gets
// about it, as it grows.
func (s *services) invitations(referral, subject string) func() []letter {
	s.t.Helper()
	f := s.get(care.SocialWorker, "/referrals/"+referral).is(http.StatusOK)
	partner, run := f.text("to_agency"), ""
	for _, b := range s.file(care.SocialWorker, f.text("case_file_id")).list("branches") {
		if b.text("agency") == partner {
			run = b.text("id")
		}
	}
	require.NotEmpty(s.t, run)
	address := strings.ReplaceAll(partner, "_", ".") + ".prato@partner.example"
	return func() []letter {
		return slices.DeleteFunc(s.mailsTo(address, subject), func(m letter) bool { return m.Headers["X-Percorso-Run"] != run })
	}
}

// page is what somebody without an account gets.
type page struct {
	status int
	text   string
}

// opens opens an address as somebody without an account; with a form, posts it.
func (s *services) opens(address string, form url.Values) page {
	s.t.Helper()
	got, err := s.tryOpen(address, form)
	require.NoError(s.t, err)
	return got
}

// tryOpen is opens where nobody may answer.
func (s *services) tryOpen(address string, form url.Values) (page, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, body)
	if err != nil {
		return page{}, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return page{res.StatusCode, html.UnescapeString(string(text))}, err
}

// says is the form of an answer through a link.
func says(code string) url.Values { return url.Values{"answer": {code}} }

// refers sends the person to a partner, having seen what is disclosed.
func (s *services) refers(caseID, agency, purpose string) (referral string) {
	s.t.Helper()
	seen := s.get(care.SocialWorker, "/case-files/"+caseID+"/disclosures/"+agency+"?purpose="+purpose).is(http.StatusOK)
	s.post(care.SocialWorker, "/case-files/"+caseID+"/referrals",
		catalogue.ReferForm{Agency: agency, Purpose: purpose, Notice: true, Seen: seen.text("digest"), Note: "Prova"}).is(http.StatusOK)
	return s.referralTo(caseID, agency).text("id")
}

// Journey 12: a partner without an account answers through one-time links; then
// the person withdraws the consent for private partners.
func (s *services) partnerWithoutAccount() {
	t := s.t
	id := s.openCase()
	s.do(id, care.FirstListening, heard)
	s.task(id, care.Orientation)
	for _, said := range []crossing.ConsentForm{{Agency: "terzo_settore", Purpose: "labour"}, {Agency: "centri_sociali", Purpose: "housing"}} {
		s.post(care.SocialWorker, "/case-files/"+id+"/consents", said).is(http.StatusOK)
	}
	referral := s.refers(id, "terzo_settore", "labour")
	state := func() string { return s.get(care.SocialWorker, "/referrals/"+referral).is(http.StatusOK).text("state") }

	// The mail says that something waits, and nothing of whom.
	first, mail := s.link(referral, asksAnswer)
	number := s.file(care.SocialWorker, id).text("number")
	said := strings.ReplaceAll(mail.Subject+mail.Text, first, "") // whose seal has any letters
	require.NotEqual(t, mail.Subject+mail.Text, said)
	for _, personal := range []string{"Persona", "Prova 0001", "PK", number, id} {
		require.NotContains(t, said, personal)
	}
	// Whoever only looks, as mail scanners do, changes nothing and sees nobody.
	for range 3 {
		looked := s.opens(first, nil)
		require.Equal(t, http.StatusOK, looked.status)
		require.Contains(t, looked.text, "Comune di Prato")
		require.NotContains(t, looked.text, "Prova 0001")
	}
	require.Equal(t, "requested", state())

	// Acknowledged: the person is shown. The link is used up.
	done := s.opens(first, says("acknowledge"))
	require.Equal(t, http.StatusOK, done.status, done.text)
	require.Contains(t, done.text, "Prova 0001")
	require.Equal(t, "received", state())
	for _, again := range []url.Values{nil, says("acknowledge"), says("accept")} {
		used := s.opens(first, again)
		require.Equal(t, http.StatusGone, used.status)
		require.Contains(t, used.text, "già stato usato")
		require.NotContains(t, used.text, "Prova 0001")
	}
	require.Equal(t, "received", state(), "nothing happened")

	second, _ := s.link(referral, asksAnswer, first)
	for _, forged := range []string{second[:len(second)-3] + "AAA", second + "A", second[:strings.LastIndex(second, ".")], s.stack.Addresses().Pages + "/invito/" + referral} {
		for _, form := range []url.Values{nil, says("accept")} {
			refused := s.opens(forged, form)
			require.Equal(t, http.StatusNotFound, refused.status, forged)
			require.Contains(t, refused.text, "Questo link non è valido")
		}
	}
	require.Equal(t, "received", state(), "nothing happened")
	require.Equal(t, http.StatusOK, s.opens(second, says("accept")).status)
	s.eventually("accepted", func() bool { return state() == "in_progress" })

	// Later the outcome. A reason is asked where it failed, and the link stays good.
	third, _ := s.link(referral, asksOutcome)
	require.Equal(t, http.StatusUnprocessableEntity, s.opens(third, says("failed")).status)
	require.Equal(t, http.StatusOK, s.opens(third, says("completed")).status)
	s.eventually("completed", func() bool { return state() == "completed" })
	require.Equal(t, http.StatusGone, s.opens(third, nil).status)
	require.Equal(t, http.StatusGone, s.opens(second, says("reject")).status)

	// Another private partner is at work and a public one too, when consent is withdrawn.
	private, public := s.refers(id, "centri_sociali", "housing"), s.refers(id, "cpia", "school")
	late, _ := s.link(private, asksAnswer)
	s.move(care.SocialWorker, private, care.OpAcknowledge, catalogue.ReferralMoveForm{}) // as it says by telephone
	s.move(care.SocialWorker, private, care.OpAccept, catalogue.ReferralMoveForm{})
	unanswered, _ := s.link(public, asksAnswer)
	expired := time.Now().Add(linkTerm + time.Second)
	s.post(care.SocialWorker, "/case-files/"+id+"/consent-withdrawal", crossing.WithdrawalForm{Note: "Prova"}).is(http.StatusOK)
	s.eventually("withdrawn", func() bool { return s.get(care.SocialWorker, "/referrals/"+private).text("state") == "withdrawn" })
	require.Equal(t, "requested", s.get(care.SocialWorker, "/referrals/"+public).text("state"), "the public one goes on")
	require.Empty(t, s.file(care.SocialWorker, id).text("consent_since"))
	settled := s.opens(late, nil)
	require.Equal(t, http.StatusGone, settled.status)
	require.Contains(t, settled.text, "Non serve più una risposta")
	require.Equal(t, "completed", state(), "what is over stays")

	// A link that nobody used in time says so, and may be asked for anew, which
	// sends one a minute at most: the reminder has just sent one too.
	time.Sleep(time.Until(expired))
	for _, form := range []url.Values{nil, says("acknowledge")} {
		late := s.opens(unanswered, form)
		require.Equal(t, http.StatusGone, late.status)
		require.Contains(t, late.text, "Questo link è scaduto")
		require.Contains(t, late.text, "Inviatemi un nuovo link")
	}
	require.Equal(t, "requested", s.get(care.SocialWorker, "/referrals/"+public).text("state"), "nothing happened")
	invitations := s.invitations(public, asksAnswer)
	sent := func() (links []string) {
		for _, m := range invitations() {
			links = append(links, linkInMail.FindString(m.Text))
		}
		return links
	}
	known := sent()
	for end := time.Now().Add(2 * time.Minute); len(sent()) == len(known) && time.Now().Before(end); time.Sleep(time.Second) {
		require.Contains(t, s.opens(unanswered+"/nuovo", url.Values{}).text, "Il nuovo link è in arrivo")
	}
	fresh := slices.DeleteFunc(sent(), func(link string) bool { return slices.Contains(known, link) })
	require.Len(t, fresh, 1)
	require.Equal(t, http.StatusOK, s.opens(fresh[0], says("acknowledge")).status)
	require.Equal(t, "received", s.get(care.SocialWorker, "/referrals/"+public).text("state"))
	happened := s.timeline(id)
	require.Equal(t, 3, happened["link_used terzo_settore"], "%v", happened)
}
