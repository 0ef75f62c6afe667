package italian

import "percorso/internal/care"

// OperationTexts are what the page of an operation on a case says besides the
// names of its fields.
type OperationTexts struct {
	Intro  string // what happens then
	Done   string // what is said afterwards
	Danger bool   // it takes something away
	// Of fields that mean something of their own here, by their names.
	Labels, Hints map[string]string
	Choices       map[string]string // codes of its lists
}

var operationTexts = map[care.Operation]OperationTexts{
	care.OpUnconsent: {
		Intro:  "La persona ritira il consenso: gli invii in corso verso enti privati si concludono. Quelli verso enti pubblici proseguono.",
		Done:   "La revoca è registrata: gli invii che si basavano sul consenso si concludono.",
		Danger: true,
		Hints:  map[string]string{"note": "Come è stata comunicata la revoca."},
	},
	care.OpSuspend: {
		Intro:   "Fino al giorno che indichi nessun termine corre e nessuno riceve solleciti. Poi il caso riprende da solo, con i termini ricalcolati.",
		Done:    "Il caso è sospeso: fino a quel giorno nessun termine corre.",
		Labels:  map[string]string{"until": "Riprende il"},
		Hints:   map[string]string{"until": "Al massimo fra due anni."},
		Choices: suspendReasons,
	},
	care.OpResume: {
		Intro: "I termini si contano da oggi, e chi ha compiti aperti li ritrova tra i suoi.",
		Done:  "Il caso riprende: i termini sono ricalcolati da oggi.",
	},
	care.OpRecall: {
		Intro: "L’altra zona non deve più rispondere, e non vede più i dati che aveva ricevuto. Il percorso prosegue qui.",
		Done:  "La richiesta è ritirata: il percorso resta in questa zona.",
	},
}

// TextsOf are the texts of an operation's page; of one that has none they are empty.
func TextsOf(op care.Operation) OperationTexts { return operationTexts[op] }

// Label names a field of the operation's form.
func (t OperationTexts) Label(name string) string {
	if own, ok := t.Labels[name]; ok {
		return own
	}
	return Field(name)
}

// Hint helps to fill in a field of the operation's form.
func (t OperationTexts) Hint(name string) string {
	if own, ok := t.Hints[name]; ok {
		return own
	}
	return FieldHelp(name)
}

// Choice says a code of the operation's form.
func (t OperationTexts) Choice(code string) string { return say(t.Choices, code) }
