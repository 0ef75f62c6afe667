package italian

import (
	"percorso/internal/absence"
	"percorso/internal/actors"
	"percorso/internal/after"
	"percorso/internal/agenda"
	"percorso/internal/amending"
	"percorso/internal/arrival"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/critical"
	"percorso/internal/crossing"
	"percorso/internal/eligibility"
	"percorso/internal/gathering"
	"percorso/internal/homevisit"
	"percorso/internal/italian/asked"
	"percorso/internal/italian/dated"
	"percorso/internal/italian/gate"
	"percorso/internal/italian/jobs"
	"percorso/internal/italian/known"
	"percorso/internal/lead"
	"percorso/internal/mediation"
	"percorso/internal/needs"
	"percorso/internal/noted"
	"percorso/internal/plan"
	"percorso/internal/promise"
	"percorso/internal/protection"
	"percorso/internal/queue"
	"percorso/internal/remind"
	"percorso/internal/sole"
	"percorso/internal/takeover"
	"percorso/internal/terms"
	"percorso/internal/together"
	"percorso/internal/undoing"
	"percorso/internal/waitlist"
)

var rules = map[string]string{
	care.RuleRequired:        "Manca: scrivilo per continuare.", // Fault says of a field what to write
	care.RuleUnknownCode:     "Scegli una delle voci dell’elenco.",
	care.RuleNotAllowed:      "Questo campo non va con la scelta fatta: lascialo vuoto.",
	care.RuleInThePast:       "La data è già passata: indicane una futura.",
	care.RuleInTheFuture:     "La data è nel futuro: controllala.",
	care.RuleTooLong:         "Il testo è troppo lungo: accorcialo.",
	care.RuleTooMany:         "Le voci sono troppe: togline qualcuna.",
	care.RuleIllegible:       "Il testo contiene caratteri invisibili o non leggibili: togli quelli rimasti e ripeti l’invio.",
	care.RuleService:         "Scegli un servizio della zona.",
	care.RuleMatter:          "Scegli una materia di cui il servizio si occupa.",
	care.RuleReason:          "Scegli uno dei motivi dell’elenco.",
	care.RuleNotice:          "Consegna alla persona l’informativa sulla privacy prima di continuare.",
	care.RuleLanguage:        "Scegli una lingua dell’elenco.",
	care.RuleCountry:         "Scegli uno Stato dell’elenco: un territorio non dà una cittadinanza, e uno Stato che non c’è più nemmeno.",
	care.RuleDuplicate:       "La voce è ripetuta: lasciala una volta sola.",
	care.RuleUnknownGoal:     "L’azione non ha un obiettivo del progetto: sceglilo tra quelli scritti sopra.",
	care.RuleUnreachable:     "A questo ente non si può inviare nessuno: non usa Percorso e non ha un indirizzo. Scegli un altro ente, o chiedi al responsabile di aggiungere l’indirizzo.",
	care.RuleUseCPI:          "Al Centro per l’Impiego la persona si invia con «Invia al CPI».",
	care.RuleActOver:         "L’atto con cui questo ente lavora con la zona è scaduto: finché non ce n’è uno nuovo non gli si comunicano altri dati. Scegli un altro ente, o chiedi al responsabile della zona.",
	care.RuleConsent:         "A questo ente i dati si comunicano solo con il consenso della persona, dato per questo ente e questa finalità. Segna che cosa dice la persona, o registra il consenso nel fascicolo, poi ripeti.",
	care.RuleSeen:            "I dati da comunicare sono cambiati da quando li hai visti: ricontrollali e ripeti l’invio.",
	care.RuleTooLongAgo:      "La data è troppo indietro: si registra ciò che è accaduto negli ultimi 30 giorni.",
	care.RuleTooFar:          "La data è troppo lontana: indicane una entro due anni.",
	care.RuleClosedDay:       "In quel giorno gli uffici della zona sono chiusi: scegli un giorno lavorativo.",
	agenda.NoPlace:           "A quell’ora non c’è più posto: scegline un’altra.",
	agenda.OutsideSessions:   "A quell’ora il servizio non riceve: scegli uno dei suoi orari.",
	agenda.CalledOff:         "Quel giorno il servizio non riceve: la giornata è annullata. Scegli un altro giorno.",
	calledoff.Already:        "Alcuni di questi giorni sono già annullati: scegli gli altri.",
	calledoff.Fixing:         "In questo momento qualcuno fissa un appuntamento in uno di questi giorni: riprova fra qualche secondo.",
	agenda.NotYours:          "Un posto in più o fuori orario lo dà il responsabile, o chi lavora nel servizio: scegli uno dei posti liberi, oppure chiedi a loro.",
	agenda.PlaceFree:         "C’è già un posto che va bene: prenotalo.",
	waitlist.RuleTwice:       "La persona è già in lista per questo servizio e questa materia.",
	waitlist.RuleHasOne:      "La persona ha già un appuntamento con questo servizio: se è troppo tardi, spostalo.",
	waitlist.RuleHours:       "Questo servizio riceve a qualsiasi ora: prenota l’appuntamento.",
	waitlist.RuleOver:        "Questo posto non è più da proporre: qualcun altro ha già registrato come è andata, oppure il posto non c’è più.",
	waitlist.RuleLeft:        "Nel frattempo la persona non è più in lista: ha avuto un posto, o un collega l’ha tolta. Se le serve ancora un posto, rimettila in lista dal suo fascicolo.",
	waitlist.RuleNotOpen:     "Il fascicolo è chiuso: chi non è più seguito non aspetta un posto.",
	calledoff.Over:           "Non c’è più nessun giorno da riaprire.",
	agenda.Elsewhere:         "A quell’ora la persona ha già un altro appuntamento: scegli un’altra ora.",
	agenda.UnknownPair:       "Numero e data di nascita non corrispondono: fatteli ripetere. A chi non li sa non si dice nulla, nemmeno che il fascicolo c’è.",
	agenda.HourCame:          "L’ora dell’appuntamento è arrivata: non si sposta e non si annulla più. Registra se la persona è venuta.",
	agenda.OtherTime:         "Nel frattempo l’appuntamento è stato spostato: guarda quando è adesso, poi ripeti se serve ancora.",
	agenda.Unsaid:            "Di un appuntamento che cade nella sospensione non è detto che cosa succede: scegli per ognuno se resta, si sposta o si annulla.",
	agenda.Fixing:            "In questo momento qualcuno fissa un appuntamento che cade nella sospensione: riprova tra poco.",
	agenda.SameTime:          "L’appuntamento è già a quell’ora: scegline un’altra.",
	agenda.NotStanding:       "L’appuntamento non c’è più: è già stato annullato, o si è già registrato com’è andato.",
	arrival.OtherDay:         "L’appuntamento è di un altro giorno: chi è arrivato si segna nel giorno del suo appuntamento.",
	arrival.Already:          "Un collega ha già segnato che la persona è qui.",
	arrival.NotMarked:        "Nessuno ha segnato che la persona è qui: non c’è nulla da togliere.",
	arrival.Came:             "La persona era arrivata: scrivi qui perché risulta assente, per esempio se è andata via. Se l’arrivo è uno sbaglio, toglilo tra gli appuntamenti.",
	queue.NotNow:             "Nel frattempo qualcuno ha chiamato o servito questo numero: guarda com’è adesso.",
	queue.Nobody:             "Nessuno aspetta senza appuntamento.",
	queue.NoState:            "Di un numero si dice solo che aspetta, è chiamato, è servito o è andato via.",
	homevisit.RuleSecond:     "In visita si va in due: indica chi va insieme, oppure scrivi perché va una persona sola.",
	homevisit.RuleOne:        "Vanno in due: il motivo per andare in una persona sola non serve. Cancella il motivo, o togli il secondo nome.",
	homevisit.RuleTwice:      "È la stessa persona: indica chi altro va.",
	homevisit.RuleVisitor:    "Non può andare: non segue questa persona, o non lavora più qui. Scegli tra i nomi dell’elenco.",
	homevisit.RuleBusy:       "A quell’ora ha già un altro impegno: indica qualcun altro, o sposta uno dei due.",
	homevisit.RuleAway:       "Quel giorno risulta assente: indica qualcun altro.",
	homevisit.RuleKnows:      "Chi lo sa deve restare raggiungibile: non può essere chi va.",
	homevisit.RuleKnower:     "Indica chi lo sa, tra i nomi dell’elenco.",
	homevisit.RulePhone:      "Non è un numero di telefono: scrivi solo cifre, con il prefisso.",
	homevisit.RuleMinutes:    "Indica quanti minuti dura la visita, da 15 a 480.",
	homevisit.RuleDomicile:   "Nel fascicolo non c’è il domicilio: scrivi qui dove si va.",
	homevisit.RuleMoveBusy:   "È una visita a domicilio, e a quell’ora chi ci va ha già un altro impegno: scegli un’altra ora, o cambia prima chi va.",
	homevisit.RuleMoveAway:   "È una visita a domicilio, e quel giorno chi ci va risulta assente: scegli un altro giorno, o cambia prima chi va.",
	homevisit.RuleByPhone:    "L’appuntamento è per telefono: a domicilio si va per uno di persona.",
	homevisit.RuleOver:       "L’appuntamento non c’è più, o la sua ora è arrivata: la visita non si cambia.",
	homevisit.RuleChanged:    "Nel frattempo un collega ha cambiato questa visita: guarda com’è adesso, poi ripeti se serve ancora.",
	homevisit.RuleNotBack:    "Della visita di prima non risulta che siano rientrati: dillo in «Oggi», poi fissa questa.",
	homevisit.RuleNotBegun:   "La visita non è ancora cominciata.",
	homevisit.RuleNotVisits:  "Lo dice chi è andato, chi sa della visita o, se nessuno risponde, il responsabile.",
	consult.Ringing:          "Qualcuno è già stato chiamato e può ancora rispondere: aspetta la risposta.",
	consult.Answered:         "C’è già una risposta: guarda in «Oggi» chi arriva.",
	consult.NoDuty:           "Non c’è nessun altro di turno: il responsabile è avvisato.",
	consult.NoAnswer:         "Si risponde «Arrivo», «Tra 10 minuti» o «Non posso».",
	arrival.RuleLate:         "Scrivi i minuti di ritardo in cifre, al massimo 480.",
	agenda.OutsideHours:      "Gli appuntamenti sono tra le 7 e le 20: scegli un’altra ora.",
	agenda.OtherService:      "Il posto è di un altro servizio: scegline uno del servizio indicato.",
	agenda.HourMissing:       "Scegli uno dei posti liberi da quel giorno, oppure scrivi l’ora.",
	care.RuleItsHour:         "L’appuntamento non c’è ancora stato: com’è andato si registra dalla sua ora in poi.",
	care.RuleReversed:        "La fine viene prima dell’inizio: correggi le date.",
	care.RuleImplausible:     "La data non è plausibile: controlla l’anno.",
	care.RuleSamePerson:      "I due fascicoli non sembrano della stessa persona: la data di nascita e il nome sono diversi. Controllali, e correggi quello sbagliato prima di unire.",
	care.RuleSecondEyes:      "Il nome, la data di nascita o il codice fiscale non coincidono (un 1º gennaio non basta): prima un’altra persona (non tu con un altro account) deve aver confermato, con «Conferma che è la stessa persona» e il motivo, che lo è.",
	care.RuleStaysOpen:       "Il fascicolo da chiudere ha attività in corso che quello che resta non può ancora accogliere: porta questo oltre il primo livello, o unisci i due al contrario.",
	care.RuleNoReopening:     "Un fascicolo chiuso con questo esito non si riapre. Se è stato uno sbaglio, segnalalo dalla sua pagina; se è stato unito a un altro, si lavora su quello.",
	protection.Already:       "La persona è già protetta.",
	protection.UnknownKeeper: "Scegli una persona dell’elenco.",
	protection.OneElsewhere:  "Di altri enti può saperlo una persona sola.",
	protection.Two:           "Servono due custodi di chi tiene il fascicolo: nomina un’altra persona oltre a te. Un altro tuo account non conta.",
	protection.Last:          "È l’ultimo custode di chi tiene il fascicolo: prima nominane un altro.",
	protection.AskedAlready:  "È già stato proposto: adesso un altro custode può farlo.",
	protection.KeepersOnly:   "La persona è protetta: l’attività può andare solo a uno dei suoi custodi.",
	protection.NoKeeper:      "La persona è protetta, e in questo ente nessuno può saperlo: prima nomina custode una persona di quell’ente.",
	protection.Protected:     "La persona è protetta: il fascicolo non si unisce e non passa a un’altra zona finché due custodi non tolgono la protezione.",
	protection.SecondKeeper:  "Servono due custodi: prima uno propone di togliere la protezione, poi un altro lo fa. Due account della stessa persona valgono come uno.",
	undoing.RuleOpen:         "Il fascicolo è aperto: non c’è una chiusura, o un’unione, da annullare.",
	undoing.RuleStays:        "Il fascicolo è stato unito a un altro, o è passato a un’altra zona: non c’è una chiusura da annullare.",
	undoing.RuleTooLate:      "Sono passati più di trenta giorni dalla chiusura: non si può più annullare. Se la persona torna, riapri il fascicolo o aprine uno nuovo.",
	undoing.RuleLateToPart:   "Sono passati più di trenta giorni dall’unione: non si può più annullare. Se sono due persone, apri un fascicolo nuovo per l’altra, e correggi i dati in questo.", undoing.RuleMergedOn: "Il fascicolo che resta è stato poi unito a un terzo: prima va annullata quell’unione.",
	undoing.RuleAskedElsewhere: "È chiesto il passaggio a un’altra zona del fascicolo che resta: prima ritira la richiesta.", undoing.RuleNotRemembered: "I due fascicoli sono stati uniti quando Percorso non ricordava ancora com’erano: l’unione non si può annullare. Se sono due persone, apri un fascicolo nuovo per l’altra.",
	undoing.RuleSaidAlready:  "Lo hai già segnalato, con questo o con un altro tuo account: adesso un’altra persona deve confermarlo.",
	undoing.RuleSecondPerson: "Servono due persone: chi conferma non è chi ha segnalato lo sbaglio, nemmeno con un altro suo account. Chiedi a un collega di farlo.",
	actors.RuleOwnQuestion:   "Chi ha fatto la richiesta non può rispondere per l’ente a cui l’ha fatta, nemmeno con un altro suo account: deve farlo un’altra persona di quell’ente.",
	care.RuleOtherPerson:     "Chi ha proposto la chiusura non può approvarla, nemmeno con un altro suo account: deve farlo un’altra persona, oppure chi l’ha proposta la ritira.",
	care.RuleSuspended:       "Il percorso è già sospeso: per cambiare la data fallo prima riprendere.",
	care.RuleTransfer:        "Il passaggio a un’altra zona è già stato chiesto: aspetta la risposta, o ritira la richiesta.",
	crossing.RuleNeedsNone:   "A questo ente qui il consenso non si chiede: non riceve dati con questo atto, oppure lavora come ente pubblico o per conto del Comune. Scegline uno privato che li riceve.",
	agenda.NotBegun:          "Quello che l’ente ha accettato non è ancora cominciato: che si è svolto si registra dal suo primo giorno in poi.",
	gathering.RuleBusy:       "A quell’ora qualcuno degli invitati è già atteso altrove: scegli un’altra ora, o conferma che va bene così.",
	gathering.RuleTells:      "Dove ci si incontra va nelle email e nei calendari: scrivilo senza il nome della persona.",
	gathering.RuleChanged:    "Nel frattempo qualcun altro ha spostato o disdetto la riunione, o è già passata: guarda com’è adesso, poi ripeti se serve.",
	gathering.RuleNoSeat:     "Chi è invitato non ha un posto in questa équipe: scegli tra chi ne fa parte.",
	gathering.RuleUnknown:    "Questa riunione non è tra quelle programmate dell’équipe, o è stata spostata: scegli quella giusta, o lascia vuoto.",
	gathering.RuleNone:       "Non c’è una riunione da disdire: non ne è programmata nessuna che debba ancora esserci.",
	gathering.RuleItsHour:    "La riunione non c’è ancora stata: il verbale si registra dalla sua ora in poi.",
	crossing.RuleEach:        "Gli enti privati sono più d’uno: chiedi il consenso alla persona per ciascuno, e segna a chi dice sì.",
	crossing.RuleInForce:     "A questo ente la persona aveva già detto sì: se ora dice no, registra prima la revoca nel fascicolo, poi ripeti.",
	crossing.RuleBoth:        "Per lo stesso ente risultano un sì e un no: lascia ciò che ha detto la persona.",
	care.RuleConsented:       "Il consenso per questo ente e questa finalità è già registrato: non serve ripeterlo.",
	care.RuleNoConsent:       "Non risulta un consenso da revocare: controlla il fascicolo.",
	care.RuleSaid:            "Da questo ruolo non si aspetta un parere: ha già risposto, o non fa parte dell’équipe. Togli il suo parere dal verbale.",

	terms.RuleWhyLong:   "Un rinvio così lungo, o un altro dopo il primo, chiede un motivo: scrivi perché.",
	terms.RuleWhyPermit: "Il nuovo termine viene dopo l’ultimo giorno del permesso di soggiorno: scrivi perché, o anticipalo.",
	terms.RulePermit:    "Il rinnovo non può aspettare oltre l’ultimo giorno del permesso di soggiorno: scegli un giorno prima.",

	care.RuleOtherAgency: "L’attività resta al suo ente: scegli una persona o un ruolo di quell’ente. A un altro ente si inoltra la segnalazione.",
	care.RuleOtherRole:   "Questa attività è di un ruolo solo: scegli una persona di quel ruolo.",
	care.RuleNoContact:   "Allo sportello del tuo ente non c’è un accesso con questo numero: scegline uno dell’elenco, o apri il fascicolo senza.",
	care.RuleContactUsed: "Da questo accesso è già nato un fascicolo: apri quello, o togli l’accesso.",
	care.RuleUnknownPart: "Nessuna versione del progetto ha questa voce: ricarica il progetto, poi ripeti la modifica.",
	critical.There:       dated.Rules[critical.There],
	critical.ReadsNoFile: dated.Rules[critical.ReadsNoFile],
	critical.NotOpen:     dated.Rules[critical.NotOpen],
	care.RuleNotHere:     "Questa persona non lavora più nella zona: scegline un’altra.",
	care.RuleOneOfTwo:    "Scegli una persona oppure un ruolo, non tutti e due.",
	care.RuleOneSeat:     "Questa persona siede già nell’équipe, con questo o con un altro suo account: chiedi a un’altra.",
	care.RuleNotAtWork:   "Il tuo ente adesso non lavora con questa persona: l’incontro lo registra chi la sta seguendo.",
	takeover.NotTaken:    "La presa in carico non risulta ancora: si registra quando la persona concorda il progetto, o quando il Centro per l’Impiego accetta.", needs.Listening: "Il primo ascolto non è ancora concluso: i bisogni si scrivono lì.", needs.There: "Il fascicolo ha già questo bisogno: scegline un altro.", needs.NotThere: "Il fascicolo non ha questo bisogno: scegline uno che c’è.", absence.Meanwhile: "Nel frattempo qualcun altro ha cambiato questa assenza: guarda com’è adesso, poi ripeti se serve.", promise.RuleMost: "Hai già 100 promemoria da fare: segna «Fatto» o elimina quelli che non servono più.", remind.RuleNotToCall: "Questa persona non è più da chiamare: l’ha già chiamata un’altra persona, oppure l’appuntamento è passato, spostato o annullato.", absence.Overlaps: "In quei giorni risulta già un’assenza: cambia quella, oppure scegli altri giorni.", absence.SubstituteAway: "In quei giorni è assente anche questa persona: scegline un’altra, oppure nessuno per nome.", absence.OtherAgency: "Chi sostituisce legge e fa quello che è del tuo ente: scegli una persona del tuo ente, oppure nessuno per nome.", absence.OtherRole: "Chi sostituisce fa quello che spetta al tuo ruolo: scegli una persona con lo stesso ruolo, oppure nessuno per nome.", absence.ForOneself: "Nessuno sostituisce sé stesso: scegli un’altra persona, oppure nessuno per nome.", lead.Already: "Questa persona è già il referente del suo ente: scegline un’altra.", lead.OwnAgency: "Il referente di un altro ente lo nomina quell’ente, o il responsabile: scegli una persona del tuo.", lead.Meanwhile: "Nel frattempo è stato nominato un altro per quell’ente: guarda chi segue la persona adesso, poi ripeti se serve.", lead.NotAtWork: "L’ente di questa persona adesso non lavora su questo percorso: scegli una persona di un ente che ci lavora.",
	plan.RuleMeanwhile:   "Nel frattempo qualcun altro ha scritto a che punto è l’azione: guarda com’è adesso, poi ripeti se serve.",
	amending.RuleNothing: "Non è cambiato nulla: correggi quello che è sbagliato, poi registra.", amending.RuleMeanwhile: "Qualcun altro l’ha corretto mentre scrivevi: guarda come sono adesso le cose, poi ripeti se serve.", amending.RuleStands: "Quello che dice vale anche altrove, o altri hanno già deciso su quello: si cambia con un atto nuovo, non da qui.",
	care.RuleToItself:    "La segnalazione è già al tuo ente: inoltrala a un altro, oppure rispondi tu.",
	care.RuleToSender:    "Questo ente ha inviato la segnalazione: non può rispondere al tuo posto. Se non è di tua competenza rifiutala, con il motivo.",
	care.RuleAskedBefore: "Questo ente ha già avuto la segnalazione e l’ha inoltrata: scegline un altro, oppure rifiutala con il motivo.",

	care.RuleServiceOpen:   "Con questo servizio c’è già un appuntamento o una pratica in corso per la stessa materia: si prosegue con quello.",
	care.RulePlacementOpen: "La persona è già inviata al Centro per l’Impiego: l’invio in corso non è concluso.",
	care.RuleEquipeOpen:    "Un’équipe di questo tipo è già al lavoro per questa persona: si prosegue con quella.",
	care.RuleReferralOpen:  "La persona è già inviata a questo ente per lo stesso bisogno: l’invio in corso non è concluso.",
	care.RuleIntoTransfer:  "L’altro fascicolo aspetta di passare a un’altra zona: aspetta la risposta, o ritira la richiesta, poi unisci.",
	care.RuleBothOpen:      "I due fascicoli hanno in corso la stessa attività: concludine una, poi unisci.",
	care.RuleNotClosed:     "Il fascicolo è già aperto: non serve riaprirlo.",
	care.RuleClosing:       "La chiusura è già chiesta: il fascicolo si chiude quando ogni attività ancora aperta è conclusa.",
	care.RuleMeetingKnown:  "Questo incontro è già registrato: non serve ripeterlo.",
	after.Birth:            "È prima della nascita della persona: controlla il giorno.", after.Opened: "È prima che il fascicolo fosse aperto: scrivi un giorno da allora in poi.", after.Convened: "È prima che l’équipe fosse convocata: scrivi un giorno da allora in poi.", after.Sent: "È prima che la segnalazione fosse inviata: scrivi un giorno da allora in poi.",
	calledoff.Meanwhile: "Nel frattempo qualcun altro ha segnato com’è andata: guarda che cosa risulta adesso, poi ripeti se serve.", noted.RuleMeanwhile: "Nel frattempo qualcun altro ha scritto la stessa cosa: guarda che cosa risulta adesso, poi ripeti se serve.",
	sole.RulePermitMeanwhile: "Nel frattempo qualcun altro ha registrato un altro permesso: guarda quale risulta adesso, poi ripeti se serve.",
	care.RulePermitKnown:     "Questo permesso, o questa ricevuta, è già registrato: non serve ripeterlo.",

	care.RuleMerged:       "Nel frattempo questo fascicolo è stato unito a un altro: continua in quello.",
	care.RuleMergedHere:   "Nel frattempo l’altro fascicolo è stato unito a questo: non c’è più nulla da unire.",
	care.RuleIntoMerged:   "Nel frattempo l’altro fascicolo è stato unito a un terzo: cerca di nuovo la persona, e unisci a quello che è rimasto.",
	care.RuleIntoArchived: "Nel frattempo l’altro fascicolo è stato chiuso, o è passato a un’altra zona: controlla quale prosegue.",

	mediation.RuleLot:      "Questo lotto non serve per questa lingua, di persona o per telefono come hai scelto, o è finito prima di quel giorno: scegline un altro.",
	mediation.RuleUsedUp:   "Di questo lotto non restano abbastanza ore: scegline un altro, o avvisa il responsabile.",
	mediation.RuleTwice:    "A quell’ora questo mediatore è già altrove: indicane un altro, o un’altra ora.",
	mediation.RuleParallel: "A quell’ora tutti i mediatori di questo lotto sono già altrove: serve un’altra ora, o un altro fornitore.",
	mediation.RuleAsked:    "Per questo appuntamento un mediatore è già stato chiesto: guarda come sta la richiesta.",
	mediation.RuleOver:     "Questo appuntamento non è più in agenda: un mediatore non serve.",
	mediation.RuleState:    "Nel frattempo la richiesta è cambiata: guarda come sta adesso.",
	mediation.RuleTells:    "Il luogo lo legge il fornitore: scrivilo senza il nome della persona.",
	mediation.RuleSameTime: "È l’ora già chiesta: indicane un’altra, oppure confermi questa.",
	mediation.RuleMinutes:  "Indica i minuti in numero, da 5 a 480.",

	agenda.StaffElsewhere: "A quell’ora chi partecipa con un altro ente, o un collega che partecipa, è già altrove: scegli un’altra ora, o togli prima chi non può.",
	together.RulePart:     "Il suo ente non ha una parte nel fascicolo: non ci lavora, non siede nell’équipe, e non ha invii o attività aperti.",
	together.RuleTwice:    "A quell’ora questa persona è già attesa altrove: scegli qualcun altro, o sposta prima l’appuntamento.",
	together.RuleMeets:    "A quell’ora questa persona ha la riunione di un’équipe: scegli qualcun altro, o sposta prima l’appuntamento.",
	together.RuleAway:     "Quel giorno questa persona è assente: scegli qualcun altro.",
	together.RuleOff:      "Quel giorno i suoi servizi non ricevono: scegli qualcun altro.",
	together.RuleThere:    "Partecipa già a questo appuntamento.",
	together.RuleOver:     "Questo appuntamento non è più in agenda, o la sua ora è arrivata: chi partecipa non cambia più.",
	together.RuleMoves:    "Nel frattempo l’appuntamento si sta spostando a un’altra ora: guarda quale ha adesso.",
	together.RuleOut:      "Nel frattempo qualcun altro l’ha già tolta dall’appuntamento.",
	together.RuleItsHour:  "L’ora dell’appuntamento non è ancora arrivata: si registra dopo.",
	together.RuleSaid:     "Un collega del tuo ente l’ha già registrato: guarda che cosa ha scritto.",
	together.RuleNoneHere: "Del tuo ente non partecipa nessuno a questo appuntamento.",
	together.RuleNotYours: "Partecipi a questo appuntamento, ma lo organizza un altro ente: puoi togliere solo te.",

	// Those of the API's schema.
	"not_in_list":     "Scegli una delle voci dell’elenco.",
	"no_day":          "Questo giorno non c’è: scrivi il giorno, il mese e l’anno in numeri.",
	"no_hour":         "Questa ora non c’è: scrivila così, 9.30.",
	"format":          "Il valore non è scritto come serve qui: controllalo e correggilo.",
	care.RuleTooShort: "Il testo è troppo breve: completalo.",
	"too_few":         "Le voci sono troppo poche: aggiungine almeno una.",
	"repeated":        "La voce è ripetuta: lasciala una volta sola.",
	"out_of_range":    "Il valore è fuori dai limiti: correggilo.",
	"reads_untold":    "Con questo numero non posso dirti chi ha letto: controllalo. Se è giusto, alla persona risponde chi segue il fascicolo.",
	"cursor":          "Il punto da cui continuare non è di questo elenco: ricomincia dalla prima pagina.",
	"type":            "Il valore non è del tipo atteso: correggilo.",
	"encoding":        "I segni dopo «%» non sono il codice di un carattere: correggili.",
	"json":            "Il corpo della richiesta non è un valore JSON, o contiene altro dopo: correggilo.",
	"too_deep":        "I valori sono annidati più di quanto un modulo preveda: togli i livelli di troppo.",
	"no_body":         "Questo indirizzo non prende un corpo: invia la richiesta senza.",
}

// Rule says in a sentence which rule a field of a form breaks, or which rule
// shuts a gate of eligibility, and what to do about it.
func Rule(code string) string {
	if text, ok := rules[code]; ok {
		return text
	}
	for _, others := range []map[string]string{gate.Rules, known.Rules, jobs.Rules} {
		if text, ok := others[code]; ok {
			return text
		}
	}
	return "Il valore non rispetta una regola (" + code + ")."
}

// Fault says which rule a field of a form breaks, and of one that must not stay empty
// what to write there.
func Fault(f care.Fault) string {
	if f.Rule == care.RuleRequired && f.Field != "" {
		return asked.Sentence(f.Field)
	}
	return Rule(f.Rule)
}

// GateRefusal says a rule that shuts a gate, and from when time alone opens it.
func GateRefusal(r eligibility.GateRefusal) string {
	if r.From == nil {
		return Rule(r.Rule)
	}
	return Rule(r.Rule) + " Sarà possibile " + Dated("da", *r.From) + "."
}
