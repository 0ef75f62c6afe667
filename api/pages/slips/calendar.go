package slips

import (
	"net/http"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/gin-gonic/gin"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// entry is what a calendar is given: when and where, and nothing that says whose it is or why.
type entry struct {
	id       string
	version  int // how often it was moved
	title    string
	from, to time.Time // the zero time: how long it takes is not known
	place    string
}

// calendar gives an appointment as a file.
func (s *Place) calendar(c *gin.Context, who care.Staff) error {
	rules, _, a, err := s.appointment(c, who)
	if err != nil {
		return err
	}
	e := entry{id: a.ID, title: "Appuntamento", from: a.At, to: agenda.Of(rules.Policy, a.Service, rules.Calendar, s.Now()).Lasts(a.At).Until}
	if service, _ := rules.Service(a.Service); service.Place.Address != "" {
		e.place = service.Place.Name + ", " + service.Place.Address
	}
	return s.download(c, "appuntamento.ics", e)
}

// meeting gives the meeting that an équipe has planned as a file, to whom it invites. Of one
// that was moved the calendar changes the entry that it has.
func (s *Place) meeting(c *gin.Context, who care.Staff) error {
	equipe, err := s.Records.Equipe(c.Request.Context(), who, ledger.RunID(care.RunEquipe, c.Param("id")))
	if err != nil {
		return err
	}
	open := gathering.Open(equipe.Meetings)
	if open == nil || !open.Invites(who) {
		return ledger.ErrNotFound
	}
	e := entry{title: "Riunione", from: open.At, place: italian.MeetingPlace(open.How, open.Place)}
	e.id, e.version = gathering.Entry(equipe.Meetings, *open)
	return s.download(c, "riunione.ics", e)
}

// download answers with an entry, whose lines end as calendars ask (RFC 5545), on whichever machine.
func (s *Place) download(c *gin.Context, name string, e entry) error {
	file := ics.NewCalendar()
	file.SetProductId("-//Percorso//IT")
	event := file.AddEvent(e.id + "@percorso")
	event.SetDtStampTime(s.Now())
	event.SetSequence(e.version)
	event.SetStartAt(e.from)
	if !e.to.IsZero() {
		event.SetEndAt(e.to)
	}
	event.SetSummary(e.title)
	if e.place != "" {
		event.SetLocation(e.place)
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", []byte(file.Serialize(ics.WithNewLineWindows)))
	return nil
}
