package feedback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// openAPIFile is Discord's own description of its API; it belongs to the project's shared data, not to the repository.
const openAPIFile = "../../../../shared/discord/openapi.json"

const openAPIBase = "https://discord.com/openapi.json"

// routes are the calls whose bodies this tool makes, and where their schemas stand; the adapter's own tests check all others.
func routes() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"#/paths/~1interactions~1%7Binteraction_id%7D~1%7Binteraction_token%7D~1callback/post": regexp.MustCompile(`^POST .*/interactions/\d+/[^/]+/callback$`),
		"#/paths/~1webhooks~1%7Bwebhook_id%7D~1%7Bwebhook_token%7D~1messages~1@original/patch": regexp.MustCompile(`^PATCH .*/webhooks/\d+/[^/]+/messages/@original$`),
		"#/paths/~1channels~1%7Bchannel_id%7D~1messages/post":                                  regexp.MustCompile(`^POST .*/channels/\d+/messages$`),
		"#/paths/~1applications~1%7Bapplication_id%7D~1commands/put":                           regexp.MustCompile(`^PUT .*/applications/\d+/commands$`),
	}
}

// description compiles the schemas; it is strict about fields that Discord does not name.
var description = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	raw, err := os.ReadFile(openAPIFile)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	tighten(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource(openAPIBase, doc); err != nil {
		return nil, err
	}
	out := map[string]*jsonschema.Schema{}
	for place := range routes() {
		if out[place], err = c.Compile(openAPIBase + place + "/requestBody/content/application~1json/schema"); err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
	}
	return out, nil
})

// tighten forbids fields that are not named, but where several schemas describe one object.
func tighten(node any) {
	switch node := node.(type) {
	case []any:
		for _, v := range node {
			tighten(v)
		}
	case map[string]any:
		if _, named := node["properties"]; named && node["type"] == "object" && node["additionalProperties"] == nil && node["allOf"] == nil {
			node["additionalProperties"] = false
		}
		if p, named := node["default_member_permissions"].(map[string]any); named && p["type"] != nil {
			// The description has a number, the documentation a decimal string, which is what Discord takes.
			node["default_member_permissions"] = map[string]any{"type": "string", "pattern": "^[0-9]+$"}
		}
		for key, v := range node {
			if key != "allOf" {
				tighten(v)
			}
		}
	}
}

// validator is the check for the fake Discord, or nil where the description is absent.
func validator(t *testing.T) func(*http.Request, []byte) error {
	t.Helper()
	schemas, err := description()
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("requests are not validated against Discord's OpenAPI description: %s is absent", openAPIFile)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return func(r *http.Request, body []byte) error {
		for place, line := range routes() {
			if line.MatchString(r.Method + " " + r.URL.Path) {
				return validate(schemas[place], r, body)
			}
		}
		return nil
	}
}

// validate reads the JSON out of a body, which may be a form with files.
func validate(schema *jsonschema.Schema, r *http.Request, body []byte) error {
	if kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); strings.HasPrefix(kind, "multipart/") {
		part, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).NextPart()
		if err != nil {
			return err
		}
		if body, err = io.ReadAll(part); err != nil {
			return err
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// TestValidator shows that the check can fail.
func TestValidator(t *testing.T) {
	t.Parallel()
	check := validator(t)
	if check == nil {
		t.Skip("the description is absent")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x/api/v10/interactions/1/t/callback", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for body, good := range map[string]bool{
		`{"type":4,"data":{"content":"x"}}`: true, `{"type":4,"data":{"contents":"x"}}`: false,
		`{"type":9,"data":{"custom_id":"x","title":"x","components":[{"type":18,"label":"l","lable":"l","component":{"type":4,"custom_id":"c","style":1}}]}}`: false,
	} {
		if !json.Valid([]byte(body)) {
			t.Fatal(body)
		}
		if err := check(r, []byte(body)); (err == nil) != good {
			t.Errorf("%s: %v", body, err)
		}
	}
}
