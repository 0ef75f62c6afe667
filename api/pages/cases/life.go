package cases

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// The small forms of what life does to a case: suspension, consent, permit,
// meetings, transfer, merge and reopening, and the convening of an équipe.

func showConvening(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "Ogni ruolo dell’équipe riceve un invito e dà il suo parere; poi si scrive il progetto con la persona."
	kinds := web.Field{Shape: "choices", Type: "radio", ID: "kind", Label: italian.Field("kind"), Required: true}
	stands := in.file.Standing(in.rules.Policy)
	for _, e := range in.rules.Equipes {
		if stands.Second(ledger.CaseRun(in.file.ID), care.Answer{Operation: care.OpConvene, Equipe: e.Kind}, care.ShownPermit{}) != nil {
			continue // one is at work
		}
		var roles []string
		for _, seat := range e.Seats {
			roles = append(roles, italian.Role(seat.Role))
		}
		kinds.Options = append(kinds.Options, web.Option{
			Value: string(e.Kind), Text: italian.Upper(italian.EquipeKind(e.Kind)), Hint: italian.Upper(strings.Join(roles, ", ")) + ".",
			Chosen: in.sent.Get("kind") == string(e.Kind),
		})
	}
	page.Fields = []web.Field{kinds, parts.NoteField(in.sent, false, "Perché serve l’équipe: lo leggono i suoi membri.")}
}

func readConvening(sent url.Values) (catalogue.ConveneForm, []care.Fault) {
	return catalogue.ConveneForm{Kind: care.EquipeKind(sent.Get("kind")), Note: strings.TrimSpace(sent.Get("note"))}, nil
}

func showMeeting(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "Un incontro con la persona, tenuto da un qualunque ente che segue il caso, vale per tutti: la prossima verifica si conta da qui."
	page.Fields = []web.Field{
		parts.WhenField("Quando si è tenuto, negli ultimi 30 giorni", in.sent),
		parts.NoteField(in.sent, false, italian.FieldHelp("note")),
	}
}

func readMeeting(sent url.Values) (catalogue.MeetingForm, []care.Fault) {
	form := catalogue.MeetingForm{Note: strings.TrimSpace(sent.Get("note"))}
	at, rule := parts.ReadMoment(sent.Get("day"), sent.Get("hour"))
	if at != nil {
		form.At = *at
	}
	return form, parts.FaultIf(rule, "at")
}

func showConsent(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "La persona acconsente a che i suoi dati arrivino agli enti privati, come quelli del terzo settore. Tra enti pubblici il consenso non serve."
	page.Fields = []web.Field{
		parts.NoteField(in.sent, false, "Come è stato dato: a voce, su un modulo, con un mediatore."),
		{Shape: "hidden", ID: parts.ContinueTo, Value: in.sent.Get(parts.ContinueTo)},
	}
}

func readConsent(sent url.Values) (catalogue.ConsentForm, []care.Fault) {
	return catalogue.ConsentForm{Note: strings.TrimSpace(sent.Get("note"))}, nil
}

// afterConsent goes back to the referral that asked for it.
func afterConsent(caseID string, sent url.Values) string {
	file := "/fascicoli/" + caseID
	if to := sent.Get(parts.ContinueTo); strings.HasPrefix(to, file+"/partner?") {
		return access.LocalPath(to)
	}
	return file
}

func showPermit(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "Registra quello che la persona ha mostrato: la ricevuta della richiesta di rinnovo, oppure il nuovo permesso."
	page.Fields = []web.Field{
		{Shape: "select", ID: "permit", Label: "Che cosa ha mostrato", Required: true, Empty: "Scegli", Options: shownPermits(in.sent.Get("permit"))},
		{Shape: "input", Type: "date", ID: "permit_expiry", Label: "Ultimo giorno del nuovo permesso", Hint: "Lascia vuoto per la ricevuta, e se il permesso non scade.", Value: in.sent.Get("permit_expiry")},
		parts.NoteField(in.sent, false, italian.FieldHelp("note")),
	}
}

// shownPermits lists what a person may show: the receipt first, which is what
// most come with.
func shownPermits(chosen string) []web.Option {
	all := present.PermitOptions(chosen)
	i := slices.IndexFunc(all, func(o web.Option) bool { return o.Value == care.PermitRequested })
	receipt := all[i]
	list := append([]web.Option{receipt}, slices.Delete(all, i, i+1)...)
	for j := range list[1:] {
		list[j+1].Text = "Nuovo permesso: " + strings.ToLower(list[j+1].Text)
	}
	return list
}

func readPermit(sent url.Values) (catalogue.PermitForm, []care.Fault) {
	form := catalogue.PermitForm{Permit: sent.Get("permit"), Note: strings.TrimSpace(sent.Get("note"))}
	expiry, ok := parts.ReadDate(sent.Get("permit_expiry"))
	if !ok {
		return form, parts.FaultIf(parts.RuleDate, "permit_expiry")
	}
	if !expiry.IsZero() {
		form.Expiry = &expiry
	}
	return form, nil
}

func showTransfer(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "L’altra zona riceve la richiesta con i dati qui sotto e risponde. Se accetta, il percorso prosegue là e il tuo accesso al fascicolo finisce."
	zones := web.Field{Shape: "select", ID: "zone", Label: "A quale zona", Required: true, Empty: "Scegli la zona"}
	for _, zone := range in.zones {
		if zone.Zone != in.rules.Zone {
			zones.Options = append(zones.Options, web.Option{Value: zone.Zone, Text: zone.Municipality, Chosen: in.sent.Get("zone") == zone.Zone})
		}
	}
	page.Fields = []web.Field{
		zones, parts.NoteField(in.sent, true, "Perché si chiede il passaggio: lo legge l’altra zona."),
		{Shape: "box", ID: "notice_given", Label: "La persona sa del passaggio e ha ricevuto l’informativa", Value: in.sent.Get("notice_given")},
	}
	terms := append(givenTerms(in.rules.Policy, in.file), web.Term{Name: "Progetto personalizzato", Value: "la versione attiva, se c’è"})
	page.Given = &parts.Given{
		Title: "Dati che riceve l’altra zona", Hint: "Sono questi, con quello che scrivi nelle note.", Terms: terms,
		Purpose: italian.Purpose("transfer"), Ground: italian.LegalBasis(care.PublicTask),
	}
}

func readTransfer(sent url.Values) (catalogue.TransferForm, []care.Fault) {
	return catalogue.TransferForm{Zone: sent.Get("zone"), Notice: sent.Get("notice_given") != "", Note: strings.TrimSpace(sent.Get("note"))}, nil
}

func showMerge(page *parts.CaseForm, in caseFormOf) {
	page.Danger = true
	page.Intro = "Se la stessa persona ha due fascicoli, uno solo prosegue: quello che scegli qui sotto. Il fascicolo " + in.file.Number +
		" si chiude e tutto quello che contiene passa nell’altro."
	kept := web.Field{Shape: "choices", Type: "radio", ID: "into", Label: italian.Field("into"), Required: true}
	for _, file := range in.same {
		kept.Options = append(kept.Options, web.Option{
			Value: file.ID, Text: file.Person + ", fascicolo " + file.Number, Hint: italian.Stage(file.Stage) + ", aperto il " + italian.Date(file.Opened.In(italian.Rome)) + ".",
			Chosen: in.sent.Get("into") == file.ID,
		})
	}
	if len(kept.Options) == 0 {
		page.Nothing = "Nessun altro fascicolo aperto risulta della stessa persona, per nome e data di nascita."
		return
	}
	page.Fields = []web.Field{kept, parts.NoteField(in.sent, true, "Come si è capito che è la stessa persona.")}
}

func readMerge(sent url.Values) (catalogue.MergeForm, []care.Fault) {
	return catalogue.MergeForm{Into: sent.Get("into"), Note: strings.TrimSpace(sent.Get("note"))}, nil
}

func showReopening(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "Il percorso riprende da dove serve, con tutto quello che era stato fatto."
	chosen := in.sent.Get("stage")
	if in.sent == nil {
		chosen = string(in.file.LastStage)
	}
	stages := web.Field{Shape: "choices", Type: "radio", ID: "stage", Label: italian.Field("stage"), Required: true, Options: present.StageOptions(care.BeginStages, chosen)}
	second := fmt.Sprintf("stage-%d", slices.Index(care.BeginStages, care.StageSecondLevel)) // the choice's id
	page.Fields = []web.Field{
		stages,
		{Shape: "group", Label: "Primo appuntamento", ShownBy: second, Fields: []web.Field{
			{Shape: "select", ID: "service", Label: "Servizio e materia", Required: true, Groups: parts.ServiceOptions(in.rules.Policy, in.sent.Get("service"))},
			{Shape: "group", Bare: true, Row: true, Fields: parts.WhenField("", in.sent).Fields},
		}},
		parts.NoteField(in.sent, true, "Perché si riapre."),
	}
}

func readReopening(sent url.Values) (catalogue.ReopenForm, []care.Fault) {
	form := catalogue.ReopenForm{Stage: care.Stage(sent.Get("stage")), Note: strings.TrimSpace(sent.Get("note"))}
	if form.Stage != care.StageSecondLevel || sent.Get("service")+sent.Get("day")+sent.Get("hour") == "" {
		return form, nil
	}
	booking, wrong := parts.ReadBooking(sent.Get("service"), sent.Get("day"), sent.Get("hour"))
	form.Bookings = []care.Booking{booking}
	var faults []care.Fault
	for _, w := range wrong {
		faults = append(faults, care.Fault{Field: "bookings[0]." + w.Field, Rule: w.Rule})
	}
	return form, faults
}
