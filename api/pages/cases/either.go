package cases

import (
	"context"
	"strings"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// A merge shows what both files say of the person side by side, and asks whose holds.

// makesEither makes the list of a field of those that a merge chooses from.
func makesEither(says func(ledger.Person) string) func(*Place, context.Context, care.Staff, asked, string) ([]web.Option, error) {
	return func(s *Place, ctx context.Context, who care.Staff, in asked, chosen string) ([]web.Option, error) {
		files, err := s.Records.MergeCandidates(ctx, who, in.file.ID)
		return either(says, in.file.PersonData, files, chosen), err
	}
}

// What a file says of its person, by field.
func nameOf(p ledger.Person) string       { return p.GivenName + " " + p.FamilyName }
func birthDateOf(p ledger.Person) string  { return parts.Born(p) }
func phoneOf(p ledger.Person) string      { return p.Phone }
func fiscalCodeOf(p ledger.Person) string { return p.FiscalCode }

// either lists whose data may hold, each with what they are. The files that may stay
// are told apart by their numbers. Empty: they all say the same.
func either(says func(ledger.Person) string, own ledger.Person, files []ledger.CaseFile, chosen string) []web.Option {
	var others []string
	differ := false
	for _, file := range files {
		if file.Known == nil {
			continue
		}
		word := said(says(*file.Known))
		differ = differ || says(*file.Known) != says(own)
		if len(files) > 1 {
			word = file.Number + ": " + word
		}
		others = append(others, word)
	}
	if !differ {
		return nil
	}
	texts := italian.TextsOf(care.OpMerge)
	option := func(code, data string) web.Option {
		return web.Option{Value: code, Text: texts.Choice(code), Hint: data, Chosen: chosen == code || chosen == "" && code == catalogue.NewerData}
	}
	return []web.Option{
		option(catalogue.NewerData, ""), option(catalogue.MergedData, said(says(own))), option(catalogue.KeptData, strings.Join(others, "; ")),
	}
}

// unitesWith says what a file that may stay has of what is united, so that it is read
// beside the file's own, which stands above the form.
func unitesWith(p *ledger.Person) string {
	if p == nil {
		return ""
	}
	said := append(web.Each(p.Reached(), known.Contact), web.Each(p.Linked, known.Person)...)
	if said = append(said, web.Each(p.Papers, known.Paper)...); len(said) == 0 {
		return ""
	}
	return message.Say("case_acts.unites_with", "What", strings.Join(said, "; "))
}

// said says that there is nothing where there is nothing.
func said(data string) string {
	if strings.TrimSpace(data) == "" {
		return message.Say("case_acts.no_data")
	}
	return data
}
