// Package legible says of a text whether people can see all of what it holds.
package legible

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text says whether people can see all of what a text holds: no bytes that are
// no text, no control characters, nothing invisible. New lines and tabs are seen.
func Text(text string) bool { return Cleaned(text) == text }

// IsText says whether what was sent is text at all: characters, none of them zero,
// which Postgres cannot hold, nor the sign that decoders put for bytes that were none.
func IsText(sent string) bool {
	return utf8.ValidString(sent) && !strings.ContainsAny(sent, "\x00\uFFFD")
}

// Line is Text for a text of one line.
func Line(text string) bool { return Text(text) && !strings.ContainsAny(text, "\n\r\t") }

// joiners belong to the writing of some languages, between two letters. Elsewhere
// they are invisible.
const joiners = "\u200c\u200d"

// Cleaned is a text without what nobody can see.
func Cleaned(text string) string {
	alone := true // what stands before joins nothing
	text = strings.Map(func(r rune) rune {
		joiner := strings.ContainsRune(joiners, r)
		switch {
		case !joiner && invisible(r), alone && (joiner || unicode.Is(unicode.Variation_Selector, r)):
			return -1
		}
		alone = joiner || unicode.IsSpace(r)
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.TrimRight(text, joiners)
}

// invisible says whether a character shows nothing, or changes how others are shown.
func invisible(r rune) bool {
	if r == '\n' || r == '\r' || r == '\t' || unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false
	}
	return r == utf8.RuneError || r == '\u2800' || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point) // and what was no text, or a blank that is no space
}
