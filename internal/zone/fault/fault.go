// Package fault says what rules a file of a zone or of staff breaks, in which line and field.
package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"percorso/internal/message"
)

// Fault is one rule that a file of a zone or of staff breaks, with where. The text is for the
// administrator who wrote the file.
type Fault struct {
	File  string
	Line  int    // from 1; 0 where the file as a whole is meant
	Field string // path, e.g. "services[2].role"
	Rule  string // one of the Rule codes
	Text  string // Italian
}

// String is the fault as one line: file:line: field: text [rule].
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Field != "" {
		b.WriteString(": " + f.Field)
	}
	fmt.Fprintf(&b, ": %s [%s]", f.Text, f.Rule)
	return b.String()
}

// Invalid is the error of files that break rules.
type Invalid struct{ Faults []Fault }

func (e *Invalid) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Codes of the rules that a file may break.
const (
	RuleYAML          = "yaml"
	RuleTooLarge      = "too_large"
	RuleOneDocument   = "one_document"
	RuleObject        = "not_object"
	RuleList          = "not_list"
	RuleText          = "not_text"
	RuleNumber        = "not_number"
	RuleBoolean       = "not_boolean"
	RuleUnknownField  = "unknown_field"
	RuleMissing       = "missing"
	RuleDuplicate     = "duplicate"
	RuleCode          = "bad_code"
	RuleValue         = "unknown_value"
	RuleRange         = "out_of_range"
	RuleDuration      = "bad_duration"
	RuleUnit          = "unknown_unit"
	RuleNegative      = "negative_duration"
	RuleTooLong       = "duration_too_long"
	RuleNoTime        = "zero_duration"
	RuleBefore        = "working_days_before"
	RuleEscalate      = "escalate_before_remind"
	RuleSameUnit      = "different_units"
	RuleDate          = "bad_date"
	RuleYear          = "implausible_year"
	RuleDateOrder     = "reversed_dates"
	RuleClosure       = "closure_too_long"
	RuleTime          = "bad_time"
	RuleBandOrder     = "reversed_band"
	RuleOverlap       = "overlapping_hours"
	RuleWeekday       = "unknown_weekday"
	RuleLanguage      = "bad_language"
	RuleRole          = "unknown_role"
	RuleAct           = "no_act"
	RuleRoleNotInZone = "role_not_in_zone"
	RuleRoleAgency    = "role_of_another_agency"
	RuleAgency        = "unknown_agency"
	RuleOneCPI        = "one_cpi"
	RuleMatter        = "unknown_matter"
	RulePermitFrom    = "permit_from_without_permit"
	RuleAges          = "reversed_ages"
	RuleService       = "unknown_service"
	RuleNeed          = "unknown_need"
	RuleDeadline      = "unknown_deadline"
	RuleLength        = "bad_length"
	RuleFits          = "length_not_fitting"
	RuleHours         = "bad_hours"
	RuleOwnShare      = "share_of_its_own"
	RuleNoShare       = "release_without_share"
	RuleOpenDay       = "open_day_by_appointment"
	RuleMediatorTime  = "mediator_outside_hours"
	RuleMediators     = "mediators_without_calendar"
	RuleEmail         = "bad_email"
	RulePhone         = "bad_phone"
	RuleOneWay        = "answers_and_email"
	RuleUnreachable   = "partner_unreachable"
	RuleReplace       = "replace_by_without_replace"
	RuleOneAgency     = "seat_of_another_agency"
	RuleTwoAgencies   = "seats_of_one_agency"
	RuleQuorum        = "quorum_out_of_reach"
	RulePermitLeads   = "permit_leads_order"
	RuleApproval      = "approval_role"
	RuleDeskApproves  = "desk_approves"
	RuleOutcome       = "unknown_outcome"
	RuleOneLead       = "more_than_one_lead"
	RuleZoneTwice     = "zone_twice"
	RuleEncoding      = "not_utf8"
	RuleIllegible     = "illegible"
	RuleTextLength    = "text_too_long"
	RuleTooDeep       = "too_deep"
	RuleZone          = "unknown_zone"
	RuleOtherZone     = "staff_of_another_zone"
	RuleSubject       = "subject_of_percorso"
	RuleIdentity      = "bad_identity"
	RuleBring         = "unknown_thing"
	RuleSheetLanguage = "language_without_sentences"
	RuleGateway       = "no_gateway"
)

func New(file string, line int, field, rule, detail string) Fault {
	text, _ := message.Find("zone_rule", rule)
	if detail != "" {
		text = message.Say("zone_rules.with_detail", "Rule", text, "Detail", detail)
	}
	return Fault{File: file, Line: line, Field: field, Rule: rule, Text: text}
}

// InOrder sorts faults as a reader meets them in the file.
func InOrder(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return faults
}
