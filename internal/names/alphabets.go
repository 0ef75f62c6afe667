package names

import "strings"

// inLatin writes other alphabets in Latin letters, as passports do or near enough: how a sound is
// spelled in one language or another is taken for one afterwards. So Шевченко is found by
// Shevchenko and by Sevcenko, and علي by Ali. What is left alone are signs that stand for a word
// each, and alphabets that nobody here has asked for.
func inLatin(text string) string {
	if strings.IndexFunc(text, func(c rune) bool { return c >= firstOther }) < 0 {
		return text
	}
	return alphabets.Replace(text)
}

// firstOther is the first letter of an alphabet that is not the Latin one, as Unicode has them.
const firstOther = 'Ͱ'

// alphabets are their letters without capitals and marks, the longer first.
var alphabets = strings.NewReplacer(
	// Greek
	"ου", "ou", "μπ", "b", "α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th", "ι", "i", "κ", "k", "λ", "l", "μ", "m", "ν", "n",
	"ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "ς", "s", "τ", "t", "υ", "y", "φ", "f", "χ", "ch", "ψ", "ps", "ω", "o",
	// Cyrillic: Russian, Ukrainian, Bulgarian, Serbian, Macedonian
	"а", "a", "б", "b", "в", "v", "г", "g", "ґ", "g", "д", "d", "е", "e", "є", "ye", "ж", "zh", "з", "z", "и", "i", "і", "i", "к", "k", "л", "l", "м", "m",
	"н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ъ", "", "ы", "y",
	"ь", "", "э", "e", "ю", "yu", "я", "ya", "ђ", "dj", "ј", "j", "љ", "lj", "њ", "nj", "ћ", "c", "џ", "dz", "ѕ", "dz",
	// Georgian
	"ა", "a", "ბ", "b", "გ", "g", "დ", "d", "ე", "e", "ვ", "v", "ზ", "z", "თ", "t", "ი", "i", "კ", "k", "ლ", "l", "მ", "m", "ნ", "n", "ო", "o", "პ", "p", "ჟ", "zh",
	"რ", "r", "ს", "s", "ტ", "t", "უ", "u", "ფ", "p", "ქ", "k", "ღ", "gh", "ყ", "q", "შ", "sh", "ჩ", "ch", "ც", "ts", "ძ", "dz", "წ", "ts", "ჭ", "ch", "ხ", "kh", "ჯ", "j", "ჰ", "h",
	// Arabic, Persian, Urdu, whose short vowels nobody writes
	"ا", "a", "ب", "b", "ت", "t", "ث", "th", "ج", "j", "ح", "h", "خ", "kh", "د", "d", "ذ", "dh", "ر", "r", "ز", "z", "س", "s", "ش", "sh", "ص", "s", "ض", "d",
	"ط", "t", "ظ", "z", "ع", "a", "غ", "gh", "ف", "f", "ق", "q", "ك", "k", "ل", "l", "م", "m", "ن", "n", "ه", "h", "و", "w", "ي", "y", "ى", "a", "ة", "a", "ء", "",
	"پ", "p", "چ", "ch", "ژ", "zh", "گ", "g", "ک", "k", "ی", "y", "ہ", "h", "ھ", "h", "ے", "e", "ں", "n", "ٹ", "t", "ڈ", "d", "ڑ", "r",
)
