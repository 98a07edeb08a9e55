// Package openapi holds requests against Discord's own description of its API, for tests: [Validator] gives the fake Discord its check. It
// knows where the description is wrong or too wide, and nothing of this bot; it does not import testing.
package openapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// base names the description among schemas.
const base = "https://discord.com/openapi.json"

// Test is what Validator needs of a testing.TB.
type Test interface {
	Helper()
	Log(args ...any)
	Fatal(args ...any)
}

// Validator returns the check for discordtest.Options.Validate: route, parameters, and a body of JSON or the JSON of a form. The description
// belongs to the project's shared data, not to the repository: where it is absent, the test's log says so and there is no check.
func Validator(t Test) func(*http.Request, []byte) error {
	t.Helper()
	o, err := load()
	if errors.Is(err, os.ErrNotExist) {
		t.Log("requests are not checked against Discord's OpenAPI description:", err)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.validate
}

// oracle is safe for concurrent use.
type oracle struct {
	router routers.Router
	known  sync.Map // digest of what was validated -> error or nil: the same start-up calls come in every test

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	bodies   map[string]*jsonschema.Schema // by the place of a route's schema; kin-openapi compiles anew for each request, which takes long
}

var load = sync.OnceValues(func() (*oracle, error) { //nolint:gochecknoglobals // read once for all tests of a package
	file, err := place()
	if err != nil {
		return nil, err
	}
	return read(file)
})

// read reads the description.
func read(file string) (*oracle, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // beside the repository
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", file, err)
	}
	tighten(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("routes of %s: %w", file, err)
	}
	if raw, err = json.Marshal(doc); err != nil {
		return nil, fmt.Errorf("write the description anew: %w", err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read the description anew: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(base, whole); err != nil {
		return nil, fmt.Errorf("schemas of %s: %w", file, err)
	}
	return &oracle{router: router, compiler: compiler, bodies: make(map[string]*jsonschema.Schema)}, nil
}

// place finds the description from any folder of the module: the shared data stands beside it.
func place() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the description: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "discord", "openapi.json"), nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find the description: no module: %w", os.ErrNotExist)
		}
		dir = filepath.Dir(dir)
	}
}

var (
	anyID    = regexp.MustCompile(`[0-9]{17,20}`)
	anyToken = regexp.MustCompile(`[A-Za-z0-9_-]{60,}`)
)

func (o *oracle) validate(r *http.Request, body []byte) error {
	path := anyToken.ReplaceAllString(r.URL.RequestURI(), "token")
	key := sha256.Sum256(anyID.ReplaceAll(
		fmt.Appendf(nil, "%s %s %s %s", r.Method, path, r.Header.Get("Content-Type"), body), []byte("123456789012345678"),
	))
	if known, ok := o.known.Load(key); ok {
		err, _ := known.(error)
		return err
	}
	err := o.check(r, body)
	if err != nil {
		err = fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err)
	}
	o.known.Store(key, err)
	return err
}

func (o *oracle) check(r *http.Request, body []byte) error {
	at, err := url.Parse("https://discord.com" + r.URL.RequestURI())
	if err != nil {
		return fmt.Errorf("read the address: %w", err)
	}
	at.Path = strings.Replace(at.Path, "/api/v9/", "/api/v10/", 1)
	r = r.Clone(r.Context())
	r.URL, r.Host = at, at.Host
	r.Body = http.NoBody
	route, params, err := o.router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("find the route: %w", err)
	}
	if err := checkQuery(route, at.Query()); err != nil {
		return err
	}
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true, ExcludeRequestBody: true},
	})
	if err != nil {
		return fmt.Errorf("check the parameters: %w", err)
	}
	wanted := route.Operation.RequestBody
	switch {
	case wanted == nil && len(body) > 0:
		return errors.New("the route takes no body")
	case wanted == nil || len(body) == 0 && !wanted.Value.Required:
		return nil
	}
	return o.checkBody(route, r.Header.Get("Content-Type"), body)
}

// checkQuery refuses parameters that the route does not have, which kin-openapi lets pass.
func checkQuery(route *routers.Route, query url.Values) error {
	for name := range query {
		named := func(p *openapi3.ParameterRef) bool {
			return p.Value.In == openapi3.ParameterInQuery && p.Value.Name == name
		}
		if !slices.ContainsFunc(slices.Concat(route.PathItem.Parameters, route.Operation.Parameters), named) {
			return fmt.Errorf("the route has no parameter %s", name)
		}
	}
	return nil
}

// checkBody validates JSON, or what a form with files holds of it.
func (o *oracle) checkBody(route *routers.Route, kind string, body []byte) error {
	body, err := payload(kind, body)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(route.Path)
	schema, err := o.schema(base + "#/paths/" + escaped + "/" + strings.ToLower(route.Method) + "/requestBody/content/application~1json/schema")
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("check the body: %w", err)
	}
	return nil
}

// schema compiles a schema once.
func (o *oracle) schema(at string) (*jsonschema.Schema, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.bodies[at]; s != nil {
		return s, nil
	}
	s, err := o.compiler.Compile(at)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", at, err)
	}
	o.bodies[at] = s
	return s, nil
}

// payload returns the JSON of a body.
func payload(kind string, body []byte) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(kind)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the content type: %w", err)
	case kind == "application/json":
		return body, nil
	case kind != "multipart/form-data":
		return nil, fmt.Errorf("content type %s", kind)
	}
	form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, fmt.Errorf("find payload_json in the form: %w", err)
		}
		if part.FormName() == "payload_json" {
			return io.ReadAll(part) //nolint:wrapcheck // of memory
		}
	}
}
