package zone

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"percorso/internal/legible"
	"percorso/internal/message"
	"percorso/internal/zone/fault"
)

// document collects the faults of one file while it is read.
type document struct {
	file   string
	faults []fault.Fault
}

// node is a value in the file, with where it stands. Reading never stops: a
// value that is wrong is a fault and reads as its zero, so that all the faults
// of a file are told at once.
type node struct {
	doc   *document
	value ast.Node // nil: not there, and that has been said if it matters
	line  int
	path  string
}

// largestZone is far more than a zone file has, some 15 KiB. The parser's time
// grows with the square of how deep a file goes, hence deepest.
const (
	largestZone = 64 << 10
	deepest     = 32
)

// parse reads a file of at most some bytes into its topmost node.
func parse(file string, data []byte, largest int) (root node, doc *document) {
	doc = &document{file: file}
	root = node{doc: doc}
	// Should the library's parser panic on a malformed file, the file is at fault.
	defer func() {
		if recover() != nil {
			root.value = nil
			root.fault(fault.RuleYAML)
		}
	}()
	data = bytes.TrimPrefix(data, byteOrderMark)
	switch {
	case len(data) > largest:
		root.fault(fault.RuleTooLarge, message.Say("zone_rules.at_most_kib", "Most", largest>>10))
		return root, doc
	case !utf8.Valid(data):
		root.line = 1 + bytes.Count(data[:validUTF8(data)], []byte("\n"))
		root.fault(fault.RuleEncoding)
		return root, doc
	case tooDeep(data):
		root.fault(fault.RuleTooDeep)
		return root, doc
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		detail := message.Say("zone_rules.syntax")
		var at yaml.Error
		if errors.As(err, &at) {
			detail = at.GetMessage()
			if token := at.GetToken(); token != nil && token.Position != nil {
				root.line = token.Position.Line
			}
		}
		root.fault(fault.RuleYAML, detail)
		return root, doc
	}
	if len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		root.fault(fault.RuleOneDocument)
		return root, doc
	}
	root.value, root.line = parsed.Docs[0].Body, 1
	return root, doc
}

// byteOrderMark is what some editors begin a file with.
var byteOrderMark = []byte("\ufeff")

// validUTF8 is how many bytes come before the first that are no text.
func validUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// tooDeep says whether more brackets are open at once than a file needs.
func tooDeep(data []byte) bool {
	depth := 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > deepest {
			return true
		}
	}
	return false
}

// fault reports that the node breaks a rule.
func (n node) fault(rule string, detail ...string) {
	n.doc.faults = append(n.doc.faults, fault.New(n.doc.file, n.line, n.path, rule, strings.Join(detail, ", ")))
}

// there says whether the file has a value here. A null is none.
func (n node) there() bool {
	_, null := n.value.(*ast.NullNode)
	return n.value != nil && !null
}

// child is a value below the node.
func (n node) child(path string, value ast.Node) node {
	c := node{doc: n.doc, value: value, line: n.line, path: n.path + path}
	if value == nil {
		return c
	}
	if token := value.GetToken(); token != nil && token.Position != nil {
		c.line = token.Position.Line
	}
	return c
}

// object is a mapping whose fields are read by name.
type object struct {
	node
	fields []field
}

type field struct {
	name  string
	value node
}

// anyField reads a node as a mapping, whatever its fields. The parser has seen
// to it that none is there twice.
func (n node) anyField() object {
	o := object{node: n}
	var values []*ast.MappingValueNode
	switch m := n.value.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		if n.value != nil {
			n.fault(fault.RuleObject)
		}
		o.value = nil // so that its fields are not missed one by one
		return o
	}
	for _, v := range values {
		token := v.Key.GetToken()
		if token == nil {
			continue
		}
		name := token.Value
		at := n.child(join(n.path, name), v.Value)
		if !at.there() && token.Position != nil {
			at.line = token.Position.Line // the value's own position is that of what follows
		}
		o.fields = append(o.fields, field{name: name, value: at})
	}
	return o
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return "." + name
}

// object reads a node as a mapping that has no other fields than the named ones.
func (n node) object(names ...string) object {
	o := n.anyField()
	for _, f := range o.fields {
		if !slices.Contains(names, f.name) {
			f.value.fault(fault.RuleUnknownField, message.Say("zone_rules.allowed", "Names", strings.Join(names, ", ")))
		}
	}
	return o
}

// may gives an optional field.
func (o object) may(name string) node {
	for _, f := range o.fields {
		if f.name == name {
			if !f.value.there() {
				f.value.value = nil
			}
			return f.value
		}
	}
	return o.child(join(o.path, name), nil)
}

// need gives a required field.
func (o object) need(name string) node {
	n := o.may(name)
	if n.value == nil && o.value != nil {
		n.fault(fault.RuleMissing)
	}
	return n
}

// list reads a node as a sequence.
func (n node) list() []node {
	if n.value == nil {
		return nil
	}
	s, ok := n.value.(*ast.SequenceNode)
	if !ok {
		n.fault(fault.RuleList)
		return nil
	}
	items := make([]node, len(s.Values))
	for i, v := range s.Values {
		items[i] = n.child(fmt.Sprintf("[%d]", i), v)
		if !items[i].there() {
			items[i].value = nil
			items[i].fault(fault.RuleMissing)
		}
	}
	return items
}

// longestText is more than a name, a note or a source needs.
const longestText = 1000

// text reads a node as a string of one line that is not empty.
func (n node) text() string { return n.textOf(longestText) }

// textOf reads a node as a string of one line, of at most some characters, that is
// not empty.
func (n node) textOf(most int) string {
	if n.value == nil {
		return ""
	}
	s, ok := n.value.(*ast.StringNode)
	if !ok {
		n.fault(fault.RuleText)
		return ""
	}
	text := strings.TrimSpace(s.Value)
	switch {
	case text == "":
		n.fault(fault.RuleMissing)
	case !legible.Line(text):
		n.fault(fault.RuleIllegible)
		return ""
	case utf8.RuneCountInString(text) > most:
		n.fault(fault.RuleTextLength, message.Say("zone_rules.at_most_characters", "Most", most))
		return ""
	}
	return text
}

// scalar reads a node as a single value, as it is written.
func (n node) scalar() (string, bool) {
	switch v := n.value.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return v.GetToken().Value, true
	}
	return "", false
}

// integer reads a whole number within bounds.
func (n node) integer(least, most int) int {
	if n.value == nil {
		return 0
	}
	text, ok := n.scalar()
	number, err := strconv.Atoi(text)
	switch {
	case !ok || err != nil && !errors.Is(err, strconv.ErrRange):
		n.fault(fault.RuleNumber)
	case err != nil || number < least || number > most:
		n.fault(fault.RuleRange, message.Say("zone_rules.from_to", "Least", least, "Most", most))
	default:
		return number
	}
	return 0
}

// number reads a number.
func (n node) number() float64 {
	if n.value == nil {
		return 0
	}
	text, ok := n.scalar()
	number, err := strconv.ParseFloat(text, 64)
	if !ok || err != nil {
		n.fault(fault.RuleNumber)
		return 0
	}
	return number
}

// boolean reads true or false.
func (n node) boolean() bool {
	if n.value == nil {
		return false
	}
	b, ok := n.value.(*ast.BoolNode)
	if !ok {
		n.fault(fault.RuleBoolean)
		return false
	}
	return b.Value
}
