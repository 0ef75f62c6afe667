package italian

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the machine may have no time zones of its own

	"percorso/internal/care"
	"percorso/internal/italian/article"
	"percorso/internal/message"
)

// Rome is where the people who read are.
var Rome = func() *time.Location {
	place, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // the data are in the binary
	}
	return place
}()

// Day is a day with its weekday: "lunedì 30 novembre 2026".
func Day(t time.Time) string {
	t = t.In(Rome)
	return message.Say("date.weekday", "Weekday", weekday(t), "Day", dayMonthYear(t))
}

func weekday(t time.Time) string {
	return message.Of("day_of_week", strings.ToLower(t.Weekday().String()))
}

func month(t time.Time) string { return message.Of("month", strings.ToLower(t.Month().String())) }

// Date is a date without a time of day, such as a birth date, whose zone does
// not count: "30 novembre 1990".
func Date(t time.Time) string { return dayMonthYear(t) }

// Month is a month with its year: "novembre 2026".
func Month(t time.Time) string {
	return message.Say("date.month_year", "Month", month(t), "Year", t.Year())
}

// Dated is a date with its article, after a preposition or none: "il 7 novembre 2026",
// "dall’8 novembre 2026".
func Dated(preposition string, t time.Time) string {
	day := the(t, dayMonthYear(t))
	if preposition == "" {
		return day
	}
	return article.Contract(preposition+" ", day)
}

// the puts its article before a day.
func the(t time.Time, day string) string {
	if t.Day() == 8 || t.Day() == 11 {
		return "l’" + day
	}
	return "il " + day
}

// DatedMoment is Dated with the time of day.
func DatedMoment(preposition string, t time.Time) string {
	return message.Say("date.moment", "Day", Dated(preposition, t.In(Rome)), "Hour", Hour(t))
}

// YearOnly says a day of birth of which the year alone is known.
func YearOnly(t time.Time) string { return message.Say("date.year_alone", "Year", t.Year()) }

// dayMonthYear says a date in its own zone. The first of a month has its ordinal.
func dayMonthYear(t time.Time) string {
	return message.Say("date.day_month_year", "Day", dayNumber(t), "Month", month(t), "Year", t.Year())
}

func dayMonth(t time.Time) string {
	return message.Say("date.day_month", "Day", dayNumber(t), "Month", month(t))
}

func dayNumber(t time.Time) string {
	if t.Day() == 1 {
		return message.Say("date.first")
	}
	return strconv.Itoa(t.Day())
}

// Hour is a time of day as people say it, everywhere alike: "9.30", after "ore" or "alle".
func Hour(t time.Time) string { return SaidHour(t.In(Rome).Format("15:04")) }

// SaidHour says an hour of a zone's file, "09:30", as people do: "9.30".
func SaidHour(clock string) string {
	return strings.TrimPrefix(strings.ReplaceAll(clock, ":", "."), "0")
}

// Moment is a day and a time: "30 novembre 2026, ore 12.00".
func Moment(t time.Time) string {
	return message.Say("date.moment", "Day", dayMonthYear(t.In(Rome)), "Hour", Hour(t))
}

// When says a moment as people would on the day of now: "oggi alle 12.00",
// "domani alle 12.00", "lunedì 30 novembre alle 12.00", with its year where it is another.
func When(t, now time.Time) string {
	if t.In(Rome).Hour() == 1 {
		return message.Say("date.when_at_one", "Day", near(t, now), "Hour", Hour(t))
	}
	return message.Say("date.when", "Day", near(t, now), "Hour", Hour(t))
}

// near says a day from the day of now.
func near(t, now time.Time) string {
	t, now = t.In(Rome), now.In(Rome)
	switch daysApart(now, t) {
	case -1:
		return message.Say("date.yesterday")
	case 0:
		return message.Say("date.today")
	case 1:
		return message.Say("date.tomorrow")
	}
	if t.Year() == now.Year() {
		return message.Say("date.weekday", "Weekday", weekday(t), "Day", dayMonth(t))
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
	weekday, month := message.Of("day_of_week_brief", strings.ToLower(t.Weekday().String())), message.Of("month_brief", strings.ToLower(t.Month().String()))
	if t.Year() != now.In(Rome).Year() {
		return message.Say("date.brief_with_year", "Weekday", weekday, "Day", dayNumber(t), "Month", month, "Year", t.Year())
	}
	return message.Say("date.brief", "Weekday", weekday, "Day", dayNumber(t), "Month", month)
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
	if left := cal.WorkingDaysBetween(now, due); daysApart(now.In(Rome), due.In(Rome)) > 1 && left > 0 {
		return message.Count("due.by_and_left", left, "By", by(due, now))
	}
	return message.Say("due.by", "By", by(due, now))
}

// Late says by how many working days something is late, and for when it was.
func Late(days int, due, now time.Time) string {
	if days > 0 {
		return message.Count("due.late_by", days, "By", by(due, now))
	}
	return message.Say("due.late", "By", by(due, now))
}

// workingDays counts: "1 giorno lavorativo".
func workingDays(n int) string { return message.Count("duration.working_days", n) }

// Duration is one as people read it: "2 giorni lavorativi".
func Duration(d care.Duration) string { return message.Count("duration."+string(d.Unit), d.N) }
