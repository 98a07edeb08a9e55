package discord

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"faqbot/internal/discord/api"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// openAPIFile is Discord's own description of its API; it belongs to the project's shared data, not to the repository.
const openAPIFile = "../../../shared/discord/openapi.json"

// openAPIBase names it among schemas.
const openAPIBase = "https://discord.com/openapi.json"

// oracle validates requests against Discord's description. It is safe for concurrent use.
type oracle struct {
	router routers.Router
	known  sync.Map // digest of what was validated -> error or nil: the same start-up calls come in every test

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	bodies   map[string]*jsonschema.Schema // by the place of a route's schema; the library compiles anew for each request, which takes long
}

var loadOracle = sync.OnceValues(func() (*oracle, error) {
	raw, err := os.ReadFile(openAPIFile)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", openAPIFile, err)
	}
	tighten(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("routes of %s: %w", openAPIFile, err)
	}
	raw, err = json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(openAPIBase, whole); err != nil {
		return nil, err
	}
	return &oracle{router: router, compiler: compiler, bodies: make(map[string]*jsonschema.Schema)}, nil
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

var (
	anyID    = regexp.MustCompile(`[0-9]{17,20}`)
	anyToken = regexp.MustCompile(`[A-Za-z0-9_-]{60,}`)
)

func (o *oracle) validate(r *http.Request, body []byte) error {
	path := anyToken.ReplaceAllString(r.URL.RequestURI(), "token")
	key := sha256.Sum256(anyID.ReplaceAll(fmt.Appendf(nil, "%s %s %s", r.Method, path, body), []byte("123456789012345678")))
	if known, ok := o.known.Load(key); ok {
		err, _ := known.(error)
		return err
	}
	err := o.check(r, body)
	o.known.Store(key, err)
	return err
}

func (o *oracle) check(r *http.Request, body []byte) error {
	at, err := url.Parse("https://discord.com" + r.URL.RequestURI())
	if err != nil {
		return err
	}
	at.Path = strings.Replace(at.Path, "/api/v9/", "/api/v10/", 1)
	r = r.Clone(context.Background())
	r.URL, r.Host = at, at.Host
	r.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := o.router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, at.Path, err)
	}
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true, ExcludeRequestBody: true},
	})
	if err == nil && route.Operation.RequestBody != nil && (len(body) > 0 || route.Operation.RequestBody.Value.Required) {
		err = o.checkBody(route, body)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, at.Path, err)
	}
	return nil
}

// checkBody validates a body of JSON, the only kind that the bot sends.
func (o *oracle) checkBody(route *routers.Route, body []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(route.Path)
	place := openAPIBase + "#/paths/" + escaped + "/" + strings.ToLower(route.Method) + "/requestBody/content/application~1json/schema"
	o.mu.Lock()
	schema := o.bodies[place]
	if schema == nil {
		if schema, err = o.compiler.Compile(place); err == nil {
			o.bodies[place] = schema
		}
	}
	o.mu.Unlock()
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// tighten makes the description as strict as Discord's documentation (section 8 of the platform brief).
func tighten(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	limit := func(schema, property string, most uint64) {
		for _, s := range unwrapped(schemas[schema].Value.Properties[property]) {
			switch {
			case s.Type.Includes("string"):
				s.MaxLength = &most
			case s.Type.Includes("array"):
				s.MaxItems = &most
			}
		}
	}
	limit("MessageCreateRequest", "content", api.MaxContentRunes)
	limit("ApplicationCommandOptionStringChoice", "value", api.MaxChoiceRunes)
	const maxModalComponents = 5
	limit("ModalInteractionCallbackRequestData", "components", maxModalComponents)
	for _, s := range schemas {
		if p := s.Value.Properties["default_member_permissions"]; p != nil {
			p.Value = openapi3.NewStringSchema().WithPattern(`^[0-9]+$`)
			p.Ref = ""
		}
	}
	no := false
	for _, s := range requestSchemas(doc) {
		if s.Type.Is("object") && len(s.AllOf) == 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
			s.AdditionalProperties.Has = &no
		}
	}
}

// unwrapped lists a schema and the alternatives in it.
func unwrapped(ref *openapi3.SchemaRef) []*openapi3.Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	out := []*openapi3.Schema{ref.Value}
	for _, list := range []openapi3.SchemaRefs{ref.Value.OneOf, ref.Value.AnyOf} {
		for _, alt := range list {
			out = append(out, unwrapped(alt)...)
		}
	}
	return out
}

// requestSchemas lists every schema below a request's body.
func requestSchemas(doc *openapi3.T) []*openapi3.Schema {
	var out []*openapi3.Schema
	seen := map[*openapi3.Schema]bool{}
	var walk func(*openapi3.SchemaRef)
	walk = func(ref *openapi3.SchemaRef) {
		if ref == nil || ref.Value == nil || seen[ref.Value] {
			return
		}
		s := ref.Value
		seen[s] = true
		out = append(out, s)
		for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
			for _, alt := range list {
				walk(alt)
			}
		}
		for _, p := range s.Properties {
			walk(p)
		}
		walk(s.Items)
		walk(s.AdditionalProperties.Schema)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody == nil || op.RequestBody.Value == nil {
				continue
			}
			for _, media := range op.RequestBody.Value.Content {
				walk(media.Schema)
			}
		}
	}
	return out
}
