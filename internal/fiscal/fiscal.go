// Package fiscal reads the code by which the revenue agency knows a person, the codice
// fiscale: its 16 characters, or the 11 digits of a provisional one.
//
// How they are made stands in the ministerial decree of 23 December 1976 (Gazzetta
// Ufficiale 345 of 29 December 1976). Example: in RSSMRA80A01F205X the six letters are of
// the names, 80A01 is 1 January 1980 (a woman's day is 40 more), F205 the place, and X is
// made of all that stands before it. Where two people would have the same code, the agency
// writes letters for digits of one of them, the last first (omocodia). Both ways of writing
// one code are taken for the same, so that a mistyped or replaced digit brings nobody a second file.
package fiscal

import (
	"strings"
	"time"
	"unicode"
)

// Rules by which a code is refused.
const (
	RuleShape = "fiscal_code_shape" // it is none, whoever it is of
	RuleCheck = "fiscal_code_check" // its last character does not go with the others
	RuleBorn  = "fiscal_code_birth" // it says another day of birth than the person's
)

const (
	full        = 16 // characters
	provisional = 11 // digits
)

// Clean is a code as it is kept: what people type between its characters is left out.
func Clean(typed string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || c == '-' || c == '.' {
			return -1
		}
		return unicode.ToUpper(c)
	}, typed)
}

// Wrong says by which rule a code is refused; empty: it is right, or there is none.
func Wrong(typed string) (rule string) {
	code := Clean(typed)
	switch {
	case code == "":
		return ""
	case isProvisional(code):
		if provisionalCheck(code[:provisional-1]) != code[provisional-1] {
			return RuleCheck
		}
		return ""
	case !isFull(code):
		return RuleShape
	case check(code[:full-1]) != code[full-1]:
		return RuleCheck
	}
	return ""
}

// Key is by what a code is found and compared: the same for each way of writing it. Empty:
// what was typed is no code, be it right or not.
func Key(typed string) string {
	code := Clean(typed)
	switch {
	case isProvisional(code):
		return code
	case isFull(code):
		return string(digitsOf(code)[:full-1]) // what the last is made of changes with the letters for digits
	}
	return ""
}

// Fits says whether a code goes with a day of birth, of which the year alone may be known.
// One that says nothing of it does, and so does one that is wrong itself.
func Fits(typed string, born time.Time, yearOnly bool) bool {
	code := Clean(typed)
	if !isFull(code) || born.IsZero() {
		return true
	}
	plain := digitsOf(code)
	number := func(at int) int { return int(plain[at]-'0')*10 + int(plain[at+1]-'0') }
	if number(6) != born.Year()%100 {
		return false
	}
	day := number(9)
	if day > womansDay {
		day -= womansDay
	}
	return yearOnly || strings.IndexByte(months, plain[8])+1 == int(born.Month()) && day == born.Day()
}

// womansDay is what the day of a woman's birth has more.
const womansDay = 40

const (
	months  = "ABCDEHLMPRST" // January to December
	digits  = "0123456789"
	letters = "LMNPQRSTUV" // that stand for them
	alpha   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	// What a character counts where its place is odd; where it is even a digit counts
	// itself, and a letter its place in the alphabet.
	odd = "BAKPLCQDREVOSFTGUHMINJWZYX"
)

// shape is what stands in each place: a letter, a digit (or the letter for it), a month.
const shape = "aaaaaa00m00a000a"

func isFull(code string) bool {
	if len(code) != full {
		return false
	}
	for i := range full {
		c, set := code[i], alpha
		switch shape[i] {
		case '0':
			set = digits + letters
		case 'm':
			set = months
		}
		if strings.IndexByte(set, c) < 0 {
			return false
		}
	}
	return true
}

func isProvisional(code string) bool {
	return len(code) == provisional && !strings.ContainsFunc(code, func(c rune) bool { return c < '0' || c > '9' })
}

// digitsOf is a code with digits where letters stand for them.
func digitsOf(code string) []byte {
	plain := []byte(code)
	for i := range plain {
		if at := strings.IndexByte(letters, plain[i]); shape[i] == '0' && at >= 0 {
			plain[i] = digits[at]
		}
	}
	return plain
}

// check is the last character of a code.
func check(rest string) byte {
	sum := 0
	for i, c := range []byte(rest) {
		value := int(c - 'A')
		if c <= '9' {
			value = int(c - '0')
		}
		if i%2 == 0 { // the first place is odd
			value = strings.IndexByte(odd, alpha[value])
		}
		sum += value
	}
	return alpha[sum%len(alpha)]
}

// provisionalCheck is the last digit of a provisional code: of the digits in even places
// the double counts, less 9 where that has two digits.
func provisionalCheck(rest string) byte {
	sum := 0
	for i, c := range []byte(rest) {
		value := int(c - '0')
		if i%2 == 1 {
			if value *= 2; value > 9 {
				value -= 9
			}
		}
		sum += value
	}
	return digits[(10-sum%10)%10]
}
