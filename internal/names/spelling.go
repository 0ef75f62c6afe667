package names

import (
	"regexp"
	"slices"
	"strings"
)

// spelled is a word of a name with the ways in which it may stand for another.
type spelled struct {
	plain string   // as it was typed, folded
	forms []string // respelled: with its article or particle, and as other alphabets have it
	bare  []string // the same without that article or particle; nil: it has none, or one that is not left out
	parts int      // of how many it was made
	given bool     // it stands among the given names
}

// particles go with the word that they stand before: true, those that are left out as well.
var particles = map[string]bool{
	"al": true, "el": true, "ul": true, "as": true, "es": true, "ar": true, "er": true, "ur": true, "ad": true, "ed": true, "ud": true, "az": true, "ez": true,
	"de": true, "del": true, "della": true, "di": true, "da": true, "do": true, "dos": true, "das": true, "la": true, "le": true, "lo": true, "los": true, "las": true,
	"van": true, "von": true, "in": true, "ben": false, "bin": false, "ibn": false, "abu": false, "abo": false, "abou": false, "ait": false, "ould": false,
}

// most is how many words of a name are compared.
const most = 8

// spell makes of a person's names the words that are compared, the given names first.
func spell(p Person) (list []spelled) {
	for at, name := range []string{p.Given, p.Family} {
		before, bare := "", true
		words := Words(withoutApostrophes(name))
		for i, word := range words {
			leaves, particle := particles[word]
			if particle && i < len(words)-1 {
				bare = bare && leaves
				if full, ok := written[word]; ok {
					word = full
				}
				before += word
				continue
			}
			if full, ok := written[word]; ok {
				word = full
			}
			w := spelled{plain: before + word, forms: forms(before + word), parts: 1, given: at == 0}
			if before != "" && bare {
				w.bare = forms(word)
			}
			list = append(list, w)
			before, bare = "", true
		}
	}
	return list[:min(len(list), most)]
}

// forms are the ways in which a word may be meant: as it stands, without an article that has
// grown together with it (Lamrani, Elfassi), with Somali letters (Axmed, Cabdi),
// with s for th (Othman), and without the sound before an e (Yevgenia).
func forms(word string) []string {
	list := []string{respelled(word)}
	for _, article := range []string{"al", "el", "ul", "l"} {
		if rest, found := strings.CutPrefix(list[0], article); found && len(rest) > short+1 && (article != "l" || strings.ContainsAny(rest[:1], vowels+"h")) {
			list = append(list, rest)
			break
		}
	}
	if rest, found := strings.CutPrefix(list[0], "ie"); found {
		list = append(list, "e"+rest)
	}
	if strings.Contains(word, "th") {
		list = append(list, respelled(strings.ReplaceAll(word, "th", "s")))
	}
	if strings.Contains(word, "x") {
		list = append(list, respelled(strings.ReplaceAll(word, "x", "h")))
	}
	if rest, found := strings.CutPrefix(word, "c"); found && len(rest) >= short && strings.ContainsAny(rest[:1], "aiu") {
		list = append(list, respelled(rest))
	}
	return list
}

// spelledAlike says whether the names of two people are spelled alike: each word of the one
// who has fewer is one of the other's, in whatever order, at least two of them where there
// are two. Words may be divided otherwise. An initial stands for its name where both were
// born the same day.
func spelledAlike(a, b Person, sameDay bool) bool {
	x, y := spell(a), spell(b)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	c := comparison{few: x, many: y, initials: sameDay, chinese: chinese(x) && chinese(y)}
	return c.covers(0, 0, 0, 0) || c.turned().covers(0, 0, 0, 0)
}

// comparison is that of two people's words.
type comparison struct {
	few, many []spelled
	initials  bool // stand for names
	chinese   bool // both are, whose syllables are not taken for one another
}

func (c comparison) turned() comparison {
	c.few, c.many = c.many, c.few
	return c
}

// covers says whether from a word on all are found among those of the others that are not
// taken, where found were, and of them so many by more than an initial.
func (c comparison) covers(from int, taken uint, found, whole int) bool {
	if from >= len(c.few) {
		return whole > 0 && (found > 1 || taken == 1<<len(c.many)-1)
	}
	for i := range c.many {
		joined, bits := spelled{}, taken
		for n := range 3 {
			at := (i + n) % len(c.many)
			if n >= len(c.many) || bits&(1<<at) != 0 {
				break
			}
			bits |= 1 << at
			joined = joined.with(c.many[at])
			if c.alike(c.few[from], joined) && c.covers(from+1, bits, found+1, whole+1) {
				return true
			}
			if n == 0 && c.initials && initial(c.few[from], joined) && c.covers(from+1, bits, found+1, whole) {
				return true
			}
			if n == 0 && from+1 < len(c.few) && c.alike(c.few[from].with(c.few[from+1]), joined) && c.covers(from+2, bits, found+1, whole+1) {
				return true
			}
		}
	}
	return false
}

// with is a word with the next one.
func (w spelled) with(next spelled) spelled {
	if w.plain == "" {
		return next
	}
	all := spelled{plain: w.plain + next.plain, parts: w.parts + 1, given: w.given || next.given}
	for _, form := range slices.Concat(next.forms[:1], next.bare) {
		all.forms = append(all.forms, servant(once(w.forms[0]+form)))
	}
	return all
}

func initial(a, b spelled) bool {
	return (len(a.plain) == 1) != (len(b.plain) == 1) && a.forms[0] != "" && b.forms[0] != "" && a.forms[0][0] == b.forms[0][0]
}

// alike says whether two words are.
func (c comparison) alike(a, b spelled) bool {
	if c.chinese && syllables.MatchString(a.plain) && syllables.MatchString(b.plain) {
		return a.plain == b.plain
	}
	of, others, like := slices.Concat(a.forms, a.bare), slices.Concat(b.forms, b.bare), near
	if a.bare != nil && b.bare != nil { // De Santis has nothing of De Angelis
		of, others = a.bare, b.bare
	}
	if a.parts != b.parts {
		like = nearWhole
	}
	return slices.ContainsFunc(of, func(x string) bool {
		return slices.ContainsFunc(others, func(y string) bool {
			return like(x, y) && (!a.given && !b.given || !oneOfAWoman(x, y))
		})
	})
}

// oneOfAWoman says that of two given names one alone ends as those of women do in most of
// the languages that come: Karim and Karima are brother and sister. French has Julie for Julia.
func oneOfAWoman(x, y string) bool {
	if strings.HasSuffix(x, "a") == strings.HasSuffix(y, "a") || slices.Equal(letters(x), letters(y)) {
		return false
	}
	return !strings.HasSuffix(x, "ie") && !strings.HasSuffix(y, "ie")
}

// letters are those of a word, in order: two that have the same were mistyped.
func letters(word string) []rune { return slices.Sorted(slices.Values([]rune(word))) }

// syllables is a word of Chinese syllables in pinyin: each is a sign of its own, and another
// one another name.
var syllables = regexp.MustCompile(`^(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u))+$`)

// chineseFamilies are the most common Chinese family names, of which there are few.
var chineseFamilies = strings.Fields(`wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang feng deng
	han cao zeng peng xiao cai pan tian dong yuan yu ye jiang du su wei cheng lu ding ren shen yao cui tan fan zhong jin shi dai jia wang xia qiu fang hou zou xiong
	meng qin bai jiang yan xue lei hao kong tang mao hong jin weng lai wan lian xiang you chi mei pu ruan`)

// chinese says whether somebody has a Chinese name, all of it in pinyin.
func chinese(words []spelled) bool {
	return slices.ContainsFunc(words, func(w spelled) bool { return slices.Contains(chineseFamilies, w.plain) }) &&
		!slices.ContainsFunc(words, func(w spelled) bool { return !syllables.MatchString(w.plain) })
}
