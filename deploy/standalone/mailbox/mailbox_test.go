package mailbox

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/wneessen/go-mail"
)

// startBox receives on a free port and returns the box with the server's address.
func startBox(t *testing.T, folder string) (*Box, *net.TCPAddr) {
	t.Helper()
	box, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewSMTP(box, "localhost")
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return box, listener.Addr().(*net.TCPAddr)
}

func send(t *testing.T, address *net.TCPAddr, subject string) {
	t.Helper()
	message := mail.NewMsg()
	if err := message.From("percorso@percorso.example"); err != nil {
		t.Fatal(err)
	}
	if err := message.To("supervisor.prato@percorso.example"); err != nil {
		t.Fatal(err)
	}
	if err := message.Bcc("copia@percorso.example"); err != nil {
		t.Fatal(err)
	}
	message.Subject(subject)
	message.SetBodyString(mail.TypeTextPlain, "Però è già così: 1 compito.\n")
	message.AddAlternativeString(mail.TypeTextHTML, "<p>Però è <b>già</b> così</p><script>alert(1)</script>")
	client, err := mail.NewClient(address.IP.String(), mail.WithPort(address.Port), mail.WithTLSPolicy(mail.NoTLS))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.DialAndSendWithContext(t.Context(), message); err != nil {
		t.Fatal(err)
	}
}

func TestMailIsKeptAndShown(t *testing.T) {
	folder := t.TempDir()
	_, address := startBox(t, folder)
	send(t, address, "Sollecito: compito in scadenza è così")
	send(t, address, "Secondo")

	// Another box on the same folder is what a restart sees.
	box, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	mails, err := box.Mails()
	if err != nil || len(mails) != 2 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	if mails[0].Subject != "Secondo" {
		t.Errorf("the newest comes first, got %q", mails[0].Subject)
	}
	kept := mails[1]
	if kept.Subject != "Sollecito: compito in scadenza è così" || !strings.Contains(kept.Text, "Però è già così") {
		t.Errorf("kept %+v", kept)
	}
	want := []string{"supervisor.prato@percorso.example", "copia@percorso.example"}
	if !slices.Equal(kept.To, want) {
		t.Errorf("recipients %q", kept.To)
	}

	pages := httptest.NewServer(Pages(box))
	defer pages.Close()
	for path, content := range map[string]string{
		"/":                                    "Sollecito: compito",
		"/mails/" + kept.ID:                    "Però è già così",
		"/mails/" + kept.ID + "/html":          "<b>già</b>",
		"/api/mails?to=COPIA@percorso.example": "Sollecito",
	} {
		if body := get(t, pages.URL+path, http.StatusOK); !strings.Contains(body, content) {
			t.Errorf("%s lacks %q:\n%s", path, content, body)
		}
	}
	if body := get(t, pages.URL+"/mails/"+kept.ID, http.StatusOK); strings.Contains(body, "<script>") {
		t.Error("the page runs what a mail brings")
	}
	get(t, pages.URL+"/mails/nothing", http.StatusNotFound)
	get(t, pages.URL+"/mails/..%2f..%2fetc%2fpasswd", http.StatusNotFound)

	var none struct{ Mails []Mail }
	if err := json.Unmarshal([]byte(get(t, pages.URL+"/api/mails?to=nobody@percorso.example", http.StatusOK)), &none); err != nil {
		t.Fatal(err)
	}
	if none.Mails == nil || len(none.Mails) != 0 {
		t.Errorf("mails to nobody: %v", none.Mails)
	}
}

func get(t *testing.T, address string, status int) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Errorf("%s answers %s", address, response.Status)
	}
	return string(body)
}
