package pins

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// openAPIFile is Discord's own description of its API; it belongs to the project's shared data, not to the repository.
const openAPIFile = "../../../../shared/discord/openapi.json"

const openAPIBase = "https://discord.com/openapi.json"

// oracle validates requests against Discord's description. It is safe for concurrent use.
type oracle struct {
	paths map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	bodies   map[string]*jsonschema.Schema
}

var loadOracle = sync.OnceValues(func() (*oracle, error) {
	raw, err := os.ReadFile(openAPIFile)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	o := &oracle{compiler: jsonschema.NewCompiler(), bodies: map[string]*jsonschema.Schema{}}
	o.paths, _ = at(doc, "paths").(map[string]any)
	tighten(doc)
	o.compiler.DefaultDraft(jsonschema.Draft2020)
	return o, o.compiler.AddResource(openAPIBase, doc)
})

// validator returns the check for the fake Discord, or nil where the description is absent.
func validator(t testing.TB) func(*http.Request, []byte) error {
	t.Helper()
	o, err := loadOracle()
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("requests are not validated against Discord's OpenAPI description: %s is absent", openAPIFile)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.validate
}

func (o *oracle) validate(r *http.Request, body []byte) error {
	path, ok := o.route(strings.TrimPrefix(r.URL.Path, "/api/v10"))
	method := strings.ToLower(r.Method)
	operation := at(o.paths, path, method)
	if !ok || operation == nil {
		return fmt.Errorf("the description knows no %s %s", r.Method, r.URL.Path)
	}
	known := map[string]bool{}
	parameters, _ := at(operation, "parameters").([]any)
	for _, p := range parameters {
		name, _ := at(p, "name").(string)
		known[name] = true
	}
	for name := range r.URL.Query() {
		if !known[name] {
			return fmt.Errorf("%s %s has no parameter %s", r.Method, path, name)
		}
	}
	if len(body) == 0 {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	schema, err := o.schema(path, method)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// route finds the template of a path, the one with the fewest variables.
func (o *oracle) route(path string) (string, bool) {
	best, variables := "", 100
	for template := range o.paths {
		want, got, n := strings.Split(template, "/"), strings.Split(path, "/"), 0
		fits := len(want) == len(got)
		for i := 0; fits && i < len(want); i++ {
			if strings.HasPrefix(want[i], "{") {
				n++
			} else {
				fits = want[i] == got[i]
			}
		}
		if fits && n < variables {
			best, variables = template, n
		}
	}
	return best, best != ""
}

func (o *oracle) schema(path, method string) (*jsonschema.Schema, error) {
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
	place := openAPIBase + "#/paths/" + escaped + "/" + method + "/requestBody/content/application~1json/schema"
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.bodies[place]; s != nil {
		return s, nil
	}
	s, err := o.compiler.Compile(place)
	o.bodies[place] = s
	return s, err
}

// at follows keys into a document; nil where one is missing.
func at(node any, keys ...string) any {
	for _, key := range keys {
		object, _ := node.(map[string]any)
		node = object[key]
	}
	return node
}

// tighten forbids fields that the description does not have in whatever is sent, and corrects a type in it.
func tighten(doc any) {
	schemas, _ := at(doc, "components", "schemas").(map[string]any)
	for _, s := range schemas { // Discord sends and takes the bits as text, whatever its description says
		if properties, ok := at(s, "properties").(map[string]any); ok && properties["default_member_permissions"] != nil {
			properties["default_member_permissions"] = map[string]any{"type": "string", "pattern": "^[0-9]+$"}
		}
	}
	paths, _ := at(doc, "paths").(map[string]any)
	seen := map[string]bool{}
	for _, item := range paths {
		operations, _ := item.(map[string]any)
		for _, o := range operations {
			closeObjects(doc, at(o, "requestBody"), seen)
		}
	}
}

// closeObjects forbids other fields in every object below a node; seen are the references that it has followed.
func closeObjects(doc, node any, seen map[string]bool) {
	switch node := node.(type) {
	case []any:
		for _, v := range node {
			closeObjects(doc, v, seen)
		}
	case map[string]any:
		if ref, ok := node["$ref"].(string); ok {
			if !seen[ref] {
				seen[ref] = true
				closeObjects(doc, at(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), seen)
			}
			return
		}
		if node["type"] == "object" && node["properties"] != nil && node["additionalProperties"] == nil && node["allOf"] == nil {
			node["additionalProperties"] = false
		}
		for _, v := range node {
			closeObjects(doc, v, seen)
		}
	}
}

// TestOracle shows that the check can fail.
func TestOracle(t *testing.T) {
	t.Parallel()
	check := validator(t)
	if check == nil {
		t.Skip()
	}
	for _, test := range []struct {
		method, path, body string
		good               bool
	}{
		{"PUT", "/channels/1/messages/pins/2", "", true},
		{"PATCH", "/channels/1/messages/2", `{"content":"hi","flags":0}`, true},
		{"PATCH", "/channels/1/messages/2", `{"contents":"hi"}`, false},
		{"PATCH", "/channels/1/messages/2", `{"flags":"0"}`, false},
		{"GET", "/channels/1/messages?after=2", "", true},
		{"GET", "/channels/1/messages?later=2", "", false},
		{"PUT", "/channels/1/pin/2", "", false},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, "https://discord.com/api/v10"+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(r, []byte(test.body)); (err == nil) != test.good {
			t.Errorf("%s %s %s: %v", test.method, test.path, test.body, err)
		}
	}
}
