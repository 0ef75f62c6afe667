// Package deciding says of the choices of a task's form what will be done when they are
// sent: «Conferma l’appuntamento».
package deciding

import "percorso/internal/care"

// acts are the outcomes that do something, with what they do; the others are findings,
// which say what was so («La persona non si è presentata»), before and after.
var acts = map[care.TaskKind]map[string]string{
	care.Orientation:        {care.Booked: "Prenota appuntamenti con i servizi", care.Informed: "Registra le informazioni date, senza appuntamenti"},
	care.FirstListening:     {care.Heard: "Registra l’ascolto"},
	care.SocialConsult:      {care.Consulted: "Registra la consulenza"},
	care.ConfirmAppointment: {care.Confirmed: "Conferma l’appuntamento", care.Moved: "Sposta l’appuntamento", care.Cancelled: "Annulla l’appuntamento"},
	care.Assessment: {
		care.PracticeOpen: "Apri una pratica da seguire", care.ToCPI: "Invia la persona al Centro per l’Impiego", care.ToSocial: "Invia la persona al servizio sociale",
		care.ToEquipeBetween: "Convoca un’équipe tra enti: la situazione è complessa", care.ToEquipeWithin: "Convoca un’équipe dell’ente: la situazione è complessa", care.Onward: "Passa al servizio successivo",
	},
	care.NextService:            {care.Booked: "Prenota il servizio successivo"},
	care.BookAgain:              {care.Booked: "Prenota un nuovo appuntamento"},
	care.FindPerson:             {care.Booked: "Prenota un appuntamento: la persona è stata trovata"},
	care.TellPerson:             {care.Informed: "Registra che l’hai avvisata"},
	care.DecideNext:             {care.SeenTo: "Registra il prossimo passo che avete deciso"},
	care.EquipeInvitation:       {care.Confirmed: "Conferma la partecipazione"},
	care.EquipeOpinion:          {care.Favourable: "Dai parere favorevole", care.WithConditions: "Dai parere favorevole con condizioni", care.Dissenting: "Dai parere contrario"},
	care.PlanDraft:              {care.Proposed: "Proponi il progetto all’équipe", care.NoPlan: "Concludi senza progetto"},
	care.PlanSignOff:            {care.Signed: "Firma il progetto", care.Dissenting: "Dichiara il dissenso sul progetto"},
	care.QuorumDecision:         {care.Proceed: "Prosegui con le firme che ci sono", care.Redraft: "Fai riscrivere il progetto", care.Reconvene: "Senti di nuovo l’équipe", care.EndWork: "Concludi l’équipe senza progetto"},
	care.SupplyInformation:      {care.Supplied: "Invia le informazioni"},
	care.NextStepAfterRejection: {care.Resubmit: "Invia di nuovo la segnalazione", care.Moved: "Rimanda: riprova più avanti", care.ToEquipe: "Torna all’équipe", care.GiveUp: "Rinuncia alla segnalazione"},
	care.PlacementAppointment:   {care.Fixed: "Fissa l’appuntamento"},
	care.ServicePact:            {care.Signed: "Registra il patto di servizio firmato"},
	care.Measure:                {care.Started: "Avvia la misura"},
	care.CheckMeasure:           {care.SeenTo: "Registra la verifica: la misura prosegue"},
	care.PlacementOutcome:       {care.AnotherTry: "Avvia un’altra misura"},
	care.Review:                 {care.Revise: "Fai rivedere il progetto", care.ProposeClose: "Proponi la chiusura"},
	care.GoalEvaluation:         {care.Evaluated: "Registra la valutazione degli obiettivi"},
	care.Evaluation:             {care.ProposeClose: "Proponi la chiusura", care.Revise: "Fai rivedere il progetto", care.Continue: "Continua il percorso"},
	care.Closure:                {care.Closed: "Chiudi il fascicolo", care.Continue: "Continua il percorso"},
	care.TakeUpAgain:            {care.Booked: "Prenota appuntamenti", care.BackToDesk: "Riprendi dallo sportello", care.ToReviews: "Prosegui con il monitoraggio"},
	care.ClosureReturned:        {care.SeenTo: "Registra come avete deciso di proseguire"},
	care.ClosureApproval:        {care.Approved: "Approva la chiusura", care.NotApproved: "Rimanda indietro la chiusura: il percorso continua"},
	care.PermitRenewal:          {care.ReceiptShown: "Registra la ricevuta del rinnovo", care.Renewed: "Registra il permesso rinnovato"},
	care.Reconsider:             {care.SeenTo: "Registra la nuova valutazione"},
	care.ComingOfAge:            {care.SeenTo: "Registra come è preparata la maggiore età"},
	care.PlanActionDue:          {care.SeenTo: "Registra la verifica delle azioni"},
	care.TransferAnswer:         {care.Accepted: "Accetta il fascicolo", care.Rejected: "Rifiuta il fascicolo"},
}

// Act says what an outcome of a task will do; empty: it is a finding.
func Act(kind care.TaskKind, outcome string) string { return acts[kind][outcome] }
