package decided

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// EquipeLink leads to the page of an équipe's run; nil where the run is none.
func EquipeLink(run string) *web.Link {
	id, ok := strings.CutPrefix(run, string(care.RunEquipe)+"/")
	if !ok {
		return nil
	}
	return &web.Link{URL: "/equipe/" + id, Text: message.Say("seats.equipe")}
}

// SeatsOf are the seats of an équipe, side by side, in the order of the roles;
// those that were replaced come last.
func SeatsOf(p care.Policy, seats []ledger.Seat) []Seat {
	ordered := slices.Clone(seats)
	slices.SortStableFunc(ordered, func(a, b ledger.Seat) int {
		return cmp.Or(gone(a)-gone(b), slices.Index(care.Roles, a.Role)-slices.Index(care.Roles, b.Role))
	})
	return web.Each(ordered, func(s ledger.Seat) Seat { return seatOf(p, s) })
}

func gone(s ledger.Seat) int {
	if s.State == care.SeatReplaced {
		return 1
	}
	return 0
}

func seatOf(p care.Policy, s ledger.Seat) Seat {
	shown := Seat{
		Role: italian.Upper(italian.Role(s.Role)), Agency: present.AgencyName(p, s.Agency), Member: s.Member,
		State: web.Badge{Tone: "neutral", Icon: "it-clock", Text: italian.Upper(italian.SeatState(s.State))}, OpinionNote: s.OpinionNote, SignatureNote: s.SignatureNote,
	}
	switch s.State {
	case care.SeatSpoken:
		shown.State.Tone, shown.State.Icon = "success", "it-check-circle"
	case care.SeatConfirmed:
		shown.State.Tone = "info"
	case care.SeatWaived, care.SeatReplaced:
		shown.State.Icon = "it-close-circle"
	}
	if s.Unread {
		shown.Unread = message.Say("seats.unread")
	}
	if s.Opinion != "" {
		shown.Opinion = present.VoteBadge(s.Opinion, italian.Opinion(s.Opinion))
	}
	if s.Signature != "" {
		shown.Signature = present.VoteBadge(s.Signature, italian.Signature(s.Signature))
	}
	if at := cmp.Or(s.SignatureAt, s.OpinionAt); at != nil {
		shown.When = italian.Moment(*at)
		switch {
		case s.Reported:
			shown.When = message.Say("seats.reported", "When", shown.When)
		case s.Minuted:
			shown.When = message.Say("seats.minuted", "When", shown.When)
		}
	}
	return shown
}

// Voices says how many seats gave which opinion; empty: none has.
func Voices(seats []ledger.Seat) string {
	var said []string
	for _, opinion := range italian.Opinions() {
		n := 0
		for _, s := range seats {
			if s.Opinion == opinion.Code {
				n++
			}
		}
		if n > 0 {
			said = append(said, strings.ToLower(opinion.Name)+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(said, ", ")
}
