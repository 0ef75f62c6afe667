// Package reading holds the words of what people read and did, as who read a file says it.
package reading

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Words says of each kind of reading and act what it was, after the name of who did it.
var Words = map[string]string{
	string(ledger.ReadCase): "ha letto il fascicolo", string(ledger.ReadCorrections): "ha letto le correzioni dei dati della persona", string(ledger.ReadTimeline): "ha letto la storia del fascicolo", string(ledger.ReadReads): "ha letto chi ha letto il fascicolo",
	string(ledger.ReadTask): "ha letto un’attività", string(ledger.ReadReferral): "ha letto la segnalazione", string(ledger.ReadShare): "ha letto i dati comunicati al suo ente",
	string(ledger.ReadEquipe): "ha letto il lavoro dell’équipe", string(ledger.ReadPlan): "ha letto il progetto", string(ledger.ReadGoalFindings): "ha letto la valutazione degli obiettivi",
	string(ledger.ReadDisclosure): "ha visto i dati da comunicare a un ente", string(ledger.ReadContact): "ha letto l’accesso allo sportello",
	string(ledger.ReadRecords): "ha letto quello che è scritto nel fascicolo", string(ledger.OpenRecord): "ha aperto, con un motivo, quello che altri avevano scritto per pochi",
	string(ledger.ListCases): "lo ha visto in un elenco di fascicoli", string(ledger.ListStuckCases): "lo ha visto tra i percorsi fermi", string(ledger.ListBoard): "lo ha visto nel quadro del responsabile", string(ledger.ListTasks): "lo ha visto in un elenco di attività",
	string(ledger.ListReferrals): "lo ha visto in un elenco di segnalazioni", string(ledger.ListAppointments): "lo ha visto in un elenco di appuntamenti",
	string(ledger.ListContacts): "lo ha visto in un elenco di accessi", string(ledger.ListNotices): "ha riletto quello che aveva scritto e che non è stato registrato",
	string(ledger.ListMergeable): "lo ha visto tra i fascicoli che possono essere della stessa persona",
	ledger.ToldApart:             "ha scritto che due fascicoli simili sono di due persone",
	string(ledger.SearchCases):   "lo ha trovato con una ricerca", string(ledger.SearchReads): "ha cercato chi lo ha letto", string(ledger.SearchSamePerson): "lo ha trovato cercando se la persona ha già un fascicolo",
	string(ledger.PrintCase): "ha preparato la stampa del fascicolo", string(ledger.PrintPlan): "ha preparato la stampa del progetto", string(ledger.PrintReferral): "ha preparato la stampa della segnalazione",
	string(ledger.CopyCase): "ha preparato il testo da copiare in un altro sistema",
	string(ledger.PrintDay): "lo ha messo in stampa tra gli appuntamenti di un giorno",
	string(ledger.ReadLink): "ha letto i dati della persona", string(ledger.OpenLink): "ha aperto il link, senza vedere i dati della persona",
	string(ledger.RefusedReading): "ha chiesto di leggere senza averne titolo: non ha visto nulla", "search": "ha cercato tra i fascicoli",
	string(care.OpOpen): "ha aperto il fascicolo", string(care.OpComplete): "ha completato un’attività", string(care.OpClaim): "ha preso un’attività",
	string(care.OpRelease): "ha rimesso un’attività tra le libere", string(care.OpReassign): "ha passato un’attività", string(care.OpExtend): "ha rimandato un’attività",
	string(care.OpProtect): "ha protetto la persona", string(care.OpNameKeeper): "ha nominato un custode", string(care.OpDismissKeeper): "ha tolto un custode", string(care.OpTellTakeOver): "ha registrato come la persona sa della presa in carico", string(care.OpWorkProfile): "ha scritto il profilo per il lavoro", string(care.OpElsewhere): "ha registrato un numero di un altro sistema", string(care.OpAddNeed): "ha aggiunto un bisogno", string(care.OpEndNeed): "ha chiuso un bisogno", string(care.OpAddDate): "ha aggiunto una data importante", string(care.OpMoveDate): "ha corretto una data importante", string(care.OpEndDate): "ha segnato come passata una data importante", string(care.OpNoteReferral): "ha aggiunto una nota alla segnalazione", string(care.OpAmend): "ha corretto quello che era scritto", string(care.OpNameLead): "ha nominato il referente",
	string(care.OpAskLifting): "ha proposto di togliere la protezione", string(care.OpLift): "ha tolto la protezione",
	string(care.OpMistake): "ha segnalato che la chiusura, o l’unione, è uno sbaglio", string(care.OpUndo): "ha annullato la chiusura, o l’unione",
	string(care.OpVouch): "ha confermato che due fascicoli sono della stessa persona", string(care.OpCorrect): "ha corretto i dati della persona", string(care.OpRemind): "ha sollecitato un’attività", string(care.OpContact): "ha registrato un accesso", string(care.OpAcknowledge): "ha preso visione di una segnalazione",
	string(care.OpAccept): "ha accettato una segnalazione", string(care.OpReject): "ha rifiutato una segnalazione", string(care.OpHold): "ha chiesto informazioni",
	string(care.OpSupply): "ha fornito informazioni", string(care.OpRedirect): "ha inoltrato una segnalazione", string(care.OpWithdraw): "ha ritirato una segnalazione",
	string(care.OpMoveMeeting): "ha spostato un appuntamento", string(care.OpCancelMeeting): "ha annullato un appuntamento", string(care.OpArrive): "ha segnato se la persona è arrivata all’appuntamento",
	string(care.OpBook): "ha prenotato un servizio", string(care.OpSendToCPI): "ha inviato al Centro per l’Impiego", string(care.OpClose): "ha chiuso il fascicolo",
	string(care.OpRenewPolicy): "ha applicato le regole aggiornate",
	string(care.OpConvene):     "ha convocato un’équipe", string(care.OpPlanMeeting): "ha programmato una riunione dell’équipe", string(care.OpMinutes): "ha registrato il verbale dell’équipe", string(care.OpProgress): "ha aggiornato un’azione del progetto",
	string(care.OpRetryEntry): "ha fatto riprovare una richiesta che non si riusciva a registrare", string(care.OpRefuseEntry): "ha rifiutato una richiesta che non si riusciva a registrare",
	string(care.OpRefer): "ha inviato la persona a un partner", string(care.OpMeet): "ha registrato un incontro", string(care.OpConsent): "ha registrato il consenso",
	string(care.OpUnconsent): "ha registrato la revoca del consenso", string(care.OpPermit): "ha registrato il permesso o la sua ricevuta",
	string(care.OpSuspend): "ha sospeso il percorso", string(care.OpResume): "ha fatto riprendere il percorso", string(care.OpTransfer): "ha chiesto il passaggio a un’altra zona",
	string(care.OpRecall): "ha ritirato la richiesta di passaggio", string(care.OpMerge): "ha unito due fascicoli", string(care.OpReopen): "ha riaperto il fascicolo",
}
