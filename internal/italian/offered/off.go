package offered

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// OffReason is why days of a service are called off, in short.
func OffReason(code string) string {
	said, _ := message.Find("off_reason", code)
	return said
}

// OffDays are the days of a service that are called off.
func OffDays(first, last time.Time) string {
	if care.DayOf(first).Equal(care.DayOf(last)) {
		return italian.Upper(italian.Day(first))
	}
	return message.Say("days_off.from_to", "First", italian.Day(first), "Last", italian.Day(last))
}

// Try is how it went to tell somebody that they are not expected any more.
func Try(code string) string {
	said, _ := message.Find("off_try", code)
	return said
}
