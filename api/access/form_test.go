package access

import (
	"net/http"
	"strings"
	"testing"
)

// TestFormsThatCannotBeRead sends what is no form to a page.
func TestFormsThatCannotBeRead(t *testing.T) {
	r := newRig(t)
	r.logIn(someWorker.Subject)
	post := func(kind, body string) answer {
		req := r.request(http.MethodPost, "/modulo", body)
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		return r.do(r.browser, req)
	}
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"JSON":                  {"application/json", `{"note":"a"}`, http.StatusUnsupportedMediaType},
		"several parts":         {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na\r\n--x--\r\n", http.StatusUnsupportedMediaType},
		"plain text":            {"text/plain", "note=a", http.StatusUnsupportedMediaType},
		"nothing said":          {"", "note=a", http.StatusUnsupportedMediaType},
		"another alphabet":      {formType + "; charset=iso-8859-1", "note=a", http.StatusUnsupportedMediaType},
		"a broken %":            {formType, "note=%zz", http.StatusBadRequest},
		"a semicolon":           {formType, "note=a;b=c", http.StatusBadRequest},
		"too many fields":       {formType, strings.Repeat("note=a&", 3000), http.StatusRequestEntityTooLarge},
		"a form":                {formType, "note=a", http.StatusOK},
		"a form that says more": {formType + "; charset=UTF-8", "note=a", http.StatusOK},
		"nothing at all":        {"", "", http.StatusOK},
	} {
		if a := post(c.kind, c.body); a.StatusCode != c.status || c.status != http.StatusOK && !strings.Contains(a.Text, "</html>") {
			t.Errorf("%s: %d %.200s", name, a.StatusCode, a.Text)
		}
	}
	for body, want := range map[string]string{
		"note=a&note=b":                             "a  note repeated",
		"note=a&note=a":                             "a  note repeated",
		"note=&note=b":                              "note repeated",
		"key=k&key=l&note=a":                        "a  key repeated",
		"unknown=a&unknown=b":                       "unknown repeated",
		"unknown=a&note=a":                          "a", // a page may have been opened before a field went
		"Mario+Prova=a&Mario+Prova=b":               "repeated",
		"needs=a&needs=b&heard-needs=a&languages=b": "",
		"needs=a&needs=b&needs=a":                   "needs repeated",
		"heard-needs=a&heard-needs=a":               "heard-needs repeated",
		"heard-note=a&heard-note=b":                 "heard-note repeated",
		"note=a%ffb&topic=%00":                      "ab  note illegible, topic illegible",
		"note=%EF%BF%BD&topic=c":                    " c note illegible",
		"note=a&Mario+Prova=%ff":                    "a   illegible",
		"note=a&no%fete=b&topic=c":                  "a c  illegible",
		"note=a\u200b":                              "a\u200b ", // a character, if nobody sees it: the field's own rule
	} {
		if a := post(formType, body); strings.TrimSpace(a.Text) != strings.TrimSpace(want) {
			t.Errorf("%s: %q, want %q", body, a.Text, want)
		}
	}
}

// TestAddressIsNoPartOfAForm: what a form's address says is not what was typed.
func TestAddressIsNoPartOfAForm(t *testing.T) {
	r := newRig(t)
	r.logIn(someWorker.Subject)
	for body, want := range map[string]string{"": "", "topic=c": " c ", "note=a": "a  "} {
		req := r.request(http.MethodPost, "/modulo?note=b&topic=d&key=k", body)
		req.Header.Set("Content-Type", formType)
		if a := r.do(r.browser, req); a.StatusCode != http.StatusOK || strings.TrimSpace(a.Text) != strings.TrimSpace(want) {
			t.Errorf("%s: %d %q", body, a.StatusCode, a.Text)
		}
	}
}

// TestPageShowsOnlyWhatCanBeSeen: the words between two signs of HTML are cleaned
// each by itself.
func TestPageShowsOnlyWhatCanBeSeen(t *testing.T) {
	for page, want := range map[string]string{
		"<p>Città «sì»</p>\n":                      "<p>Città «sì»</p>\n",
		"<input value=\"a\xff\x00b\u200b\ufffd\">": `<input value="ab">`,
		"<input value=\"\u200d\"><p>\u202eabc</p>": `<input value=""><p>abc</p>`,
		"<p>می\u200cخواهم</p>":                     "<p>می\u200cخواهم</p>", // a sign that Persian is written with
		"a\x00":                                    "a", "\x00": "", "": "", "<": "<", "è": "è",
	} {
		if got := seen(page); got != want {
			t.Errorf("%q becomes %q, want %q", page, got, want)
		}
	}
}
