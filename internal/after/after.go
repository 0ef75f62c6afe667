// Package after says what a day that is typed in later follows: nobody met a person before their
// file was opened, and no équipe sat before it was convened. How far back and ahead each may lie
// besides is in care.Meaning; days are those of the zone, so that what was held in the morning and
// written down in the afternoon is well.
//
// Example: an équipe was convened on 4 November. Its minutes are dated 30 October: refused. Of the
// same 4 November they are taken, whatever the hour.
package after

import (
	"time"

	"percorso/internal/care"
)

// Known is what has been, where it is known; the zero time: it is not, or has nothing to do
// with what is asked.
type Known struct {
	Birth    time.Time // the first day that it may have been
	Opened   time.Time // the person's file, the first of those that were merged
	Convened time.Time // the équipe
	Sent     time.Time // the referral, to the first that it was addressed to
}

// Rules by which a day is refused, by what it lies before.
const (
	Birth    = "before_birth"
	Opened   = "before_file_opened"
	Convened = "before_equipe_convened"
	Sent     = "before_referral_sent"
)

// Rules by which a day of birth is refused that is corrected, by what has been before it.
const (
	BornOpened = "born_after_opening" // the person's file was opened
	BornPermit = "born_after_permit"  // a permit was over, or its renewal was asked for
	BornPaper  = "born_after_paper"   // a document was over
)

// follows says what each day follows that people type in later.
var follows = map[care.Meaning]struct {
	what func(Known) time.Time
	rule string
}{
	care.PermitLastDay: {func(k Known) time.Time { return k.Birth }, Birth},
	care.ReceiptDay:    {func(k Known) time.Time { return k.Birth }, Birth},
	care.MeetingTime:   {func(k Known) time.Time { return k.Opened }, Opened},
	care.MinutesTime:   {func(k Known) time.Time { return k.Convened }, Convened},
	care.ServiceDay:    {func(k Known) time.Time { return k.Sent }, Sent},
}

// Asked says whether what has been must be known to check some dates.
func Asked(dates []care.Dated) bool {
	for _, d := range dates {
		if _, ok := follows[d.Meaning]; ok && d.At != nil {
			return true
		}
	}
	return false
}

// Check says which dates of a form lie before what they follow, where the zone's clocks are.
func Check(dates []care.Dated, known Known, where *time.Location) (faults care.Faults) {
	for _, d := range dates {
		if f, ok := follows[d.Meaning]; ok && d.At != nil {
			faults.Add(!before(*d.At, f.what(known), where), d.Field, f.rule)
		}
	}
	return faults
}

// Born checks that a day of a field is not before somebody's birth; nil: it is not given.
func Born(field string, day *time.Time, birth time.Time, where *time.Location) (faults care.Faults) {
	faults.Add(day == nil || !before(*day, birth, where), field, Birth)
	return faults
}

func before(day, than time.Time, where *time.Location) bool {
	return !than.IsZero() && care.DayOf(day.In(where)).Before(care.DayOf(than.In(where)))
}
