// Package names folds people's names to keys by which they are found and compared.
//
// Whoever types a name types it their own way: another apostrophe or none, a blank
// for a hyphen, no accents, the family name first. What is folded alike is taken for
// the same name. A key is made of letters and digits alone, so that it can be looked
// up by equality or by its beginning.
package names

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Version is that of the keys. It grows whenever the same name is given other keys,
// so that those that are stored are made anew.
const Version = 5

// longest is how many letters of a word keys are made of.
const longest = 64

// Keys is what the name of a person is found by.
type Keys struct {
	Words  []string // its words; a name of several also as one
	Within []string // the ends of those words, by which what stands within one is found
	Wholes []string // both names together, in one order; two are alike that have one in common
	Born   string   // the family name with the day of birth
	Days   []string // the day of birth with the sound of each word, and of all together
	Sounds []string // the sound of both names together
	Heard  []string // how each word sounds
}

// Of makes the keys of a person's names. One of the two may be empty, and the day of birth
// not known: there is then no key of it, and the sounds are what tells people apart.
func Of(given, family string, born time.Time) Keys {
	words, asOne := wordsOf(given, family)
	k := Keys{Words: words, Wholes: wholes(given, family), Days: days(words, asOne, born)}
	if asOne[1] != "" && !born.IsZero() {
		k.Born = asOne[1] + " " + born.Format(time.DateOnly)
	}
	for _, word := range words {
		letters := []rune(word)
		for from := 1; from < len(letters)-1; from++ {
			k.Within = append(k.Within, string(letters[from:]))
		}
	}
	k.Within = sorted(k.Within)
	if len(coarseOf(words, asOne)) > 0 {
		k.Sounds = []string{strings.Join(sorted([]string{skeleton(asOne[0]), skeleton(asOne[1])}), " ")}
	}
	for _, word := range words {
		for _, form := range forms(word) {
			k.Heard = append(k.Heard, heard(form))
		}
	}
	k.Heard = sorted(k.Heard)
	return k
}

// heardAs is the sign with which the keys of how a word sounds begin and end, and no word does:
// the whole word has to sound alike, since few letters of it do with many.
const heardAs = "~"

// heard is how a respelled word sounds: its consonants, and its first vowel as one of two, since
// the other ones are written in many ways. Empty: it is too short to tell.
func heard(word string) string {
	var b strings.Builder
	found := false
	for i, c := range word {
		switch vowel := strings.ContainsRune(vowels, c); {
		case vowel && found:
		case vowel:
			found = i > 0 || !strings.ContainsRune("iu", c) // Yusuf, Walid begin with a consonant
			b.WriteString(map[bool]string{true: "o", false: "a"}[strings.ContainsRune("ou", c)])
		default:
			b.WriteRune(c)
		}
	}
	if b.Len() < short {
		return ""
	}
	return heardAs + b.String() + heardAs
}

// wordsOf are the words of both names, a name of several also as one; and each as one.
func wordsOf(given, family string) (words, asOne []string) {
	g, f := Words(given), Words(family)
	asOne = []string{strings.Join(g, ""), strings.Join(f, "")}
	words = sorted(slices.Concat(g, f, asOne))
	for i, word := range words {
		letters := []rune(word)
		words[i] = string(letters[:min(len(letters), longest)])
	}
	return words, asOne
}

// wholes are both names together, in one order. Anna Maria has the first in common with
// whatever of it stands with the family name, N'Diaye the second with Ndiaye, and Al Masri
// the third with Almasri.
func wholes(given, family string) []string {
	g, f := Words(given), Words(family)
	return sorted([]string{
		strings.Join(sorted(slices.Concat(g, f)), " "),
		strings.Join(sorted(Words(withoutApostrophes(given)+" "+withoutApostrophes(family))), " "),
		strings.Join(sorted([]string{strings.Join(g, ""), strings.Join(f, "")}), " "),
	})
}

// days are the day of birth with the sound of each word, and of all of them as one: some
// have but one field for their names. None, where the day is not known.
func days(words, asOne []string, born time.Time) (keys []string) {
	if born.IsZero() {
		return nil
	}
	for _, sound := range coarseOf(words, asOne) {
		keys = append(keys, born.Format(time.DateOnly)+" "+sound)
	}
	return sorted(keys)
}

// coarseOf are the coarse sounds of the words, and of all of them as one.
func coarseOf(words, asOne []string) (list []string) {
	for _, word := range append(slices.Clone(words), asOne[0]+asOne[1]) {
		for _, form := range forms(word) {
			if sound := coarse(form); sound != "" {
				list = append(list, sound)
			}
		}
	}
	return list
}

// Exchanged are the keys of the day of birth with day and month exchanged; none where
// that is no date, or the same.
func Exchanged(given, family string, born time.Time) []string {
	if born.Day() > 12 || born.Day() == int(born.Month()) {
		return nil
	}
	words, asOne := wordsOf(given, family)
	return days(words, asOne, time.Date(born.Year(), time.Month(born.Day()), int(born.Month()), 0, 0, 0, 0, time.UTC))
}

// Asked is what somebody searches.
type Asked struct {
	Text   string   // as it was typed
	Words  []string // each of which some word of the name begins with, or has within it
	Number string   // what the number of the case has within it; empty: it asks for none
}

// Ask reads what somebody searches. It has no wildcards.
func Ask(text string) Asked {
	a := Asked{Text: text, Words: sorted(Words(text))}
	for i, word := range a.Words {
		letters := []rune(word)
		a.Words[i] = string(letters[:min(len(letters), longest)])
	}
	if strings.ContainsFunc(text, unicode.IsDigit) {
		a.Number = strings.Join(Words(text), "")
	}
	return a
}

// Heard is the same search by how its words sound; not ok: they are too short, or have digits.
func (a Asked) Heard() (by Asked, ok bool) {
	by.Text = a.Text
	for _, word := range a.Words {
		sound := heard(respelled(word))
		if sound == "" || strings.ContainsFunc(word, unicode.IsDigit) {
			return Asked{}, false
		}
		by.Words = append(by.Words, sound)
	}
	by.Words = sorted(by.Words)
	return by, len(by.Words) > 0
}

// Empty says that there is nothing to look for.
func (a Asked) Empty() bool { return len(a.Words) == 0 }

// Words are the words of a text without capitals and accents. Whatever is no letter
// and no digit stands between two words.
func Words(text string) []string {
	return strings.FieldsFunc(fold(text), func(c rune) bool {
		return !unicode.In(c, unicode.L, unicode.Mc, unicode.N) || strings.ContainsRune(apostrophes, c)
	})
}

// fold takes capitals, accents and other alphabets away. Whatever else makes two spellings the same,
// as other letters for the same sound, belongs here.
func fold(text string) string {
	return inLatin(unmarked(cases.Fold().String(unmarked(text))))
}

// unmarked takes away the marks above and below letters, and what nobody sees.
func unmarked(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) {
			return -1
		}
		return c
	}, norm.NFKD.String(text))
}

// apostrophes are the signs that are typed as one; some of them count as letters.
const apostrophes = "'`´‘’‛′\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c0\u02c1"

func withoutApostrophes(text string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune(apostrophes, c) {
			return -1
		}
		return c
	}, text)
}

// sorted puts words in order, each once, without empty ones.
func sorted(words []string) []string {
	list := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "" })
	slices.Sort(list)
	return slices.Compact(list)
}

// Plain is a text without its accents, its capitals and its further blanks.
func Plain(text string) string {
	plain := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return unicode.ToLower(c)
	}, norm.NFKD.String(text))
	return strings.Join(strings.Fields(plain), " ")
}
