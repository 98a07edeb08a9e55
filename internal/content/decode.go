package content

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxFileBytes bounds what is parsed; the shipped files are below 0.5 MB.
const maxFileBytes = 8 << 20

// Problem is one fault of the content and where it stands.
type Problem struct {
	File      string
	Line, Col int // from 1; 0 when the fault is of the file or folder as a whole
	Msg       string
}

// Error writes the problem as file:line:col: message.
func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Msg)
}

// document is one decoded file and the places of its values, keyed by path ("entries.3.answer").
type document struct {
	name     string
	File     File
	nodes    map[string]*yaml.Node
	keys     map[string]*yaml.Node // of maps, by the path of their values
	refused  map[*yaml.Node]bool   // could not be decoded: what rules say of them would only repeat it
	problems []*Problem
}

func newDocument(name string) *document {
	return &document{
		name: name, nodes: make(map[string]*yaml.Node), keys: make(map[string]*yaml.Node), refused: make(map[*yaml.Node]bool),
	}
}

// decode reads one file strictly: unknown and repeated keys, wrong types, tags, anchors and aliases, a second document, invalid UTF-8
// and invisible characters are problems. It goes on behind each that leaves the rest readable, so that one run shows them all.
func decode(name string, raw []byte) *document {
	d := newDocument(name)
	if len(raw) > maxFileBytes {
		d.add(0, 0, fmt.Sprintf("the file has %d bytes, more than %d", len(raw), maxFileBytes))
		return d
	}
	if d.characters(raw); len(d.problems) > 0 {
		return d
	}
	first, second, err := parse(raw)
	if second != nil {
		d.add(second.Line, second.Column, "a second document: only the first would be read")
	}
	if err != nil {
		d.syntax(raw, err)
	}
	switch {
	case first != nil:
		d.value("", first, reflect.ValueOf(&d.File).Elem())
	case err == nil:
		d.add(1, 1, "the file is empty")
	}
	return d
}

// parse returns the content of the first document and the root of the second, nil where there is none.
func parse(raw []byte) (first, second *yaml.Node, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var roots [2]yaml.Node
	for i := range roots {
		if err = decoder.Decode(&roots[i]); errors.Is(err, io.EOF) {
			return first, nil, nil
		} else if err != nil {
			return first, nil, fmt.Errorf("parse: %w", err)
		}
		if i == 0 && len(roots[0].Content) > 0 {
			first = roots[0].Content[0]
		}
	}
	return first, &roots[1], nil
}

// parserLine is the line that the parser names: of the structure around the fault or of the line before, never reliably its own.
var parserLine = regexp.MustCompile(`^parse: yaml: (line \d+: )?`)

// syntax reports a parser's error at the first line without which the parser would not say the same.
func (d *document) syntax(raw []byte, err error) {
	var ends []int
	for i, b := range raw {
		if b == '\n' || i == len(raw)-1 {
			ends = append(ends, i+1)
		}
	}
	i := sort.Search(len(ends)-1, func(i int) bool {
		_, _, e := parse(raw[:ends[i]])
		return e != nil && e.Error() == err.Error()
	})
	d.add(i+1, 1, "not YAML: "+parserLine.ReplaceAllString(err.Error(), ""))
}

func (d *document) add(line, col int, msg string) {
	d.problems = append(d.problems, &Problem{d.name, line, col, msg})
}

// refuse reports a node that cannot be decoded.
func (d *document) refuse(n *yaml.Node, msg string) {
	d.refused[n] = true
	d.add(n.Line, n.Column, msg)
}

// at adds a problem at the place of a path, or of its nearest ancestor that stands in the file.
func (d *document) at(path, format string, args ...any) {
	n, ok := d.nodes[path]
	for !ok && path != "" {
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
		n, ok = d.nodes[path]
	}
	switch {
	case !ok:
		d.add(1, 1, fmt.Sprintf(format, args...))
	case !d.refused[n]:
		d.add(n.Line, n.Column, fmt.Sprintf(format, args...))
	}
}

// atKey adds a problem at the key of a map's element.
func (d *document) atKey(path, format string, args ...any) {
	n := d.keys[path]
	d.add(n.Line, n.Column, fmt.Sprintf(format, args...))
}

// value decodes one node into a Go value of the types in this package.
func (d *document) value(path string, n *yaml.Node, v reflect.Value) {
	d.nodes[path] = n
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.refuse(n, "anchors and aliases are not allowed")
		return
	case n.Style&yaml.TaggedStyle != 0:
		d.refuse(n, "tags are not allowed")
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(path, n, p.Elem())
		v.Set(p)
	case reflect.Struct:
		d.mapping(path, n, v, d.field)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		d.mapping(path, n, v, d.element)
	case reflect.Slice:
		d.sequence(path, n, v)
	case reflect.String:
		d.text(n, v)
	default:
		panic("content: no decoding of " + v.Type().String())
	}
}

// mapping decodes a mapping key by key through set, which says whether it knows the key.
func (d *document) mapping(path string, n *yaml.Node, v reflect.Value, set func(string, *yaml.Node, *yaml.Node, reflect.Value) bool) {
	if n.Kind != yaml.MappingNode {
		d.refuse(n, "a mapping is wanted here, not "+kindName(n))
		return
	}
	seen := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, child := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			d.add(key.Line, key.Column, "a plain word is wanted as a key")
			continue
		}
		if line, ok := seen[key.Value]; ok {
			d.add(key.Line, key.Column, fmt.Sprintf("%q stands here twice, first in line %d", key.Value, line))
			continue
		}
		seen[key.Value] = key.Line
		if !set(path, key, child, v) {
			d.add(key.Line, key.Column, fmt.Sprintf("unknown key %q", key.Value))
		}
	}
}

func (d *document) field(path string, key, child *yaml.Node, v reflect.Value) bool {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name == key.Value {
			d.value(join(path, name), child, v.Field(i))
			return true
		}
	}
	return false
}

func (d *document) element(path string, key, child *yaml.Node, v reflect.Value) bool {
	d.keys[join(path, key.Value)] = key
	element := reflect.New(v.Type().Elem()).Elem()
	d.value(join(path, key.Value), child, element)
	v.SetMapIndex(reflect.ValueOf(key.Value), element)
	return true
}

func (d *document) sequence(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.refuse(n, "a list is wanted here, not "+kindName(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, child := range n.Content {
		d.value(join(path, fmt.Sprint(i)), child, v.Index(i))
	}
}

// text decodes a scalar. Dates stay text; numbers and booleans must be quoted, or a phone number such as 0800 becomes another.
func (d *document) text(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.refuse(n, "a text is wanted here, not "+kindName(n))
		return
	}
	if !slices.Contains([]string{"!!str", "!!timestamp", "!!null"}, n.ShortTag()) {
		d.refuse(n, fmt.Sprintf("put %q in quotes: it would be read as %s", n.Value, strings.TrimPrefix(n.ShortTag(), "!!")))
		return
	}
	if n.ShortTag() == "!!null" {
		return // an empty text, which the rules speak of
	}
	for _, r := range n.Value { // written as an escape, or characters would have found it
		if isForbidden(r) {
			d.refuse(n, fmt.Sprintf("forbidden character %U", r))
			return
		}
	}
	v.SetString(strings.TrimSpace(n.Value))
}

// isForbidden reports control and format characters, which hide text or reverse it, and unusual ends of lines; joiners inside emoji
// are harmless.
func isForbidden(r rune) bool {
	if ' ' <= r && r <= '~' {
		return false // nearly all of a file
	}
	return r != '\n' && r != '\u200d' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

// characters reports the first invalid byte and the forbidden characters before it. A byte order mark at the start and ends of lines
// as Windows writes them are fine.
func (d *document) characters(raw []byte) {
	const enough = 20 // a file that is no text would have thousands
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	line, col := 1, 1
	for len(raw) > 0 && len(d.problems) < enough {
		r, n := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && n == 1:
			d.add(line, col, "invalid UTF-8")
			return
		case r == '\t':
			d.add(line, col, "a tab: write blanks")
		case isForbidden(r) && !bytes.HasPrefix(raw, []byte("\r\n")):
			d.add(line, col, fmt.Sprintf("forbidden character %U", r))
		}
		col++
		if r == '\n' {
			line, col = line+1, 1
		}
		raw = raw[n:]
	}
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!null":
		return "nothing"
	default:
		return "a text"
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
