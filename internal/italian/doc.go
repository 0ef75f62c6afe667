// Package italian says in Italian what the rest of Percorso knows by code: the
// words of the pages, of the API's messages and of the mails.
//
// It does no I/O and reads no clock: whoever asks gives the instant. Names that
// a zone decides (services, matters, topics, channels, needs, measures,
// outcomes, reasons to reject, agencies) come from its policy. An unknown code
// is said as it is, with spaces for underscores, so that nothing shown is empty.
package italian
