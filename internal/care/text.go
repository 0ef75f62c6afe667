package care

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"percorso/internal/legible"
)

// Said says whether a text says something: blanks alone do not.
func Said(text string) bool { return strings.TrimSpace(text) != "" }

// opaque is how ids are written: in one way only, so that two spellings are two ids.
var opaque = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// IsID says whether a text is an opaque id, as all of ours are.
func IsID(text string) bool { return opaque.MatchString(text) }

// Text checks a text of one line, of at most some characters.
func (f *Faults) Text(field, text string, most int) {
	f.Add(legible.Line(text), field, RuleIllegible)
	f.Add(utf8.RuneCountInString(text) <= most, field, RuleTooLong)
}

// Lines checks a text of several lines, of at most some characters.
func (f *Faults) Lines(field, text string, most int) {
	f.Add(legible.Text(text), field, RuleIllegible)
	f.Add(utf8.RuneCountInString(text) <= most, field, RuleTooLong)
}
