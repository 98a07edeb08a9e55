package suggest

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

// openAPIBase names it among schemas.
const openAPIBase = "https://discord.com/openapi.json"

// oracle validates bodies against Discord's description. It is safe for concurrent use.
type oracle struct {
	paths map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

var loadOracle = sync.OnceValues(func() (*oracle, error) {
	raw, err := os.ReadFile(openAPIFile)
	if err != nil {
		return nil, err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	doc := whole.(map[string]any)
	tighten(doc["components"])
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	return &oracle{paths: doc["paths"].(map[string]any), compiler: compiler}, compiler.AddResource(openAPIBase, whole)
})

// tighten refuses unknown fields, and takes permissions as the text that Discord documents.
func tighten(node any) {
	switch node := node.(type) {
	case []any:
		for _, v := range node {
			tighten(v)
		}
	case map[string]any:
		properties, ok := node["properties"].(map[string]any)
		if _, open := node["additionalProperties"]; ok && !open && node["allOf"] == nil {
			node["additionalProperties"] = false
		}
		if properties["default_member_permissions"] != nil {
			properties["default_member_permissions"] = map[string]any{"type": "string", "pattern": "^[0-9]+$"}
		}
		for _, v := range node {
			tighten(v)
		}
	}
}

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
	path := o.template(strings.TrimPrefix(r.URL.Path, "/api/v10"))
	if path == "" {
		return fmt.Errorf("%s %s: no such path", r.Method, r.URL.Path)
	}
	if len(body) == 0 {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
	place := openAPIBase + "#/paths/" + escaped + "/" + strings.ToLower(r.Method) + "/requestBody/content/application~1json/schema"
	o.mu.Lock()
	schema, err := o.compiler.Compile(place)
	o.mu.Unlock()
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// template finds the path of the description that a request's belongs to; the one with the most words of its own.
func (o *oracle) template(path string) string {
	best, words := "", -1
	got := strings.Split(path, "/")
	for candidate := range o.paths {
		want := strings.Split(candidate, "/")
		same, fits := 0, len(want) == len(got)
		for i := 0; fits && i < len(want); i++ {
			if want[i] == got[i] {
				same++
			} else {
				fits = strings.HasPrefix(want[i], "{")
			}
		}
		if fits && same > words {
			best, words = candidate, same
		}
	}
	return best
}

// TestOracle shows that the check can fail.
func TestOracle(t *testing.T) {
	t.Parallel()
	check := validator(t)
	if check == nil {
		t.Skip("there is nothing to check with")
	}
	for body, good := range map[string]bool{`{"content":"x"}`: true, `{"contnet":"x"}`: false, `{"content":1}`: false} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x/api/v10/channels/123456789012345678/messages", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(r, []byte(body)); (err == nil) != good {
			t.Errorf("%s: %v", body, err)
		}
	}
}
