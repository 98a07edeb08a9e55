package content_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"faqbot/internal/content"

	"github.com/invopop/jsonschema"
	"gopkg.in/yaml.v3"
)

const (
	shippedFolder = "../../faq"
	schemaFile    = shippedFolder + "/schema.json"
)

// typeSchema describes content.File as editors check it.
func typeSchema(t *testing.T) []byte {
	t.Helper()
	r := jsonschema.Reflector{Anonymous: true, FieldNameTag: "yaml"}
	s := r.Reflect(content.File{})
	s.Title = "Content of faqbot"
	s.Comments = "Generated from internal/content/types.go: UPDATE_GOLDEN=1 go test ./internal/content"
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(raw, '\n')
}

// TestSchema compares the schema for editors with the Go types; UPDATE_GOLDEN=1 rewrites it.
func TestSchema(t *testing.T) {
	t.Parallel()
	got := typeSchema(t)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(schemaFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs from the types: run UPDATE_GOLDEN=1 go test ./internal/content", schemaFile)
	}
}

// Every field has the name of its yaml tag and a description, and stands among the required ones unless it may be left out.
func TestSchemaOfTypes(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	for _, kind := range []reflect.Type{
		reflect.TypeFor[content.File](), reflect.TypeFor[content.Locale](), reflect.TypeFor[content.Entry](), reflect.TypeFor[content.Decline](),
		reflect.TypeFor[content.FixedCard](), reflect.TypeFor[content.Review](), reflect.TypeFor[content.Source](),
		reflect.TypeFor[content.Helplines](), reflect.TypeFor[content.Helpline](), reflect.TypeFor[content.Directory](),
	} {
		def := s.defs[kind.Name()]
		properties, _ := def["properties"].(map[string]any)
		required, _ := def["required"].([]any)
		if len(properties) != kind.NumField() || def["additionalProperties"] != false {
			t.Errorf("%s: %d properties, additionalProperties %v", kind.Name(), len(properties), def["additionalProperties"])
		}
		for field := range kind.Fields() {
			name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			property, ok := properties[name].(map[string]any)
			if !ok || property["description"] == nil {
				t.Errorf("%s.%s has no property or description", kind.Name(), name)
			}
			if slices.Contains(required, any(name)) == strings.Contains(options, "omitempty") {
				t.Errorf("%s.%s: required %v, tag %q", kind.Name(), name, required, options)
			}
		}
	}
}

var schemaComment = regexp.MustCompile(`^# yaml-language-server: \$schema=(\S+)\n`)

// Every file that is shipped names the schema and keeps to it.
func TestFilesKeepToSchema(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	shipped, err := filepath.Glob(shippedFolder + "/*/*.yaml")
	if err != nil || len(shipped) == 0 {
		t.Fatal("no shipped files", err)
	}
	for _, name := range shipped {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		comment := schemaComment.FindSubmatch(raw)
		if comment == nil || filepath.Join(filepath.Dir(name), string(comment[1])) != filepath.Clean(schemaFile) {
			t.Errorf("%s does not begin with the comment that names %s: %s", name, schemaFile, comment)
		}
		for _, fault := range s.faults(t, raw) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	for name, file := range goodFolder(t) {
		for _, fault := range s.faults(t, file.Data) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// What the schema can see, it refuses.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	for text, want := range map[string]string{
		"language: en":                      `: unknown key "language"`,
		"locale: {code: en}":                `.locale: "name" is missing`,
		"locale: en":                        ".locale: not an object",
		"off_topic: no list":                ".off_topic: not an array",
		"off_topic: [a, 988]":               ".off_topic.1: not a string",
		"off_topic: [a, ~]":                 ".off_topic.1: not a string",
		"synonyms: [[a, true]]":             ".synonyms.0.1: not a string",
		"reminders: {a: [b]}":               ".reminders.a: not a string",
		"sources: {a: {title: b, link: c}}": `.sources.a: unknown key "link"`,
		"cards: [{id: card/a, title: b, text: c, reminder: d, sources: [], review: {state: new}}]": ".cards.0.review.state: not one of [draft reviewed]",
	} {
		if got := s.faults(t, []byte(text)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// schema validates the few keywords of JSON Schema that the generated one uses, and fails on any other.
type schema struct {
	root map[string]any
	defs map[string]map[string]any
}

func readSchema(t *testing.T) schema {
	t.Helper()
	var s schema
	var root struct {
		Defs map[string]map[string]any `json:"$defs"`
	}
	raw := typeSchema(t)
	for _, into := range []any{&s.root, &root} {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	s.defs = root.Defs
	return s
}

func (s schema) faults(t *testing.T, raw []byte) (faults []string) {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	s.walk(t, "", s.root, document.Content[0], func(path, format string, args ...any) {
		faults = append(faults, path+": "+fmt.Sprintf(format, args...))
	})
	return faults
}

func (s schema) walk(t *testing.T, path string, rule map[string]any, n *yaml.Node, fault func(path, format string, args ...any)) {
	t.Helper()
	for keyword, want := range rule {
		switch keyword {
		case "$schema", "$comment", "$defs", "title", "description":
		case "$ref":
			s.walk(t, path, s.defs[strings.TrimPrefix(want.(string), "#/$defs/")], n, fault)
		case "type":
			kinds := map[yaml.Kind]string{yaml.MappingNode: "object", yaml.SequenceNode: "array"}
			if n.ShortTag() == "!!str" || n.ShortTag() == "!!timestamp" { // dates are texts in the YAML of editors
				kinds[yaml.ScalarNode] = "string"
			}
			if kinds[n.Kind] != want {
				fault(path, "not %s", map[any]string{"object": "an object", "array": "an array", "string": "a string"}[want])
			}
		case "enum":
			if !slices.Contains(want.([]any), any(n.Value)) {
				fault(path, "not one of %v", want)
			}
		case "items":
			for i, item := range n.Content {
				if n.Kind == yaml.SequenceNode {
					s.walk(t, fmt.Sprint(path, ".", i), want.(map[string]any), item, fault)
				}
			}
		case "properties", "additionalProperties", "required":
		default:
			t.Errorf("the test does not know the keyword %q of the schema", keyword)
		}
	}
	if n.Kind == yaml.MappingNode {
		s.walkMapping(t, path, rule, n, fault)
	}
}

func (s schema) walkMapping(t *testing.T, path string, rule map[string]any, n *yaml.Node, fault func(path, format string, args ...any)) {
	t.Helper()
	properties, _ := rule["properties"].(map[string]any)
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		seen[key] = true
		property, known := properties[key].(map[string]any)
		if !known {
			property, known = rule["additionalProperties"].(map[string]any)
		}
		if known {
			s.walk(t, path+"."+key, property, n.Content[i+1], fault)
		} else if rule["additionalProperties"] == false {
			fault(path, "unknown key %q", key)
		}
	}
	required, _ := rule["required"].([]any)
	for _, key := range required {
		if !seen[key.(string)] {
			fault(path, "%q is missing", key)
		}
	}
}
