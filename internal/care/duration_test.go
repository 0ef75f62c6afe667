package care

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]Duration{
		"2 working_days":     {2, WorkingDays},
		"1 working_day":      {1, WorkingDays},
		"  30 calendar_days": {30, CalendarDays},
		"0 hours":            {0, Hours},
		"90 seconds":         {90, Seconds},
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		"":                        ErrDurationForm,
		"2":                       ErrDurationForm,
		"working_days 2":          ErrDurationForm,
		"two working_days":        ErrDurationForm,
		"1.5 hours":               ErrDurationForm,
		"2 working days":          ErrDurationForm,
		"2 weeks":                 ErrDurationUnit,
		"-1 hours":                ErrDurationNegative,
		"9999 working_days":       ErrDurationTooLong,
		"99999999999999999 hours": ErrDurationTooLong,
	} {
		if _, err := ParseDuration(text); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func TestDurationJSON(t *testing.T) {
	for _, d := range []Duration{{2, WorkingDays}, {0, Seconds}, {}} {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back Duration
		if err := json.Unmarshal(raw, &back); err != nil || back != d {
			t.Errorf("%s: %v, %v", raw, back, err)
		}
	}
	if err := json.Unmarshal([]byte(`"2 weeks"`), new(Duration)); !errors.Is(err, ErrDurationUnit) {
		t.Errorf("2 weeks: %v", err)
	}
}

func TestDurationInWords(t *testing.T) {
	for _, test := range []struct {
		d       Duration
		english string
	}{
		{Duration{1, WorkingDays}, "1 working day"},
		{Duration{2, WorkingDays}, "2 working days"},
		{Duration{1, CalendarDays}, "1 calendar day"},
		{Duration{30, CalendarDays}, "30 calendar days"},
		{Duration{1, Hours}, "1 hour"},
		{Duration{4, Hours}, "4 hours"},
		{Duration{1, Seconds}, "1 second"},
		{Duration{5, Seconds}, "5 seconds"},
		{Duration{}, "0"},
	} {
		if got := test.d.String(); got != test.english {
			t.Errorf("%q, want %q", got, test.english)
		}
	}
}
