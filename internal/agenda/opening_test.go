package agenda_test

import (
	"slices"
	"testing"
	"time"

	"percorso/deploy"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

func TestNextOpening(t *testing.T) {
	zones := delivered(t)
	for _, test := range []struct {
		name, zone, at, from, to string
	}{
		{"while open", "prato", "2026-11-23 09:30", "2026-11-23 09:00", "2026-11-23 13:00"},
		{"at the moment it closes", "prato", "2026-11-23 13:00", "2026-11-23 15:00", "2026-11-23 17:00"},
		{"Pistoia is closed on Wednesdays", "pistoia", "2026-11-25 10:00", "2026-11-26 08:30", "2026-11-26 14:30"},
		{"over the weekend", "prato", "2026-11-27 13:30", "2026-11-30 09:00", "2026-11-30 13:00"},
		{"over the patron's day", "prato", "2025-12-25 10:00", "2025-12-29 09:00", "2025-12-29 13:00"},
		{"over Easter Monday", "prato", "2026-04-03 14:00", "2026-04-07 09:00", "2026-04-07 13:00"},
		{"Lucca opens on Tuesdays", "lucca", "2026-11-25 10:00", "2026-12-01 09:00", "2026-12-01 14:00"},
		{"Lucca over a holiday on a Tuesday", "lucca", "2026-12-02 10:00", "2026-12-15 09:00", "2026-12-15 14:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cal, err := calendar.New(zones[test.zone])
			if err != nil {
				t.Fatal(err)
			}
			at := localTime(t, test.at, cal.Location())
			o, ok := agenda.NextOpening(zones[test.zone], cal, at.UTC())
			if !ok || !o.From.Equal(localTime(t, test.from, cal.Location())) || !o.To.Equal(localTime(t, test.to, cal.Location())) {
				t.Errorf("%s: %v, %v", test.at, o, ok)
			}
		})
	}
}

// TestNextOpeningAtEveryMoment: what is said to be the next opening is one of the
// desk's, has not passed, and falls on a working day.
func TestNextOpeningAtEveryMoment(t *testing.T) {
	zones := delivered(t)
	testclock.Each(t, func(t *testing.T, now time.Time) {
		for code, p := range zones {
			cal, err := calendar.New(p)
			if err != nil {
				t.Fatal(err)
			}
			o, ok := agenda.NextOpening(p, cal, now.UTC())
			if !ok || !o.To.After(now) || !cal.IsWorkingDay(o.From) {
				t.Fatalf("%s at %s: %v, %v", code, now, o, ok)
			}
			from, to := o.From.In(cal.Location()), o.To.In(cal.Location())
			band := care.Band{Weekday: care.Weekdays[(from.Weekday()+6)%7], From: from.Format("15:04"), To: to.Format("15:04")}
			if !slices.Contains(p.Desk.Hours, band) || from.YearDay() != to.YearDay() {
				t.Errorf("%s at %s: the desk has no hours from %s to %s", code, now, from, to)
			}
		}
	})
}

func TestNextByAppointment(t *testing.T) {
	zones := delivered(t)
	cal, err := calendar.New(zones["lucca"])
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-11-25 10:00": "2026-11-25 00:00", // a Wednesday
		"2026-12-01 10:00": "2026-12-02 00:00", // the open Tuesday
		"2026-12-05 10:00": "2026-12-07 00:00", // a Saturday
	} {
		day, ok := agenda.NextByAppointment(zones["lucca"], cal, localTime(t, at, cal.Location()))
		if !ok || !day.Equal(localTime(t, want, cal.Location())) {
			t.Errorf("%s: %v, %v", at, day, ok)
		}
	}
	if _, ok := agenda.NextByAppointment(zones["prato"], cal, testclock.Monday); ok {
		t.Error("Prato has no days by appointment alone")
	}
}

func localTime(t *testing.T, text string, place *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, place)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// delivered are the delivered zones, by code.
func delivered(t *testing.T) map[string]care.Policy {
	t.Helper()
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	zones := map[string]care.Policy{}
	for _, p := range policies {
		zones[p.Zone] = p
	}
	return zones
}
