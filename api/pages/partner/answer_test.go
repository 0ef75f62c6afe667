package partner_test

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
	"percorso/api/apitest"
	"percorso/api/pages/partner"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// answering is the place that a rig's links lead to.
func answering(r *apitest.Rig) *partner.Place {
	return &partner.Place{Room: room.Room{Door: r.Door()}, Links: r.Links(), Records: r.Records}
}

func TestLookingAtALinkChangesNothing(t *testing.T) {
	r := apitest.NewRig(t)
	for range 3 {
		link, state, err := r.Links().Open(t.Context(), r.LinkToken())
		if err != nil || state != access.LinkValid || link.Number == "" || link.Snapshot != nil {
			t.Fatalf("%+v %s %v", link, state, err)
		}
	}
	if len(r.Records.Commands)+len(r.Temporal.Updates) > 0 {
		t.Error("something was done")
	}
}

func TestPartnerAnswersStepByStep(t *testing.T) {
	r := apitest.NewRig(t)
	link, state, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	if err != nil || state != access.LinkValid || link.Snapshot == nil || link.Snapshot.FamilyName != apitest.SomeSnapshot.FamilyName {
		t.Fatalf("%+v %s %v", link, state, err)
	}
	u := r.Temporal.Updates[0]
	if e := u.Args[0].(ledger.Entry); e.ID != u.UpdateID || e.Target != apitest.SomeReferral.ID || e.Answer.Operation != care.OpAcknowledge || ledger.KindOf(u.WorkflowID) != care.RunReferral {
		t.Errorf("%+v", u)
	}
	// The same link is good for nothing more.
	if _, state, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{})); err != nil || state != access.LinkUsed {
		t.Errorf("again: %s %v", state, err)
	}
	if len(r.Temporal.Updates) != 1 || len(r.Records.Commands) != 1 {
		t.Error("the second answer did something")
	}
	// A new link asks the next thing.
	r.Records.OneLink.Used = nil
	for op, form := range map[care.Operation]catalogue.ReferralMoveForm{
		care.OpAcknowledge: {},                 // it was
		care.OpRedirect:    {Agency: "comune"}, // not through a link
		care.OpWithdraw:    {},                 // the sender's
	} {
		_, _, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Moves[op].Command("", "", form))
		if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
			t.Errorf("%s: %v", op, err)
		}
	}
	_, _, err = answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Reject.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Faults[0] != (care.Fault{Field: "reason", Rule: care.RuleRequired}) || r.Records.OneLink.Used != nil {
		t.Errorf("a form that breaks a rule uses the link up: %v", err)
	}
	if _, state, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Reject.Command("", "", catalogue.ReferralMoveForm{Reason: "wrong_office"})); err != nil || state != access.LinkValid {
		t.Errorf("%s %v", state, err)
	}
}

func TestPartnerSaysHowItWent(t *testing.T) {
	r := apitest.NewRig(t)
	r.Records.OneLink.Task, r.Records.OneLink.State = care.ReferralOutcome, care.ReferralInProgress
	_, _, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Complete.Command("", "", care.Completion{Outcome: care.Failed}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Faults[0].Field != "reason" {
		t.Errorf("%v", err)
	}
	_, _, err = answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
		t.Errorf("%v", err)
	}
	_, state, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Complete.Command("", "", care.Completion{Outcome: care.Completed}))
	if err != nil || state != access.LinkValid {
		t.Errorf("%s %v", state, err)
	}
	if a := r.Temporal.Updates[0].Args[0].(ledger.Entry).Answer; a.Operation != care.OpComplete || a.Outcome != care.Completed {
		t.Errorf("%+v", a)
	}
}

func TestAnswerOfAPartnerIsDurableWhateverIsAway(t *testing.T) {
	r := apitest.NewRig(t)
	r.Temporal.Err = serviceerror.NewUnavailable("away")
	if _, state, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{})); err != nil || state != access.LinkValid {
		t.Errorf("%s %v", state, err)
	}
	if r.Records.OneLink.Used == nil || len(r.Records.Commands) != 1 {
		t.Error("the answer is lost")
	}
}

func TestProcessMayNotAwaitAPartnersAnswer(t *testing.T) {
	r := apitest.NewRig(t)
	r.Temporal.Result = ledger.Result{Refusal: care.RefusedNotAwaited}
	_, _, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
		t.Errorf("%v", err)
	}
}

func TestLinksThatAreGoodForNothing(t *testing.T) {
	now := testclock.Monday
	for name, c := range map[string]struct {
		set   func(*ledger.Link)
		token func(*apitest.Rig) string
		want  access.LinkState
		renew bool
	}{
		"used":                {func(l *ledger.Link) { l.Used = &now }, (*apitest.Rig).LinkToken, access.LinkUsed, true},
		"expired":             {func(l *ledger.Link) { l.Expires = now.Add(-time.Hour) }, (*apitest.Rig).LinkToken, access.LinkExpired, true},
		"settled":             {func(l *ledger.Link) { l.Open = false }, (*apitest.Rig).LinkToken, access.LinkSettled, false},
		"settled and used":    {func(l *ledger.Link) { l.Open, l.Used = false, &now }, (*apitest.Rig).LinkToken, access.LinkSettled, false},
		"settled and expired": {func(l *ledger.Link) { l.Open, l.Expires = false, now.Add(-time.Hour) }, (*apitest.Rig).LinkToken, access.LinkSettled, false},
		"of another key": {nil, func(r *apitest.Rig) string {
			return invitation.Sign([]byte(strings.Repeat("x", invitation.KeySize)), apitest.SomeID, now.Add(time.Hour))
		}, access.LinkForged, false},
		"of no link": {nil, func(*apitest.Rig) string {
			return invitation.Sign(apitest.SomeKey, apitest.AnotherID, now.Add(time.Hour))
		}, access.LinkForged, false},
		"of no id": {nil, func(*apitest.Rig) string { return invitation.Sign(apitest.SomeKey, "../admin", now.Add(time.Hour)) }, access.LinkForged, false},
		"made up":  {nil, func(*apitest.Rig) string { return apitest.Marker }, access.LinkForged, false},
		"past its time": {nil, func(*apitest.Rig) string {
			return invitation.Sign(apitest.SomeKey, apitest.SomeID, now.Add(-time.Second))
		}, access.LinkExpired, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			if c.set != nil {
				c.set(&r.Records.OneLink)
			}
			token := c.token(r)
			if _, state, err := r.Links().Open(t.Context(), token); err != nil || state != c.want {
				t.Errorf("%s %v", state, err)
			}
			if _, state, err := answering(r).Answer(t.Context(), token, catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{})); err != nil || state != c.want {
				t.Errorf("answered: %s %v", state, err)
			}
			if state, err := answering(r).Renew(t.Context(), token); err != nil || state != c.want || (r.Records.Renewed > 0) != c.renew {
				t.Errorf("renewed: %s %v, %d", state, err, r.Records.Renewed)
			}
			if len(r.Records.Commands)+len(r.Temporal.Updates) > 0 {
				t.Error("something was done")
			}
		})
	}
}

func TestWhoAsksAgainAtOnceGetsNoSecondMail(t *testing.T) {
	r := apitest.NewRig(t)
	r.Records.OneLink.Used = &r.Now
	for range 2 {
		if state, err := answering(r).Renew(t.Context(), r.LinkToken()); err != nil || state != access.LinkUsed || r.Records.Renewed != 1 {
			t.Errorf("%s %v, %d", state, err, r.Records.Renewed)
		}
	}
}

func TestSomebodyMayBeQuickerThanThePartner(t *testing.T) {
	r := apitest.NewRig(t)
	r.Records.Quicker = func(l *ledger.Link) { l.State = care.ReferralReceived } // recorded by telephone
	_, _, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
	if refused, ok := errors.AsType[*care.Refusal](err); !ok || refused.Code != care.RefusedNotAwaited {
		t.Errorf("%v", err)
	}
	r.Records.Quicker = func(l *ledger.Link) { l.Open = false }
	_, state, err := answering(r).Answer(t.Context(), r.LinkToken(), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{}))
	if err != nil || state != access.LinkSettled || len(r.Records.Commands) > 0 {
		t.Errorf("%s %v", state, err)
	}
}

func TestValidLinkIsNotRenewed(t *testing.T) {
	r := apitest.NewRig(t)
	if state, err := answering(r).Renew(t.Context(), r.LinkToken()); err != nil || state != access.LinkValid || r.Records.Renewed > 0 {
		t.Errorf("%s %v", state, err)
	}
}

func TestLinkIsUsedOnceHoweverManyHurry(t *testing.T) {
	r := apitest.NewRig(t)
	states := make(chan access.LinkState)
	for range 8 {
		go func() {
			_, state, _ := answering(r).Answer(context.Background(), r.LinkToken(), catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{}))
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
	if len(r.Records.Commands) != 1 || all[7] != access.LinkValid {
		t.Errorf("%v, %d commands", all, len(r.Records.Commands))
	}
}

// A browser states no origin for a form of a page that sends no referrer.
func TestFormOfALinkNeedsNoOrigin(t *testing.T) {
	r := apitest.NewRig(t)
	req := r.Request(http.MethodPost, access.InvitationPath+r.LinkToken(), "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "null")
	if a := r.Do(r.Browser, req); a.StatusCode == http.StatusForbidden {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
}

// TestLinksLeaveNoTrace asks for the pages of links as browsers and scanners do.
func TestLinksLeaveNoTrace(t *testing.T) {
	r := apitest.NewRig(t)
	for _, token := range []string{r.LinkToken(), apitest.Marker, strings.Repeat("a", 300)} {
		for _, path := range []string{access.InvitationPath + token, access.InvitationPath + token + "/nuovo", access.InvitationPath + token + "/" + token} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				a := r.Do(r.Browser, r.Request(method, path, ""))
				if strings.Contains(r.Log.String(), token) {
					t.Fatalf("%s %s is in the log: %s", method, path, r.Log)
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
