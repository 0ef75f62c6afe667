package cases

import (
	"net/url"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/undoing"
)

// Parted is a merge of the file that may be taken back, or that was.
type Parted struct {
	Text     string
	Other    web.Link
	Since    []string   // what was recorded while the files were one
	Proposed []web.Link // what the merge had ended of this file, with where it is asked again
}

// Mistake is that somebody says that the closure of a file, or its merge, was a mistake.
type Mistake struct {
	Text    string
	Confirm *web.Link // nil: the reader may not confirm it
}

// mistakeOf says that somebody says that the closure of a file, or its merge, was a mistake,
// for whom it waits, until when and what then; nil: nobody does.
func mistakeOf(who care.Staff, file ledger.Case, now time.Time) *Mistake {
	u := file.Undoing
	if u == nil || u.SaidAt == nil {
		return nil
	}
	what := message.Say("case_mistakes.closure")
	if file.MergedInto != "" {
		what = message.Say("case_mistakes.merge")
	}
	shown := &Mistake{Text: message.Say("case_mistakes.said", "Name", u.SaidBy, "Day", italian.Dated("", u.SaidAt.In(italian.Rome)), "What", what, "Waits", present.WaitsForSecond(*u, now), "Until", italian.Dated("", u.Until.In(italian.Rome)))}
	if catalogue.Undo.MayAsk(who.Role) && who.ID != u.SaidByID {
		shown.Confirm = &web.Link{URL: "/fascicoli/" + file.ID + "/" + catalogue.Undo.Slug, Text: message.Say("case_pages.look_and_confirm")}
	}
	return shown
}

// partedOf are the merges of a file that may still be taken back, and those that were not
// long ago.
func partedOf(p care.Policy, file ledger.Case, now time.Time) (shown []Parted) {
	for _, m := range file.Merges {
		day := italian.Date(m.At.In(italian.Rome))
		note := Parted{Other: web.Link{URL: "/fascicoli/" + m.Other, Text: message.Say("case_pages.case_number", "Number", m.Number)}}
		switch {
		case m.Until != nil && m.Stays:
			note.Text = message.Say("case_mistakes.merged_into_this", "Day", day, "Until", italian.Dated("a", m.Until.In(italian.Rome)))
		case m.Until != nil:
			note.Text = message.Say("case_mistakes.merged", "Day", day, "Until", italian.Dated("a", m.Until.In(italian.Rome)))
		case m.Told(now):
			note.Text = message.Say("case_mistakes.parted", "Day", day, "Undone", italian.Dated("", m.Undone.In(italian.Rome)))
			note.Since, note.Proposed = sinceOf(p, m), proposedOf(p, file, m)
		default:
			continue
		}
		shown = append(shown, note)
	}
	return shown
}

// sinceOf lists what was recorded while two files were one.
func sinceOf(p care.Policy, m undoing.FileMerge) []string {
	return web.Each(m.KeptSince, func(k undoing.Kept) string {
		name := parts.FormTitle(k.Kind)
		if k.What == undoing.KeptBranch {
			name = message.Say("case_mistakes.begun", "Run", italian.RunKind(care.RunKind(k.Kind)))
		}
		if k.Agency != "" {
			name += ", " + present.AgencyName(p, k.Agency)
		}
		return name + ", " + italian.Date(k.At.In(italian.Rome))
	})
}

// proposedOf lists what a merge had ended of this file, until it is asked again.
func proposedOf(p care.Policy, file ledger.Case, m undoing.FileMerge) (links []web.Link) {
	for _, again := range m.Proposed {
		if again.Case != file.ID || askedAgain(file, again, *m.Undone) {
			continue
		}
		slug := catalogue.Refer.Slug
		if again.What == string(care.RunPlacement) {
			slug = catalogue.ReferToCPI.Slug
		}
		link := web.Link{URL: "/fascicoli/" + file.ID + "/" + slug, Text: message.Say("case_mistakes.propose_again", "Run", italian.RunKind(care.RunKind(again.What)), "Agency", present.AgencyName(p, again.Agency))}
		if again.What == undoing.ProposedConsent {
			link.URL = "/fascicoli/" + file.ID + "/" + catalogue.Consent.Slug + "?" + url.Values{"agency": {again.Agency}}.Encode()
			link.Text = message.Say("case_mistakes.ask_consent_again", "Consent", present.ConsentFor(p, crossing.Consent{Agency: again.Agency, Purpose: again.Purpose}))
		}
		links = append(links, link)
	}
	return links
}

// askedAgain says whether something that a merge had ended is there again since that was
// taken back.
func askedAgain(file ledger.Case, again undoing.Proposed, since time.Time) bool {
	for _, c := range file.Consents {
		if again.What == undoing.ProposedConsent && c.Withdrawn == nil && c.Agency == again.Agency && c.Purpose == again.Purpose {
			return true
		}
	}
	for _, b := range file.Branches {
		if string(b.Kind) == again.What && b.Agency == again.Agency && b.Started.After(since) {
			return true
		}
	}
	return false
}
