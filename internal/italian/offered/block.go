package offered

import "percorso/internal/message"

// SendAndFix and Block are what the page says that sends a person to the employment centre,
// where this gives places.
func SendAndFix() string { return message.Say("places.send_and_fix") }
func Block() string      { return message.Say("places.of_the_cpi") }
