package slips

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/ical"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// calendar gives an appointment as a file.
func (s *Place) calendar(c *gin.Context, who care.Staff) error {
	rules, _, a, err := s.appointment(c, who)
	if err != nil {
		return err
	}
	atHome, err := s.atHome(c, who, a.ID)
	if err != nil {
		return err
	}
	entry := present.CalendarEntry(rules, a.ID, a.Service, a.At, s.Now())
	if atHome { // where that is is not for everybody who sees the calendar
		entry.Place = ""
	}
	return s.download(c, "appuntamento.ics", entry)
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
	e := ical.Entry{Title: message.Say("equipe_page.meeting"), From: open.At, Place: italian.MeetingPlace(open.How, open.Place)}
	e.ID, e.Version = gathering.Entry(equipe.Meetings, *open)
	return s.download(c, "riunione.ics", e)
}

// download answers with an entry.
func (s *Place) download(c *gin.Context, name string, e ical.Entry) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", ical.File(s.Now(), e))
	return nil
}
