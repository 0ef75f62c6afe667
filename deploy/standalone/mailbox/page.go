package mailbox

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

//go:embed pages
var files embed.FS

var templates = template.Must(template.ParseFS(files, "pages/*.html"))

// contentPolicy lets the page load its own style and the sandboxed frame of a mail, nothing else: what
// is in a mail is somebody else's.
const contentPolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// Pages shows the box: GET / lists, GET /mails/{id} shows one, GET /api/mails?to=ADDRESS gives the same
// as JSON, GET /healthz answers.
func Pages(box *Box) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		mails, err := box.Mails()
		if err != nil {
			http.Error(w, "La posta non è leggibile", http.StatusInternalServerError)
			return
		}
		render(w, "list.html", mails)
	})
	mux.HandleFunc("GET /mails/{id}", func(w http.ResponseWriter, r *http.Request) {
		if mail, ok := find(w, r, box); ok {
			render(w, "mail.html", mail)
		}
	})
	mux.HandleFunc("GET /mails/{id}/html", func(w http.ResponseWriter, r *http.Request) {
		if mail, ok := find(w, r, box); ok {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:")
			_, _ = w.Write([]byte(mail.HTML)) // #nosec G705 -- sandboxed by the policy above
		}
	})
	mux.HandleFunc("GET /api/mails", func(w http.ResponseWriter, r *http.Request) {
		mails, err := box.Mails()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if to := r.FormValue("to"); to != "" {
			mails = slices.DeleteFunc(mails, func(m Mail) bool {
				return !slices.ContainsFunc(m.To, func(address string) bool { return strings.EqualFold(address, to) })
			})
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"mails": mails})
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/style.css")
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func find(w http.ResponseWriter, r *http.Request, box *Box) (Mail, bool) {
	mail, err := box.Mail(r.PathValue("id"))
	switch {
	case errors.Is(err, ErrUnknown):
		http.Error(w, "Messaggio non trovato", http.StatusNotFound)
	case err != nil:
		http.Error(w, "Messaggio non leggibile", http.StatusUnprocessableEntity)
	}
	return mail, err == nil
}

func render(w http.ResponseWriter, name string, page any) {
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, name, page); err != nil {
		http.Error(w, "Errore interno", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", contentPolicy)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body.Bytes())
}
