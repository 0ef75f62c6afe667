package italian

import (
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/italian/dated"
	"percorso/internal/italian/jobs"
	"percorso/internal/italian/known"
	"percorso/internal/takeover"
	"percorso/internal/written"
)

// OperationTexts are what the page of an operation on a case says besides the
// names of its fields.
type OperationTexts struct {
	Intro  string // what happens then
	Done   string // what is said afterwards
	Button string // empty: as the operation is called
	// Of fields that mean something of their own here, by their names.
	Labels, Hints map[string]string
	Choices       map[string]string // codes of its lists
	Nothing       map[string]string // what is said where a field has nothing to choose from
}

var operationTexts = map[care.Operation]OperationTexts{
	care.OpReopen: {
		Intro:  "Il percorso riprende da dove serve, con tutto quello che era stato fatto.",
		Done:   "Il fascicolo è riaperto.",
		Labels: map[string]string{"bookings": "Primo appuntamento", "service": "Servizio e materia"},
		Hints:  map[string]string{"note": "Perché si riapre."},
	},
	care.OpMistake: {
		Intro: "Ogni chiusura può essere uno sbaglio, anche per decesso, e anche l’unione a un altro fascicolo: entro trenta giorni si annulla, in due. Scrivi il motivo; un’altra persona lo conferma, e fino ad allora il fascicolo resta chiuso.",
		Done:  "La segnalazione è registrata: adesso un’altra persona può confermarla. I responsabili hanno un messaggio.",
		Hints: map[string]string{"note": "Perché è uno sbaglio."},
	},
	care.OpUndo: {
		Intro: "Il fascicolo torna aperto dov’era. Quello che era stato concluso non riparte da solo: chi segue la persona trova tra le sue attività che cosa riprendere o riproporre. Quello che gli enti hanno già saputo lo sanno ancora: avvisali tu.",
		Done:  "Annullato: il fascicolo torna aperto.",
		Hints: map[string]string{"note": "Perché sei d’accordo: che cosa hai verificato."},
	},
	care.OpProtect: {
		Intro:   "Da adesso solo i custodi sanno che questa persona c’è: tu, chi nomini qui, e una persona di un altro ente se serve. Per tutti gli altri, anche colleghi e responsabili, non esiste. Le attività passano ai custodi, i link ai partner si chiudono.",
		Done:    "La persona è protetta: la conoscono solo i custodi.",
		Labels:  map[string]string{"keeper": "Secondo custode", "elsewhere": "Una persona di un altro ente, se serve"},
		Choices: map[string]string{"sought": "qualcuno la cerca", "colleague": "lavora in uno degli enti", "relative": "è parente di chi lavora in uno degli enti", "other": "altro motivo"},
	},
	takeover.Form: {
		Labels: map[string]string{"on": "Dal giorno", "with": "Comincia con", "gate": "I requisiti quel giorno", "age": "Età", "status": "Cittadinanza", "stay": "Permesso di soggiorno", "needs": "Difficoltà sociali o di lavoro"},
		Choices: map[string]string{
			"plan": "il progetto, concordato con la persona", "placement": "l’invio accettato dal Centro per l’Impiego", "open": "c’erano", "shut": "non c’erano tutti", "under": "meno di 16 anni", "minor": "16 o 17 anni",
			"adult": "da 18 a 65 anni", "over": "più di 65 anni", "unknown": "non nota", "third_country": "di un Paese terzo, o apolide", "other": "altra", "valid": "mostrato, in corso", "requested": "ricevuta della richiesta",
		},
	},
	written.AreaNote:    {Labels: map[string]string{"area": "Area", "circle": "Chi legge questa nota"}},
	care.OpTellTakeOver: {Intro: "La presa in carico è registrata da sola, con i requisiti di quel giorno, quando la persona concorda il progetto o il Centro per l’Impiego accetta. Qui scrivi come la persona lo ha saputo.", Done: "È registrato come la persona lo ha saputo.", Labels: map[string]string{"how": "Come lo ha saputo", "mediator": "Con un mediatore, nella sua lingua"}, Choices: map[string]string{"in_person": "a voce, di persona", "phone": "al telefono", "letter": "con una lettera", "message": "con un messaggio"}},
	care.OpElsewhere: {
		Intro: "Il numero con cui un altro sistema conosce la persona. Un numero nuovo dello stesso sistema prende il posto di quello di prima, che resta nella scheda.", Done: "Il numero è registrato.",
		Labels: map[string]string{"system": "Sistema", "number": "Numero", "on": "Dal giorno"}, Choices: known.Systems(),
	},
	care.OpWorkProfile: {Intro: jobs.Intro, Done: jobs.Done, Labels: jobs.Labels, Hints: jobs.Hints, Choices: jobs.Choices},
	care.OpAddNeed:     {Intro: "Un bisogno può venire fuori in ogni momento: scrivilo qui. Da subito conta per i requisiti, come quelli della valutazione.", Done: "Il bisogno è aggiunto.", Labels: map[string]string{"area": "Quale bisogno"}, Hints: map[string]string{"note": "Da che cosa lo sai: quello che hai visto, o che la persona ha detto."}, Nothing: map[string]string{"area": "Il fascicolo ha già tutti i bisogni della zona."}},
	care.OpAmend:       {Intro: "Quello che c’era prima resta, con chi l’ha corretto, quando e perché. Il percorso va avanti con quello che era stato risposto.", Done: "La correzione è registrata."},
	care.OpAddDate:     {Intro: dated.Adds.Intro, Done: dated.Adds.Done, Hints: dated.Adds.Hints, Labels: dated.Labels, Choices: dated.Kinds, Nothing: dated.Nothing},
	care.OpMoveDate:    {Intro: dated.Corrects.Intro, Done: dated.Corrects.Done, Hints: dated.Corrects.Hints, Labels: dated.Labels, Nothing: dated.Nothing},
	care.OpEndDate:     {Intro: dated.Ends.Intro, Done: dated.Ends.Done, Hints: dated.Ends.Hints, Labels: dated.Labels, Nothing: dated.Nothing},
	care.OpEndNeed:     {Intro: "Il bisogno non conta più per i requisiti. Chi l’aveva trovato, e quando, resta nella scheda.", Done: "Il bisogno è chiuso.", Labels: map[string]string{"area": "Quale bisogno"}, Hints: map[string]string{"note": "Perché non c’è più."}, Nothing: map[string]string{"area": "Il fascicolo non ha bisogni aperti."}},
	care.OpNameLead: {
		Intro:  "Il referente segue la persona per il suo ente prima dei colleghi: le nuove attività arrivano prima a lui o a lei, tra «affidate a me». I colleghi le vedono tra le libere e possono farle.",
		Done:   "Il referente è nominato: le prossime attività arrivano prima a lui o a lei.",
		Labels: map[string]string{"to": "Chi segue la persona"}, Hints: map[string]string{"note": "Perché: lo legge chi segue la persona."}, Nothing: map[string]string{"to": "Non ci sono altri colleghi da nominare."},
	},
	care.OpNameKeeper:    {Intro: "Un custode in più conosce la persona e ne fa le attività.", Done: "Il custode è nominato."},
	care.OpDismissKeeper: {Intro: "Chi non è più custode non trova più la persona. Le sue attività passano agli altri.", Done: "Non è più custode."},
	care.OpAskLifting:    {Intro: "Per togliere la protezione servono due custodi: tu lo proponi, un altro lo fa.", Done: "La proposta è registrata: adesso un altro custode può togliere la protezione."},
	care.OpLift:          {Intro: "Il fascicolo torna visibile a chi segue la persona, come tutti gli altri.", Done: "La protezione è tolta."},
	care.OpBook: {
		Intro:  "L’appuntamento si aggiunge al percorso. Il servizio lo conferma, lo sposta o lo annulla.",
		Done:   "Appuntamento prenotato: il servizio lo deve confermare.",
		Labels: map[string]string{"service": "Servizio e materia", "at": "Quando"},
		Hints:  map[string]string{"beyond": BeyondHint}, Choices: beyondWhys,
	},
	care.OpConvene: {
		Intro: "Ogni ruolo dell’équipe riceve un invito e dà il suo parere; poi si scrive il progetto con la persona.",
		Done:  "L’équipe è convocata: ogni ruolo riceve il suo invito.",
		Hints: map[string]string{"note": "Perché serve l’équipe: lo leggono i suoi membri.", "consents": "Chiedilo alla persona per ciascuno: se dice no a uno, quello è invitato lo stesso, ma non legge dati, verbali e progetto. Alla persona: «Se dici no, il resto non cambia»."},
	},
	care.OpPlanMeeting: {
		Intro:   "Chi fa parte dell’équipe la vede nella sua attività e qui, e riceve una email senza il nome della persona. Il verbale si registra dopo, dalla sua ora in poi.",
		Done:    "Fatto: lo vede chi fa parte dell’équipe, e chi era invitato riceve una email.",
		Labels:  map[string]string{"at": "Quando", "how": "Come ci si incontra", "place": "Dove", "invited": "Chi è invitato", "note": "Di che cosa si parla", "called_off": "La riunione non si fa più", "why": "Perché si sposta o si disdice", "anyway": "Va bene così, anche se qualcuno a quell’ora è altrove"},
		Hints:   map[string]string{"place": "La sede e la stanza. Per telefono: chi chiama, o il numero. Va anche nelle email: non scrivere di chi si parla.", "note": "Lo leggono i membri dell’équipe.", "why": "Lo leggono i membri dell’équipe. Nelle email non c’è."},
		Choices: map[string]string{gathering.InPerson: "di persona", gathering.ByTelephone: "per telefono"},
	},
	care.OpSendToCPI: {
		Intro:  "Il Centro per l’Impiego legge l’invio, risponde se accetta, e fissa il primo appuntamento.",
		Done:   "Inviata al Centro per l’Impiego, che ora la legge. Se hai fissato l’appuntamento, qui c’è il foglio per la persona; se no lo fissa il Centro per l’Impiego quando accetta.",
		Labels: map[string]string{"at": "Appuntamento al CPI"},
		Hints:  map[string]string{"note": "Restano nel fascicolo: non sono tra i dati inviati."},
	},
	care.OpRefer: {
		Intro: "Scegli il partner e il bisogno a cui risponde. Nel passo seguente vedi esattamente che cosa riceve.",
		Done:  "La persona è inviata al partner, che ora la legge.",
	},
	care.OpMeet: {
		Intro:  "Un incontro con la persona, tenuto da un qualunque ente che segue la persona, vale per tutti: la prossima verifica si conta da qui.",
		Done:   "Incontro registrato: il monitoraggio riparte da qui.",
		Labels: map[string]string{"at": "Quando si è tenuto, negli ultimi 30 giorni"}, Choices: known.Interpreters(),
	},
	care.OpConsent: {
		Intro: "La persona acconsente a che un ente privato riceva quello che gli serve per una finalità, e nient’altro. Tra enti pubblici, e per chi lavora per il Comune con un contratto, il consenso non serve. Alla persona: «Se dici no, il resto non cambia».",
		Done:  "Il consenso è registrato.", Labels: map[string]string{"purpose": "Per che cosa"},
		Hints: map[string]string{"note": "Come è stato dato: a voce, su un modulo, con un mediatore.", "agency": "L’ente privato che riceverà i dati.", "purpose": "Per un bisogno, per un appuntamento o per l’équipe."}, Nothing: map[string]string{"agency": "Nella zona non ci sono enti a cui serva il consenso."},
	},
	care.OpUnconsent: {
		Intro: "La persona ritira il consenso, per un ente o per tutti: gli invii in corso verso quegli enti si concludono, i dati non si vedono più da subito, e gli enti ricevono un messaggio senza il nome della persona. Il resto prosegue.",
		Done:  "La revoca è registrata: gli invii che si basavano su quel consenso si concludono.", Labels: map[string]string{"agency": "Da quale ente"},
		Hints: map[string]string{"note": "Come è stata comunicata la revoca.", "agency": "Gli altri enti vanno avanti."},
	},
	care.OpPermit: {
		Intro:  "Registra quello che la persona ha mostrato: la ricevuta della richiesta di rinnovo, oppure il nuovo permesso.",
		Done:   "Permesso registrato: le scadenze sono ricalcolate.",
		Labels: map[string]string{"permit": "Che cosa ha mostrato", "permit_expiry": "Ultimo giorno del nuovo permesso"},
		Hints:  map[string]string{"permit_expiry": "Lascia vuoto per la ricevuta, e se il permesso non scade."},
	},
	care.OpSuspend: {
		Intro:   "Fino al giorno che indichi nessun termine corre e nessuno riceve solleciti. Poi il percorso riprende da solo, con i termini ricalcolati.",
		Done:    "Il percorso è sospeso: fino a quel giorno nessun termine corre.",
		Labels:  map[string]string{"until": "Riprende il", "kept": "Gli appuntamenti fino a quel giorno", "tell": "La persona è da avvisare"},
		Hints:   map[string]string{"until": "Al massimo fra due anni."},
		Choices: suspendReasons,
	},
	care.OpResume: {
		Intro: "I termini si contano da oggi, e chi ha attività aperte le ritrova tra le sue.",
		Done:  "Il percorso riprende: i termini sono ricalcolati da oggi.",
	},
	care.OpTransfer: {
		Intro:  "L’altra zona riceve la richiesta con i dati qui sotto e risponde. Se accetta, il percorso prosegue là e il tuo accesso al fascicolo finisce.",
		Done:   "La richiesta è inviata: il fascicolo resta qui finché l’altra zona risponde.",
		Labels: map[string]string{"zone": "A quale zona", "notice_given": "La persona sa del passaggio e ha ricevuto l’informativa"},
		Hints:  map[string]string{"note": "Perché si chiede il passaggio: lo legge l’altra zona.", "notice_given": ""},
	},
	care.OpRecall: {
		Intro: "L’altra zona non deve più rispondere, e non vede più i dati che aveva ricevuto. Il percorso prosegue qui.",
		Done:  "La richiesta è ritirata: il percorso resta in questa zona.",
	},
	care.OpMerge: {
		Intro: "Se la stessa persona ha due fascicoli, uno solo prosegue: quello che scegli qui sotto. Questo si chiude, e tutto quello che contiene passa nell’altro. Lingue, bisogni, contatti, persone vicine e documenti si sommano, e chi per uno dei due non si deve informare non si informa; dove i dati della persona sono diversi scegli quale vale: quello che non scegli resta leggibile nel fascicolo.",
		Done:  "I due fascicoli sono uniti: il percorso prosegue in questo.",
		Labels: map[string]string{
			"name": "Quale nome vale", "birth_date": "Quale data di nascita vale", "citizenship": "Quale cittadinanza vale",
			"permit": "Quale permesso di soggiorno vale", "phone": "Quale telefono vale per primo", "fiscal_code": "Quale codice fiscale vale",
		},
		Hints:   map[string]string{"note": "Come si è capito che è la stessa persona."},
		Choices: map[string]string{"newer": "Il dato più recente", "merged": "Questo fascicolo", "kept": "Il fascicolo che resta"},
		Nothing: map[string]string{"into": "Nessun altro fascicolo aperto risulta della stessa persona, per nome e data di nascita."},
	},
	care.OpVouch: {
		Intro:   "Il nome o la data di nascita dei due fascicoli non coincidono. Se sai che è la stessa persona confermalo, con il motivo: per trenta giorni un’altra persona può unirli.",
		Done:    "La conferma è registrata: adesso un’altra persona può unire i due fascicoli.",
		Labels:  map[string]string{"other": "L’altro fascicolo della stessa persona"},
		Hints:   map[string]string{"note": "Perché è la stessa persona: per esempio il documento che hai visto."},
		Nothing: map[string]string{"other": "Nessun altro fascicolo aperto risulta della stessa persona, per nome e data di nascita."},
	},
	care.OpClose: {
		Intro:  "Con certi esiti la chiusura è prima approvata da un’altra persona, e fino ad allora il percorso va avanti. Poi le attività aperte non servono più. Gli altri enti che hanno qui un’attività, una segnalazione o un posto nell’équipe ricevono un messaggio, senza il nome della persona; la storia dice chi è stato avvisato e chi no. Il fascicolo resta leggibile.",
		Done:   "Chiusura registrata: se un’altra persona la deve approvare, il fascicolo resta aperto fino ad allora; poi ogni attività si conclude e il fascicolo è chiuso.",
		Button: "Chiudi il fascicolo",
		Labels: map[string]string{"outcome": "Con quale esito"},
		Hints:  map[string]string{"note": "Scrivi perché si chiude in anticipo."},
	},
}

// TextsOf are the texts of an operation's page; of one that has none they are empty.
func TextsOf(op care.Operation) OperationTexts { return operationTexts[op] }

// Label names a field of the operation's form; a path is said by its last part.
func (t OperationTexts) Label(path string) string {
	if own, ok := t.Labels[lastName(path)]; ok {
		return own
	}
	return Field(path)
}

// Hint helps to fill in a field of the operation's form.
func (t OperationTexts) Hint(name string) string {
	if own, ok := t.Hints[name]; ok {
		if name == "note" {
			own += " " + MayBeRead
		}
		return own
	}
	return FieldHelp(name)
}

// Choice says a code of the operation's form.
func (t OperationTexts) Choice(code string) string {
	if own, ok := circles[code]; ok {
		return own
	}
	return say(t.Choices, code)
}

// NoneOf says that a field of the operation's form has nothing to choose from.
func (t OperationTexts) NoneOf(name string) string {
	if own, ok := t.Nothing[name]; ok {
		return own
	}
	return "Non c’è nulla da scegliere: " + t.Label(name) + "."
}
