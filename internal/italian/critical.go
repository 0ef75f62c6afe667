package italian

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/critical"
	"percorso/internal/health"
	"percorso/internal/message"
)

// CriticalDate says a day with what happens then: "giovedì 3 dicembre: sfratto". A permit
// expires on a day that nobody goes anywhere: it has no weekday, but where it is near.
func CriticalDate(kind string, on, now time.Time) string {
	if days := daysApart(noon(on), now); kind == string(critical.Permit) && (days < -1 || days > 1) {
		return message.Say("important_day.on", "Day", Date(noon(on)), "What", DayKind(kind))
	}
	return message.Say("important_day.on", "Day", near(noon(on), now), "What", DayKind(kind))
}

// DayKind says what happens on a day after which something is lost; of one that few may know
// nothing but that it matters.
func DayKind(code string) string {
	if code == "" {
		return message.Say("important_dates.some")
	}
	return message.Of("day_kind", code)
}

// noon is a day that has no hour, where the offices are: whatever the zone, it is that day.
func noon(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, Rome)
}

// Watches says who watches a day: by name, or else whoever is of the role.
func Watches(name string, role care.Role, agency string, p care.Policy) string {
	if name != "" {
		return message.Say("important_day.watched_by", "Name", name)
	}
	return message.Say("important_day.watched_by_role", "Role", at(Role(role), role, agency, "", p))
}

// dayNear names the day that is near, with who watches it; nothing: none is.
func dayNear(w health.Waiting, p care.Policy, now time.Time) (said []string) {
	d := w.Day
	if d == nil {
		return nil
	}
	on := time.Time(d.On)
	text := CriticalDate(string(d.Kind), on, now)
	if care.DayOf(on).Before(care.DayOf(now.In(Rome))) {
		text = message.Say("important_day.over", "Day", text)
	}
	return []string{text, Watches(d.Watcher, d.Role, d.Agency, p)}
}
