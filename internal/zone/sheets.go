package zone

import (
	"percorso/internal/care"
	"percorso/internal/slip"
	"percorso/internal/zone/fault"
)

// readPlace reads where a service receives.
func readPlace(n node) care.Place {
	if !n.there() {
		return care.Place{}
	}
	o := n.object("name", "address", "floor", "way")
	return care.Place{Name: o.need("name").text(), Address: o.need("address").text(), Floor: o.may("floor").text(), Way: o.may("way").text()}
}

// brings reads what people bring for a matter.
func (r *reading) brings(n node, matter string) {
	if what := n.codes(fault.RuleBring, slip.Brings); len(what) > 0 {
		r.p.Brings = append(r.p.Brings, care.Bring{Matter: matter, What: what})
	}
}

// checked reads who has read the sentences of a language for the zone's sheets.
func (r *reading) checked() {
	for _, item := range r.may("checked_languages").list() {
		o := item.object("language", "edition", "by", "on")
		language := o.need("language")
		c := care.Checking{
			Language: language.language(), Edition: o.need("edition").integer(1, slip.Edition()), By: o.need("by").text(), On: o.need("on").day(),
		}
		if _, known := slip.Known(c.Language); c.Language != "" && (!known || c.Language == "it") {
			language.fault(fault.RuleSheetLanguage)
		}
		once(language, c.Language, r.p.Checked, func(c care.Checking) string { return c.Language })
		r.p.Checked = append(r.p.Checked, c)
	}
}
