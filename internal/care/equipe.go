package care

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// EquipeKind is a kind of multidisciplinary équipe (equipe multidisciplinare).
type EquipeKind string

// The plan's two kinds: equipe tra enti, equipe intraente.
const (
	BetweenAgencies EquipeKind = "between_agencies"
	WithinAgency    EquipeKind = "within_agency"
)

// EquipeKinds lists them.
var EquipeKinds = []EquipeKind{BetweenAgencies, WithinAgency}

// EquipeRule is an équipe as the zone composes it.
type EquipeRule struct {
	Kind   EquipeKind `json:"kind"`
	Seats  []SeatRule `json:"seats"`
	Quorum QuorumRule `json:"quorum"`
}

// SeatRule is a role that an équipe of a kind is made of.
type SeatRule struct {
	Role     Role   `json:"role"`
	IfSilent Silent `json:"if_silent"`
	// ReplaceBy is the role that takes the seat of one that stays silent.
	ReplaceBy Role `json:"replace_by,omitempty"`
}

// Silent says what becomes of a seat whose role stays silent past its deadline.
type Silent string

// A silent seat is waived, or taken by another role once and then waived: an
// équipe never waits for ever.
const (
	WaiveSilent   Silent = "waive"
	ReplaceSilent Silent = "replace"
)

// QuorumRule is how many roles, and of how many agencies, must sign a plan.
type QuorumRule struct {
	Roles    int `json:"roles"`
	Agencies int `json:"agencies"`
}

// SeatState is the state of a seat of an équipe.
type SeatState string

// A seat is invited, confirmed by who takes it, and has spoken once its opinion
// is recorded; or it is waived, or replaced by another seat.
const (
	SeatInvited   SeatState = "invited"
	SeatConfirmed SeatState = "confirmed"
	SeatSpoken    SeatState = "spoken"
	SeatWaived    SeatState = "waived"
	SeatReplaced  SeatState = "replaced"
)

// Vote is what a role of an agency says: an opinion, or a signature.
type Vote struct {
	Role    Role   `json:"role" doc:"Role of a seat of the équipe"`
	Agency  string `json:"agency" doc:"Code of the seat's agency"`
	Outcome string `json:"outcome" enum:"favourable,favourable_with_conditions,dissenting"`
}

// Signs says whether the vote is for the plan.
func (v Vote) Signs() bool {
	return v.Outcome == Signed || v.Outcome == Favourable || v.Outcome == WithConditions
}

// Reached says whether votes make the quorum: enough different roles, of enough
// different agencies, are for the plan.
func (q QuorumRule) Reached(votes []Vote) bool {
	var roles []Role
	var agencies []string
	for _, v := range votes {
		if !v.Signs() {
			continue
		}
		if !slices.Contains(roles, v.Role) {
			roles = append(roles, v.Role)
		}
		if !slices.Contains(agencies, v.Agency) {
			agencies = append(agencies, v.Agency)
		}
	}
	return len(roles) >= q.Roles && len(agencies) >= q.Agencies
}

// Equipe finds how the zone composes an équipe of a kind.
func (p Policy) Equipe(kind EquipeKind) (EquipeRule, bool) {
	return find(p.Equipes, func(e EquipeRule) bool { return e.Kind == kind })
}

// ConveneForm convenes an équipe for a case.
type ConveneForm struct {
	Kind EquipeKind `json:"kind" doc:"between_agencies or within_agency"`
	Note string     `json:"note,omitempty" maxLength:"4000" doc:"Why; its members read it"`
}

// Answer strips the form to its codes.
func (f ConveneForm) Answer() Answer { return Answer{Operation: OpConvene, Equipe: f.Kind} }

// CheckConvene says what is wrong with it.
func CheckConvene(p Policy, form ConveneForm) []Fault {
	var f Faults
	f.Add(form.Kind != "", "kind", RuleRequired)
	_, ok := p.Equipe(form.Kind)
	f.Add(form.Kind == "" || ok, "kind", RuleUnknownCode)
	f.Note("note", form.Note)
	return f
}

// MinutesForm records a meeting of an équipe with the opinions given in it.
// While the plan awaits its sign-off, what they say counts as signatures.
type MinutesForm struct {
	At    time.Time     `json:"at" doc:"When the meeting was held"`
	Text  string        `json:"text" maxLength:"10000" doc:"The minutes; free text, never leaves the record"`
	Votes []MinutedVote `json:"votes" doc:"What those present said"`
}

// MinutedVote is a vote with its reasons.
type MinutedVote struct {
	Vote
	Note string `json:"note,omitempty" maxLength:"4000" doc:"Reasons; required unless favourable"`
}

// Answer strips the form to its codes.
func (f MinutesForm) Answer() Answer {
	a := Answer{Operation: OpMinutes, At: &f.At}
	for _, v := range f.Votes {
		a.Votes = append(a.Votes, v.Vote)
	}
	return a
}

// MaxMinutes is how long the minutes of a meeting may be, in characters.
const MaxMinutes = 10000

// CheckMinutes says what is wrong with the minutes of a meeting.
func CheckMinutes(p Policy, form MinutesForm, now time.Time) []Fault {
	var f Faults
	f.Add(!form.At.IsZero(), "at", RuleRequired)
	f.Add(!form.At.After(now), "at", RuleInTheFuture)
	f.Add(form.Text != "", "text", RuleRequired)
	f.Add(utf8.RuneCountInString(form.Text) <= MaxMinutes, "text", RuleTooLong)
	f.Add(len(form.Votes) > 0, "votes", RuleRequired)
	for i, v := range form.Votes {
		at := fmt.Sprintf("votes[%d].", i)
		f.Add(p.HasRole(v.Role), at+"role", RuleUnknownCode)
		_, known := p.Agency(v.Agency)
		f.Add(known, at+"agency", RuleUnknownCode)
		f.Add(slices.Contains([]string{Favourable, WithConditions, Dissenting}, v.Outcome), at+"outcome", RuleUnknownCode)
		f.Add(v.Outcome == Favourable || v.Note != "", at+"note", RuleRequired)
		f.Add(!slices.ContainsFunc(form.Votes[:i], func(o MinutedVote) bool { return o.Role == v.Role && o.Agency == v.Agency }), at+"role", RuleDuplicate)
		f.Note(at+"note", v.Note)
	}
	return f
}
