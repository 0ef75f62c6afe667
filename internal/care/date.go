package care

import "time"

// Date is a day as a document has it, kept as its midnight UTC. A time with an
// offset, as earlier versions stored some, stands for the day that it is where the
// offices are.
type Date time.Time

// DateOf is the day of a time.
func DateOf(t time.Time) *Date {
	d := Date(DayOf(t))
	return &d
}

// Time is midnight UTC of the day; nil: none is given.
func (d *Date) Time() *time.Time {
	if d == nil {
		return nil
	}
	t := time.Time(*d)
	return &t
}

// MarshalText gives the day: "2027-06-30".
func (d Date) MarshalText() ([]byte, error) {
	return time.Time(d).AppendFormat(nil, time.DateOnly), nil
}

// UnmarshalText reads it.
func (d *Date) UnmarshalText(text []byte) error {
	day, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		var moment time.Time
		if moment, err = time.Parse(time.RFC3339, string(text)); err != nil {
			return err
		}
		offices, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			return err
		}
		day = DayOf(moment.In(offices))
	}
	*d = Date(day)
	return nil
}
