package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"

	"percorso/api/access"
	"percorso/api/pages/partner"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// linkToken signs the link of a rig's records.
func (b *rig) linkToken() string {
	return invitation.Sign(someKey, b.records.link.ID, b.records.link.Expires)
}

// partner is the place that a partner's links lead to.
func (b *rig) partner() *partner.Place {
	s := b.server
	return &partner.Place{Pages: s.pages, Links: s.links, Door: s.door, Book: s.book, Problems: s.problems, Records: s.records}
}

func TestLookingAtALinkChangesNothing(t *testing.T) {
	r := newRig(t)
	for range 3 {
		link, state, err := r.server.links.Open(t.Context(), r.linkToken())
		if err != nil || state != access.LinkValid || link.Number == "" || link.Snapshot != nil {
			t.Fatalf("%+v %s %v", link, state, err)
		}
	}
	if len(r.records.commands)+len(r.temporal.updates) > 0 {
		t.Error("something was done")
	}
}

func TestPartnerAnswersStepByStep(t *testing.T) {
	r := newRig(t)
	link, state, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	if err != nil || state != access.LinkValid || link.Snapshot == nil || link.Snapshot.FamilyName != someSnapshot.FamilyName {
		t.Fatalf("%+v %s %v", link, state, err)
	}
	u := r.temporal.updates[0]
	if e := u.Args[0].(ledger.Entry); e.ID != u.UpdateID || e.Target != someReferral.ID || e.Answer.Operation != care.OpAcknowledge || ledger.KindOf(u.WorkflowID) != care.RunReferral {
		t.Errorf("%+v", u)
	}
	// The same link is good for nothing more.
	if _, state, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{})); err != nil || state != access.LinkUsed {
		t.Errorf("again: %s %v", state, err)
	}
	if len(r.temporal.updates) != 1 || len(r.records.commands) != 1 {
		t.Error("the second answer did something")
	}
	// A new link asks the next thing.
	r.records.link.Used = nil
	for op, form := range map[care.Operation]catalogue.ReferralMoveForm{
		care.OpAcknowledge: {},                 // it was
		care.OpRedirect:    {Agency: "comune"}, // not through a link
		care.OpWithdraw:    {},                 // the sender's
	} {
		_, _, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Moves[op].Command("", "", form))
		if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
			t.Errorf("%s: %v", op, err)
		}
	}
	_, _, err = r.partner().Answer(t.Context(), r.linkToken(), catalogue.Reject.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Faults[0] != (care.Fault{Field: "reason", Rule: care.RuleRequired}) || r.records.link.Used != nil {
		t.Errorf("a form that breaks a rule uses the link up: %v", err)
	}
	if _, state, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Reject.Command("", "", catalogue.ReferralMoveForm{Reason: "wrong_office"})); err != nil || state != access.LinkValid {
		t.Errorf("%s %v", state, err)
	}
}

func TestPartnerSaysHowItWent(t *testing.T) {
	r := newRig(t)
	r.records.link.Task, r.records.link.State = care.ReferralOutcome, care.ReferralInProgress
	_, _, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Complete.Command("", "", care.Completion{Outcome: care.Failed}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Faults[0].Field != "reason" {
		t.Errorf("%v", err)
	}
	_, _, err = r.partner().Answer(t.Context(), r.linkToken(), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
		t.Errorf("%v", err)
	}
	_, state, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Complete.Command("", "", care.Completion{Outcome: care.Completed}))
	if err != nil || state != access.LinkValid {
		t.Errorf("%s %v", state, err)
	}
	if a := r.temporal.updates[0].Args[0].(ledger.Entry).Answer; a.Operation != care.OpComplete || a.Outcome != care.Completed {
		t.Errorf("%+v", a)
	}
}

func TestAnswerOfAPartnerIsDurableWhateverIsAway(t *testing.T) {
	r := newRig(t)
	r.temporal.err = serviceerror.NewUnavailable("away")
	if _, state, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{})); err != nil || state != access.LinkValid {
		t.Errorf("%s %v", state, err)
	}
	if r.records.link.Used == nil || len(r.records.commands) != 1 {
		t.Error("the answer is lost")
	}
}

func TestProcessMayNotAwaitAPartnersAnswer(t *testing.T) {
	r := newRig(t)
	r.temporal.result = ledger.Result{Refusal: care.RefusedNotAwaited}
	_, _, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
		t.Errorf("%v", err)
	}
}

func TestLinksThatAreGoodForNothing(t *testing.T) {
	now := testclock.Monday
	for name, c := range map[string]struct {
		set   func(*ledger.Link)
		token func(*rig) string
		want  access.LinkState
		renew bool
	}{
		"used":                {func(l *ledger.Link) { l.Used = &now }, (*rig).linkToken, access.LinkUsed, true},
		"expired":             {func(l *ledger.Link) { l.Expires = now.Add(-time.Hour) }, (*rig).linkToken, access.LinkExpired, true},
		"settled":             {func(l *ledger.Link) { l.Open = false }, (*rig).linkToken, access.LinkSettled, false},
		"settled and used":    {func(l *ledger.Link) { l.Open, l.Used = false, &now }, (*rig).linkToken, access.LinkSettled, false},
		"settled and expired": {func(l *ledger.Link) { l.Open, l.Expires = false, now.Add(-time.Hour) }, (*rig).linkToken, access.LinkSettled, false},
		"of another key": {nil, func(r *rig) string {
			return invitation.Sign([]byte(strings.Repeat("x", invitation.KeySize)), someID, now.Add(time.Hour))
		}, access.LinkForged, false},
		"of no link":    {nil, func(*rig) string { return invitation.Sign(someKey, anotherID, now.Add(time.Hour)) }, access.LinkForged, false},
		"of no id":      {nil, func(*rig) string { return invitation.Sign(someKey, "../admin", now.Add(time.Hour)) }, access.LinkForged, false},
		"made up":       {nil, func(*rig) string { return marker }, access.LinkForged, false},
		"past its time": {nil, func(*rig) string { return invitation.Sign(someKey, someID, now.Add(-time.Second)) }, access.LinkExpired, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if c.set != nil {
				c.set(&r.records.link)
			}
			token := c.token(r)
			if _, state, err := r.server.links.Open(t.Context(), token); err != nil || state != c.want {
				t.Errorf("%s %v", state, err)
			}
			if _, state, err := r.partner().Answer(t.Context(), token, catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{})); err != nil || state != c.want {
				t.Errorf("answered: %s %v", state, err)
			}
			if state, err := r.partner().Renew(t.Context(), token); err != nil || state != c.want || (r.records.renewed > 0) != c.renew {
				t.Errorf("renewed: %s %v, %d", state, err, r.records.renewed)
			}
			if len(r.records.commands)+len(r.temporal.updates) > 0 {
				t.Error("something was done")
			}
		})
	}
}

func TestWhoAsksAgainAtOnceGetsNoSecondMail(t *testing.T) {
	r := newRig(t)
	r.records.link.Used = &r.now
	for range 2 {
		if state, err := r.partner().Renew(t.Context(), r.linkToken()); err != nil || state != access.LinkUsed || r.records.renewed != 1 {
			t.Errorf("%s %v, %d", state, err, r.records.renewed)
		}
	}
}

func TestSomebodyMayBeQuickerThanThePartner(t *testing.T) {
	r := newRig(t)
	r.records.quicker = func(l *ledger.Link) { l.State = care.ReferralReceived } // recorded by telephone
	_, _, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
		t.Errorf("%v", err)
	}
	r.records.quicker = func(l *ledger.Link) { l.Open = false }
	_, state, err := r.partner().Answer(t.Context(), r.linkToken(), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{}))
	if err != nil || state != access.LinkSettled || len(r.records.commands) > 0 {
		t.Errorf("%s %v", state, err)
	}
}

func TestValidLinkIsNotRenewed(t *testing.T) {
	r := newRig(t)
	if state, err := r.partner().Renew(t.Context(), r.linkToken()); err != nil || state != access.LinkValid || r.records.renewed > 0 {
		t.Errorf("%s %v", state, err)
	}
}

func TestLinkIsUsedOnceHoweverManyHurry(t *testing.T) {
	r := newRig(t)
	states := make(chan access.LinkState)
	for range 8 {
		go func() {
			_, state, _ := r.partner().Answer(context.Background(), r.linkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
			states <- state
		}()
	}
	var all []access.LinkState
	for range 8 {
		all = append(all, <-states)
	}
	slices.Sort(all)
	// Whoever still found it good gave the one answer; the others find it used.
	for _, state := range all {
		if state != access.LinkValid && state != access.LinkUsed {
			t.Errorf("%v", all)
		}
	}
	if len(r.records.commands) != 1 || all[7] != access.LinkValid {
		t.Errorf("%v, %d commands", all, len(r.records.commands))
	}
}

// A browser states no origin for a form of a page that sends no referrer.
func TestFormOfALinkNeedsNoOrigin(t *testing.T) {
	r := newRig(t)
	req := r.request(http.MethodPost, access.InvitationPath+r.linkToken(), "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "null")
	if a := r.do(r.browser, req); a.StatusCode == http.StatusForbidden {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

// TestLinksLeaveNoTrace asks for the pages of links as browsers and scanners do.
func TestLinksLeaveNoTrace(t *testing.T) {
	r := newRig(t)
	for _, token := range []string{r.linkToken(), marker, strings.Repeat("a", 300)} {
		for _, path := range []string{access.InvitationPath + token, access.InvitationPath + token + "/nuovo", access.InvitationPath + token + "/" + token} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				a := r.do(r.browser, r.request(method, path, ""))
				if strings.Contains(r.log.String(), token) {
					t.Fatalf("%s %s is in the log: %s", method, path, r.log)
				}
				if a.StatusCode == http.StatusInternalServerError {
					t.Errorf("%s %s: %d", method, path, a.StatusCode)
				}
				if policy := a.Header.Get("Referrer-Policy"); method == http.MethodGet && path == access.InvitationPath+token && policy != "no-referrer" {
					t.Errorf("%s %s tells others where it was: %q", method, path, policy)
				}
			}
		}
	}
}
