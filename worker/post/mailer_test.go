package post

import (
	"bytes"
	"errors"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/invitation"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// Every template has its text, and what it says of a link is true: it opens what
// it was made for, and names nobody.
func TestMails(t *testing.T) {
	key := bytes.Repeat([]byte("k"), invitation.KeySize)
	mailer := &Mailer{From: "percorso@percorso.example", PublicURL: "https://percorso.example", LinkKey: key}
	expires := time.Date(2026, 3, 9, 18, 0, 0, 0, time.UTC)
	const id = "0197f4e2-0000-7000-8000-000000000001"
	for _, template := range italian.MailKinds() {
		t.Run(template, func(t *testing.T) {
			mail := ledger.Mail{ID: "m", Run: "referral/1", Template: template, Link: "/compiti/1", Recipients: []string{"ente@percorso.example"}}
			partner := strings.HasPrefix(template, "partner_")
			if partner {
				mail.Link, mail.Expires = ledger.Invitation+id, &expires
			}
			subject, sentence, _ := italian.Mail(template)
			message, err := compose(mailer, mail, subject, sentence)
			require.NoError(t, err)
			parts := message.GetParts()
			require.Len(t, parts, 1)
			content, err := parts[0].GetContent()
			require.NoError(t, err)
			at := strings.Index(string(content), mailer.PublicURL)
			require.Positive(t, at)
			link, err := url.Parse(strings.Fields(string(content)[at:])[0])
			require.NoError(t, err)
			if !partner {
				require.Equal(t, mail.Link, link.Path)
				return
			}
			opened, err := invitation.Open(key, path.Base(link.Path), expires.Add(-time.Minute))
			require.NoError(t, err)
			require.Equal(t, id, opened)
			_, err = invitation.Open(key, path.Base(link.Path), expires)
			require.ErrorIs(t, err, invitation.ErrExpired)
		})
	}
	err := mailer.Send(t.Context(), ledger.Mail{Template: "unknown"})
	require.True(t, errors.Is(err, ErrRejected))
}
