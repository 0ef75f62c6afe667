package offered

// What the page says that sends a person to the employment centre, where this gives places.
const (
	SendAndFix = "Invia al CPI e fissa l’appuntamento"
	Block      = "Scegli con la persona un posto tra quelli che il Centro per l’Impiego dà: l’invio parte con il suo appuntamento, che resta quando il Centro accetta. Se non accetta, il posto torna libero e la persona va avvisata."
)
