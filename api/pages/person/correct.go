package person

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/reached"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/fiscal"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/papers"
	"percorso/internal/reach"
	"percorso/internal/speech"
	"percorso/internal/zone"
)

// otherLanguage is a language that has no box of its own.
const otherLanguage = "other_language"

// newCorrection shows the form with what is known.
func (s *Place) newCorrection(c *gin.Context, who care.Staff) error {
	rules, file, err := s.correctable(c, who)
	if err != nil {
		return err
	}
	s.Pages.Render(c, http.StatusOK, s.correctionForm(c, who, rules, file, nil, web.NewForm(c.Request.URL.Path)))
	return nil
}

// correct takes the form: what differs from what is known is corrected.
func (s *Place) correct(c *gin.Context, who care.Staff) error {
	rules, file, err := s.correctable(c, who)
	if err != nil {
		return err
	}
	sent := c.Request.PostForm
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Correct.Command(c.PostForm("key"), file.ID, read(who, sent, file.PersonData)))
	if err == nil {
		return s.Pages.Done(c, cmd, "/fascicoli/"+file.ID+"/persona", message.Say("person_page.corrected"))
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (id, label string) {
		if id, ok := reached.ContactField(path); ok {
			return id, italian.Field(path)
		}
		id, _, _ = strings.Cut(path, "[")
		return id, italian.Field(path)
	})
	if err != nil {
		return err
	}
	s.Pages.Render(c, status, s.correctionForm(c, who, rules, file, sent, again))
	return nil
}

// correctable reads the file whose person the caller may correct.
func (s *Place) correctable(c *gin.Context, who care.Staff) (*zone.Rules, ledger.Case, error) {
	if !catalogue.Correct.MayAsk(who.Role) {
		return nil, ledger.Case{}, ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return nil, ledger.Case{}, err
	}
	file, err := s.Records.CaseFile(c.Request.Context(), who, c.Param("id"))
	return rules, file, err
}

// typed is what was typed in a field, as a correction says it.
func typed(sent url.Values, field string) string {
	switch field {
	case correction.BirthDate:
		return parts.ReadBirth(sent.Get(field))
	case correction.Contacts:
		return reach.Text(reached.ReadContacts(sent.Get))
	case correction.Linked:
		return kin.Text(readPeople(sent.Get))
	case correction.Papers:
		return papers.Text(readPapers(sent.Get))
	case correction.NoSafeContact, correction.NoAbode:
		return sent.Get(field)
	case correction.Reads, correction.Speech:
		return strings.Join(sent[field], " ")
	case correction.FiscalCode:
		return fiscal.Clean(sent.Get(field))
	case correction.Languages:
		tags := slices.Clone(sent[field])
		if other := sent.Get(otherLanguage); other != "" && !slices.Contains(tags, other) {
			tags = append(tags, other)
		}
		return strings.Join(tags, " ")
	}
	return strings.TrimSpace(sent.Get(field))
}

// read makes the form of what was typed: the fields that differ from what is known. That
// it is still so is asked under lock, by the version that the form was made from.
func read(who care.Staff, sent url.Values, person ledger.Person) correction.PersonCorrection {
	form := correction.PersonCorrection{Note: strings.TrimSpace(sent.Get("note"))}
	form.Seen, _ = strconv.Atoi(sent.Get("seen")) // what is no number was not asked for by a page
	texts := map[string]**string{
		correction.GivenName: &form.GivenName, correction.FamilyName: &form.FamilyName, correction.BirthDate: &form.BirthDate,
		correction.Citizenship:  &form.Citizenship,
		correction.Municipality: &form.Municipality, correction.Address: &form.Address, correction.FiscalCode: &form.FiscalCode,
	}
	for _, field := range correction.Fields {
		value := typed(sent, field)
		switch {
		case !correction.May(who.Role, field) || value == correction.Said(person, field):
		case field == correction.Phone, field == correction.Email: // which are contacts here
		case field == correction.Contacts:
			list := append([]reach.Way{}, reach.Read(value)...)
			form.Contacts = &list
		case field == correction.NoSafeContact:
			unsafe := value == reach.Yes
			form.NoSafeContact = &unsafe
		case field == correction.Languages:
			form.Languages = append([]string{}, strings.Fields(value)...)
		case field == correction.Reads:
			form.Reads = append([]string{}, strings.Fields(value)...)
		case field == correction.Speech:
			list := append([]string{}, strings.Fields(value)...)
			form.Speech = &list
		case field == correction.Linked:
			list := append([]kin.Linked{}, kin.Read(value)...)
			form.Linked = &list
		case field == correction.Papers:
			list := append([]papers.Paper{}, papers.Read(value)...)
			form.Papers = &list
		case field == correction.NoAbode:
			none := value == reach.Yes
			form.NoAbode = &none
		default:
			*texts[field] = &value
		}
	}
	return form
}

// correctionForm is the form with what is known, or with what was typed.
func (s *Place) correctionForm(c *gin.Context, who care.Staff, rules *zone.Rules, file ledger.Case, sent url.Values, form web.Form) CorrectionForm {
	page := CorrectionForm{Frame: s.Pages.Frame(c, italian.Operation(care.OpCorrect), "/fascicoli"), Form: form, Seen: file.PersonData.Version}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID + "/persona", Text: file.Person + ", " + file.Number}
	for _, field := range correction.Fields {
		if correction.May(who.Role, field) {
			page.Fields = append(page.Fields, fieldsOf(rules, field, file.PersonData, sent)...)
		}
	}
	page.Fields = append(page.Fields, web.Field{
		Shape: "area", ID: "note", Label: message.Say("person_page.why"), Hint: message.Say("person_page.why_hint", "MayBeRead", italian.MayBeRead()), Value: sent.Get("note"), Required: true,
	})
	return page
}

// fieldsOf asks for a field: with what is known, or with what was typed and, where that
// differs, what is known beside it.
func fieldsOf(rules *zone.Rules, field string, person ledger.Person, sent url.Values) []web.Field {
	value := correction.Said(person, field)
	shown := web.Field{Shape: "input", Type: "text", ID: field, Label: italian.Field(field), Value: value, Max: 200}
	if field == correction.BirthDate {
		shown.Value = parts.BirthTyped(person)
	}
	if sent != nil {
		shown.Value = strings.TrimSpace(sent.Get(field))
		if now := typed(sent, field); now != value {
			shown.Hint = message.Say("case_acts.stands", "Value", parts.SaidInWords(field, value))
			value = now
		}
	}
	switch field {
	case correction.BirthDate:
		shown.Type, shown.Required = "birth", correction.Said(person, field) != "" // what is known is not taken away
		shown.Hint = strings.TrimSpace(shown.Hint + " " + message.Say("person_page.year_alone"))
	case correction.FiscalCode:
		shown.Hint = strings.TrimSpace(shown.Hint + " " + message.Say("person_page.fiscal_code_hint"))
	case correction.Citizenship:
		shown.Shape, shown.Required, shown.Empty, shown.Groups = "select", correction.Said(person, field) != "", message.Say("person_page.choose_country"), parts.CountryGroups(value)
	case correction.Phone, correction.Email: // which are contacts here
		return nil
	case correction.Contacts, correction.Linked, correction.Papers:
		groups := listFields(field, value)
		if shown.Hint != "" {
			groups = append([]web.Field{{Shape: "words", Value: italian.Field(field) + ". " + shown.Hint}}, groups...)
		}
		return groups
	case correction.NoSafeContact:
		shown.Shape, shown.Type, shown.Label = "choices", "checkbox", message.Say("person_page.safe_contact")
		shown.Options = []web.Option{{Value: reach.Yes, Text: message.Say("person_page.no_safe_contact"), Chosen: value == reach.Yes}}
	case correction.NoAbode:
		shown.Shape, shown.Type, shown.Label = "choices", "checkbox", message.Say("person_page.lives")
		shown.Options = []web.Option{{Value: reach.Yes, Text: italian.Upper(known.NoAbode()), Chosen: value == reach.Yes}}
	case correction.Speech:
		shown.Shape, shown.Type, shown.Value = "choices", "checkbox", ""
		for _, way := range speech.Ways {
			shown.Options = append(shown.Options, web.Option{Value: way, Text: italian.Upper(known.Way(way)), Chosen: slices.Contains(strings.Fields(value), way)})
		}
	case correction.Languages:
		return languageFields(rules, shown, strings.Fields(value))
	case correction.Reads:
		boxes := languageFields(rules, shown, append(strings.Fields(value), person.Languages...))[:1]
		boxes[0].Required = false
		for i, o := range boxes[0].Options {
			boxes[0].Options[i].Chosen = slices.Contains(strings.Fields(value), o.Value)
		}
		return boxes
	}
	return []web.Field{shown}
}

// languageFields asks for the languages: the usual ones and the person's own as boxes,
// the others in a list.
func languageFields(rules *zone.Rules, boxes web.Field, chosen []string) []web.Field {
	boxes.Shape, boxes.Type, boxes.Required, boxes.Value = "choices", "checkbox", true, ""
	other := web.Field{Shape: "select", ID: otherLanguage, Label: message.Say("person_page.other_language"), Empty: message.Say("person_page.no_other_language")}
	offered := append(parts.UsualLanguages(rules.Desk), chosen...)
	for _, l := range world.Languages(offered...) {
		o := web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: slices.Contains(chosen, l.Code)}
		if slices.Contains(offered, l.Code) {
			boxes.Options = append(boxes.Options, o)
		} else {
			other.Options = append(other.Options, o)
		}
	}
	return []web.Field{boxes, other}
}
