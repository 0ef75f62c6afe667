package present

import (
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/speech"
)

// LastInterpreted says who interpreted in the last conversation of which it is known;
// empty: of none.
func LastInterpreted(file ledger.Case) string {
	if len(file.Interpreted) == 0 {
		return ""
	}
	last := file.Interpreted[0]
	return message.Say("interpreted.last", "Day", italian.Date(last.At.In(italian.Rome)), "Interpreter", known.Interpreter(last.By))
}

// ToRepeat says that a conversation is to be held again with a mediator; empty: none is.
func ToRepeat(file ledger.Case) string {
	if file.Closed != nil {
		return ""
	}
	if held := speech.ToRepeat(file.Interpreted); held != nil {
		return message.Say("interpreted.to_repeat", "Day", italian.Dated("di", held.At.In(italian.Rome)))
	}
	return ""
}
