// Package paper says things as they stand on paper, where nothing is abbreviated: who reads a
// sheet next year, or in another office, has no page beside it that says the rest.
package paper

import (
	"regexp"
	"strings"
	"time"

	"percorso/internal/expected"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/message"
)

// short are days as lines on a screen have them: «mar 1º dic».
var short = regexp.MustCompile(`\b(lun|mar|mer|gio|ven|sab|dom)(?: (\d{1,2}º?))(?: (gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)\b)?`)

// weekdays and months are written out here, by how those lines shorten them.
var weekdays, months = func() (weekdays, months map[string]string) {
	weekdays, months = map[string]string{}, map[string]string{}
	for day := time.Date(2000, 1, 1, 12, 0, 0, 0, italian.Rome); day.Year() == 2000; day = day.AddDate(0, 0, 1) {
		weekday, _, _ := strings.Cut(italian.Day(day), " ")
		month, _, _ := strings.Cut(italian.Month(day), " ")
		weekdays[string([]rune(weekday)[:3])], months[string([]rune(month)[:3])] = weekday, month
	}
	return weekdays, months
}()

// WrittenOut is a text of the screen with its days written out: «martedì 1º dicembre».
func WrittenOut(text string) string {
	return short.ReplaceAllStringFunc(text, func(found string) string {
		part := short.FindStringSubmatch(found)
		said := weekdays[part[1]] + " " + part[2]
		if part[3] != "" {
			said += " " + months[part[3]]
		}
		return said
	})
}

// Moment is a day with its hour: «martedì 1º dicembre 2026, ore 9.30».
func Moment(t time.Time) string {
	return message.Say("paper.moment", "Day", italian.Day(t), "Hour", italian.Hour(t))
}

// Understood says how somebody is understood.
func Understood(means expected.Means, language string) string {
	switch means {
	case expected.Alone:
		return message.Say("understood.alone")
	case expected.Operators:
		return message.Say("understood.by_operators", "Language", world.Language(language))
	case expected.Mediator:
		return message.Say("understood.by_mediator", "Language", world.Language(language))
	case expected.Asked:
		return message.Say("understood.to_be_asked", "Language", world.Language(language))
	}
	return message.Say("understood.unknown")
}
