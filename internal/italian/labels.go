package italian

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/eligibility"
	"percorso/internal/health"
	"percorso/internal/italian/article"
	"percorso/internal/italian/reading"
	"percorso/internal/ledger"
	"percorso/internal/takeover"
	"percorso/internal/written"
)

// say finds the word of a code; an unknown code is said as it is.
func say[C ~string](words map[C]string, code C) string {
	if w, ok := words[code]; ok {
		return w
	}
	return strings.ReplaceAll(string(code), "_", " ")
}

// Upper begins a text with a capital letter.
func Upper(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// Lower begins a text with a small letter, as within a sentence.
func Lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}

// person is a role as a noun with its articles: un operatore, l'operatore.
type person struct{ noun, indefinite, definite, short string }

var roles = map[care.Role]person{
	care.DeskOperator:          {"operatore di sportello", "un operatore di sportello", "l’operatore di sportello", "sportello"},
	care.Supervisor:            {"responsabile", "il responsabile", "il responsabile", "responsabile"},
	care.PrivacyOfficer:        {"referente per la protezione dei dati", "un referente per la protezione dei dati", "il referente per la protezione dei dati", "protezione dei dati"},
	care.SocialWorker:          {"assistente sociale", "un assistente sociale", "l’assistente sociale", "servizio sociale"},
	care.InterculturalMediator: {"mediatore interculturale", "un mediatore interculturale", "il mediatore interculturale", "mediazione"},
	care.CPIOperator:           {"operatore del Centro per l’Impiego", "un operatore del Centro per l’Impiego", "l’operatore del Centro per l’Impiego", "Centro per l’Impiego"},
	care.LabourPolicyExpert:    {"esperto in politiche attive del lavoro", "un esperto in politiche attive del lavoro", "l’esperto in politiche attive del lavoro", "politiche del lavoro"},
	care.ImmigrationExpert:     {"esperto immigrazione", "un esperto immigrazione", "l’esperto immigrazione", "immigrazione"},
	care.ThirdSectorOperator:   {"operatore del terzo settore", "un operatore del terzo settore", "l’operatore del terzo settore", "terzo settore"},
	care.AdministrativeExpert:  {"esperto amministrativo", "un esperto amministrativo", "l’esperto amministrativo", "amministrazione"},
	care.CooperativeExpert:     {"esperto di cooperazione", "un esperto di cooperazione", "l’esperto di cooperazione", "cooperazione"},
}

// roleOf says an unknown role by its code, so that no sentence has a hole.
func roleOf(r care.Role) person {
	if p, ok := roles[r]; ok {
		return p
	}
	code := strings.ReplaceAll(string(r), "_", " ")
	return person{code, "chi ha il ruolo " + code, "chi ha il ruolo " + code, code}
}

// Role is a role as a noun: "operatore di sportello".
func Role(r care.Role) string { return roleOf(r).noun }

// ARole is a role with its indefinite article: "un operatore di sportello".
func ARole(r care.Role) string { return roleOf(r).indefinite }

// TheRole is a role with its definite article: "l’operatore di sportello".
func TheRole(r care.Role) string { return roleOf(r).definite }

// ToRole is a role after the prepositions a and da: "a un assistente
// sociale", "al responsabile".
func ToRole(r care.Role) string { return article.Contract("a ", ARole(r)) }

// ByRole is a role after the preposition da: "da un assistente sociale", "dal responsabile".
func ByRole(r care.Role) string { return article.Contract("da ", ARole(r)) }

// ofTheRole and byTheRole are one of a role, who is known: "dell’assistente sociale",
// "del responsabile", "dall’assistente sociale".
func ofTheRole(r care.Role) string { return article.Contract("di ", TheRole(r)) }
func byTheRole(r care.Role) string { return article.Contract("da ", TheRole(r)) }

// work is a kind of task: its title, what its performer does when all goes
// well, as a subjunctive ("legga la segnalazione"), and in one line
// what it is for.
type work struct{ title, does, purpose string }

var works = map[care.TaskKind]work{
	care.FirstListening:         {"Primo ascolto", "completi il primo ascolto", "Ascolta la persona e registra i suoi bisogni."},
	care.SocialConsult:          {"Consulenza sociale allo sportello", "completi la consulenza allo sportello", "Allo sportello sono emersi bisogni sociali: ascolta la persona e registra che cosa serve."},
	care.Orientation:            {"Orientamento", "completi l’orientamento", "Orienta la persona verso i servizi e, se servono, prenota gli appuntamenti."},
	care.ConfirmAppointment:     {"Conferma dell’appuntamento", "confermi l’appuntamento", "Conferma, sposta o annulla l’appuntamento prenotato con il servizio. Dalla sua ora in poi registra se la persona è venuta."},
	care.Interview:              {"Colloquio", "registri come è andato il colloquio", "Dopo il colloquio, registra come è andato."},
	care.Assessment:             {"Valutazione dei bisogni", "completi la valutazione", "Valuta i bisogni per area e scegli come prosegue il percorso."},
	care.FollowPractice:         {"Esito della pratica", "registri l’esito della pratica", "Segui la pratica e registra il suo esito."},
	care.SocialService:          {"Servizio sociale", "registri l’esito del servizio sociale", "Segui la persona e registra come si è conclusa la presa in carico sociale."},
	care.NextService:            {"Servizio successivo", "prenoti il servizio successivo", "La persona ha concluso un servizio: prenota il prossimo, o spiega perché non serve."},
	care.BookAgain:              {"Nuovo appuntamento", "prenoti un nuovo appuntamento", "L’appuntamento con il servizio è stato annullato: prenotane un altro, o spiega perché non serve."},
	care.FindPerson:             {"Ricerca della persona", "cerchi la persona", "La persona non è stata raggiunta: cercala, anche attraverso chi la segue. Se la trovi, prenota o scrivi come si prosegue; se non la trovi, si decide se chiudere il fascicolo."},
	care.TellPerson:             {"Avviso alla persona", "avvisi la persona di un appuntamento cambiato", "Un appuntamento è stato spostato o annullato: chiama la persona e dille com’è adesso."},
	care.DecideNext:             {"Prossimo passo", "decida con la persona il prossimo passo", "Un passo del percorso è finito e nessun altro è previsto: decidi con la persona che cosa fare. Prenotazioni, invii e équipe si avviano dal fascicolo."},
	care.EquipeInvitation:       {"Invito all’équipe", "risponda all’invito all’équipe", "Conferma che partecipi all’équipe, o indica perché non puoi."},
	care.EquipeOpinion:          {"Parere per l’équipe", "dia il suo parere all’équipe", "Leggi la situazione e dai il tuo parere, con le ragioni."},
	care.PlanDraft:              {"Stesura del progetto", "proponga il progetto personalizzato", "Con i pareri dell’équipe scrivi il progetto: che cosa vuole raggiungere la persona, chi fa che cosa, entro quando."},
	care.PlanSignOff:            {"Firma del progetto", "firmi il progetto o dichiari il dissenso", "Leggi il progetto proposto: firmalo, oppure dichiara il dissenso e scrivi perché."},
	care.QuorumDecision:         {"Decisione sulle firme mancanti", "decida come proseguire senza le firme che mancano", "Le firme sul progetto non bastano: decidi come proseguire e scrivi perché."},
	care.PlanAgreement:          {"Accordo con la persona", "registri che cosa dice la persona del progetto", "Presenta il progetto alla persona e registra che cosa ne dice."},
	care.ReferralAnswer:         {"Risposta a una segnalazione", "risponda alla segnalazione", "Leggi la segnalazione, poi accettala o rifiutala."},
	care.SupplyInformation:      {"Informazioni richieste", "fornisca le informazioni richieste", "L’ente destinatario ha chiesto informazioni: scrivile qui."},
	care.NextStepAfterRejection: {"Decisione dopo il rifiuto", "decida come proseguire dopo il rifiuto", "La segnalazione è stata rifiutata: decidi se inviarla di nuovo, ora o più avanti, tornare all’équipe o rinunciare."},
	care.ReferralOutcome:        {"Esito della segnalazione", "registri com’è andata", "Quando l’intervento è finito, registra com’è andato."},
	care.PlacementAppointment:   {"Appuntamento al Centro per l’Impiego", "fissi l’appuntamento", "Fissa il primo appuntamento della persona al Centro per l’Impiego."},
	care.ServicePact:            {"Patto di servizio", "registri il patto di servizio", "All’appuntamento, firma il patto di servizio con la persona."},
	care.Measure:                {"Avvio della misura per il lavoro", "avvii una misura per il lavoro", "Scegli la misura per il lavoro e la data entro cui verificarla."},
	care.CheckMeasure:           {"Verifica della misura in corso", "verifichi come va la misura per il lavoro", "La misura per il lavoro è in corso: senti la persona e chi la segue, e scrivi come va. L’esito si registra con la sua attività."},
	care.PlacementOutcome:       {"Esito dell’inserimento", "registri l’esito dell’inserimento", "Registra come si è conclusa la misura per il lavoro."},
	care.Review:                 {"Monitoraggio", "completi il monitoraggio", "Incontra la persona e verifica come procede il percorso."},
	care.GoalEvaluation:         {"Valutazione degli obiettivi", "valuti gli obiettivi del progetto", "Per ogni obiettivo del progetto indica quanto è stato raggiunto, per quello che sa il tuo ente."},
	care.Evaluation:             {"Valutazione del percorso", "completi la valutazione del percorso", "Valuta con gli enti il percorso svolto e proponi se continuare."},
	care.Closure:                {"Chiusura del fascicolo", "decida sulla chiusura del fascicolo", "Chiudi il fascicolo con un esito oppure continua il percorso."},
	care.ClosureApproval:        {"Approvazione della chiusura", "approvi la chiusura o la rimandi indietro", "Un collega ha deciso di chiudere il fascicolo: approva, oppure scrivi perché il percorso deve continuare."},
	care.TakeUpAgain:            {"Ripresa del percorso", "riprenda il percorso, chiuso per sbaglio", "La chiusura era uno sbaglio, ed è annullata. Quello che aveva concluso non riparte da solo: qui sotto lo vedi. Avvia di nuovo quello che serve dal fascicolo, oppure scegli da dove il percorso riprende."},
	care.ClosureReturned:        {"Chiusura non approvata", "legga perché la chiusura non è stata approvata e decida come proseguire", "La chiusura che hai chiesto non è stata approvata: leggi il motivo e scrivi come prosegue il percorso. Se serve, chiedila di nuovo."},
	care.PermitRenewal:          {"Rinnovo del permesso di soggiorno", "registri la ricevuta del rinnovo o il nuovo permesso", "Il permesso scade, o si aspetta quello nuovo: chiedi alla persona la ricevuta del rinnovo o il nuovo permesso, e registrali."},
	care.Reconsider:             {"Nuova valutazione", "valuti di nuovo che cosa può avere la persona", "Da ora è possibile ciò che prima era escluso per l’età o senza un permesso, come la presa in carico integrata: valuta con la persona come proseguire."},
	care.ComingOfAge:            {"Verso i 18 anni", "prepari con la persona la maggiore età", "Tra sei mesi la persona è maggiorenne: verifica la conversione del permesso, il tutore e se l’accompagnamento deve continuare oltre i 18 anni."},
	care.PlanActionDue:          {"Azione del progetto alla sua data", "verifichi le azioni del progetto arrivate alla data", "Un’azione del progetto è arrivata alla sua data: verifica a che punto è, aggiornala e scrivi che cosa si fa."},
	care.TransferAnswer:         {"Richiesta di un’altra zona", "risponda alla richiesta di passaggio", "Un’altra zona chiede di passarti il fascicolo: accettalo, indicando da dove prosegue, oppure rifiutalo."},
}

// TaskKind is the title of a kind of task: "Primo ascolto".
func TaskKind(k care.TaskKind) string {
	if w, ok := works[k]; ok {
		return w.title
	}
	return say[care.TaskKind](nil, k)
}

// TaskPurpose says in a sentence what a task asks of its performer.
func TaskPurpose(k care.TaskKind) string { return works[k].purpose }

// outcomesOf says, for each kind of task, what happened: lines of choice of its
// form, and what the timeline says afterwards.
var outcomesOf = map[care.TaskKind]map[string]string{
	care.Orientation:        {care.Booked: "Appuntamenti prenotati con i servizi", care.Informed: "Informazioni date, senza appuntamenti"},
	care.FirstListening:     {care.Heard: "Persona ascoltata"},
	care.SocialConsult:      {care.Consulted: "Consulenza svolta", care.NotNeeded: "Consulenza non necessaria"},
	care.ConfirmAppointment: {care.Confirmed: "Appuntamento confermato", care.Moved: "Appuntamento spostato", care.Cancelled: "Appuntamento annullato", care.Held: "Colloquio svolto", care.NoShow: "La persona non si è presentata"},
	care.Interview:          {care.Held: "Colloquio svolto", care.NoShow: "La persona non si è presentata"},
	care.Assessment: {care.Resolved: "Bisogno risolto con il colloquio", care.PracticeOpen: "Aperta una pratica da seguire", care.ToCPI: "Persona inviata al Centro per l’Impiego", care.ToSocial: "Persona inviata al servizio sociale",
		care.ToEquipeBetween: "La situazione è complessa: serve un’équipe tra enti", care.ToEquipeWithin: "La situazione è complessa: serve un’équipe dell’ente", care.Onward: "Si passa al servizio successivo"},
	care.FollowPractice:         {care.Granted: "Pratica accolta", care.Refused: "Pratica respinta", care.Abandoned: "Pratica abbandonata"},
	care.SocialService:          {care.Resolved: "Bisogno risolto", care.Abandoned: "Intervento interrotto"},
	care.NextService:            {care.Booked: "Servizio successivo prenotato", care.NotNeeded: "Servizio successivo non necessario"},
	care.BookAgain:              {care.Booked: "Nuovo appuntamento prenotato", care.NotNeeded: "Nuovo appuntamento non necessario"},
	care.FindPerson:             {care.Booked: "Persona trovata e appuntamento prenotato", care.SeenTo: "Persona trovata: deciso come proseguire", care.NotReached: "Persona non trovata"},
	care.TellPerson:             {care.Informed: "Persona avvisata"},
	care.DecideNext:             {care.SeenTo: "Deciso il prossimo passo", care.NotNeeded: "Nessun altro passo è necessario"},
	care.EquipeInvitation:       {care.Confirmed: "Partecipazione confermata", care.Unavailable: "Chi è stato invitato non può partecipare"},
	care.EquipeOpinion:          {care.Favourable: "Parere favorevole", care.WithConditions: "Parere favorevole con condizioni", care.Dissenting: "Parere contrario"},
	care.PlanDraft:              {care.Proposed: "Progetto proposto all’équipe", care.NoPlan: "Nessun progetto"},
	care.PlanSignOff:            {care.Signed: "Progetto firmato", care.Dissenting: "Dissenso sul progetto"},
	care.QuorumDecision:         {care.Proceed: "Si prosegue con le firme che ci sono", care.Redraft: "Il progetto va riscritto", care.Reconvene: "L’équipe va sentita di nuovo", care.EndWork: "L’équipe conclude senza progetto"},
	care.PlanAgreement:          {care.Agreed: "La persona è d’accordo", care.ChangesAsked: "La persona chiede modifiche", care.Declined: "La persona non accetta il progetto"},
	care.SupplyInformation:      {care.Supplied: "Informazioni inviate"},
	care.NextStepAfterRejection: {care.Resubmit: "Segnalazione inviata di nuovo", care.Moved: "Per ora non è possibile: si riprova più avanti", care.ToEquipe: "Si torna all’équipe", care.GiveUp: "Rinuncia alla segnalazione"},
	care.ReferralOutcome:        {care.Completed: "Intervento concluso", care.Failed: "Intervento non riuscito"},
	care.PlacementAppointment:   {care.Fixed: "Appuntamento fissato"},
	care.ServicePact:            {care.Signed: "Patto di servizio firmato", care.NoShow: "La persona non si è presentata", care.Declined: "La persona non ha accettato il patto"},
	care.Measure:                {care.Started: "Misura avviata"},
	care.CheckMeasure:           {care.SeenTo: "Misura verificata: prosegue"},
	care.PlacementOutcome:       {care.Placed: "Persona inserita al lavoro", care.InTraining: "Persona inserita in formazione", care.AnotherTry: "Serve un’altra misura", care.Unsuccessful: "Inserimento non riuscito"},
	care.Review:                 {care.Met: "Persona incontrata", care.NotMet: "Persona non incontrata", care.Revise: "Il progetto va rivisto", care.ProposeClose: "Proposta la chiusura"},
	care.GoalEvaluation:         {care.Evaluated: "Obiettivi valutati"},
	care.Evaluation:             {care.ProposeClose: "Proposta la chiusura", care.Revise: "Il progetto va rivisto", care.Continue: "Il percorso continua"},
	care.Closure:                {care.Closed: "Fascicolo chiuso", care.Continue: "Il percorso continua"},
	care.TakeUpAgain:            {care.Booked: "Appuntamenti prenotati", care.BackToDesk: "Si riprende dallo sportello", care.ToReviews: "Si prosegue con il monitoraggio"},
	care.ClosureReturned:        {care.SeenTo: "Deciso come proseguire"},
	care.ClosureApproval:        {care.Approved: "Chiusura approvata", care.NotApproved: "Chiusura non approvata: il percorso continua"},
	care.PermitRenewal:          {care.ReceiptShown: "Mostrata la ricevuta del rinnovo", care.Renewed: "Permesso rinnovato", care.NotRenewed: "Permesso non rinnovato"},
	care.Reconsider:             {care.SeenTo: "Valutato di nuovo"},
	care.ComingOfAge:            {care.SeenTo: "Preparata la maggiore età"},
	care.PlanActionDue:          {care.SeenTo: "Azioni verificate"},
	care.TransferAnswer:         {care.Accepted: "Fascicolo accettato", care.Rejected: "Fascicolo rifiutato"},
}

// Outcome is a way to end a task, as what happened: "Colloquio svolto".
func Outcome(kind care.TaskKind, code string) string { return say(outcomesOf[kind], code) }

var endings = map[string]string{
	care.Resolved: "bisogno risolto", care.Granted: "pratica accolta", care.Refused: "pratica respinta",
	care.Abandoned: "interrotto", care.NotReached: "persona non raggiunta", care.ToCPI: "inviato al Centro per l’Impiego",
	care.Placed: "inserimento riuscito", care.InTraining: "in formazione", care.Unsuccessful: "inserimento non riuscito",
	care.ReferralEnded: "segnalazione conclusa senza inserimento", care.EndedEarly: "concluso con la chiusura del fascicolo",
	care.ToSocial: "inviato al servizio sociale", care.Onward: "si passa al servizio successivo",
	care.ToEquipeBetween: "serve un’équipe tra enti", care.ToEquipeWithin: "serve un’équipe dell’ente", care.ToEquipe: "si torna all’équipe",
	care.PlanActivated: "progetto concordato", care.PlanRefused: "progetto non accettato dalla persona", care.NoPlan: "nessun progetto",
	care.Completed: "intervento concluso", care.Failed: "intervento non riuscito", care.ConsentOver: "consenso revocato",
	care.AlreadyOpen: "prosegue quello già in corso",
	care.Accepted:    "accettato dall’altra zona", care.Rejected: "rifiutato dall’altra zona", care.Revise: "il progetto va rivisto",
}

// Ending says how a branch of a path ended. An ending that it does not know is
// an outcome of closure, which the zone names.
func Ending(p care.Policy, code string) string {
	if o, ok := care.ByCode(p.Outcomes, code); ok && endings[code] == "" {
		return o.Name
	}
	return say(endings, code)
}

var reasons = map[string]string{
	"person_cancelled":     "La persona ha annullato",
	"service_unavailable":  "Il servizio non è disponibile",
	"person_not_reachable": "La persona non è raggiungibile",
	care.GoodReason:        "Aveva avvisato, o c’era un buon motivo",
	"no_reason_given":      "Non ha avvisato",
	care.OfficeUnable:      "L’ufficio non poteva",
	care.NoInterpreter:     "Mancava l’interprete",
	agenda.NoSummons:       "Non aveva ricevuto la convocazione",
	"absent":               "Assente in questo periodo",
	"not_competent":        "Non è di mia competenza",
	"conflict_of_interest": "Conflitto di interessi",
	"needs_resolved":       "I bisogni sono già risolti",
	"person_unavailable":   "La persona non è disponibile",
	"other_path":           "Basta un altro percorso",
	"no_interest":          "Non le interessa",
	"not_the_need":         "Non risponde a ciò di cui ha bisogno",
	"moving_away":          "Si trasferisce altrove",
	"person_absent":        "La persona non si è presentata",
	"person_declined":      "La persona ha rinunciato",
	"not_resident":         "La persona non vive nella zona",
	"no_capacity":          "La zona non ha posti",
	"incomplete":           "Mancano informazioni",

	care.ConsentOver: "La persona ha revocato il consenso",
}

// whyNext says why somebody is to decide what is next: how what came before has ended.
var whyNext = map[string]string{
	care.Onward: "il servizio ha concluso, e la zona non ne prevede un altro", care.NotReached: "la persona non è stata raggiunta", care.NoShow: "la persona non si è presentata agli appuntamenti",
	care.PersonCancelled: "la persona ha annullato l’appuntamento", care.ServiceUnavailable: "il servizio non era disponibile", care.NotReachable: "la persona non è raggiungibile: cercala, anche attraverso chi la segue",
	care.PersonAbsent: "la persona non si è presentata all’ente", "person_declined": "la persona ha rinunciato", care.Failed: "l’intervento dell’ente non è riuscito",
	care.Unsuccessful: "l’inserimento lavorativo non è riuscito", care.Declined: "la persona non ha accettato il patto di servizio",
	care.Completed: "l’ente a cui la persona era stata passata ha concluso, e il bisogno di lavoro resta aperto", care.ConsentOver: "la persona ha revocato il consenso, e la segnalazione è finita",
	care.PlanRefused: "la persona non ha accettato il progetto", care.NoPlan: "l’équipe ha concluso senza progetto", "person_unavailable": "l’équipe ha concluso senza progetto, perché la persona non è disponibile",
	"other_path": "l’équipe ha concluso che basta un altro percorso", care.Granted: "la pratica è stata accolta: verifica che cosa rende possibile, e registra il permesso se è nuovo",
	care.Refused: "la pratica è stata respinta", care.Abandoned: "ciò che era iniziato si è interrotto", care.NotRenewed: "il permesso non è stato rinnovato",
	care.TurnsSixteen: "la persona compie 16 anni", care.NearlyAdult: "tra sei mesi la persona è maggiorenne", care.PermitGranted: "la persona ha ora un permesso di soggiorno",
	care.PlanActionDate: "un’azione del progetto è arrivata alla sua data", care.OutcomeMerged: "in un fascicolo unito a questo c’era un passo da decidere", "parted": "l’unione con un altro fascicolo è annullata: guarda che cosa è rimasto di là, e che cosa va riproposto alla persona",
}

// WhyNext says why somebody is to decide what is next; empty: the task says it by itself.
func WhyNext(reason string) string {
	if reason == "" {
		return ""
	}
	return "Perché: " + say(whyNext, reason) + "."
}

// Reason is a reason that an outcome of a task may give.
func Reason(code string) string { return say(reasons, code) }

// KnownReason is Reason where it has words.
func KnownReason(code string) (text string, known bool) {
	text, known = reasons[code]
	return text, known
}

var fields = map[string]string{
	"outcome": "Esito",
	"starts":  "Primo giorno", "ends": "Ultimo giorno",
	"needs": "Bisogni", "areas": "Bisogni per area", "bookings": "Appuntamenti", "at": "Giorno e ora", "reason": "Motivo",
	"matter": "Materia", "measure": "Misura", "enterprise": "Azienda", "until": "Entro quando", "to": "A chi", "stamp": "Attività com’era", "closure_outcome": "Esito della chiusura",
	"first": "Primo giorno di assenza", "last": "Ultimo giorno di assenza", "substitute": "Sostituto", "staff_id": "Chi è assente",
	"note": "Note", "interpreted": "Chi ha interpretato", "late": "Minuti di ritardo", "circle": "Chi legge quello che scrivi", "service": "Servizio", "area": "Area", "need": "Gravità",
	"person": "Persona", "topic": "Argomento", "channel": "Canale", "language": "Lingua", "languages": "Lingue", "citizenship": "Cittadinanza",
	"by": "Chi lo chiede", "why": "Perché", "beyond": "Anche senza posto o fuori orario", "given_name": "Nome", "family_name": "Cognome", "birth_date": "Data di nascita", "permit": "Permesso di soggiorno",
	"permit_expiry": "Scadenza del permesso", "receipt_on": "Ricevuta del rinnovo", "phone": "Telefono", "fiscal_code": "Codice fiscale", "contacts": "Contatti", "no_safe_contact": "Nessun contatto sicuro", "reads": "Lingue che legge", "speech": "Come comunica", "linked": "Persone vicine", "no_abode": "Senza fissa dimora", "papers": "Documenti", "name": "Nome e cognome", "relation": "Che cosa è per la persona", "signs": "Firma", "barred": "Non si deve informare", "order": "Chi lo ha disposto", "ordered": "Giorno della decisione", "file": "Numero del suo fascicolo", "type": "Documento", "number": "Numero", "expires": "Ultimo giorno", "signed_by": "Chi firma", "value": "Numero o indirizzo", "whose": "Di chi è", "call": "Si può chiamare o scrivere", "message": "Si può lasciare un messaggio", "hours": "Quando", "email": "Email", "municipality": "Comune in cui vive", "another_person": "È un’altra persona", "address": "Indirizzo", "notice_given": "Informativa sulla privacy", "notice_way": "Come è stata data l’informativa", "notice_language": "Lingua dell’informativa",
	"agency": "Ente", "role": "Ruolo",
	"plan": "Progetto personalizzato", "goals": "Obiettivi", "goal": "Obiettivo", "actions": "Azioni", "text": "Testo", "changes": "Che cosa cambia",
	"send": "Invio della persona", "state": "Stato", "result": "Risultato", "stage": "Da dove prosegue", "consent": "Consenso della persona", "consents": "Enti privati a cui la persona acconsente", "left_out": "Enti privati a cui la persona dice no",
	"kind": "Tipo di équipe", "votes": "Pareri", "purpose": "Bisogno a cui risponde", "seen": "Dati da comunicare",
	"keeper": "Custode", "elsewhere": "Una persona di un altro ente", "zone": "Zona", "into": "Fascicolo che resta",
}

// Field is the name of a field of a form. A path such as "bookings[0].service"
// or "person.permit" is said by its last part.
func Field(path string) string { return say(fields, lastName(path)) }

// lastName is the name of the field that a path ends in.
func lastName(path string) string {
	name := path[strings.LastIndexByte(path, '.')+1:]
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i]
	}
	return name
}

// BeyondHint says who may give a place where there is none.
const BeyondHint = "Solo se serve, e con il suo motivo: lo può fare il responsabile, o chi lavora nel servizio. Si vede in agenda."

// beyondWhys are why somebody is given a place where there is none.
var beyondWhys = map[string]string{
	"urgent": "è urgente", "deadline": "una scadenza è vicina", "is_here": "la persona è già qui", "agreed": "concordato con il servizio", "other": "un altro motivo, nella nota",
}

// BeyondWhy is why somebody is given a place where there is none.
func BeyondWhy(code string) string { return beyondWhys[code] }

// MayBeRead is said beside every note about a person.
const MayBeRead = "La persona può chiedere di leggere quello che scrivi."

var fieldHelps = map[string]string{
	"needs":           "Scegli tutte le aree in cui la persona ha detto di avere bisogno.",
	"areas":           "Per ogni area indica quanto è grave il bisogno.",
	"bookings":        "Indica il servizio, il giorno e l’ora; al massimo cinque appuntamenti.",
	"at":              "Un giorno e un’ora futuri, nell’ora italiana.",
	"until":           "Il giorno e l’ora entro cui registrare com’è andata la misura.",
	"reason":          "Il motivo più vicino a ciò che è successo.",
	"matter":          "Di che cosa tratta la pratica.",
	"measure":         "La misura concordata con la persona nel patto di servizio.",
	"enterprise":      "Il nome dell’azienda, se ce n’è una.",
	"closure_outcome": "Come si conclude il percorso.",
	"circle":          "Di solito quello che nota un’assistente sociale è per il servizio sociale, quello di altri per il loro ente. Tu lo leggi sempre; chi resta fuori vede chi ha scritto e quando.",
	"note":            "Scrivi solo ciò che serve al lavoro, senza nominare altre persone. " + MayBeRead,
	"late":            "Se la persona è arrivata dopo l’ora. Chi arriva in ritardo è venuto: non è un’assenza.",
	"interpreted":     "Mai un bambino o un ragazzo. Se è stato un parente o un amico, il colloquio si ripete con un mediatore.",
	"service":         "Il servizio di secondo livello.",
	"birth_date":      "Giorno, mese e anno, come nel documento.",
	"citizenship":     "Per chi non ne ha nessuna scegli «Apolide».",
	"permit":          "Il permesso che la persona ti mostra. Se ha la ricevuta della richiesta o del rinnovo, scegli la ricevuta.",
	"permit_expiry":   "Lascia vuoto se il permesso non scade.",
	"phone":           "Il numero a cui la persona vuole essere chiamata.",
	"languages":       "Le lingue in cui la persona preferisce parlare, la preferita per prima.",
	"language":        "La lingua in cui si è parlato.",
	"notice_given":    "L’informativa va consegnata, o letta ad alta voce, prima di continuare.",
	"agency":          "L’ente che risponderà alla segnalazione.",
	"plan":            "Almeno un obiettivo e un’azione; di ogni azione l’ente che la fa ed entro quando.",
	"goals":           "Per ogni obiettivo del progetto, quanto è stato raggiunto.",
	"goal":            "L’obiettivo a cui l’azione serve.",
	"changes":         "Che cosa cambia rispetto alla versione di prima, e perché.",
	"send":            "Quando il progetto è attivo, la persona viene inviata a questo ente.",
	"stage":           "Il punto del percorso da cui si prosegue.",
	"consents":        "Gli enti privati, uno per uno, a cui la persona acconsente che arrivino i dati indicati.",
	"left_out":        "Gli enti privati a cui la persona dice no: non ricevono i suoi dati, e il resto va avanti.",
	"consent":         "La persona acconsente a comunicare i dati indicati a questo ente privato. Se dice no, il resto non cambia.",
	"kind":            "Tra enti, se servono più enti; dell’ente, se basta uno.",
	"votes":           "Che cosa ha detto chi era presente; le ragioni, se il parere non è favorevole.",
	"purpose":         "L’area di bisogno per cui la persona viene inviata.",
	"seen":            "Controlla i dati che l’ente riceverà: saranno questi, e nessun altro.",
	"zone":            "La zona a cui passa il fascicolo, se accetta.",
	"into":            "Il percorso continua in questo fascicolo; l’altro si chiude.",
	"role":            "A chi passa l’attività: un ruolo della zona.",
}

// FieldHelp says what a field asks for, where its name does not; the path is as
// for Field. Empty: the name says it.
func FieldHelp(path string) string { return fieldHelps[lastName(path)] }

// fieldsOf are fields that mean something of their own in a kind of task: name and help.
var fieldsOf = map[care.TaskKind]map[completion.TaskField][2]string{
	care.PermitRenewal: {
		completion.FieldAt:     {"Giorno della ricevuta", "Il giorno in cui è stato chiesto il rinnovo, come nella ricevuta."},
		completion.FieldPermit: {"Nuovo permesso", "Il tipo scritto sul nuovo permesso."},
	},
	care.NextStepAfterRejection: {completion.FieldAt: {"Quando riprovare", "Il giorno e l’ora da cui l’attività torna da fare."}},
	care.PlanDraft:              {completion.FieldReason: {"Perché non c’è un progetto", "Il motivo più vicino a ciò che ha deciso l’équipe."}},
}

// TaskField is the name of a field in the form of a kind of task.
func TaskField(kind care.TaskKind, f completion.TaskField) string {
	if own, ok := fieldsOf[kind][f]; ok {
		return own[0]
	}
	return Field(string(f))
}

// TaskFieldHelp says what a field asks for in the form of a kind of task.
func TaskFieldHelp(kind care.TaskKind, f completion.TaskField) string {
	if own, ok := fieldsOf[kind][f]; ok {
		return own[1]
	}
	return FieldHelp(string(f))
}

var needLevels = map[string]string{"none": "Nessuna difficoltà", "some": "Qualche difficoltà", "serious": "Serve aiuto", "urgent": "Serve aiuto subito"}

var circles = map[string]string{"social": "Solo le assistenti sociali che seguono la persona", "equipe": "Chi siede nell’équipe della persona, finché ci siede", "agency": "Anche i colleghi del mio ente che lavorano con la persona"}

// Circle says whom what somebody writes is for, as they choose it.
func Circle(code string) string { return say(circles, code) }

// NeedLevel says how serious a need was found.
func NeedLevel(code string) string { return say(needLevels, code) }

var taskStates = map[care.TaskState]string{
	care.TaskReady: "libera", care.TaskReserved: "affidata", care.TaskCompleted: "completata",
	care.TaskSkipped: "saltata", care.TaskObsolete: "non più necessaria",
}

// TaskState is the state of a task.
func TaskState(s care.TaskState) string { return say(taskStates, s) }

var referralStates = map[care.ReferralState]string{
	care.ReferralRequested: "da leggere", care.ReferralReceived: "letta", care.ReferralOnHold: "in attesa di informazioni",
	care.ReferralAccepted: "accettata", care.ReferralRejected: "rifiutata", care.ReferralInProgress: "in corso",
	care.ReferralCompleted: "conclusa", care.ReferralFailed: "conclusa senza esito positivo", care.ReferralWithdrawn: "ritirata",
	care.ReferralRedirected: "inoltrata a un altro ente",
}

// ReferralState is the state of a referral (segnalazione, feminine).
func ReferralState(s care.ReferralState) string { return say(referralStates, s) }

var operations = map[care.Operation]string{
	care.OpOpen: "Apri il fascicolo", care.OpComplete: "Completa", care.OpAcknowledge: "Ho letto (presa visione)", care.OpAccept: "Accetta",
	care.OpReject: "Rifiuta", care.OpHold: "Chiedi informazioni", care.OpSupply: "Invia le informazioni", care.OpRedirect: "Inoltra a un altro ente",
	care.OpWithdraw: "Ritira la segnalazione", care.OpBook: "Prenota un servizio", care.OpSendToCPI: "Invia al CPI",
	care.OpClose: "Chiudi in anticipo", care.OpRenewPolicy: "Applica le regole aggiornate", care.OpReport: "Esito di un ramo",
	care.OpEnd: "Fine di un ramo", care.OpMailBounced: "Messaggio non recapitato", care.OpClock: "Scadenza",
	care.OpClaim: "Lo faccio io", care.OpRelease: "Rimetti tra le libere", care.OpReassign: "Passa a…", care.OpExtend: "Rimanda al…",
	care.OpVouch: "Conferma che è la stessa persona", care.OpCorrect: "Correggi i dati della persona", care.OpRemind: "Sollecita", care.OpContact: "Registra l’accesso",
	care.OpConvene: "Convoca un’équipe", care.OpPlanMeeting: "Programma una riunione", care.OpMinutes: "Registra il verbale", care.OpProgress: "Aggiorna l’azione", care.OpRetryEntry: "Riprova ora", care.OpRefuseEntry: "Rifiuta la richiesta", care.OpRefer: "Invia a un partner",
	care.OpMeet: "Registra un incontro", care.OpConsent: "Registra il consenso", care.OpUnconsent: "Registra la revoca del consenso",
	care.OpPermit: "Registra la ricevuta o il nuovo permesso", care.OpSuspend: "Sospendi il percorso", care.OpResume: "Fai riprendere il percorso",
	care.OpTransfer: "Chiedi il passaggio a un’altra zona", care.OpRecall: "Ritira la richiesta di passaggio", care.OpMerge: "Unisci a un altro fascicolo", care.OpAdopt: "Arrivo di un fascicolo unito", care.OpNewCourse: "Passa al nuovo percorso",
	care.OpMistake: "Segnala che è stato uno sbaglio", care.OpUndo: "Conferma e annulla lo sbaglio",
	care.OpReopen: "Riapri il fascicolo", care.OpProtect: "Proteggi la persona", care.OpNameKeeper: "Nomina un custode", care.OpDismissKeeper: "Togli un custode", care.OpNameLead: "Nomina il referente", care.OpAddNeed: "Aggiungi un bisogno", care.OpEndNeed: "Chiudi un bisogno", care.OpAddDate: "Aggiungi una data importante", care.OpMoveDate: "Correggi una data importante", care.OpEndDate: "Segna una data come passata", care.OpAmend: "Correggi quello che è scritto", care.OpNoteReferral: "Aggiungi una nota alla segnalazione", takeover.Form: "Presa in carico", written.AreaNote: "Nota su un’area della valutazione", care.OpTellTakeOver: "Registra come la persona sa della presa in carico", care.OpWorkProfile: "Scrivi il profilo per il lavoro", care.OpElsewhere: "Scrivi il numero in un altro sistema",
	care.OpMoveMeeting: "Sposta l’appuntamento", care.OpCancelMeeting: "Annulla l’appuntamento", care.OpArrive: "È arrivata",
	care.OpAskLifting: "Proponi di togliere la protezione", care.OpLift: "Togli la protezione",
}

// Operation is an operation as the button that does it says it.
func Operation(op care.Operation) string { return say(operations, op) }

var stages = map[care.Stage]string{
	care.StageFirstLevel: "Primo livello", care.StageSecondLevel: "Secondo livello", care.StageEquipe: "Équipe", care.StagePlacement: "Inserimento lavorativo",
	care.StageFollowUp: "Monitoraggio", care.StageClosed: "Chiuso",
}

// Stage is a stage of the path.
func Stage(s care.Stage) string { return say(stages, s) }

var runKinds = map[care.RunKind]string{
	care.RunCase: "Percorso", care.RunService: "Servizio di secondo livello", care.RunPlacement: "Inserimento lavorativo", care.RunFollowUp: "Monitoraggio",
	care.RunEquipe: "Équipe", care.RunReferral: "Segnalazione a un partner", care.RunTransfer: "Passaggio a un’altra zona",
}

// RunKind is the name of a process.
func RunKind(k care.RunKind) string { return say(runKinds, k) }

var healths = map[health.Health]string{
	health.Planned: "come previsto", health.Late: "in ritardo", health.Broken: "guasto tecnico", health.Orphaned: "senza nessuno che possa agire",
	health.Unknown: "in corso di calcolo",
}

// Health says how a case stands.
func Health(h health.Health) string { return say(healths, h) }

var appointmentStates = map[string]string{
	string(care.AppointmentBooked): "da confermare", string(care.AppointmentConfirmed): "confermato", string(care.AppointmentHeld): "svolto",
	string(care.AppointmentNoShow): "la persona non è venuta", string(care.AppointmentCancelled): "annullato", string(care.AppointmentMoved): "spostato",
}

// AppointmentState is the state of an appointment.
func AppointmentState(code string) string { return say(appointmentStates, code) }

var permits = map[string]string{
	"": "Non mostrato", "work": "Lavoro", "family": "Famiglia", "study": "Studio", "protection": "Protezione internazionale", "humanitarian": "Protezione speciale o casi speciali",
	"minor_age": "Minore età", "long_term": "Soggiornante di lungo periodo", "other": "Altro tipo", care.PermitRequested: "Ricevuta della richiesta o del rinnovo",
}

// Permit is a kind of residence permit; the empty code says that none was shown.
func Permit(code string) string { return say(permits, code) }

var gates = map[eligibility.Gate]string{
	eligibility.GateInformation: "Informazioni", eligibility.GateLevel1: "Orientamento e fascicolo (primo livello)",
	eligibility.GateLevel2: "Servizi specialistici (secondo livello)", eligibility.GateTakeOver: "Presa in carico integrata",
}

// Gate is what a person may be given.
func Gate(g eligibility.Gate) string { return say(gates, g) }

var contactOutcomes = map[string]string{"information": "Informazioni", "consultation": "Consulenza"}

// ContactOutcome says what a contact at the desk was.
func ContactOutcome(code string) string { return say(contactOutcomes, code) }

var nextSteps = map[care.NextStep]string{
	care.NextChooseAnother: "chi ha inviato sceglie un altro ente", care.NextSupply: "chi ha inviato la invia di nuovo con quanto manca",
	care.NextTryLater: "chi ha inviato riprova più avanti", care.NextReachPerson: "chi ha inviato rintraccia la persona e la invia di nuovo",
}

// NextStep says what the sender of a rejected referral should do.
func NextStep(n care.NextStep) string { return say(nextSteps, n) }

var bases = map[care.LegalBasis]string{
	care.PublicTask: "compito di interesse pubblico (art. 6, par. 1, lett. e GDPR)", care.Consent: "consenso della persona (art. 6, par. 1, lett. a GDPR)",
}

// LegalBasis says on what ground an agency was given data.
func LegalBasis(b care.LegalBasis) string { return say(bases, b) }

var purposes = map[string]string{
	"referral": "risposta a una segnalazione", "appointment": "appuntamento con il servizio",
	"equipe": "lavoro dell’équipe", "transfer": "passaggio a un’altra zona",
	"approval": "approvazione della chiusura, al posto della zona",
}

// Purpose says what an agency was given data for.
func Purpose(code string) string { return say(purposes, code) }

// ReferralPurpose says what the person is sent to a partner for: the name of an
// area of need, as the zone has it. Empty: a placement, or what a plan sends them for.
func ReferralPurpose(p care.Policy, code string) string {
	if areas := p.NeedAreas([]string{code}); len(areas) == 1 {
		return areas[0].Name
	}
	if code == "" {
		return "Inserimento lavorativo, o gli obiettivi del progetto"
	}
	return say[string](nil, code)
}

var endReasons = map[care.EndReason]string{
	care.EndCompleted: "il lavoro per cui erano stati comunicati è concluso", care.EndRejected: "la segnalazione è stata rifiutata",
	care.EndWithdrawn: "la segnalazione è stata ritirata", care.EndRedirected: "la segnalazione è stata inoltrata a un altro ente",
	care.EndCancelled: "l’appuntamento è stato annullato", care.EndWaived: "l’ente non siede più nell’équipe",
	care.EndAnswered: "la richiesta di passaggio ha avuto risposta, o è stata ritirata", care.EndConsent: "manca il consenso della persona",
	care.EndMistake: "il fascicolo era stato aperto per errore",
}

// ShareEnd says until when an agency sees what it was given of a person, and
// why; empty: there is no end in view.
func ShareEnd(agency string, why care.EndReason, until *time.Time, now time.Time) string {
	switch {
	case until == nil:
		return ""
	case until.After(now):
		return Upper(article.The(agency)) + " vede i dati della persona fino " + Dated("a", until.In(Rome)) + ": " + say(endReasons, why) + "."
	}
	return Upper(article.The(agency)) + " non vede più i dati della persona " + Dated("da", until.In(Rome)) + ": " + say(endReasons, why) + "."
}

var weekdays = map[care.Weekday]string{
	"mon": "lunedì", "tue": "martedì", "wed": "mercoledì", "thu": "giovedì", "fri": "venerdì", "sat": "sabato", "sun": "domenica",
}

// Weekday is a day of the week.
func Weekday(d care.Weekday) string { return say(weekdays, d) }

var mediatorAccess = map[care.MediatorAccess]string{
	care.MediatorsByCalendar: "a calendario", care.MediatorsByAppointment: "su appuntamento", care.MediatorsAsNeeded: "quando serve",
}

// MediatorAccess says how one gets a mediator.
func MediatorAccess(m care.MediatorAccess) string { return say(mediatorAccess, m) }

// Reading says what an audited read or write was, after the name of who did it.
func Reading(action string) string { return say(reading.Words, action) }

var readingPurposes = map[ledger.ReadingPurpose]string{
	ledger.ForCare: "seguire la persona", ledger.ForDesk: "accogliere chi si rivolge allo sportello", ledger.ForOneFile: "non aprire due fascicoli della stessa persona",
	ledger.ForDisclosure: "decidere che cosa comunicare a un altro ente", ledger.ForPlan: "seguire il progetto", ledger.ForSupervision: "far ripartire i percorsi fermi",
	ledger.ForAccountability: "sapere chi ha letto il fascicolo",
}

// ReadingPurpose says what something was read for.
func ReadingPurpose(code ledger.ReadingPurpose) string {
	if said, ok := readingPurposes[code]; ok {
		return said
	}
	return Purpose(string(code))
}
