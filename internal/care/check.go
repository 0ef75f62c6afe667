package care

import (
	"fmt"
	"slices"
)

// Rules that a field of a form may break. The rules of eligibility have codes
// of their own.
const (
	RuleRequired    = "required"
	RuleUnknownCode = "unknown_code"
	RuleNotAllowed  = "unknown_field" // the field does not go with the outcome
	RuleInThePast   = "in_the_past"
	RuleInTheFuture = "in_the_future"
	RuleTooLong     = "too_long"
	RuleTooShort    = "too_short"
	RuleTooMany     = "too_many"
	RuleIllegible   = "illegible" // holds what nobody can see, or is no text
	RuleService     = "unknown_service"
	RuleMatter      = "unknown_matter"
	RuleReason      = "unknown_reason"
	RuleNotice      = "notice_required"
	RuleLanguage    = "invalid_language"
	RuleCountry     = "invalid_country"
	RuleDuplicate   = "duplicate"
	RuleUnknownGoal = "unknown_goal"
	RuleUnreachable = "agency_unreachable" // nobody of the agency has an account, nor has it an address
	RuleUseCPI      = "use_send_to_cpi"
	RuleConsent     = "consent_required"
	RuleActOver     = "act_over" // by which the agency worked with the zone
	RuleSeen        = "disclosure_changed"
	RuleTooLongAgo  = "too_long_ago"
	RuleTooFar      = "too_far_ahead"
	RuleClosedDay   = "closed_day"      // somebody is summoned on a day on which the offices are closed
	RuleItsHour     = "before_its_hour" // an outcome of an appointment that has not been yet
	RuleImplausible = "implausible_date"
	RuleReversed    = "ends_before_it_starts"
	RuleSamePerson  = "not_the_same_person"          // as versions before said it
	RuleSecondEyes  = "second_person_must_vouch"     // names and day of birth do not agree
	RuleStaysOpen   = "kept_file_must_be_on_its_way" // where the other has branches that go on in it
	RuleNoReopening = "no_reopening"
	RuleOtherPerson = "same_person_as_proposer" // a second pair of eyes is asked for
	RuleSuspended   = "already_suspended"
	RuleTransfer    = "transfer_under_way"
	RuleConsented   = "already_consented"
	RuleNoConsent   = "no_consent_in_force"
	RuleSaid        = "nothing_to_say" // a seat that has spoken, or is none
	RuleOtherAgency = "of_another_agency"
	RuleOtherRole   = "of_another_role"
	RuleNoContact   = "unknown_contact"  // of the caller's desk
	RuleContactUsed = "contact_linked"   // a case file has grown from it
	RuleUnknownPart = "unknown_part"     // a goal or an action that no version of the plan has
	RuleNotHere     = "not_at_work_here" // nobody of that id is at work in the zone
	RuleOneOfTwo    = "one_of_two"
	RuleOneSeat     = "one_seat"    // one person holds one seat of an équipe
	RuleNotAtWork   = "not_at_work" // of an agency that is not at work on the case now
	RuleToItself    = "redirected_to_itself"
	RuleToSender    = "redirected_to_sender"
	RuleAskedBefore = "redirected_back" // to who redirected it before

	// What there is already, of which there may be one.
	RuleServiceOpen   = "service_under_way"
	RulePlacementOpen = "placement_under_way"
	RuleEquipeOpen    = "equipe_under_way"
	RuleReferralOpen  = "referral_under_way" // to the same partner for the same need
	RuleIntoTransfer  = "kept_file_in_transfer"
	RuleBothOpen      = "both_files_under_way" // two files that are to be merged have the same thing open
	RuleNotClosed     = "not_closed"
	RuleClosing       = "closure_under_way"
	RuleMeetingKnown  = "meeting_known"
	RulePermitKnown   = "permit_known"

	// What became of files that were to be merged.
	RuleMerged       = "file_merged"        // the file that was to go is merged already
	RuleMergedHere   = "merged_here"        // the other one is merged into it
	RuleIntoMerged   = "kept_file_merged"   // the other one is merged into a third
	RuleIntoArchived = "kept_file_archived" // the other one is closed, or goes on in another zone
)

// Limits of what a form may hold.
const (
	maxNote     = 4000 // characters
	maxBookings = 5
)

// Faults collects what is wrong with a form.
type Faults []Fault

// Add notes that a field breaks a rule, unless it is ok.
func (f *Faults) Add(ok bool, field, rule string) {
	if !ok {
		*f = append(*f, Fault{Field: field, Rule: rule})
	}
}

// Note checks free text.
func (f *Faults) Note(field, text string) {
	f.Lines(field, text, maxNote)
}

// Needs checks a list of areas of need.
func (f *Faults) Needs(p Policy, field string, needs []string) {
	for i, code := range needs {
		at := fmt.Sprintf("%s[%d]", field, i)
		f.Add(len(p.NeedAreas([]string{code})) == 1, at, RuleUnknownCode)
		f.Add(!slices.Contains(needs[:i], code), at, RuleDuplicate)
	}
}

// Code checks a code that may be empty.
func (f *Faults) Code(list []Named, field, code, rule string) {
	if code != "" {
		_, ok := ByCode(list, code)
		f.Add(ok, field, rule)
	}
}

// Bookings checks what a form books.
func (f *Faults) Bookings(p Policy, bookings []Booking) {
	f.Add(len(bookings) <= maxBookings, "bookings", RuleTooMany)
	for i, b := range bookings {
		at := fmt.Sprintf("bookings[%d].", i)
		f.Booking(p, at, b)
		f.Add(!slices.ContainsFunc(bookings[:i], func(o Booking) bool { return o.Service == b.Service && o.Matter == b.Matter }), at+"service", RuleDuplicate)
	}
}

// Booking checks one booking, whose fields are named after the prefix.
func (f *Faults) Booking(p Policy, prefix string, b Booking) {
	service, ok := p.Service(string(b.Service))
	f.Add(ok, prefix+"service", RuleService)
	if b.Matter != "" && ok {
		f.Add(slices.Contains(service.Matters, string(b.Matter)), prefix+"matter", RuleMatter)
	}
	f.Add(!b.At.IsZero(), prefix+"at", RuleRequired)
}
