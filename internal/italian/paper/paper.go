// Package paper says things as they stand on paper, where nothing is abbreviated: who reads a
// sheet next year, or in another office, has no page beside it that says the rest.
package paper

import (
	"regexp"
	"time"

	"percorso/internal/expected"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
)

// short are days as lines on a screen have them: «mar 1º dic».
var short = regexp.MustCompile(`\b(lun|mar|mer|gio|ven|sab|dom)(?: (\d{1,2}º?))(?: (gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)\b)?`)

var full = map[string]string{
	"lun": "lunedì", "mar": "martedì", "mer": "mercoledì", "gio": "giovedì", "ven": "venerdì", "sab": "sabato", "dom": "domenica",
}

var months = map[string]string{
	"gen": "gennaio", "feb": "febbraio", "mar": "marzo", "apr": "aprile", "mag": "maggio", "giu": "giugno",
	"lug": "luglio", "ago": "agosto", "set": "settembre", "ott": "ottobre", "nov": "novembre", "dic": "dicembre",
}

// WrittenOut is a text of the screen with its days written out: «martedì 1º dicembre».
func WrittenOut(text string) string {
	return short.ReplaceAllStringFunc(text, func(found string) string {
		part := short.FindStringSubmatch(found)
		said := full[part[1]] + " " + part[2]
		if part[3] != "" {
			said += " " + months[part[3]]
		}
		return said
	})
}

// Moment is a day with its hour: «martedì 1º dicembre 2026, ore 9.30».
func Moment(t time.Time) string { return italian.Day(t) + ", ore " + italian.Hour(t) }

// Understood says how somebody is understood.
func Understood(means expected.Means, language string) string {
	switch means {
	case expected.Alone:
		return "parla italiano"
	case expected.Operators:
		return "gli operatori parlano " + world.Language(language)
	case expected.Mediator:
		return "mediatore allo sportello (" + world.Language(language) + ")"
	case expected.Asked:
		return "da chiedere (" + world.Language(language) + ")"
	}
	return "lingua non indicata: chiedi prima"
}
