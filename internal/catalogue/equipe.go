package catalogue

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/gathering"
)

// MinutesForm records a meeting of an équipe with the opinions given in it.
// While the plan awaits its sign-off, what they say counts as signatures.
type MinutesForm struct {
	At    time.Time     `json:"at" doc:"When the meeting was held"`
	Text  string        `json:"text" maxLength:"10000" doc:"The minutes; free text, never leaves the record"`
	Votes []MinutedVote `json:"votes" doc:"What those present said"`
	// Meeting is the one that was planned.
	Meeting string `json:"meeting,omitempty" maxLength:"36" doc:"Id of the planned meeting that these are the minutes of"`
}

// MinutedVote is a vote with its reasons.
type MinutedVote struct {
	care.Vote
	Note string `json:"note,omitempty" maxLength:"4000" doc:"Reasons; required unless favourable"`
}

// MaxMinutes is how long the minutes of a meeting may be, in characters.
const MaxMinutes = 10000

// Minutes records a meeting of an équipe.
var Minutes = Operation[MinutesForm]{
	Facts: Facts{Code: care.OpMinutes, On: OnEquipe, Asks: []care.Role{care.SocialWorker, care.Supervisor}, Path: "minutes", Slug: "verbale"},
	Check: func(form MinutesForm, around Around) []care.Fault {
		var f care.Faults
		f.Add(!form.At.IsZero(), "at", care.RuleRequired)
		f.Add(care.Said(form.Text), "text", care.RuleRequired)
		f.Lines("text", form.Text, MaxMinutes)
		f.Add(len(form.Votes) > 0, "votes", care.RuleRequired)
		f.Add(form.Meeting == "" || care.IsID(form.Meeting), "meeting", gathering.RuleUnknown)
		for i, v := range form.Votes {
			at := fmt.Sprintf("votes[%d].", i)
			f.Add(around.HasRole(v.Role), at+"role", care.RuleUnknownCode)
			_, known := around.Agency(string(v.Agency))
			f.Add(known, at+"agency", care.RuleUnknownCode)
			f.Add(slices.Contains([]care.Code{care.Favourable, care.WithConditions, care.Dissenting}, v.Outcome), at+"outcome", care.RuleUnknownCode)
			f.Add(v.Outcome == care.Favourable || care.Said(v.Note), at+"note", care.RuleRequired)
			f.Add(!slices.ContainsFunc(form.Votes[:i], func(o MinutedVote) bool { return o.Role == v.Role && o.Agency == v.Agency }), at+"role", care.RuleDuplicate)
			f.Note(at+"note", v.Note)
		}
		return f
	},
	Dates: func(form MinutesForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "at", Meaning: care.MinutesTime, At: care.Given(form.At)}}
	},
	Answer: func(form MinutesForm) care.Answer {
		a := care.Answer{At: &form.At}
		for _, v := range form.Votes {
			a.Votes = append(a.Votes, v.Vote)
		}
		return a
	},
	Example: func(w World) MinutesForm {
		form := MinutesForm{At: w.Now, Text: exampleText}
		for _, seat := range pick(w, w.Policy.Equipes).Seats {
			if len(form.Votes) == 0 || w.Rand.IntN(2) == 0 {
				vote := care.Vote{Role: seat.Role, Agency: care.Code(w.Policy.RoleAgency(seat.Role)), Outcome: pick(w, []care.Code{care.Favourable, care.WithConditions, care.Dissenting})}
				form.Votes = append(form.Votes, MinutedVote{Vote: vote, Note: exampleText})
			}
		}
		return form
	},
}
