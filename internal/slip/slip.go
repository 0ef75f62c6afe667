// Package slip composes the sheet that a person takes away from an office: when and where
// they are expected, with whom and whom to call, in Italian and beside it in their language.
//
// Say that somebody who reads Urdu is expected at Punto PAS on a Tuesday. If the zone's file
// says that somebody has read the Urdu sentences, the sheet says «martedì» and «منگل»; else it
// is in Italian alone, with a big day and hour. Nothing on it says why one is expected.
package slip

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"percorso/internal/care"
)

// Language is one in which there are sentences.
type Language struct {
	Code        string // BCP 47
	Name        string // in Italian
	RightToLeft bool
}

// Languages lists them, Italian first.
var Languages = []Language{
	{"it", "italiano", false}, {"en", "inglese", false}, {"fr", "francese", false}, {"es", "spagnolo", false},
	{"sq", "albanese", false}, {"ar", "arabo", true}, {"ur", "urdu", true}, {"zh", "cinese", false},
}

// Known finds a language by its code.
func Known(code string) (Language, bool) {
	i := slices.IndexFunc(Languages, func(l Language) bool { return l.Code == code })
	if i < 0 {
		return Language{}, false
	}
	return Languages[i], true
}

//go:embed sentences.yaml
var file []byte

// sentence is one, in each language.
type sentence struct {
	Code                           string
	Edition                        int
	It, En, Fr, Es, Sq, Ar, Ur, Zh string
}

// in is the sentence in a language.
func (s sentence) in(language string) string {
	return map[string]string{"it": s.It, "en": s.En, "fr": s.Fr, "es": s.Es, "sq": s.Sq, "ar": s.Ar, "ur": s.Ur, "zh": s.Zh}[language]
}

// sentences are read once. The file is part of the program and tests read it whole, so
// one that cannot be read is a fault of ours.
var sentences = sync.OnceValue(func() (all struct {
	Edition   int
	Sentences []sentence
}) {
	if err := yaml.Unmarshal(file, &all); err != nil {
		panic(err)
	}
	return all
})

// Edition is the newest edition of the sentences, which somebody may have read.
func Edition() int { return sentences().Edition }

func find(code string) (sentence, bool) {
	all := sentences().Sentences
	i := slices.IndexFunc(all, func(s sentence) bool { return s.Code == code })
	if i < 0 {
		return sentence{}, false
	}
	return all[i], true
}

// things come behind the roles in the file: what people bring.
const firstThing = "identity"

// Brings says whether a code is of something that people bring.
func Brings(code string) bool {
	all := sentences().Sentences
	at := func(code string) int {
		return slices.IndexFunc(all, func(s sentence) bool { return s.Code == code })
	}
	return at(code) >= at(firstThing)
}

// Said is something said in Italian and in the person's language.
type Said struct {
	Italian string
	Own     string // empty: in Italian alone
}

// Sheet is what stands on one, in the order of the paper.
type Sheet struct {
	Language Language // beside Italian; the zero value: Italian alone
	Title    Said
	When     []Fact
	Place    []Fact // none where the zone's file does not say it
	Also     []Said
	Bring    []Said // what one brings, for the second sheet; none: the zone's file says nothing of the matter
	Heading  Said   // of the second sheet
}

// Fact is something under its name. What stands in it is in both languages, or as it is written.
type Fact struct {
	Name Said
	Text Said
}

// Expected is an appointment, so far as a sheet tells of it.
type Expected struct {
	At      time.Time // in the zone's own time
	Date    string    // its day in Italian, without the day of the week: "1º dicembre 2026"
	Hour    string    // "9.30"
	Number  string    // by which the person is called at the office
	Service string
	Matter  string // decides what to bring, and is never said
	ByPhone bool   // the office calls
	AtHome  bool   // one goes to them; where that is stands nowhere, since others may read the sheet
	Unheard bool   // they do not use a telephone to speak
}

// Of composes a sheet by a zone's rules, beside Italian in a language whose sentences
// somebody has read.
func Of(p care.Policy, e Expected, language string) Sheet {
	w := words(p, language)
	sheet := Sheet{Language: w.language, Title: w.say("appointment"), Heading: w.say("bring")}
	day := w.say(strings.ToLower(e.At.Weekday().String()))
	day.Italian += " " + e.Date
	if day.Own != "" {
		day.Own += " " + e.At.Format("2/1/2006")
	}
	sheet.When = []Fact{{w.say("day"), day}, {w.say("hour"), Said{Italian: e.Hour}}}
	if !e.ByPhone && !e.AtHome {
		sheet.When = append(sheet.When, Fact{Said{Italian: "N."}, Said{Italian: e.Number}}) // read alike in every language
	}

	service, _ := p.Service(e.Service)
	of, known := p.Agency(service.Agency)
	if !known { // the employment centre is met in a placement outside of its services
		of, _ = p.Agency(e.Service)
	}
	at := service.Place
	fact := func(code, text string) {
		if text != "" {
			sheet.Place = append(sheet.Place, Fact{w.say(code), Said{Italian: text}})
		}
	}
	switch {
	case e.AtHome:
		sheet.Place = append(sheet.Place, Fact{w.say("where"), w.say("at_home")})
	case !e.ByPhone:
		fact("where", strings.TrimSuffix(at.Name+", "+at.Address, ", "))
		fact("floor", at.Floor)
		fact("way", at.Way)
	}
	if role := w.say(string(service.Role)); role.Italian != "" {
		sheet.Place = append(sheet.Place, Fact{w.say("with"), role})
	}
	fact("call", of.Phone)

	also := []string{"early", "show", e.cannotCome(), "free", "trust", "keep"}
	switch {
	case e.ByPhone:
		also = []string{"by_phone", e.cannotCome(), "free", "keep"}
	case e.AtHome:
		also = []string{e.cannotCome(), "free", "trust", "keep"}
	}
	for _, code := range also {
		sheet.Also = append(sheet.Also, w.say(code))
	}
	i := slices.IndexFunc(p.Brings, func(b care.Bring) bool { return b.Matter == e.Matter })
	if i < 0 {
		return sheet
	}
	for _, code := range append(slices.Clone(p.Brings[i].What), "originals", "come_anyway") {
		sheet.Bring = append(sheet.Bring, w.say(code))
	}
	return sheet
}

// cannotCome is what who cannot come is asked to do: nobody is asked to telephone who does not.
func (e Expected) cannotCome() string {
	if e.Unheard {
		return "cannot_come_told"
	}
	return "cannot_come"
}

// reader says sentences in Italian and in a language, up to an edition.
type reader struct {
	language Language
	edition  int
}

// words are the sentences in a language that somebody has read for the zone.
func words(p care.Policy, language string) reader {
	known, ok := Known(language)
	edition := Checked(p, language)
	if !ok || language == "it" || edition == 0 {
		return reader{}
	}
	return reader{known, edition}
}

// Checked is the edition up to which somebody has read the sentences of a language for
// the zone; 0: nobody has.
func Checked(p care.Policy, language string) (edition int) {
	for _, c := range p.Checked {
		if c.Language == language {
			edition = max(edition, c.Edition)
		}
	}
	return edition
}

func (r reader) say(code string) (said Said) {
	s, ok := find(code)
	if !ok {
		return said
	}
	said.Italian = s.It
	if r.language.Code != "" && s.Edition <= r.edition {
		said.Own = s.in(r.language.Code)
	}
	return said
}
