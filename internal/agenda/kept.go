package agenda

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
)

// A place that somebody has chosen on a form and not sent yet is kept for them.
const (
	// KeptFor is for how long, from when it was chosen.
	KeptFor = 10 * time.Minute
	// MostKeptPlaces are kept for one person at work and one service: the one that they
	// chose first gives way.
	MostKeptPlaces = 3
)

// OfferField ends the name of the field of a form in which a free place is chosen.
const OfferField = "offer"

// ReadOffer reads a place as such a field has it: the service, and when.
func ReadOffer(text string) (place care.Booking, ok bool) {
	service, moment, _ := strings.Cut(text, " ")
	at, err := time.Parse(time.RFC3339, moment)
	return care.Booking{Service: care.Code(service), At: at}, err == nil
}

// Chosen are the places that are chosen on a form: the first of them, at most as many as are kept.
func Chosen(form url.Values) (places []care.Booking) {
	for name, values := range form {
		for _, text := range values {
			if place, ok := ReadOffer(text); ok && strings.HasSuffix(name, OfferField) {
				places = append(places, place)
			}
		}
	}
	slices.SortFunc(places, func(a, b care.Booking) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Service, b.Service)) })
	return places[:min(len(places), MostKeptPlaces)]
}
