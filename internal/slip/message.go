package slip

import (
	"slices"
	"strings"

	"percorso/internal/care"
)

// Message composes what a person reads on their telephone, of the sentences of the sheet: day,
// hour, place and whom to call. It is in their language where somebody has read all of it, and
// else in Italian. What it is about, and by whom they are expected, does not stand there.
func Message(p care.Policy, e Expected, language string) (subject, text string) {
	sheet, w := Of(p, e, language), words(p, language)
	lines := []Fact{{Name: sheet.Title}}
	lines = append(lines, sheet.When[:2]...)
	also := []string{e.cannotCome()}
	if e.ByPhone {
		also = []string{"by_phone", e.cannotCome()}
	}
	for _, code := range []string{"where", "call"} {
		name := w.say(code)
		lines = append(lines, slices.DeleteFunc(slices.Clone(sheet.Place), func(f Fact) bool { return f.Name != name })...)
		if code == "where" {
			for _, sentence := range also {
				lines = append(lines, Fact{Name: w.say(sentence)})
			}
		}
	}
	own := !slices.ContainsFunc(lines, func(f Fact) bool { return f.Name.Own == "" })
	said := func(s Said) string {
		if own && s.Own != "" {
			return s.Own
		}
		return s.Italian
	}
	var read []string
	for _, f := range lines {
		line := said(f.Name)
		if f.Text.Italian != "" {
			line += ": " + said(f.Text)
		}
		read = append(read, line)
	}
	return said(sheet.Title), strings.Join(read, "\n")
}

// Own is the first of somebody's languages in which a sheet can be printed, and else the
// name of the first whose sentences nobody has read. Who reads Italian needs neither.
func Own(p care.Policy, languages []string) (code, unread string) {
	for _, l := range languages {
		known, ok := Known(l)
		switch {
		case l == "it":
			return "", ""
		case Checked(p, l) > 0:
			return l, ""
		case ok && unread == "":
			unread = known.Name
		}
	}
	return "", unread
}
