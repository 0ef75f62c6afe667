package italian

import (
	"fmt"
	"time"
	_ "time/tzdata" // the machine may have no time zones of its own

	"percorso/internal/care"
)

// Rome is where the people who read are.
var Rome = func() *time.Location {
	place, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // the data are in the binary
	}
	return place
}()

var (
	weekdayNames = [7]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"}
	monthNames   = [12]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
		"settembre", "ottobre", "novembre", "dicembre"}
)

// Day is a day with its weekday: "lunedì 30 novembre 2026".
func Day(t time.Time) string {
	t = t.In(Rome)
	return weekdayNames[t.Weekday()] + " " + dayMonthYear(t)
}

// Date is a date without a time of day, such as a birth date, whose zone does
// not count: "30 novembre 1990".
func Date(t time.Time) string { return dayMonthYear(t) }

// dayMonthYear says a date in its own zone. The first of a month has its ordinal.
func dayMonthYear(t time.Time) string { return fmt.Sprintf("%s %d", dayMonth(t), t.Year()) }

func dayMonth(t time.Time) string {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1º"
	}
	return day + " " + monthNames[t.Month()-1]
}

// Clock is a time of day: "12:00".
func Clock(t time.Time) string { return t.In(Rome).Format("15:04") }

// Moment is a day and a time: "30 novembre 2026, 12:00".
func Moment(t time.Time) string { return dayMonthYear(t.In(Rome)) + ", " + Clock(t) }

// When says a moment as people would on the day of now: "oggi alle 12:00",
// "domani alle 12:00", "lunedì 30 novembre alle 12:00", with its year where it is another.
func When(t, now time.Time) string { return near(t, now) + " " + atClock(t) }

func atClock(t time.Time) string {
	if t.In(Rome).Hour() == 1 {
		return "all’" + Clock(t)
	}
	return "alle " + Clock(t)
}

// near says a day from the day of now.
func near(t, now time.Time) string {
	t, now = t.In(Rome), now.In(Rome)
	switch daysApart(now, t) {
	case -1:
		return "ieri"
	case 0:
		return "oggi"
	case 1:
		return "domani"
	}
	if t.Year() == now.Year() {
		return weekdayNames[t.Weekday()] + " " + dayMonth(t)
	}
	return Day(t)
}

// daysApart counts the calendar days from a to b, both local.
func daysApart(a, b time.Time) int {
	midday := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
	}
	return int(midday(b).Sub(midday(a)) / (24 * time.Hour))
}

// Due says a deadline in plain words: "scade oggi alle 18:00", "scade lunedì 30
// novembre", "in ritardo di 3 giorni lavorativi". A deadline further away than
// tomorrow is said by its day.
func Due(due, now time.Time, cal care.Calendar) string {
	apart := daysApart(now.In(Rome), due.In(Rome))
	switch {
	case now.After(due):
		if late := cal.WorkingDaysBetween(due, now); late > 0 {
			return "in ritardo di " + workingDays(late)
		}
		if apart == 0 {
			return "scaduto oggi " + atClock(due)
		}
		return "scaduto " + near(due, now)
	case apart <= 1:
		return "scade " + When(due, now)
	}
	return "scade " + near(due, now)
}

// workingDays counts: "1 giorno lavorativo".
func workingDays(n int) string { return Count(n, "giorno lavorativo", "giorni lavorativi") }

// Count says a number of things: Count(1, "compito", "compiti").
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Duration is one as people read it: "2 giorni lavorativi".
func Duration(d care.Duration) string {
	words := map[care.Unit][2]string{
		care.WorkingDays:  {"giorno lavorativo", "giorni lavorativi"},
		care.CalendarDays: {"giorno", "giorni"},
		care.Hours:        {"ora", "ore"},
		care.Seconds:      {"secondo", "secondi"},
	}[d.Unit]
	return Count(d.N, words[0], words[1])
}
