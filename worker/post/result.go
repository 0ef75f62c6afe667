package post

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"

	"percorso/internal/ledger"
)

// descriptions say to an operator why mails are held.
var descriptions = map[ledger.MailCause]string{
	ledger.MailUnreachable: "nobody answers at the mail server's address",
	ledger.MailSilent:      "the mail server accepts the connection and says nothing in time",
	ledger.MailTLS:         "no encrypted connection to the mail server comes about",
	ledger.MailNotNow:      "the mail server takes no mails for the time being",
	ledger.MailGreeting:    "the mail server does not let this machine in",
	ledger.MailLogin:       "the mail server refuses the login, or asks for one that is not set",
	ledger.MailSender:      "the mail server takes no mails from the sender's address",
	ledger.MailRelaying:    "the mail server does not pass mails on for this machine or login",
}

// Describe says in one line why mails are held.
func Describe(r ledger.MailResult) string {
	text := descriptions[r.Cause]
	if r.Code > 0 {
		text += fmt.Sprintf(" (it answered %d)", r.Code)
	}
	return text
}

// held is what becomes of every mail where a session fails before it comes to
// the recipient: the settings or the server are to be mended, whatever the mail.
// A reply from 400 to 499 is about the server's present state, so it never sends
// the operator to a setting, which may be right.
func held(cause ledger.MailCause, err error) ledger.MailResult {
	code := replyCode(err)
	switch {
	case loginAsked[code], wantsLogin(err):
		cause = ledger.MailLogin
	case code >= 400 && code < 500:
		cause = ledger.MailNotNow
	}
	return ledger.MailResult{Outcome: ledger.MailHeld, Cause: cause, Code: code, All: true}
}

// refused is what becomes of a mail where the server does not take its recipient,
// or its content. What is about us and not about the mail is the operator's.
func refused(cause ledger.MailCause, err error) ledger.MailResult {
	code := replyCode(err)
	switch {
	case loginAsked[code]:
		return held(ledger.MailLogin, err)
	case wantsLogin(err):
		return ledger.MailResult{Outcome: ledger.MailHeld, Cause: ledger.MailLogin, Code: code}
	case says(err, deniesRelaying):
		return ledger.MailResult{Outcome: ledger.MailHeld, Cause: ledger.MailRelaying, Code: code}
	case code >= 500:
		return ledger.MailResult{Outcome: ledger.MailFailed, Cause: cause, Code: code}
	case code >= 400:
		return ledger.MailResult{Outcome: ledger.MailLater, Cause: ledger.MailPutOff, Code: code}
	}
	// The server fell silent, or the connection broke.
	return ledger.MailResult{Outcome: ledger.MailHeld, Cause: ledger.MailSilent}
}

// loginAsked are the replies of a server that wants another login than ours, or
// an encrypted connection for it (RFC 4954).
var loginAsked = map[int]bool{530: true, 534: true, 535: true, 538: true}

// Some servers refuse us with a code by which others refuse a recipient, and say
// in words alone what they mean.
var (
	asksLogin      = regexp.MustCompile(`(?i)\bauthenticat`)
	deniesRelaying = regexp.MustCompile(`(?i)\brelay(ing)?\b.*\b(denied|prohibited|not (permitted|allowed|authorized))|\b(unable|not permitted) to relay\b|\bclient host\b.*\bblocked\b`)
)

// says whether a server's reply has some words in it.
func says(err error, words *regexp.Regexp) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code >= 400 && words.MatchString(reply.Msg)
}

// wantsLogin says whether a server's reply asks in words for a login. One from 400
// to 499 may speak of a login that the server cannot check at the moment.
func wantsLogin(err error) bool { return replyCode(err) >= 500 && says(err, asksLogin) }

func replyCode(err error) int {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code
	}
	return 0
}
