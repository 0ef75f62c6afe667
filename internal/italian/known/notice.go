package known

import "percorso/internal/message"

// NoticeWay is how the privacy notice was given to the person.
func NoticeWay(code string) string {
	if said, ok := message.Find("notice_way", code); ok {
		return said
	}
	return code
}
