package known

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/kin"
	"percorso/internal/message"
	"percorso/internal/papers"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

// PersonCode says what a field of somebody who belongs to a person has.
func PersonCode(field, code string) string {
	said, _ := message.Find("kin", field+"."+code)
	return said
}

// Person says who somebody is to a person: «Nome Prova (madre, firma)».
func Person(p kin.Linked) string {
	words := []string{PersonCode("relation", p.Relation)}
	if p.Signs {
		words = append(words, message.Say("known.signs"))
	}
	if p.Barred {
		words = append(words, message.Say("known.must_not_know", "Ordered", ordered(p)))
	}
	return message.Say("known.person", "Name", p.Name, "What", strings.Join(words, ", "))
}

// Barred says of somebody that they must not be told, and who ordered it.
func Barred(p kin.Linked) string {
	return message.Say("known.barred", "Name", p.Name, "Relation", PersonCode("relation", p.Relation), "Ordered", ordered(p))
}

// AllBarred says it of each of somebody's people who must not be told: it is read before any
// number, and before anything is given into a hand.
func AllBarred(list []kin.Linked) (lines []string) {
	for _, p := range kin.Barred(list) {
		lines = append(lines, Barred(p))
	}
	return lines
}

// ordered says who ordered it and when, and nothing of what the order says.
func ordered(p kin.Linked) string {
	return message.Say("known.ordered", "Who", PersonCode("order", p.Order), "Day", day(p.Ordered))
}

// day says a day shortly.
func day(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return t.Format("2/1/2006")
}

// Way says a way of communicating.
func Way(code string) string {
	said, _ := message.Find("way_of_speaking", code)
	return said
}

// Speech says how somebody communicates, but for what is said before the numbers; empty:
// nobody said.
func Speech(codes []string) string {
	var words []string
	for _, code := range codes {
		if code != speech.NoPhone {
			words = append(words, Way(code))
		}
	}
	return strings.Join(words, ", ")
}

// System says in which system a person is known.
func System(code string) string {
	said, _ := message.Find("system", code)
	return said
}

// Interpreter says who interpreted.
func Interpreter(code string) string {
	said, _ := message.Find("interpreter", code)
	return said
}

// NoPhone is said before the numbers of who does not use a telephone.
func NoPhone() string { return message.Say("known.no_phone") }

// NoAbode is said in the place of an address.
func NoAbode() string { return message.Say("known.no_abode") }

// Document says a kind of document.
func Document(code string) string {
	said, _ := message.Find("document", code)
	return said
}

// Paper says a document in one line.
func Paper(p papers.Paper) string {
	until := ""
	if p.Until != "" {
		until = day(p.Until)
	}
	return message.Say("known.paper", "Kind", Document(p.Kind), "Number", p.Number, "Until", until)
}

// Calls says whom one may call of those who belong to a person, and what may be done.
func Calls(p kin.Linked) string {
	if p.Phone == "" {
		return ""
	}
	return Terms(reach.Way{Kind: reach.Phone, Call: p.Call})
}

// Besides says what a correction has in a field of what is known besides; not ok: it is
// another field.
func Besides(field, said string) (words string, ok bool) {
	var list []string
	switch field {
	case "linked":
		for _, p := range kin.Read(said) {
			list = append(list, Person(p))
		}
	case "papers":
		for _, p := range papers.Read(said) {
			list = append(list, Paper(p))
		}
	case "speech":
		for _, code := range strings.Fields(said) {
			list = append(list, Way(code))
		}
	case "no_abode":
		list = []string{message.Say("known.without_abode")}
	default:
		return "", false
	}
	list = slices.DeleteFunc(list, func(word string) bool { return word == "" })
	return strings.Join(list, "; "), true
}
