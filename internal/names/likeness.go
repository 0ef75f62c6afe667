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
	Born          time.Time // the day alone counts; zero: not known
	YearOnly      bool      // or, of it, the year
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
	LikeBirth    OfBirth = "like_birth"    // a digit differs or two are exchanged, or of one the year alone is known
	UnknownBirth OfBirth = "unknown_birth" // of one or both nothing is known of it
	OtherBirth   OfBirth = "other_birth"
)

// Rank orders likenesses: the smaller, the more likely they are one person. Nothing goes
// before the same codice fiscale.
func (l Likeness) Rank() int {
	if l.Code {
		return -1
	}
	births := []OfBirth{SameBirth, SwappedBirth, LikeBirth, UnknownBirth, OtherBirth}
	kinds := []OfNames{SameNames, LikeNames, SameFamily}
	return slices.Index(births, l.Born)*len(kinds) + slices.Index(kinds, l.Names)
}

// Offered says that whoever opens a file is shown the other one. That of a brother or a
// sister, who has the family name alone, is not: twins would stand beside each other for ever.
func (l Likeness) Offered() bool { return l.Code || l.Names == SameNames || l.Names == LikeNames }

// Like compares two people. Names that are the same count with any date of birth; names
// that are spelled alike with the same date, one that was easily mistyped for it, or where it
// is not known of one of the two; the family name alone with the same date; the same codice fiscale whatever else there is.
func Like(a, b Person) Likeness {
	l := Likeness{Code: a.Code != "" && a.Code == b.Code, Born: births(a, b)}
	switch {
	case haveCommon(wholes(a.Given, a.Family), wholes(b.Given, b.Family)):
		l.Names = SameNames
	case l.Born == OtherBirth:
	case spelledAlike(a, b, l.Born == SameBirth):
		l.Names = LikeNames
	case l.Born == SameBirth && a.Family != "" && asOne(a.Family) == asOne(b.Family):
		l.Names = SameFamily
	}
	if !l.Any() {
		return Likeness{}
	}
	return l
}

func asOne(name string) string { return strings.Join(Words(name), "") }

// births compares the days, and the years where one of them is known by it alone: that
// the year is the same does not make it the same day.
func births(p, q Person) OfBirth {
	const day = "02012006"
	a, b := p.Born, q.Born
	if a.IsZero() || b.IsZero() {
		return UnknownBirth
	}
	if p.YearOnly || q.YearOnly {
		if a.Year() == b.Year() {
			return LikeBirth
		}
		return OtherBirth
	}
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
	case differ == 1, differ == 2 && exchanged(x, y), a.Year() == b.Year() && (a.YearDay() == 1 || b.YearDay() == 1):
		return LikeBirth
	}
	return OtherBirth
}

// exchanged says that two texts of one length differ in two signs side by side alone, which
// stand the other way round.
func exchanged(x, y string) bool {
	for i := 1; i < len(x); i++ {
		if x[i-1] != y[i-1] {
			return x[i-1] == y[i] && x[i] == y[i-1]
		}
	}
	return false
}

const (
	short  = 3    // letters up to which nothing may differ, as where there are digits
	enough = 0.75 // of a word must agree, and more
	vowels = "aeiou"
)

// near says whether two words are spelled alike: by the letters that must be changed,
// put in, left out or exchanged to make one of the other.
func near(a, b string) bool {
	d, longest, ok := apart(a, b)
	return ok && 1-d/longest > enough
}

// nearWhole says the same of two words of which one was made of several: what is left out
// between them is a sound, and no word of its own.
func nearWhole(a, b string) bool {
	d, longest, ok := apart(a, b)
	return ok && 1-d/longest > enough && d <= 1.25
}

// apart is how far two words are from each other, and how long the longer is; not ok: they
// are short, or have digits, and are not the same.
func apart(a, b string) (d, longest float64, ok bool) {
	x, y := []rune(a), []rune(b)
	if min(len(x), len(y)) <= short || strings.ContainsFunc(a+b, unicode.IsDigit) {
		return 0, 1, a == b
	}
	return distance(x, y), float64(max(len(x), len(y))), true
}

// distance is that of Damerau (optimal string alignment), with weights: who writes by ear
// hears consonants better than vowels, and the beginning best of all.
func distance(a, b []rune) float64 {
	rows := make([][]float64, len(a)+1)
	for i := range rows {
		rows[i] = make([]float64, len(b)+1)
	}
	for i := 1; i <= len(a); i++ {
		rows[i][0] = rows[i-1][0] + weight(a[i-1], i == 1)
	}
	for j := 1; j <= len(b); j++ {
		rows[0][j] = rows[0][j-1] + weight(b[j-1], j == 1)
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			first := i == 1 && j == 1
			best := min(rows[i-1][j]+weight(a[i-1], false), rows[i][j-1]+weight(b[j-1], false), rows[i-1][j-1]+change(a[i-1], b[j-1], first))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				exchanged := 0.75
				if i == 2 && j == 2 {
					exchanged += begins
				}
				best = min(best, rows[i-2][j-2]+exchanged)
			}
			rows[i][j] = best
		}
	}
	return rows[len(a)][len(b)]
}

// begins is what a difference at the beginning of a word weighs more.
const begins = 0.5

// weight is what it weighs that a letter is left out.
func weight(c rune, first bool) float64 {
	w := 1.0
	if strings.ContainsRune(vowels+"h", c) {
		w = 0.5
	}
	if first && !strings.ContainsRune(vowels, c) {
		w += begins
	}
	return w
}

// likeSounds are letters that stand for one another where a name is written by ear, or goes
// from one alphabet to another: the Egyptian and the Arabic g, the Ukrainian and the Russian
// h, kh and h, y and j, b, v and p, d and t.
var likeSounds = map[[2]rune]float64{
	{'g', 'j'}: 0.5, {'i', 'j'}: 0.5, {'d', 'j'}: 0.5, {'g', 'h'}: 0.75, {'h', 'k'}: 0.5, {'g', 'k'}: 0.5,
	{'u', 'v'}: 0.25, {'b', 'v'}: 0.5, {'b', 'p'}: 0.5, {'f', 'v'}: 0.5, {'d', 't'}: 0.5, {'g', 'r'}: 0.75,
}

// likeVowels are what it weighs that one vowel stands for another: little where one is often
// heard for the other, much where they are far apart.
var likeVowels = map[[2]rune]float64{
	{'a', 'e'}: 0.25, {'e', 'i'}: 0.25, {'o', 'u'}: 0.25, {'a', 'u'}: 1, {'e', 'u'}: 1, {'i', 'u'}: 1,
	{'a', 'i'}: 0.75, {'a', 'o'}: 0.75, {'e', 'o'}: 0.75, {'i', 'o'}: 0.75,
}

// change is what it weighs that one letter stands for another.
func change(a, b rune, first bool) float64 {
	if a == b {
		return 0
	}
	if a > b {
		a, b = b, a
	}
	if w, ok := likeSounds[[2]rune{a, b}]; ok {
		return w
	}
	if w, ok := likeVowels[[2]rune{a, b}]; ok {
		if first {
			return w + begins/2
		}
		return w
	}
	w := 1.25
	if strings.ContainsRune(vowels, a) != strings.ContainsRune(vowels, b) {
		w = 1.5
	}
	if first {
		w += 2 * begins
	}
	return w
}

// respelled is a word in one spelling for what sounds alike in the languages of those who
// write it down.
func respelled(word string) string {
	if full, ok := written[word]; ok {
		word = full
	}
	word = plainLetters.Replace(word)
	for _, way := range beginnings {
		if rest, found := strings.CutPrefix(word, way[0]); found && rest != "" {
			word = way[1] + rest
			break
		}
	}
	word = once(sounds.Replace(word))
	if rest, found := strings.CutSuffix(word, "h"); found && (strings.HasSuffix(rest, "a") || len(rest) > short) {
		word = rest // Sarah, Fereshteh; but Oleh, which is Oleg
	}
	if rest, found := strings.CutSuffix(word, "ij"); found {
		word = rest + "i"
	}
	return servant(word)
}

// servant is a word without the article that stands within names as Abdul Rahim, Abderrahim.
func servant(word string) string {
	rest, found := strings.CutPrefix(word, "abd")
	if !found {
		return word
	}
	if rest = strings.TrimLeft(rest, "aeou"); len(rest) > short && !strings.HasPrefix(rest, "lah") {
		rest = strings.TrimPrefix(rest, "l")
	}
	if len(rest) < short {
		return word
	}
	return "abd" + rest
}

// written are words that stand for another: the name that registers abbreviate, and those that
// have no vowels in Arabic, the Arabic article, "son of", and West African families that are
// spelled after English in one country and after French in the next.
var written = map[string]string{"md": "mohamed", "mohd": "mohamed", "muhd": "mohamed", "el": "al", "ul": "al", "ibn": "ben", "bin": "ben", "abo": "abu", "abou": "abu",
	"mhmd": "mohamed", "ahmd": "ahmed", "hsn": "hassan", "hsyn": "hussein", "mstfa": "mustafa", "mhmwd": "mahmud", "fatma": "fatima", "ywsf": "yusuf",
	"jallow": "diallo", "jalloh": "diallo", "jarra": "diarra", "jawara": "diawara", "jabbie": "diaby", "jabbi": "diaby", "jatta": "diatta", "njie": "ndiaye", "njai": "ndiaye",
	"ceesay": "cisse", "sesay": "cisse", "touray": "toure", "jobe": "diop", "drammeh": "drame", "sanneh": "sane", "colley": "coly"}

// letters that keep a shape of their own without their marks.
var plainLetters = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "ð", "d", "þ", "th")

// beginnings are written otherwise at the beginning of a word alone: Rhazi and Ghazi,
// Christina and Hristina, Xasan and Hasan.
var beginnings = [][2]string{{"rh", "g"}, {"chr", "kr"}, {"xh", "j"}, {"x", "h"}, {"cv", "sv"}}

// sounds are the ways of writing a sound that are taken for one, the longer first:
// French ch and ou, English sh, oo and ee, Italian and Arabic gh, Arabic kh, dh, th.
var sounds = strings.NewReplacer("shch", "s", "sch", "s", "tch", "s", "tsk", "sk", "ch", "s", "sh", "s", "dzh", "j", "zh", "s", "kh", "k", "gh", "g", "dh", "d", "th", "t", "ph", "f",
	"dj", "j", "dz", "j", "gj", "g", "xh", "j", "ts", "s", "ck", "k", "ce", "se", "ci", "si", "cy", "si", "c", "k", "q", "k", "x", "ks", "z", "s",
	"ou", "u", "oo", "u", "ee", "i", "w", "u", "y", "i")

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
		case i == 0 && c != 'h' && strings.ContainsRune(vowels+"j", c):
			b.WriteByte('a')
		case i == 0 || !strings.ContainsRune(vowels+"vh", c):
			b.WriteRune(c)
		}
	}
	return b.String()
}

// coarse is a skeleton in which also sounds are one that are near to each other: by it,
// with the day of birth, few others are looked up.
func coarse(word string) string {
	return once(nearSounds.Replace(skeleton(word)))
}

var nearSounds = strings.NewReplacer("b", "p", "v", "p", "f", "p", "d", "t", "g", "k", "j", "k", "h", "k", "m", "n")

func haveCommon(a, b []string) bool {
	return slices.ContainsFunc(a, func(key string) bool { return key != "" && slices.Contains(b, key) })
}
