package referrals

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// places says whether who accepts the referral fixes an appointment next: it is a
// placement, and their own agency's.
func places(p care.Policy, who care.Staff, r ledger.Referral) bool {
	return strings.HasPrefix(r.Run, string(care.RunPlacement)+"/") && r.ToAgency == who.Agency && !byLink(p, r)
}

// meetingOf is the appointment that stands of the placement which a referral asks for; nil: none.
func (s *Place) meetingOf(ctx context.Context, who care.Staff, r ledger.Referral) (*ledger.Appointment, error) {
	if !strings.HasPrefix(r.Run, string(care.RunPlacement)+"/") {
		return nil, nil
	}
	list, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{CaseID: r.CaseID}, ledger.Paging{})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list.Items, func(a ledger.Appointment) bool { return a.Run == r.Run && a.Stands() })
	if i < 0 {
		return nil, nil
	}
	return &list.Items[i], nil
}

// offerWhen asks, with the acceptance, for the first appointment: the first free place is
// chosen already. Of one that came with the referral it says that it stays.
func (s *Place) offerWhen(ctx context.Context, action *ReferralAction, meeting *ledger.Appointment, who care.Staff, rules *zone.Rules, r ledger.Referral, sent url.Values) error {
	if !places(rules.Policy, who, r) {
		return nil
	}
	if meeting != nil {
		action.Explain = message.Say("referral_page.stays_fixed", "Explain", action.Explain, "When", offered.Place(meeting.At.In(italian.Rome)))
		return nil
	}
	day := ""
	if sent.Get("hour") == "" {
		day = sent.Get("day")
	}
	reachable, err := free.ReachableIn(ctx, s.Records, who, r.Run)
	if err != nil {
		return err
	}
	offers, err := free.Find(ctx, reachable, who, rules, day, r.ToAgency)
	if err != nil {
		return err
	}
	if sent == nil || day != "" {
		sent = url.Values{"offer": {offers.First()}, "day": sent["day"]}
	}
	action.When = offers.When("", sent, true)
	return nil
}

// acceptAndFix accepts a referral and fixes the first appointment, which is the task that
// the acceptance opens. Where the place went to somebody else meanwhile the referral is
// accepted all the same, and the task's form says which are free.
func (s *Place) acceptAndFix(c *gin.Context, who care.Staff, m referralMove) error {
	ctx, key, sent := c.Request.Context(), c.PostForm("key"), c.Request.PostForm
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	r, err := s.Records.Referral(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	_, at, rule := parts.ReadWhen("", sent)
	fixed := care.Completion{Outcome: care.Fixed, At: at}
	faults := parts.FaultIf(rule, "at")
	if rule == "" {
		faults = catalogue.Complete.Command("", "", fixed).Check(catalogue.Around{
			Policy: rules.Policy, Now: s.Now().In(rules.Calendar.Location()), Task: care.PlacementAppointment, Calendar: rules.Calendar,
		})
	}
	cmd, err := s.Door.Do(act.WithUnreadable(ctx, faults...), who, catalogue.Accept.Command(key, r.ID, catalogue.ReferralMoveForm{}))
	if err != nil {
		again := web.NewForm("/segnalazioni/" + r.ID + "/" + m.path)
		status, err := s.Problems.RefusedForm(&again, err, func(path string) (string, string) {
			if path == "at" {
				return parts.WhenPlace("", sent), italian.Field("at")
			}
			return m.path + "-" + path, italian.Field(path)
		})
		if err != nil {
			return err
		}
		return s.showReferral(c, who, status, &refusedMove{m.op, catalogue.ReferralMoveForm{}, again, sent})
	}
	to, words := after(c, message.Say("referral_page.accepted_and_fixed", "When", offered.Place(*at)))
	if cmd.State == ledger.CommandAccepted {
		return s.Pages.Done(c, cmd, "/segnalazioni/"+r.ID, m.done())
	}
	task, open, err := s.toFix(ctx, who, r)
	switch {
	case err != nil:
		return err
	case !open: // the same was sent before, and is done
		return s.Pages.Leave(c, to, m.done())
	}
	if task.HolderID != who.ID {
		_, err = s.Door.Do(ctx, who, catalogue.Claim.Command(ledger.DerivedID(key, "claim"), task.ID, catalogue.None{}))
	}
	if err == nil {
		cmd, err = s.Door.Do(ctx, who, catalogue.Complete.Command(ledger.DerivedID(key, "fix"), task.ID, fixed))
	}
	var refused *care.Refusal
	switch {
	case errors.As(err, &refused):
		return s.Pages.LeaveRefused(c, "/compiti/"+task.ID, message.Say("referral_page.place_gone"))
	case err != nil:
		return err
	}
	return s.Pages.Done(c, cmd, to, words)
}

// toFix finds the task to fix the appointment that an accepted referral has opened.
func (s *Place) toFix(ctx context.Context, who care.Staff, r ledger.Referral) (task ledger.Task, open bool, err error) {
	tasks, err := s.Records.Tasks(ctx, who, ledger.TaskFilter{CaseID: r.CaseID}, ledger.Paging{})
	if err != nil {
		return task, false, err
	}
	i := slices.IndexFunc(tasks.Items, func(t ledger.Task) bool { return t.Kind == care.PlacementAppointment && parts.MayWork(who, t) })
	if i < 0 {
		return task, false, nil
	}
	return tasks.Items[i], true, nil
}
