package italian

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the machine may have no time zones of its own

	"percorso/internal/care"
	"percorso/internal/italian/article"
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

// Month is a month with its year: "novembre 2026".
func Month(t time.Time) string { return fmt.Sprintf("%s %d", monthNames[t.Month()-1], t.Year()) }

// Dated is a date with its article, after a preposition or none: "il 7 novembre 2026",
// "dall’8 novembre 2026".
func Dated(preposition string, t time.Time) string {
	the := "il "
	if t.Day() == 8 || t.Day() == 11 {
		the = "l’"
	}
	if the += dayMonthYear(t); preposition == "" {
		return the
	}
	return article.Contract(preposition+" ", the)
}

// DatedMoment is Dated with the time of day.
func DatedMoment(preposition string, t time.Time) string {
	return Dated(preposition, t.In(Rome)) + ", ore " + Hour(t)
}

// YearOnly says a day of birth of which the year alone is known.
func YearOnly(t time.Time) string { return fmt.Sprintf("nel %d, il giorno non è noto", t.Year()) }

// dayMonthYear says a date in its own zone. The first of a month has its ordinal.
func dayMonthYear(t time.Time) string { return fmt.Sprintf("%s %d", dayMonth(t), t.Year()) }

func dayMonth(t time.Time) string {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1º"
	}
	return day + " " + monthNames[t.Month()-1]
}

// Hour is a time of day as people say it, everywhere alike: "9.30", after "ore" or "alle".
func Hour(t time.Time) string { return SaidHour(t.In(Rome).Format("15:04")) }

// SaidHour says an hour of a zone's file, "09:30", as people do: "9.30".
func SaidHour(clock string) string {
	return strings.TrimPrefix(strings.ReplaceAll(clock, ":", "."), "0")
}

// Moment is a day and a time: "30 novembre 2026, ore 12.00".
func Moment(t time.Time) string { return dayMonthYear(t.In(Rome)) + ", ore " + Hour(t) }

// When says a moment as people would on the day of now: "oggi alle 12.00",
// "domani alle 12.00", "lunedì 30 novembre alle 12.00", with its year where it is another.
func When(t, now time.Time) string { return near(t, now) + " " + atClock(t) }

func atClock(t time.Time) string {
	if t.In(Rome).Hour() == 1 {
		return "all’" + Hour(t)
	}
	return "alle " + Hour(t)
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

// Brief is a day to come, or just past, in the fewest words: "mar 1º dic", with its year
// where it is another.
func Brief(t, now time.Time) string {
	t = t.In(Rome)
	day, month, _ := strings.Cut(dayMonth(t), " ")
	text := string([]rune(weekdayNames[t.Weekday()])[:3]) + " " + day + " " + month[:3]
	if t.Year() != now.In(Rome).Year() {
		text += fmt.Sprintf(" %d", t.Year())
	}
	return text
}

// by says a deadline after entro or per: "oggi alle 18.00", "domani alle 12.00", and one
// that is further away or past by its day, "mar 1º dic".
func by(due, now time.Time) string {
	if apart := daysApart(now.In(Rome), due.In(Rome)); apart == 0 || apart == 1 {
		return When(due, now)
	}
	return Brief(due, now)
}

// Due says a deadline in plain words: "Da fare entro oggi alle 18.00", "Da fare entro
// mar 1º dic: mancano 4 giorni lavorativi", "In ritardo di 3 giorni lavorativi (era per
// ven 20 nov)".
func Due(due, now time.Time, cal care.Calendar) string {
	if now.After(due) {
		return Late(cal.WorkingDaysBetween(due, now), due, now)
	}
	text := "Da fare entro " + by(due, now)
	if left := cal.WorkingDaysBetween(now, due); daysApart(now.In(Rome), due.In(Rome)) > 1 && left > 0 {
		verb := ": mancano "
		if left == 1 {
			verb = ": manca "
		}
		text += verb + workingDays(left)
	}
	return text
}

// Late says by how many working days something is late, and for when it was.
func Late(days int, due, now time.Time) string {
	text := "In ritardo"
	if days > 0 {
		text += " di " + workingDays(days)
	}
	return text + " (era per " + by(due, now) + ")"
}

// Then says what Percorso does by itself if something is not done by its deadline.
func Then(due, now time.Time, what string) string {
	return "Se non è fatto entro " + by(due, now) + ", Percorso " + what
}

// TellsSupervisor is what Percorso does by itself when a deadline passes.
const TellsSupervisor = "avvisa il responsabile"

// workingDays counts: "1 giorno lavorativo".
func workingDays(n int) string { return Count(n, "giorno lavorativo", "giorni lavorativi") }

// Count says a number of things: Count(1, "attività", "attività").
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
