// Package privacy says how a person is told what becomes of their data.
package privacy

// How the notice (informativa) may be given.
const (
	Handed    = "handed"
	ReadAloud = "read_aloud"
)

// Ways lists them.
var Ways = []string{Handed, ReadAloud}

// Notice is how it was given. Empty: nobody said.
type Notice struct {
	Way      string `json:"NoticeWay,omitempty"`      // one of Ways
	Language string `json:"NoticeLanguage,omitempty"` // BCP 47
}

// Spoken are the languages that a person is known to speak: where nobody said any, the one
// in which they were given the notice.
func (n Notice) Spoken(said []string) []string {
	if len(said) == 0 && n.Language != "" {
		return []string{n.Language}
	}
	return said
}
