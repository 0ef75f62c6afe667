package care

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Unit is what a Duration counts.
type Unit string

// Working days are those of the zone's calendar; the others are the same everywhere.
const (
	WorkingDays  Unit = "working_days"
	CalendarDays Unit = "calendar_days"
	Hours        Unit = "hours"
	Seconds      Unit = "seconds"
)

// Units lists the units, the longest-lived first.
var Units = []Unit{WorkingDays, CalendarDays, Hours, Seconds}

// longest is the most that a Duration may count of each unit: some ten years.
// It keeps computed times within what every part can store.
var longest = map[Unit]int{WorkingDays: 2_600, CalendarDays: 3_660, Hours: 87_840, Seconds: 316_224_000}

// Duration is a length of time with its unit. Its text form, in zone files and
// in JSON, is "2 working_days". The zero Duration has no unit and an empty text.
type Duration struct {
	N    int
	Unit Unit
}

// Faults of a Duration's text form.
var (
	ErrDurationForm     = errors.New("a duration is a number and a unit, such as 2 working_days")
	ErrDurationUnit     = errors.New("unknown unit of a duration")
	ErrDurationNegative = errors.New("negative duration")
	ErrDurationTooLong  = errors.New("duration longer than ten years")
)

// ParseDuration reads the text form. The singular of a unit is understood too.
// Its errors are the ErrDuration values.
func ParseDuration(text string) (Duration, error) {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return Duration{}, ErrDurationForm
	}
	n, err := strconv.Atoi(fields[0])
	switch {
	case errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(fields[0], "-"):
		return Duration{}, ErrDurationTooLong
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return Duration{}, ErrDurationForm
	case n < 0:
		return Duration{}, ErrDurationNegative
	}
	for _, unit := range Units {
		if fields[1] == string(unit) || fields[1] == strings.TrimSuffix(string(unit), "s") {
			if n > longest[unit] {
				return Duration{}, ErrDurationTooLong
			}
			return Duration{N: n, Unit: unit}, nil
		}
	}
	return Duration{}, ErrDurationUnit
}

// IsZero says whether the Duration was never set or lasts no time.
func (d Duration) IsZero() bool { return d.N == 0 }

// MarshalText gives the text form.
func (d Duration) MarshalText() ([]byte, error) {
	if d.Unit == "" {
		return nil, nil
	}
	return []byte(strconv.Itoa(d.N) + " " + string(d.Unit)), nil
}

// UnmarshalText reads the text form.
func (d *Duration) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Duration{}
		return nil
	}
	parsed, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// String says the Duration in English, for logs and errors.
func (d Duration) String() string {
	word := strings.ReplaceAll(string(d.Unit), "_", " ")
	if d.N == 1 {
		word = strings.TrimSuffix(word, "s")
	}
	return strings.TrimSpace(strconv.Itoa(d.N) + " " + word)
}

// Calendar counts time as the offices of a zone do.
type Calendar interface {
	// After gives the instant that lies a Duration after from.
	//
	// Working days: the day of from is not counted; the term falls at the end
	// of the office's working day of the n-th working day after it, so that the
	// whole of the last day may be used (as in art. 2963 of the Civil Code).
	// Zero working days: the end of from's own working day, or of the next one
	// where from's day is none or its end has passed.
	// Calendar days: n days later at the same local time, also across a change
	// of the clocks. Hours and seconds: exactly.
	After(from time.Time, d Duration) time.Time
	// WorkingDaysBetween counts the working days after from's day up to and
	// including to's day; 0 where to is not after from.
	WorkingDaysBetween(from, to time.Time) int
	// IsWorkingDay says whether the offices work on the local day of t.
	IsWorkingDay(t time.Time) bool
	// NextOpen gives t where its day is a working day, else the same local time of the
	// next one; LastOpen that of the one before.
	NextOpen(t time.Time) time.Time
	LastOpen(t time.Time) time.Time
	// Location is where the offices are.
	Location() *time.Location
}
