package web

import (
	"net/url"
	"strings"
)

// Typed is a line or a text without the blanks around it.
func Typed(sent interface{ PostForm(name string) string }, name string) string {
	return strings.TrimSpace(sent.PostForm(name))
}

// NextPage is the address of a list's next page: this one with another cursor.
func NextPage(this *url.URL, parameter, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := this.Query()
	q.Set(parameter, cursor)
	return this.Path + "?" + q.Encode()
}
