// Package finding reads what somebody searches a case file by: one box takes a name, a
// day of birth, a telephone, a codice fiscale, or a number.
package finding

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"percorso/internal/fiscal"
	"percorso/internal/names"
	"percorso/internal/telephone"
)

// By is what a file is found by: why it is offered.
type By string

// What files are found by.
const (
	ByName    By = "name"
	ByHeard   By = "like_name" // a name that sounds alike
	ByNumber  By = "number"    // of the file
	ByBirth   By = "birth"     // the day of birth, and the names beside it where some were typed
	BySwapped By = "swapped"   // the same with day and month exchanged
	ByPhone   By = "phone"
	ByCode    By = "fiscal_code"
)

// Way is one way of reading what was typed.
type Way struct {
	By By
	// Each of the words has to be found: words of names, or keys as Birth, Phones and Code
	// make them. Number is what the number of the file has within it.
	names.Asked
}

// nothing is a word that no file is found by, where the number alone is asked.
const nothing = "#"

// typedDate is a date as people type it, in either order.
var typedDate = regexp.MustCompile(`(?:^|[^0-9])([0-9]{1,4})[./-]([0-9]{1,2})[./-]([0-9]{1,4})(?:[^0-9]|$)`)

// typedYear is a year of birth as people type it, where they know no more.
var typedYear = regexp.MustCompile(`(?:^|[\s,])((?:19|20)[0-9]{2})(?:$|[\s,])`)

// Read gives the ways in which what was typed can be read, the likelier first; none: it
// asks for nothing. It has no wildcards.
func Read(text string) (ways []Way) {
	text = strings.TrimSpace(text)
	if at := typedDate.FindStringSubmatchIndex(text); at != nil {
		parts := [3]string{text[at[2]:at[3]], text[at[4]:at[5]], text[at[6]:at[7]]}
		beside := names.Ask(text[:at[2]] + " " + text[at[7]:]).Words
		for _, b := range births(parts) {
			by := ByBirth
			if b.swapped {
				by = BySwapped
			}
			ways = append(ways, Way{By: by, Asked: names.Asked{Text: text, Words: append([]string{Birth(b.day)}, beside...)}})
		}
		if len(ways) > 0 {
			return ways
		}
	}
	asked := names.Ask(text)
	if asked.Empty() {
		return nil
	}
	number := asked.Number
	asked.Number = ""
	ways = append(ways, Way{By: ByName, Asked: asked})
	if heard, ok := asked.Heard(); ok {
		ways = append(ways, Way{By: ByHeard, Asked: heard})
	}
	if at := typedYear.FindStringSubmatchIndex(text); at != nil {
		if beside := text[:at[2]] + text[at[3]:]; !strings.ContainsFunc(beside, unicode.IsDigit) {
			ways = append(ways, Way{By: ByBirth, Asked: names.Asked{Text: text, Words: append([]string{"@" + text[at[2]:at[3]]}, names.Ask(beside).Words...)}})
		}
	}
	if keys := telephone.Keys(text); len(keys) == 1 && len(keys[0]) > leastDigits && !strings.ContainsFunc(text, unicode.IsLetter) {
		ways = append(ways, Way{By: ByPhone, Asked: names.Asked{Text: text, Words: keys}})
	}
	if key := Code(text); key != "" {
		ways = append(ways, Way{By: ByCode, Asked: names.Asked{Text: text, Words: []string{key}}})
	}
	if number != "" {
		ways = append(ways, Way{By: ByNumber, Asked: names.Asked{Text: text, Words: []string{nothing}, Number: number}})
	}
	return ways
}

// Kinds lists by what is searched, each once, for the line in the audit: it says nothing of what was typed.
func Kinds(ways []Way) string {
	var kinds []string
	for _, w := range ways {
		kinds = append(kinds, string(w.By))
	}
	return strings.Join(kinds, ",")
}

// leastDigits is how many digits a telephone has at least to be searched by.
const leastDigits = 5

// Birth is the key of a day of birth.
func Birth(day time.Time) string { return "@" + day.Format(time.DateOnly) }

// BirthYear is the key where the year alone is known. Keys are found by their beginning,
// so that one who looks for the year finds every day of it too.
func BirthYear(day time.Time) string { return "@" + day.Format("2006") }

// Code is the key by which a file is found from the codice fiscale of its person; empty:
// it is none.
func Code(typed string) string {
	if key := fiscal.Key(typed); key != "" {
		return "=" + key
	}
	return ""
}

type birth struct {
	day     time.Time
	swapped bool
}

// births are the days that a typed date may be: the year first or last, the day before the
// month and the other way round.
func births(parts [3]string) (list []birth) {
	year, first, second := parts[2], parts[0], parts[1] // day, month
	if len(parts[0]) == 4 {
		year, first, second = parts[0], parts[2], parts[1]
	}
	years := []string{year}
	switch len(year) {
	case 2:
		years = []string{"19" + year, "20" + year}
	case 4:
	default:
		return nil
	}
	add := func(day, month string, swapped bool) {
		for _, y := range years {
			t, err := time.Parse("2006-1-2", fmt.Sprintf("%s-%s-%s", y, strings.TrimPrefix(month, "0"), strings.TrimPrefix(day, "0")))
			if err == nil {
				list = append(list, birth{t, swapped})
			}
		}
	}
	add(first, second, false)
	if strings.TrimPrefix(first, "0") != strings.TrimPrefix(second, "0") {
		add(second, first, true)
	}
	return list
}
