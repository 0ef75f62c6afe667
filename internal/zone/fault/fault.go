// Package fault says what rules a file of a zone or of staff breaks, in which line and field.
package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one rule that a file of a zone or of staff breaks, with where. The text is for the
// administrator who wrote the file.
type Fault struct {
	File  string
	Line  int    // from 1; 0 where the file as a whole is meant
	Field string // path, e.g. "services[2].role"
	Rule  string // one of the Rule codes
	Text  string // Italian
}

// String is the fault as one line: file:line: field: text [rule].
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Field != "" {
		b.WriteString(": " + f.Field)
	}
	fmt.Fprintf(&b, ": %s [%s]", f.Text, f.Rule)
	return b.String()
}

// Invalid is the error of files that break rules.
type Invalid struct{ Faults []Fault }

func (e *Invalid) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Codes of the rules that a file may break.
const (
	RuleYAML          = "yaml"
	RuleTooLarge      = "too_large"
	RuleOneDocument   = "one_document"
	RuleObject        = "not_object"
	RuleList          = "not_list"
	RuleText          = "not_text"
	RuleNumber        = "not_number"
	RuleBoolean       = "not_boolean"
	RuleUnknownField  = "unknown_field"
	RuleMissing       = "missing"
	RuleDuplicate     = "duplicate"
	RuleCode          = "bad_code"
	RuleValue         = "unknown_value"
	RuleRange         = "out_of_range"
	RuleDuration      = "bad_duration"
	RuleUnit          = "unknown_unit"
	RuleNegative      = "negative_duration"
	RuleTooLong       = "duration_too_long"
	RuleNoTime        = "zero_duration"
	RuleBefore        = "working_days_before"
	RuleEscalate      = "escalate_before_remind"
	RuleSameUnit      = "different_units"
	RuleDate          = "bad_date"
	RuleYear          = "implausible_year"
	RuleDateOrder     = "reversed_dates"
	RuleClosure       = "closure_too_long"
	RuleTime          = "bad_time"
	RuleBandOrder     = "reversed_band"
	RuleOverlap       = "overlapping_hours"
	RuleWeekday       = "unknown_weekday"
	RuleLanguage      = "bad_language"
	RuleRole          = "unknown_role"
	RuleAct           = "no_act"
	RuleRoleNotInZone = "role_not_in_zone"
	RuleRoleAgency    = "role_of_another_agency"
	RuleAgency        = "unknown_agency"
	RuleOneCPI        = "one_cpi"
	RuleMatter        = "unknown_matter"
	RulePermitFrom    = "permit_from_without_permit"
	RuleAges          = "reversed_ages"
	RuleService       = "unknown_service"
	RuleNeed          = "unknown_need"
	RuleDeadline      = "unknown_deadline"
	RuleLength        = "bad_length"
	RuleFits          = "length_not_fitting"
	RuleHours         = "bad_hours"
	RuleOwnShare      = "share_of_its_own"
	RuleNoShare       = "release_without_share"
	RuleOpenDay       = "open_day_by_appointment"
	RuleMediatorTime  = "mediator_outside_hours"
	RuleMediators     = "mediators_without_calendar"
	RuleEmail         = "bad_email"
	RulePhone         = "bad_phone"
	RuleOneWay        = "answers_and_email"
	RuleUnreachable   = "partner_unreachable"
	RuleReplace       = "replace_by_without_replace"
	RuleOneAgency     = "seat_of_another_agency"
	RuleTwoAgencies   = "seats_of_one_agency"
	RuleQuorum        = "quorum_out_of_reach"
	RulePermitLeads   = "permit_leads_order"
	RuleApproval      = "approval_role"
	RuleDeskApproves  = "desk_approves"
	RuleOutcome       = "unknown_outcome"
	RuleOneLead       = "more_than_one_lead"
	RuleZoneTwice     = "zone_twice"
	RuleEncoding      = "not_utf8"
	RuleIllegible     = "illegible"
	RuleTextLength    = "text_too_long"
	RuleTooDeep       = "too_deep"
	RuleZone          = "unknown_zone"
	RuleOtherZone     = "staff_of_another_zone"
	RuleSubject       = "subject_of_percorso"
	RuleIdentity      = "bad_identity"
	RuleBring         = "unknown_thing"
	RuleSheetLanguage = "language_without_sentences"
	RuleGateway       = "no_gateway"
)

// sentences says each rule in Italian; what follows the colon is the detail.
var sentences = map[string]string{
	RuleYAML:          "il file non è YAML valido",
	RuleTooLarge:      "il file è troppo grande",
	RuleOneDocument:   "il file deve contenere un solo documento, non vuoto",
	RuleObject:        "qui va un oggetto con i suoi campi",
	RuleList:          "qui va un elenco",
	RuleText:          "qui va un testo; numeri, date e orari vanno tra virgolette",
	RuleNumber:        "qui va un numero",
	RuleBoolean:       "qui va true o false",
	RuleUnknownField:  "campo sconosciuto",
	RuleMissing:       "manca un campo obbligatorio",
	RuleDuplicate:     "è già presente",
	RuleCode:          "un codice ha da 1 a 60 lettere minuscole senza accenti, cifre e trattini bassi, e comincia con una lettera",
	RuleValue:         "valore non ammesso",
	RuleRange:         "numero fuori dai limiti",
	RuleDuration:      "una durata è un numero e un'unità, per esempio: 2 working_days",
	RuleUnit:          "unità di durata sconosciuta",
	RuleNegative:      "una durata non può essere negativa",
	RuleTooLong:       "la durata supera i dieci anni",
	RuleNoTime:        "la durata deve essere maggiore di zero",
	RuleBefore:        "un termine che precede una data non si conta in giorni lavorativi",
	RuleEscalate:      "l'avviso al responsabile (escalate) non può precedere il sollecito (remind)", //nolint:misspell // Italian
	RuleSameUnit:      "due durate che vengono una dopo l'altra si contano nella stessa unità",
	RuleDate:          "data non valida",
	RuleYear:          "l'anno non è plausibile",
	RuleDateOrder:     "la fine precede l'inizio",
	RuleClosure:       "una chiusura non può superare un anno",
	RuleTime:          "orario non valido, per esempio \"09:00\" o \"09:00-13:00\"",
	RuleBandOrder:     "l'orario di fine deve seguire quello di inizio",
	RuleOverlap:       "fasce orarie sovrapposte",
	RuleWeekday:       "giorno della settimana sconosciuto",
	RuleLanguage:      "codice di lingua non valido (BCP 47, per esempio: it, zh, ur)",
	RuleRole:          "ruolo sconosciuto",
	RuleRoleNotInZone: "il ruolo non è tra quelli della zona (roles)",
	RuleRoleAgency:    "nella zona il ruolo appartiene a un altro ente",
	RuleAgency:        "ente sconosciuto (agencies)",
	RuleOneCPI:        "la zona deve avere esattamente un ente di tipo cpi, con un ruolo che risponde (answers)",
	RuleMatter:        "materia sconosciuta (matters)",
	RulePermitFrom:    "l'età da cui si chiede il permesso (permit_from) non va indicata dove il permesso non si chiede (not_asked)",
	RuleAges:          "l'età massima (age_max) precede la minima (age_min)",
	RuleService:       "servizio sconosciuto (services)",
	RuleNeed:          "area di bisogno sconosciuta (needs)",
	RuleDeadline:      "termine sconosciuto (deadlines)",
	RuleLength:        "la durata di un appuntamento va da un secondo a otto ore, per esempio: 45 minutes",
	RuleHours:         "quanto prima i posti tornano al servizio si scrive in ore, da 0 a 336, per esempio: 24 hours",
	RuleOwnShare:      "al PUA dà posti un servizio di un altro ente, non il suo",
	RuleNoShare:       "senza posti dati al PUA (pua) non c'è niente che ritorni",
	RuleFits:          "l'orario non si divide in appuntamenti di questa durata",
	RuleOpenDay:       "il giorno ha anche un orario di accesso libero",
	RuleMediatorTime:  "la presenza del mediatore esce dall'orario dello sportello",
	RuleMediators:     "le presenze dei mediatori vanno indicate se e solo se mediator_access è calendar",
	RulePhone:         "numero di telefono non valido, per esempio: 0574 000000",
	RuleEmail:         "indirizzo di posta non valido, per esempio: sportello@ente.example",
	RuleOneWay:        "un ente risponde con un suo ruolo (answers) oppure per posta (email), non in entrambi i modi",
	RuleAct:           "serve l'atto (act) con cui l'ente lavora con la zona",
	RuleUnreachable:   "a un partner si deve poter chiedere una risposta: il suo ente (agencies) ha bisogno di answers o di email",
	RuleReplace:       "replace_by va indicato se e solo se if_silent è replace",
	RuleOneAgency:     "un'équipe interna a un ente (within_agency) ha solo ruoli di quell'ente",
	RuleTwoAgencies:   "un'équipe tra enti (between_agencies) ha ruoli di almeno due enti",
	RuleQuorum:        "il quorum non si può raggiungere",
	RulePermitLeads:   "gli anticipi sulla scadenza del permesso vanno dal più lungo al più breve: permit_warning, permit_reminder, permit_alarm",
	RuleApproval:      "la chiusura la approva il ruolo indicato in closure_approval",
	RuleDeskApproves:  "lo sportello non approva le chiusure",
	RuleOutcome:       "esito sconosciuto (outcomes)",
	RuleOneLead:       "più di una zona è capofila",
	RuleZoneTwice:     "la zona è già definita in un altro file",
	RuleEncoding:      "il file non è un testo in UTF-8",
	RuleIllegible:     "il testo contiene caratteri invisibili",
	RuleTextLength:    "testo troppo lungo",
	RuleTooDeep:       "il file ha troppi livelli",
	RuleZone:          "zona sconosciuta (prima va caricato il suo file: percorso zone load)",
	RuleSubject:       "un'utenza non può cominciare come i nomi dei link (link/) o dei percorsi (case/, service/…)",
	RuleIdentity:      "identity è un codice a scelta dell'ente, uguale per le utenze della stessa persona: non è un codice fiscale, e un programma non ne ha",
	RuleBring:         "cosa da portare sconosciuta (l'elenco è in docs/zones.md)",
	RuleSheetLanguage: "lingua senza frasi: en, fr, es, sq, ar, ur, zh",
	RuleGateway:       "indirizzo che non va bene: https://, senza nome e parola chiave, senza ? e #",
	RuleOtherZone:     "l'utenza è attiva in un'altra zona, dove prima va disattivata",
}

func New(file string, line int, field, rule, detail string) Fault {
	text := sentences[rule]
	if detail != "" {
		text += ": " + detail
	}
	return Fault{File: file, Line: line, Field: field, Rule: rule, Text: text}
}

// InOrder sorts faults as a reader meets them in the file.
func InOrder(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return faults
}
