package mailbox

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// deliveredTo is the header that keeps the recipients of the envelope.
const deliveredTo = "X-Delivered-To"

// maxDepth bounds parts within parts.
const maxDepth = 5

// Mail is a received mail, decoded.
type Mail struct {
	ID      string            `json:"id"`
	From    string            `json:"from"`
	To      []string          `json:"to"` // recipients of the envelope
	Subject string            `json:"subject"`
	Date    time.Time         `json:"date"`
	Headers map[string]string `json:"headers"`
	Text    string            `json:"text"`
	HTML    string            `json:"html,omitempty"`
	// Attachments are the file names of further parts.
	Attachments []string `json:"attachments,omitempty"`
}

var words = mime.WordDecoder{}

func parse(source io.Reader) (Mail, error) {
	message, err := mail.ReadMessage(source)
	if err != nil {
		return Mail{}, fmt.Errorf("no mail: %w", err)
	}
	parsed := Mail{Headers: map[string]string{}}
	for name := range message.Header {
		parsed.Headers[name] = header(message.Header.Get(name))
	}
	parsed.From = parsed.Headers["From"]
	parsed.Subject = parsed.Headers["Subject"]
	parsed.Date, _ = message.Header.Date()
	for address := range strings.SplitSeq(message.Header.Get(deliveredTo), ",") {
		parsed.To = append(parsed.To, strings.TrimSpace(address))
	}
	return parsed, parsed.addPart(textproto.MIMEHeader(message.Header), message.Body, 0)
}

func header(value string) string {
	decoded, err := words.DecodeHeader(value)
	if err != nil {
		return value
	}
	return decoded
}

// addPart takes the first text and the first HTML as the mail's own, and the names of the rest.
func (m *Mail) addPart(header textproto.MIMEHeader, body io.Reader, depth int) error {
	mediaType, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		mediaType = "text/plain"
	}
	if strings.HasPrefix(mediaType, "multipart/") && depth < maxDepth {
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("part: %w", err)
			}
			if err := m.addPart(part.Header, part, depth+1); err != nil {
				return err
			}
		}
	}

	_, disposition, _ := mime.ParseMediaType(header.Get("Content-Disposition"))
	name := disposition["filename"]
	content, err := io.ReadAll(decoded(header.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	switch {
	case name == "" && mediaType == "text/plain" && m.Text == "":
		m.Text = string(content)
	case name == "" && mediaType == "text/html" && m.HTML == "":
		m.HTML = string(content)
	default:
		if name == "" {
			name = mediaType
		}
		m.Attachments = append(m.Attachments, name)
	}
	return nil
}

func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	default:
		return body
	}
}
