package demo

import (
	"fmt"
	"time"

	"percorso/internal/ledger"
)

// people are names that nobody takes for somebody's, in several scripts, with a citizenship
// and a language that go with them.
var people = []struct{ given, family, citizenship, language string }{
	{"Amina", "Prova", "PK", "ur"}, {"Arben", "Esempio", "AL", "sq"}, {"示例", "Prova (Shili)", "CN", "zh"},
	{"Youssef", "Campione", "MA", "ar"}, {"Blessing", "Prova", "NG", "en"}, {"উদাহরণ", "Esempio (Udaharan)", "BD", "bn"},
	{"Оксана", "Приклад", "UA", "uk"}, {"María", "Prova-Ejemplo", "PE", "es"}, {"مثال", "Prova (Mithal)", "EG", "ar"},
	{"Ion", "Exemplu Prova", "MD", "ro"}, {"Fatou", "Exemple Prova", "SN", "fr"}, {"Gökçe", "Örnek Prova", "TR", "tr"},
	{"Saman", "Campione", "LK", "si"}, {"Tigist", "Prova", "ET", "am"},
}

// numbered makes the names of the people of a zone differ.
var numbered = []string{"", "Alfa", "Beta", "Gamma", "Delta", "Epsilon"}

// born is the person of a number, as the desk writes them down: of an age between 19 and 60,
// with a permit that is good for some months beyond the end of the play.
func born(number int, end time.Time) ledger.Person {
	who := people[number%len(people)]
	family := who.family
	if more := numbered[number/len(people)%len(numbered)]; more != "" {
		family += " " + more
	}
	y, m, d := end.Date()
	expiry := time.Date(y, m, d+200+number*37%500, 0, 0, 0, 0, time.UTC)
	return ledger.Person{
		GivenName: who.given, FamilyName: family, BirthDate: time.Date(y-19-number*7%41, time.Month(1+number%12), 2+number*5%26, 0, 0, 0, 0, time.UTC),
		Citizenship: who.citizenship, Permit: "work", PermitExpiry: &expiry, Languages: []string{who.language, "it"},
		Phone: fmt.Sprintf("0550000%03d", number),
	}
}

// say is one of some sentences, another one for each person.
func say(l *life, sentences []string) string { return sentences[l.number%len(sentences)] }

var (
	openingNotes = []string{
		"Si presenta con la sorella, che traduce. Chiede che documenti servono per iscrivere il figlio a scuola.",
		"Mandato da un conoscente. Lavora a giornata e cerca qualcosa di stabile.",
		"Ha ricevuto uno sfratto e non sa a chi rivolgersi. Torna con la lettera.",
		"Vuole seguire un corso di italiano la sera, dopo il lavoro.",
	}
	listeningNotes = []string{
		"Vive in Italia da tre anni. Ha perso il lavoro in magazzino a gennaio; paga l'affitto con l'aiuto del fratello.",
		"Capisce l'italiano e lo parla poco. Ha fatto la sarta per otto anni e vorrebbe riprendere.",
		"Racconta che in casa sono in sei, in due stanze. Il contratto scade a fine anno.",
		"Ha un diploma preso al suo Paese e non sa come farlo valere qui. Disponibile la mattina.",
	}
	consultNotes = []string{"Vista insieme allo sportello: c'è un bisogno sociale, la seguo io dal colloquio.", "Sentita la persona: nessuna urgenza, si vede all'appuntamento."}
	bookingNotes = []string{"Dato il foglio con luogo e ora. Serve la mediazione.", "Preferisce la mattina: lavora dalle 14.", "Porta il permesso e il contratto di affitto."}
	talkNotes    = []string{
		"Colloquio con la mediatrice. Ha portato i documenti; manca la certificazione dell'alloggio.",
		"È venuta in orario. Si è parlato della casa e del figlio più piccolo, che a settembre va a scuola.",
		"Colloquio lungo: è preoccupato per il permesso e non dorme bene. Concordato di rivedersi presto.",
	}
	findingNotes = []string{
		"Cerca da quattro mesi; due colloqui andati male per la lingua.",
		"La rete familiare c'è, ma non regge da sola.",
		"Nessuna difficoltà che non si risolva con un orientamento.",
	}
	opinionNotes = []string{
		"Favorevole: la persona è motivata e il tirocinio è alla sua portata.",
		"D'accordo, purché il corso di italiano cominci prima.",
		"La conosco dallo sportello: mantiene gli impegni.",
	}
	reviewNotes = []string{
		"Incontro regolare. Il corso procede, ha saltato due lezioni per un turno di lavoro.",
		"Sta meglio. Ha trovato chi le tiene il bambino il pomeriggio.",
		"Si è visto in sede. Chiede se può cambiare orario; sentito l'ente, si può.",
	}
)
