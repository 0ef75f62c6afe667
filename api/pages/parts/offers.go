package parts

import (
	"net/url"
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
		chosen, ok := agenda.ReadOffer(place)
		if !ok {
			return "", nil, care.RuleUnknownCode
		}
		t := chosen.At.In(italian.Rome)
		return string(chosen.Service), &t, ""
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
func ReadPlace(id string, sent url.Values) (at *time.Time, rule string) {
	place := sent.Get(id + agenda.OfferField)
	switch chosen, ok := agenda.ReadOffer(place); {
	case place == "" && sent.Has(id+agenda.OfferField):
		return nil, agenda.PlaceUnchosen
	case place == "" || place == free.Without:
		return nil, ""
	case !ok:
		return nil, care.RuleUnknownCode
	default:
		t := chosen.At.In(italian.Rome)
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
