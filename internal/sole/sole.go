// Package sole says what a case has once, and refuses a second one beside it.
//
// What a case has open or in force it has once. Who asks for another is told which
// one is there, and goes on with that.
package sole

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/crossing"
)

// Branch is what a branch of a case is for, as far as another may be its like.
type Branch struct {
	Run      string          `db:"run"` // id of the process
	Kind     care.RunKind    `db:"kind"`
	Service  string          `db:"service"`
	Matter   string          `db:"matter"`   // of the service; empty: another than those that it names
	Agency   string          `db:"agency"`   // that a referral is addressed to, after redirections
	Needs    []string        `db:"needs"`    // areas of need that a referral is for; none: the person as a whole
	Equipe   care.EquipeKind `db:"equipe"`   //
	Referral string          `db:"referral"` // id of its latest referral; empty: none
}

// Like finds what is open already of what a branch is to be for. A service is
// open once for each of its matters, an équipe once of each kind, a placement and
// a transfer once. A partner has the person once for each need: a referral has
// its like where others to the same partner, placements among them, are for all
// of its needs. Reviews begin anew with each plan, and end those before.
func (b Branch) Like(open []Branch) (like Branch, found bool) {
	if b.Kind == care.RunReferral {
		return b.sentAlready(open)
	}
	i := slices.IndexFunc(open, func(o Branch) bool {
		switch {
		case o.Kind != b.Kind:
			return false
		case b.Kind == care.RunService:
			return o.Service == b.Service && o.Matter == b.Matter
		case b.Kind == care.RunEquipe:
			return o.Equipe == b.Equipe || o.Equipe == "" // of an old one it may not be known
		}
		return b.Kind == care.RunPlacement || b.Kind == care.RunTransfer
	})
	if i < 0 {
		return Branch{}, false
	}
	return open[i], true
}

// sentAlready finds what serves the needs of a referral at its addressee. Who has
// the person as a whole serves each of them, and nobody else the person as a whole.
func (b Branch) sentAlready(open []Branch) (like Branch, found bool) {
	unserved := slices.Clone(b.Needs)
	for _, o := range open {
		if o.Kind != care.RunReferral && o.Kind != care.RunPlacement || o.Agency != b.Agency {
			continue
		}
		before := len(unserved)
		unserved = slices.DeleteFunc(unserved, func(need string) bool { return len(o.Needs) == 0 || slices.Contains(o.Needs, need) })
		if serves := len(unserved) < before || len(b.Needs) == 0 && len(o.Needs) == 0; serves && !found {
			like, found = o, true
		}
	}
	return like, found && len(unserved) == 0
}

// ShownPermit is a residence permit as somebody shows it, or the receipt of a
// request for one.
type ShownPermit struct {
	Kind   string
	Expiry *time.Time // nil: it does not expire
	Seen   string     // which one was on record when that was typed, as PermitSeen says it; empty: it is not known
}

// Standing is what a case has of which there may be one.
type Standing struct {
	Case      string // its id
	Branches  []Branch
	Closed    bool
	Closing   bool // its closure was asked, and its branches are ending
	Suspended bool
	Consented []crossing.Consent // what is in force
	Permit    ShownPermit        // that the record knows
	Receipt   bool               // of a request for it is on record
	Met       []time.Time
}

// OnceOnly says whether an answer may find its like: whether there is a second is
// asked of nothing else.
func OnceOnly(a care.Answer) bool {
	switch a.Operation {
	case care.OpComplete:
		return len(a.Bookings) > 0 || a.Outcome == care.Resubmit || sends(a)
	case care.OpBook, care.OpSendToCPI, care.OpConvene, care.OpRefer, care.OpRedirect, care.OpTransfer, care.OpMerge, care.OpSuspend, care.OpConsent, care.OpReopen, care.OpClose, care.OpMeet, care.OpPermit:
		return true
	}
	return false
}

// sends says whether an answer sends the person to the employment centre with a place of its
// block, which a placement that is open already does not take.
func sends(a care.Answer) bool {
	return a.At != nil && (a.Outcome == care.ToCPI || a.Outcome == care.Agreed)
}

// Second refuses what would stand beside its like; nil: there is none. run is the
// one that is asked, shown a permit that is to be recorded.
func (s Standing) Second(run string, a care.Answer, shown ShownPermit) *care.Refusal {
	switch a.Operation {
	case care.OpBook, care.OpComplete:
		if sends(a) {
			return s.like(Branch{Kind: care.RunPlacement}, "at", care.RulePlacementOpen)
		}
		return s.secondBooking(a)
	case care.OpSendToCPI:
		return s.like(Branch{Kind: care.RunPlacement}, "", care.RulePlacementOpen)
	case care.OpConvene:
		return s.like(Branch{Kind: care.RunEquipe, Equipe: a.Equipe}, "kind", care.RuleEquipeOpen)
	case care.OpRefer:
		return s.like(Branch{Kind: care.RunReferral, Agency: string(a.Agency), Needs: []string{string(a.Matter)}}, "agency", care.RuleReferralOpen)
	case care.OpRedirect:
		return s.secondReferral(run, string(a.Agency), "agency")
	case care.OpTransfer:
		return s.like(Branch{Kind: care.RunTransfer}, "zone", care.RuleTransfer)
	case care.OpMerge:
		return s.like(Branch{Kind: care.RunTransfer}, "", care.RuleTransfer)
	case care.OpSuspend:
		return s.already(s.Suspended, "until", care.RuleSuspended)
	case care.OpConsent:
		said := crossing.Consent{Agency: string(a.Agency), Purpose: string(a.Matter)}
		return s.already(slices.Contains(s.Consented, said), "purpose", care.RuleConsented)
	case care.OpReopen:
		return s.already(!s.Closed, "stage", care.RuleNotClosed)
	case care.OpClose:
		return s.already(s.Closing, "", care.RuleClosing)
	case care.OpMeet:
		return s.already(a.At != nil && slices.ContainsFunc(s.Met, a.At.Equal), "at", care.RuleMeetingKnown)
	case care.OpPermit:
		if shown.Seen != "" && shown.Seen != s.PermitSeen() && !s.knows(shown) {
			return care.RefuseChanged(RulePermitMeanwhile)
		}
		return s.already(s.knows(shown), "permit", care.RulePermitKnown)
	}
	return nil
}

// secondBooking refuses to book a service that is under way.
func (s Standing) secondBooking(a care.Answer) *care.Refusal {
	for i, b := range a.Bookings {
		field := fmt.Sprintf("bookings[%d].service", i)
		if a.Operation == care.OpBook {
			field = "service"
		}
		if refusal := s.like(Branch{Kind: care.RunService, Service: string(b.Service), Matter: string(b.Matter)}, field, care.RuleServiceOpen); refusal != nil {
			return refusal
		}
	}
	return nil
}

// secondReferral refuses to send a referral of the case on to an agency that has
// the person for the same needs. Who sends it on may not know of the other one.
func (s Standing) secondReferral(run, agency, field string) *care.Refusal {
	i := slices.IndexFunc(s.Branches, func(b Branch) bool { return b.Run == run })
	if i < 0 {
		return nil
	}
	next := s.Branches[i]
	next.Kind, next.Agency = care.RunReferral, agency
	if _, ok := next.Like(slices.Delete(slices.Clone(s.Branches), i, i+1)); !ok {
		return nil
	}
	return &care.Refusal{Code: care.RefusedOpen, Faults: []care.Fault{{Field: field, Rule: care.RuleReferralOpen}}}
}

// Resubmitted refuses to send a rejected referral again to the agency that it was
// first addressed to, where that has the person for the same needs by now.
func (s Standing) Resubmitted(run, agency string) *care.Refusal {
	return s.secondReferral(run, agency, "outcome")
}

// Merged refuses to give a case the branches of another that have their like
// there: two of them would go on side by side.
func (s Standing) Merged(branches []Branch) *care.Refusal {
	if there, ok := (Branch{Kind: care.RunTransfer}).Like(s.Branches); ok {
		return s.refuse(there, "into", care.RuleIntoTransfer)
	}
	for _, b := range branches {
		if there, ok := b.Like(s.Branches); ok {
			return s.refuse(there, "into", care.RuleBothOpen)
		}
	}
	return nil
}

// RuleBothExpected is the rule by which two files are not merged while each has the person
// somewhere at the same time.
const RuleBothExpected = "both_files_expect_then"

func (s Standing) like(next Branch, field, rule string) *care.Refusal {
	if there, ok := next.Like(s.Branches); ok {
		return s.refuse(there, field, rule)
	}
	return nil
}

func (s Standing) refuse(there Branch, field, rule string) *care.Refusal {
	return &care.Refusal{Code: care.RefusedOpen, Faults: []care.Fault{{Field: field, Rule: rule}}, Open: &care.Open{Case: s.Case, Run: there.Run, Referral: there.Referral}}
}

func (s Standing) already(holds bool, field, rule string) *care.Refusal {
	if !holds {
		return nil
	}
	return s.refuse(Branch{}, field, rule)
}

// RulePermitMeanwhile is the rule by which nobody puts another permit unseen in the place of
// one that somebody else has recorded since the form was made.
const RulePermitMeanwhile = "permit_recorded_meanwhile"

// PermitSeen is which permit is on record, as a form that is made now carries it.
func (s Standing) PermitSeen() string {
	seen := cmp.Or(s.Permit.Kind, care.PermitNotShown)
	if s.Permit.Expiry != nil {
		seen += " " + s.Permit.Expiry.Format(time.DateOnly)
	}
	if s.Receipt {
		seen += " receipt"
	}
	return seen
}

// knows says whether a permit that is shown is the one on record. The receipt of
// a request is one, whatever day it is shown again.
func (s Standing) knows(shown ShownPermit) bool {
	if shown.Kind == care.PermitRequested {
		return s.Receipt && s.Permit.Kind == care.PermitRequested
	}
	sameDay := shown.Expiry == nil && s.Permit.Expiry == nil ||
		shown.Expiry != nil && s.Permit.Expiry != nil && care.DayOf(*shown.Expiry).Equal(care.DayOf(*s.Permit.Expiry))
	return shown.Kind == s.Permit.Kind && sameDay
}
