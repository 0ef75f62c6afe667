// Package telephone says what a telephone number is, and by which key one is found however
// it is written.
//
// Example: «+39 055 000001», «0039055000001» and «055 000 001» are one number; «abc» is none.
package telephone

import "strings"

// How many digits a number has.
const (
	fewest = 6
	most   = 15 // E.164
)

// Is says whether somebody typed a telephone number: digits, with blanks between them and
// a + before them.
func Is(typed string) bool {
	digits := 0
	for i, c := range strings.TrimSpace(typed) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == ' ', c == '+' && i == 0:
		default:
			return false
		}
	}
	return digits >= fewest && digits <= most
}

// Same says whether two are the same number.
func Same(a, b string) bool { return key(a) != "" && key(a) == key(b) }

// Mobile is a number to which a text message may go, with the + of its country before it:
// one of Italy that begins with 3, or any of another country, whose networks know which are.
func Mobile(typed string) (number string, ok bool) {
	if !Is(typed) {
		return "", false
	}
	bare := strings.ReplaceAll(strings.TrimSpace(typed), " ", "")
	abroad := strings.HasPrefix(bare, "+") || strings.HasPrefix(bare, "00")
	national := strings.TrimPrefix(key(bare), "+")
	if strings.HasPrefix(national, "3") && (!abroad || strings.HasPrefix(strings.TrimLeft(bare, "+0"), "39")) {
		return "+39" + national, true
	}
	return "+" + national, abroad && !strings.HasPrefix(strings.TrimLeft(bare, "+0"), "39") && national[0] != '0'
}

// Keys are the keys of the numbers in a text, of which some may stand side by side, as they
// did before one alone was taken.
func Keys(text string) (keys []string) {
	for _, one := range strings.FieldsFunc(text, func(c rune) bool { return c == ';' || c == ',' }) {
		if k := key(one); k != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

// key is the digits of a number, without what leads to Italy; empty: there are none.
func key(number string) string {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, number)
	abroad := false
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		digits, abroad = rest, true
	}
	if rest, ok := strings.CutPrefix(digits, "+"); ok {
		digits, abroad = rest, true
	}
	if rest, ok := strings.CutPrefix(digits, "39"); ok && abroad {
		digits = rest
	}
	if digits = strings.ReplaceAll(digits, "+", ""); digits == "" {
		return ""
	}
	return "+" + digits
}
