package names

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Person is what two files are compared by. One of the names may be empty.
type Person struct {
	Given, Family string
	Born          time.Time // the day alone counts
	Code          string    // key of the codice fiscale, by which one is known; empty: unknown
}

// Likeness says in what two people are alike. The zero value: they are not, so far as
// names, date of birth and codice fiscale tell.
type Likeness struct {
	Code  bool    // they have the same one
	Names OfNames // empty: other ones
	Born  OfBirth
}

// Any says that they may be one person.
func (l Likeness) Any() bool { return l.Code || l.Names != "" }

// OfNames is how the names of two people are alike.
type OfNames string

// OfBirth is how the dates of birth of two people are alike.
type OfBirth string

// How two people may be alike, the strongest first.
const (
	SameNames  OfNames = "same_names"  // in either order and however they are typed
	LikeNames  OfNames = "like_names"  // spelled otherwise, or a further name is left out
	SameFamily OfNames = "same_family" // with another given name

	SameBirth    OfBirth = "same_birth"
	SwappedBirth OfBirth = "swapped_birth" // day and month exchanged
	LikeBirth    OfBirth = "like_birth"    // one digit differs, or of one of them the year alone is known
	OtherBirth   OfBirth = "other_birth"
)

// Rank orders likenesses: the smaller, the more likely they are one person. Nothing goes
// before the same codice fiscale.
func (l Likeness) Rank() int {
	if l.Code {
		return -1
	}
	births := []OfBirth{SameBirth, SwappedBirth, LikeBirth, OtherBirth}
	kinds := []OfNames{SameNames, LikeNames, SameFamily}
	return slices.Index(births, l.Born)*len(kinds) + slices.Index(kinds, l.Names)
}

// Like compares two people. Names that are the same count with any date of birth; names
// that are spelled alike with the same date or one that was easily mistyped for it; the
// family name alone with the same date; the same codice fiscale whatever else there is.
func Like(a, b Person) Likeness {
	l := Likeness{Code: a.Code != "" && a.Code == b.Code, Born: births(a.Born, b.Born)}
	switch {
	case haveCommon(wholes(a.Given, a.Family), wholes(b.Given, b.Family)):
		l.Names = SameNames
	case l.Born == OtherBirth:
	case spelledAlike(a, b):
		l.Names = LikeNames
	case l.Born == SameBirth && a.Family != "" && together(Words(a.Family)) == together(Words(b.Family)):
		l.Names = SameFamily
	}
	if !l.Any() {
		return Likeness{}
	}
	return l
}

func births(a, b time.Time) OfBirth {
	const day = "02012006"
	x, y := a.Format(day), b.Format(day)
	differ := 0
	for i := range x {
		if x[i] != y[i] {
			differ++
		}
	}
	switch {
	case differ == 0:
		return SameBirth
	case a.Year() == b.Year() && a.Day() == int(b.Month()) && b.Day() == int(a.Month()):
		return SwappedBirth
	case differ == 1, a.Year() == b.Year() && (a.YearDay() == 1 || b.YearDay() == 1):
		return LikeBirth
	}
	return OtherBirth
}

// spelledAlike says whether both names of two people are, in either order.
func spelledAlike(a, b Person) bool {
	ag, af, bg, bf := spoken(a.Given), spoken(a.Family), spoken(b.Given), spoken(b.Family)
	if len(ag) == 0 || len(af) == 0 || len(bg) == 0 || len(bf) == 0 {
		all, other := together(append(ag, af...)), together(append(bg, bf...))
		return near(all, other)
	}
	return namesNear(ag, bg) && namesNear(af, bf) || namesNear(ag, bf) && namesNear(af, bg)
}

// namesNear says whether two names, each of some words, are spelled alike: every word of
// the shorter one is among the other's; or they are as a whole, where they are divided
// otherwise.
func namesNear(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if (len(a) < len(b) || len(a) == 1) && near(together(a), together(b)) {
		return true
	}
	return !slices.ContainsFunc(a, func(word string) bool {
		return !slices.ContainsFunc(b, func(other string) bool { return near(word, other) })
	})
}

const (
	short  = 3    // letters up to which nothing may differ, as where there are digits
	enough = 0.75 // of a name must agree
	vowels = "aeiou"
)

// near says whether two words are spelled alike: by the letters that must be changed,
// put in, left out or exchanged to make one of the other. A vowel counts half, since
// who writes by ear hears consonants better.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	longest := max(len(x), len(y))
	if min(len(x), len(y)) <= short || strings.ContainsFunc(a+b, unicode.IsDigit) {
		return a == b
	}
	return 1-distance(x, y)/float64(longest) >= enough
}

// distance is that of Damerau (optimal string alignment), with vowels at half weight.
func distance(a, b []rune) float64 {
	weight := func(c rune) float64 {
		if strings.ContainsRune(vowels, c) {
			return 0.5
		}
		return 1
	}
	rows := make([][]float64, len(a)+1)
	for i := range rows {
		rows[i] = make([]float64, len(b)+1)
	}
	for i := 1; i <= len(a); i++ {
		rows[i][0] = rows[i-1][0] + weight(a[i-1])
	}
	for j := 1; j <= len(b); j++ {
		rows[0][j] = rows[0][j-1] + weight(b[j-1])
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 0.0
			if a[i-1] != b[j-1] {
				change = max(weight(a[i-1]), weight(b[j-1]))
			}
			best := min(rows[i-1][j]+weight(a[i-1]), rows[i][j-1]+weight(b[j-1]), rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				best = min(best, rows[i-2][j-2]+max(weight(a[i-1]), weight(a[i-2])))
			}
			rows[i][j] = best
		}
	}
	return rows[len(a)][len(b)]
}

// spoken are the words of a name in one spelling for what sounds alike in the languages
// of those who write it down.
func spoken(name string) []string {
	list := Words(withoutApostrophes(name))
	for i, word := range list {
		list[i] = respelled(word)
	}
	return list
}

// written are words that stand for another: the name that registers abbreviate, and the
// Arabic article.
var written = map[string]string{"md": "mohamed", "mohd": "mohamed", "muhd": "mohamed", "el": "al", "ul": "al"}

// letters that keep a shape of their own without their marks.
var plainLetters = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "ð", "d", "þ", "th")

// sounds are the ways of writing a sound that are taken for one, the longer first:
// French ch and ou, English sh, oo and ee, Italian and Arabic gh, Arabic kh, dh, th.
var sounds = strings.NewReplacer("sch", "s", "tch", "s", "ch", "s", "sh", "s", "zh", "s", "kh", "k", "gh", "g", "dh", "d", "th", "t", "ph", "f",
	"dj", "j", "ck", "k", "ce", "se", "ci", "si", "cy", "si", "c", "k", "q", "k", "x", "ks", "z", "s",
	"ou", "u", "oo", "u", "ee", "i", "w", "u", "y", "i", "h", "")

// respelled is a word in that spelling.
func respelled(word string) string {
	if full, ok := written[word]; ok {
		word = full
	}
	word = plainLetters.Replace(word)
	first := ""
	if rest, found := strings.CutPrefix(word, "h"); found { // Hu and Wu are two names
		first, word = "h", rest
	}
	return once(first + sounds.Replace(word))
}

// once takes of letters that stand twice one.
func once(word string) string { return string(slices.Compact([]rune(word))) }

// skeleton is a word without its vowels, but for a mark where it begins with one, and
// without the article: by it those are looked up that may be spelled alike.
func skeleton(word string) string {
	word = respelled(word)
	for _, article := range []string{"al", "el", "ul"} {
		if rest, found := strings.CutPrefix(word, article); found && len(rest) > short {
			word = rest
		}
	}
	var b strings.Builder
	for i, c := range word {
		switch {
		case !strings.ContainsRune(vowels+"v", c):
			b.WriteRune(c)
		case i == 0:
			b.WriteByte('a')
		}
	}
	return b.String()
}

func together(words []string) string { return strings.Join(words, "") }

func haveCommon(a, b []string) bool {
	return slices.ContainsFunc(a, func(key string) bool { return key != "" && slices.Contains(b, key) })
}
