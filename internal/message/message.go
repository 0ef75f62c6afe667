// Package message says what people read: every text of pages, mails, papers and answers
// is a message with an id and named arguments, in the files *.it.yaml beside this one.
//
// A file holds what one place says, one message a line, and each id stands whole, as in
// "desk.search: Cerca". Ids are not nested, since a code that is the last part of one may
// be a word that the library keeps for plurals ("other").
//
// Another language is a second file for each (desk.de.yaml); a message that it lacks is
// said in Italian.
package message

import (
	"embed"
	"fmt"
	html "html/template"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

//go:embed *.yaml
var files embed.FS

var (
	// italian holds all messages of all files.
	italian = i18n.NewLocalizer(read(files), language.Italian.String())
	// strict refuses a message that names an argument which it was not given.
	strict = &template.TextParser{Option: "missingkey=error"}
)

// read takes in all files; a fault in one stops the process at its start.
func read(from fs.FS) *i18n.Bundle {
	bundle := i18n.NewBundle(language.Italian)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(from, name); err != nil {
			panic(fmt.Errorf("messages of %s: %w", name, err))
		}
	}
	return bundle
}

// Say is the message of an id, with its arguments in pairs of a name and a value:
//
//	Say("desk.kept_until", "Hour", "9.30")
//
// It is the id itself where there is no such message, and where an argument is missing;
// a test looks at all calls for both.
func Say(id string, arguments ...any) string {
	return said(&i18n.LocalizeConfig{MessageID: id, TemplateData: named(arguments)})
}

// Rich is a message that holds marks of its own, such as <kbd>Invio</kbd>; what is put in
// is escaped.
func Rich(id string, arguments ...any) html.HTML {
	data := named(arguments)
	for name, value := range data {
		data[name] = html.HTMLEscapeString(fmt.Sprint(value))
	}
	return html.HTML(said(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})) //nolint:gosec // the message is ours, and what is put in is escaped
}

// Count is the message of an id for so many: its "one" or its "other", which may name
// the number as Count.
func Count(id string, count int, arguments ...any) string {
	data := named(arguments)
	data["Count"] = count
	return said(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: count})
}

// Of is the word of a code, whose message has the id "group.code". A code without one is
// said as it is, with blanks.
func Of[Code ~string](group string, code Code) string {
	if word, ok := Find(group, code); ok {
		return word
	}
	return strings.ReplaceAll(string(code), "_", " ")
}

// Find is the word of a code, if there is one; else it is empty.
func Find[Code ~string](group string, code Code) (word string, ok bool) {
	if code == "" {
		return "", false
	}
	id := group + "." + string(code)
	if word = Say(id); word == id {
		return "", false
	}
	return word, true
}

func said(config *i18n.LocalizeConfig) string {
	config.TemplateParser = strict
	text, err := italian.Localize(config)
	if err != nil && text == "" { // a language without a form for a number has its "other"
		return config.MessageID
	}
	return text
}

// named gives arguments their names.
func named(arguments []any) map[string]any {
	data := make(map[string]any, len(arguments)/2+1)
	for i := 0; i+1 < len(arguments); i += 2 {
		data[arguments[i].(string)] = arguments[i+1]
	}
	return data
}
