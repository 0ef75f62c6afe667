package parts

import (
	"net/url"
	"strings"
	"time"

	"percorso/api/pages/parts/free"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
)

// ReadWhen reads what free.Places.When asks for: the place that was chosen, with its service, or the
// day and the hour.
func ReadWhen(id string, sent url.Values) (service string, at *time.Time, rule string) {
	if place := sent.Get(id + "offer"); place != "" {
		service, moment, _ := strings.Cut(place, " ")
		t, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			return "", nil, care.RuleUnknownCode
		}
		t = t.In(italian.Rome)
		return service, &t, ""
	}
	day, hour := sent.Get(id+"day"), sent.Get(id+"hour")
	at, rule = ReadMoment(day, hour)
	if rule == care.RuleRequired && day != "" {
		switch _, isDay := ReadDate(day); {
		case !isDay:
			rule = RuleDate
		case sent.Has(id + "offer"): // places were offered to choose from
			rule = agenda.HourMissing
		}
	}
	return "", at, rule
}

// ReadPlace reads what free.Block asks for; nil: no place is wanted, or none was offered.
func ReadPlace(sent url.Values, id string) (at *time.Time, rule string) {
	switch place := sent.Get(id); {
	case place == "" && sent.Has(id):
		return nil, care.RuleRequired
	case place == "" || place == free.Without:
		return nil, ""
	default:
		t, err := time.Parse(time.RFC3339, place)
		if err != nil {
			return nil, care.RuleUnknownCode
		}
		t = t.In(italian.Rome)
		return &t, ""
	}
}

// WhenPlace is the id of the field that was used of those that it asks for.
func WhenPlace(id string, sent url.Values) string {
	if sent.Get(id+"offer") != "" {
		return id + "offer"
	}
	return WhenID(sent.Get(id+"day"), sent.Get(id+"hour"), id+"day", id+"hour")
}
