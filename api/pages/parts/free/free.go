// Package free finds free places of services, and asks for one of them in a form.
package free

import (
	"context"
	"net/url"
	"slices"
	"time"

	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/message"
	"percorso/internal/speech"
	"percorso/internal/zone"
)

// Records says where a service has a free place.
type Records interface {
	// Offers are the first free places of a service of the caller's zone, from a time on.
	Offers(ctx context.Context, s care.Staff, service string, from time.Time, most int) ([]agenda.Slot, error)
	// Block are the first free places that the employment centre gives to those who send it
	// somebody, from a time on.
	Block(ctx context.Context, s care.Staff, from time.Time, most int) ([]agenda.Slot, error)
	// OnThePhone says whether the person whom a run is about speaks on the telephone.
	OnThePhone(ctx context.Context, s care.Staff, run string) (bool, error)
}

// Reachable finds no place by telephone for somebody who does not speak on one.
func Reachable(records Records, ways []string) Records {
	if speech.OnThePhone(ways) {
		return records
	}
	return faceToFace{records}
}

// ReachableIn is Reachable for the person whom a run is about, where who asks does not read
// how she communicates.
func ReachableIn(ctx context.Context, records Records, who care.Staff, run string) (Records, error) {
	speaks, err := records.OnThePhone(ctx, who, run)
	if speaks || err != nil {
		return records, err
	}
	return faceToFace{records}, nil
}

// faceToFace are the places of services without those by telephone.
type faceToFace struct{ Records }

// searched is how many places are looked at for each that is not by telephone.
const searched = 6

// Offers are the first of them.
func (f faceToFace) Offers(ctx context.Context, who care.Staff, service string, from time.Time, most int) ([]agenda.Slot, error) {
	free, err := f.Records.Offers(ctx, who, service, from, most*searched)
	return inPerson(free, most), err
}

// Block are the first of them that the employment centre gives.
func (f faceToFace) Block(ctx context.Context, who care.Staff, from time.Time, most int) ([]agenda.Slot, error) {
	free, err := f.Records.Block(ctx, who, from, most*searched)
	return inPerson(free, most), err
}

func inPerson(free []agenda.Slot, most int) []agenda.Slot {
	free = slices.DeleteFunc(free, func(s agenda.Slot) bool { return s.Mode == agenda.ByPhone })
	return free[:min(most, len(free))]
}

// Places are the first free places of services, which a form offers to choose between.
type Places struct {
	services []care.Service
	free     map[string][]agenda.Slot
	sessions bool // one of the services has sessions, in which alone it receives
}

// offersEach is how many places of each service a form offers, and offersOfOne of the only one.
const offersEach, offersOfOne = 3, 8

// Find finds free places of some services from a day on, as it was typed; of all of
// the zone where none is named. A service that receives at any hour has none.
func Find(ctx context.Context, records Records, who care.Staff, rules *zone.Rules, day, service string) (o Places, err error) {
	from, _ := time.ParseInLocation(time.DateOnly, day, italian.Rome) // what is no day is none: then they are the first of all
	most := offersEach
	o = Places{services: rules.Services, free: map[string][]agenda.Slot{}}
	if service != "" {
		s, ok := rules.Service(service)
		if !ok { // an agency that people meet outside of one
			agency, _ := rules.Agency(service)
			s = care.Service{Code: service, Name: agency.Name}
		}
		o.services, most = []care.Service{s}, offersOfOne
	}
	for _, s := range o.services {
		o.sessions = o.sessions || len(agenda.Sessions(rules.Policy, s.Code)) > 0
		if o.free[s.Code], err = records.Offers(ctx, who, s.Code, from, most); err != nil {
			return Places{}, err
		}
	}
	return o, nil
}

// Field is the name of the field in which a place is chosen, after the id of its form.
const Field = agenda.OfferField

// Without stands for no place: the employment centre gives an appointment later.
const Without = "without"

// Beyond asks why a place is given although there is none.
func Beyond(id, chosen string) web.Field {
	f := web.Field{Shape: "select", ID: id, Label: italian.Field("beyond"), Empty: message.Say("free_places.not_beyond"), Hint: italian.BeyondHint()}
	for _, code := range agenda.BeyondWhys {
		f.Options = append(f.Options, web.Option{Value: code, Text: italian.Upper(italian.BeyondWhy(code)), Chosen: code == chosen})
	}
	return f
}

// Block asks for one of the places that the employment centre gives to those who send it
// somebody, or for none; nil: it has none to give. The field's id begins with id.
func Block(ctx context.Context, records Records, who care.Staff, cpi, label, id string, sent url.Values) ([]web.Field, error) {
	free, err := records.Block(ctx, who, time.Time{}, offersOfOne)
	if err != nil || len(free) == 0 {
		return nil, err
	}
	chosen := sent.Get(id + agenda.OfferField)
	f := web.Field{Shape: "select", ID: id + agenda.OfferField, Label: label, Required: true, Empty: message.Say("free_places.choose"), Hint: message.Say("free_places.kept")}
	for _, slot := range free {
		value := cpi + " " + slot.At.Format(time.RFC3339)
		f.Options = append(f.Options, web.Option{Value: value, Text: offered.Slot(slot), Chosen: value == chosen})
	}
	f.Options = append(f.Options, web.Option{Value: Without, Text: message.Say("free_places.none_of_them"), Chosen: chosen == Without})
	return []web.Field{f}, nil
}

// First is the first place of all, as When offers it; empty: there is none.
func (o Places) First() string {
	for _, s := range o.services {
		for _, slot := range o.free[s.Code] {
			return s.Code + " " + slot.At.Format(time.RFC3339)
		}
	}
	return ""
}

// When asks for one of the places, or else for a day and an hour: the latter alone where
// no service has sessions. The ids of its fields begin with id.
func (o Places) When(id string, sent url.Values, required bool) []web.Field {
	day := web.Field{Shape: "input", Type: "date", ID: id + "day", Label: message.Say("free_places.day"), Value: sent.Get(id + "day"), Required: required}
	hour := web.Field{Shape: "input", Type: "hour", ID: id + "hour", Label: message.Say("case_pages.hour"), Value: sent.Get(id + "hour"), Required: required}
	if !o.sessions {
		return []web.Field{day, hour}
	}
	day.Required, hour.Required = false, false
	day.Label = message.Say("free_places.another_day")
	place := web.Field{
		Shape: "select", ID: id + agenda.OfferField, Label: message.Say("free_places.first"), Required: required, Empty: message.Say("free_places.another_day_below"),
		Hint: message.Say("free_places.kept_or_another_day"),
	}
	for _, s := range o.services {
		group := web.OptionGroup{Label: s.Name}
		for _, slot := range o.free[s.Code] {
			value := s.Code + " " + slot.At.Format(time.RFC3339)
			group.Options = append(group.Options, web.Option{Value: value, Text: offered.Slot(slot), Chosen: value == sent.Get(place.ID)})
		}
		if len(group.Options) > 0 {
			place.Groups = append(place.Groups, group)
		}
	}
	return []web.Field{place, day, hour}
}
