package known

import "percorso/internal/privacy"

// NoticeWay is how the privacy notice was given to the person.
func NoticeWay(code string) string {
	switch code {
	case privacy.Handed:
		return "Consegnata"
	case privacy.ReadAloud:
		return "Letta ad alta voce"
	}
	return code
}
