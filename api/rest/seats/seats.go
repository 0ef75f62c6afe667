// Package seats is how the API writes who sits in an équipe, and its meetings.
package seats

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
)

// SeatJSON is a seat, with what was said from it.
type SeatJSON struct {
	ID            string         `json:"id"`
	Role          care.Role      `json:"role"`
	Agency        string         `json:"agency"`
	State         care.SeatState `json:"state" enum:"invited,confirmed,spoken,waived,replaced"`
	Member        string         `json:"member,omitempty" doc:"Name of who took it"`
	Opinion       string         `json:"opinion,omitempty" doc:"favourable, favourable_with_conditions, dissenting; tacit: taken from silence"`
	OpinionNote   string         `json:"opinion_note,omitempty"`
	OpinionAt     *time.Time     `json:"opinion_at,omitempty"`
	Signature     string         `json:"signature,omitempty" doc:"signed, dissenting, waived; tacit: taken from silence"`
	SignatureNote string         `json:"signature_note,omitempty"`
	SignatureAt   *time.Time     `json:"signature_at,omitempty"`
	Minuted       bool           `json:"minuted" doc:"Said in a meeting and recorded with its minutes"`
	Reported      bool           `json:"reported" doc:"The minutes say so; it counts once the seat has said it by its own task"`
	Unread        bool           `json:"unread" doc:"Its agency reads nothing of the person, the minutes and the plan: as an independent one without the person's consent"`
}

// PlannedMeetingJSON is a meeting that was planned.
type PlannedMeetingJSON struct {
	ID      string              `json:"id"`
	At      time.Time           `json:"at"`
	How     string              `json:"how" enum:"in_person,by_telephone"`
	Place   string              `json:"place,omitempty"`
	Invited []gathering.Invited `json:"invited" nullable:"false"`
	Note    string              `json:"note,omitempty"`
	ByName  string              `json:"by_name"`
	Moved   bool                `json:"moved" doc:"Another one took its place before it was"`
	Off     bool                `json:"called_off" doc:"It was called off before it was"`
	Why     string              `json:"why,omitempty" doc:"Why it was moved or called off"`
	Minuted bool                `json:"minuted" doc:"There are minutes of it"`
}

// MinutesJSON is what was written of a meeting.
type MinutesJSON struct {
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	ByName string    `json:"by_name"`
}

// Of writes a seat.
func Of(s ledger.Seat) SeatJSON {
	return SeatJSON{
		ID: s.ID, Role: s.Role, Agency: s.Agency, State: s.State, Member: s.Member,
		Opinion: s.Opinion, OpinionNote: s.OpinionNote, OpinionAt: s.OpinionAt,
		Signature: s.Signature, SignatureNote: s.SignatureNote, SignatureAt: s.SignatureAt, Minuted: s.Minuted, Reported: s.Reported, Unread: s.Unread,
	}
}

// MeetingOf writes a meeting that was planned.
func MeetingOf(m gathering.Planned) PlannedMeetingJSON {
	invited := append([]gathering.Invited{}, m.Invited...) // no null
	return PlannedMeetingJSON{ID: m.ID, At: m.At, How: m.How, Place: m.Place, Invited: invited, Note: m.Note, ByName: m.ByName, Moved: m.Moved, Off: m.Off, Why: m.Why, Minuted: m.Minuted}
}

// MinutesOf writes what was written of a meeting.
func MinutesOf(m ledger.Minutes) MinutesJSON {
	return MinutesJSON{At: m.At, Text: m.Text, ByName: m.ByName}
}
