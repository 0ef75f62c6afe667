// Package course says in Italian what each stage of the path is for, and what comes after it.
package course

import "percorso/internal/care"

// Help is what somebody new needs to know of a stage; Then goes on after a colon.
type Help struct{ For, Then string }

var stages = map[care.Stage]Help{
	care.StageFirstLevel: {
		"Allo sportello si ascolta la persona, si scrive che cosa chiede e la si orienta: non serve un appuntamento.",
		"se serve un servizio si prenota, e la persona esce con il suo appuntamento. Se bastano le informazioni, il percorso si chiude.",
	},
	care.StageSecondLevel: {
		"Un servizio specialistico incontra la persona su appuntamento, segue la sua pratica e valuta i bisogni.",
		"la valutazione decide: un altro servizio, l’équipe, il Centro per l’Impiego, o solo un controllo più avanti.",
	},
	care.StageEquipe: {
		"Quando i bisogni sono più di uno, professionisti di più enti si riuniscono e scrivono un progetto con la persona.",
		"il progetto è firmato e concordato con la persona; poi ognuno fa la sua parte, e chi non fa riceve un sollecito.",
	},
	care.StagePlacement: {
		"Il Centro per l’Impiego legge la segnalazione, incontra la persona, firma il patto di servizio e propone un corso, un tirocinio o un lavoro.",
		"con l’esito comincia il monitoraggio. Se il Centro per l’Impiego rifiuta, chi ha inviato decide che cosa fare.",
	},
	care.StageFollowUp: {
		"A scadenze fisse qualcuno risente la persona: come va, che cosa è cambiato, che cosa serve ancora.",
		"se tutto va bene il percorso si chiude; se no si torna alla tappa che serve.",
	},
	care.StageClosed: {
		"Il percorso è finito: il fascicolo si legge ancora, e nessuno riceve solleciti.",
		"se la persona torna, il fascicolo si riapre da dove ha senso.",
	},
}

// Of is the help for a stage.
func Of(s care.Stage) Help { return stages[s] }
