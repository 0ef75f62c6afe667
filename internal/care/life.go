package care

import (
	"slices"
	"time"
)

// The forms of what life does to a path, and of what is sent to partners.

// ReferForm refers the person to a partner.
type ReferForm struct {
	Agency  string `json:"agency" doc:"Code of the partner's agency"`
	Purpose string `json:"purpose" doc:"Code of the area of need that it is for"`
	Notice  bool   `json:"notice_given" doc:"The person was given the privacy notice for this referral; required"`
	Seen    string `json:"seen" doc:"Digest of the disclosure that the sender saw, from GET .../disclosures/{agency}"`
	Note    string `json:"note,omitempty" maxLength:"4000" doc:"Free text; it stays in the case file"`
}

// Answer strips the form to its codes.
func (f ReferForm) Answer() Answer {
	return Answer{Operation: OpRefer, Agency: f.Agency, Matter: f.Purpose}
}

// CheckRefer says what is wrong with a referral to a partner. Consent, where its
// legal basis asks for one, and the disclosure are asked under lock.
func CheckRefer(p Policy, form ReferForm) []Fault {
	var f Faults
	f.Add(form.Agency != "", "agency", RuleRequired)
	if form.Agency != "" {
		agency, ok := p.Agency(form.Agency)
		f.Add(ok, "agency", RuleUnknownCode)
		f.Add(!ok || agency.Reachable(), "agency", RuleUnreachable)
		f.Add(!ok || agency.Kind != KindCPI, "agency", RuleUseCPI)
	}
	f.Add(form.Purpose != "", "purpose", RuleRequired)
	f.Add(form.Purpose == "" || len(p.NeedAreas([]string{form.Purpose})) == 1, "purpose", RuleUnknownCode)
	f.Add(form.Notice, "notice_given", RuleNotice)
	f.Add(form.Seen != "", "seen", RuleRequired)
	f.Note("note", form.Note)
	return f
}

// ConsentForm records that the person gives or withdraws consent to data
// reaching private partners.
type ConsentForm struct {
	Note string `json:"note,omitempty" maxLength:"4000" doc:"How it was given or withdrawn"`
}

// CheckConsent says what is wrong with it.
func CheckConsent(form ConsentForm) []Fault {
	var f Faults
	f.Note("note", form.Note)
	return f
}

// MeetingForm records a valid meeting with the person, by any agency at work on
// the case: it resets the counter that the reviews run by.
type MeetingForm struct {
	At   time.Time `json:"at" doc:"When it was held; at most 30 days ago"`
	Note string    `json:"note,omitempty" maxLength:"4000"`
}

// Answer strips the form to its codes.
func (f MeetingForm) Answer() Answer { return Answer{Operation: OpMeet, At: &f.At} }

// meetingCounts is for how long after it was held a meeting may be recorded.
const meetingCounts = 30 * 24 * time.Hour

// CheckMeeting says what is wrong with it.
func CheckMeeting(form MeetingForm, now time.Time) []Fault {
	var f Faults
	f.Add(!form.At.IsZero(), "at", RuleRequired)
	f.Add(!form.At.After(now), "at", RuleInTheFuture)
	f.Add(form.At.IsZero() || form.At.After(now.Add(-meetingCounts)), "at", RuleTooLongAgo)
	f.Note("note", form.Note)
	return f
}

// SuspendForm suspends a case until a date.
type SuspendForm struct {
	Until  *time.Time `json:"until" doc:"When it resumes by itself; at most two years ahead"`
	Reason string     `json:"reason" enum:"abroad,health,detention,other"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
}

// SuspendReasons are why a case may be suspended.
var SuspendReasons = []string{"abroad", "health", "detention", "other"}

// Answer strips the form to its codes.
func (f SuspendForm) Answer() Answer {
	return Answer{Operation: OpSuspend, Until: f.Until, Reason: f.Reason}
}

// CheckSuspend says what is wrong with it.
func CheckSuspend(form SuspendForm, now time.Time) []Fault {
	var f Faults
	f.Add(form.Until != nil, "until", RuleRequired)
	f.Add(form.Until == nil || form.Until.After(now), "until", RuleInThePast)
	f.Add(form.Until == nil || form.Until.Before(now.AddDate(2, 0, 0)), "until", RuleTooFar)
	f.Add(form.Reason != "", "reason", RuleRequired)
	f.Add(form.Reason == "" || slices.Contains(SuspendReasons, form.Reason), "reason", RuleReason)
	f.Note("note", form.Note)
	return f
}

// ReopenForm reopens a closed case where it makes sense.
type ReopenForm struct {
	Stage    Stage     `json:"stage" doc:"first_level, second_level, equipe, placement or follow_up"`
	Bookings []Booking `json:"bookings,omitempty" doc:"For second_level: the appointments to begin with"`
	Note     string    `json:"note" maxLength:"4000" doc:"Why"`
}

// BeginStages are the stages at which a path may begin that does not begin anew.
var BeginStages = []Stage{StageFirstLevel, StageSecondLevel, StageEquipe, StagePlacement, StageFollowUp}

// Answer strips the form to its codes.
func (f ReopenForm) Answer() Answer {
	return Answer{Operation: OpReopen, Stage: f.Stage, Bookings: f.Bookings}
}

// CheckReopen says what is wrong with it.
func CheckReopen(p Policy, form ReopenForm, now time.Time) []Fault {
	var f Faults
	f.Add(form.Stage != "", "stage", RuleRequired)
	f.Add(form.Stage == "" || slices.Contains(BeginStages, form.Stage), "stage", RuleUnknownCode)
	f.Add(form.Stage != StageSecondLevel || len(form.Bookings) > 0, "bookings", RuleRequired)
	f.Add(form.Stage == StageSecondLevel || len(form.Bookings) == 0, "bookings", RuleNotAllowed)
	f.bookings(p, form.Bookings, now)
	f.Add(form.Note != "", "note", RuleRequired)
	f.Note("note", form.Note)
	return f
}

// MayReopen says whether a case that was closed with an outcome may be reopened.
// What was opened by mistake, or merged, or goes on in another zone, stays
// closed, as does the path of who has died.
func MayReopen(outcome string) bool {
	return !slices.Contains([]string{OutcomeDeceased, OutcomeOpenedByMistake, OutcomeMerged, OutcomeTransferred}, outcome)
}

// TransferForm asks another zone to take a case over.
type TransferForm struct {
	Zone   string `json:"zone" doc:"Code of the other zone"`
	Notice bool   `json:"notice_given" doc:"The person knows of the transfer; required"`
	Note   string `json:"note" maxLength:"4000" doc:"Why; the other zone reads it"`
}

// Answer strips the form to its codes.
func (f TransferForm) Answer() Answer { return Answer{Operation: OpTransfer, Zone: f.Zone} }

// CheckTransfer says what is wrong with it; zones are the codes of all zones.
func CheckTransfer(p Policy, zones []string, form TransferForm) []Fault {
	var f Faults
	f.Add(form.Zone != "", "zone", RuleRequired)
	f.Add(form.Zone == "" || form.Zone != p.Zone && slices.Contains(zones, form.Zone), "zone", RuleUnknownCode)
	f.Add(form.Notice, "notice_given", RuleNotice)
	f.Add(form.Note != "", "note", RuleRequired)
	f.Note("note", form.Note)
	return f
}

// PermitForm records what was shown: the receipt of a request for renewal, or a
// new permit.
type PermitForm struct {
	Permit string     `json:"permit" doc:"Kind of the new permit, or requested: the receipt"`
	Expiry *time.Time `json:"permit_expiry,omitempty" doc:"Last day of the new permit; empty: it does not expire"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
}

// Answer strips the form to its codes: kind and expiry stay in the record.
func (f PermitForm) Answer() Answer { return Answer{Operation: OpPermit} }

// CheckPermit says what is wrong with it.
func CheckPermit(form PermitForm, now time.Time) []Fault {
	var f Faults
	f.Add(form.Permit != "", "permit", RuleRequired)
	f.Add(form.Permit == "" || KnownPermit(form.Permit), "permit", RuleUnknownCode)
	f.Add(form.Expiry == nil || form.Expiry.After(now), "permit_expiry", RuleInThePast)
	f.Add(form.Permit != PermitRequested || form.Expiry == nil, "permit_expiry", RuleNotAllowed)
	f.Note("note", form.Note)
	return f
}

// MergeForm merges a second case file of the same person into the one that stays.
type MergeForm struct {
	Into string `json:"into" doc:"Id of the case file that stays"`
	Note string `json:"note" maxLength:"4000" doc:"How it was found that they are the same person"`
}

// CheckMerge says what is wrong with it. Whether the two may be merged is asked
// under lock.
func CheckMerge(form MergeForm) []Fault {
	var f Faults
	f.Add(form.Into != "", "into", RuleRequired)
	f.Add(form.Note != "", "note", RuleRequired)
	f.Note("note", form.Note)
	return f
}
