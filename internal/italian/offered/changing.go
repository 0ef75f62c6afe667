package offered

import "percorso/internal/message"

// Asker is who asks that an appointment be moved or cancelled.
func Asker(code string) string {
	said, _ := message.Find("change_asker", code)
	return said
}

// Why is why an appointment is moved or cancelled.
func Why(code string) string {
	said, _ := message.Find("change_reason", code)
	return said
}
