// Package internal_test holds the rules about the tree as a whole: who may import whom, what every package and file must have, and
// that README, deploy files and the privacy page name what there is. It knows no behaviour of any package.
package internal_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// row says what a package may import outside its tests. The standard library is free but for bans; anything else that is not listed
// is forbidden.
type row struct {
	ours  []string // our packages, relative to the module; anyOurs for all
	third []string // third-party libraries
	std   []string // where it is not nil, the only packages of the standard library
	bans  []string // packages of the standard library, each with those below it
	word  string   // must not occur in the source, in any case
}

// anyOurs allows all our packages.
const anyOurs = "*"

// table is the import table of the architecture: the rooms that exist and those that are planned.
func table() map[string]row {
	return map[string]row{
		"faq":           {std: []string{"embed"}},
		"internal/text": {third: []string{"golang.org/x/text"}, bans: []string{"os", "net", "log"}},
		"internal/encoder": {
			ours: []string{"internal/parallel"}, third: []string{"golang.org/x/sys/cpu", "golang.org/x/text"}, bans: []string{"net", "log"},
		},
		"internal/guard": {
			ours: []string{"internal/text", "internal/encoder", "internal/match", "internal/spelling"},
			bans: []string{"os", "net", "log", "time"},
		},
		"internal/spelling": {bans: []string{"os", "net", "log", "time"}},
		"internal/match": {
			ours:  []string{"internal/calibrate", "internal/text", "internal/encoder", "internal/lexicon", "internal/parallel"},
			third: []string{"gonum.org/v1/gonum"},
			bans:  []string{"os", "net", "log", "time"},
		},
		"internal/calibrate": {ours: []string{"internal/parallel"}, bans: []string{"os", "net", "log", "time"}},
		"internal/lexicon":   {ours: []string{"internal/text", "internal/parallel"}, bans: []string{"os", "net", "log", "time"}},
		"internal/parallel":  {bans: []string{"os", "net", "log", "time"}},
		"internal/complete":  {third: []string{"github.com/sahilm/fuzzy"}, bans: []string{"os", "net", "log", "time"}},
		"internal/content": {
			ours:  []string{"internal/text", "internal/parallel"},
			third: []string{"gopkg.in/yaml.v3"},
			bans:  []string{"net"}, // it takes an fs.FS
		},
		"internal/answer": {
			ours: []string{
				"internal/text", "internal/encoder", "internal/guard", "internal/match", "internal/complete", "internal/content", "internal/parallel",
			},
			bans: []string{"os", "net", "log"},
			word: "discord", // a surface calls the core; the core calls none
		},
		"internal/answer/answertest": {
			ours: []string{"faq", "internal/answer", "internal/content", "internal/encoder", "internal/match", "internal/text"},
			bans: []string{"testing", "net", "log"},
		},
		"internal/evaluate": {
			ours:  []string{"internal/answer", "internal/content", "internal/text", "internal/chart"},
			third: []string{"github.com/schollz/progressbar"},
			bans:  []string{"net"},
		},
		"internal/safety": {
			ours: []string{"internal/answer", "internal/content", "internal/evaluate", "internal/text", "internal/parallel"},
			bans: []string{"net", "os", "log", "time"},
		},
		"internal/author": {
			ours:  []string{"internal/content", "internal/text", "internal/match"},
			third: []string{"gopkg.in/yaml.v3"},
			bans:  []string{"net"},
		},
		"internal/chart": {third: []string{"gonum.org/v1/plot"}, bans: []string{"net"}},
		"internal/doctor": {
			ours: []string{"internal/content", "internal/store", "internal/discord/api", "internal/discord/rest"}, bans: []string{"os", "net", "log"},
		},
		"internal/health": {third: []string{"github.com/prometheus/client_golang"}},
		"internal/sim":    {ours: []string{"internal/answer", "internal/discord/discordtest"}},
		"internal/store": {
			third: []string{"modernc.org/sqlite", "github.com/jackc/pgx", "github.com/pressly/goose"},
		},
		"internal/discord": {
			// content: the names of fixed cards, and country codes
			ours: []string{
				"internal/answer", "internal/store", "internal/text", "internal/chart", "internal/content",
				"internal/discord/gateway", "internal/discord/rest", "internal/discord/api", "internal/discord/figures", "internal/discord/interact",
				"internal/discord/manners",
				"internal/discord/local", "internal/discord/tag",
			},
			third: []string{"github.com/bwmarrin/discordgo"},
		},
		"internal/discord/api": {ours: []string{"internal/discord/gateway", "internal/discord/rest"}, third: []string{"github.com/bwmarrin/discordgo"}},
		"internal/discord/tag": {bans: []string{"os", "net", "log", "time"}},
		"internal/discord/figures": {
			ours: []string{"internal/answer", "internal/discord/gateway", "internal/discord/rest"},
			bans: []string{"os", "net", "log"},
		},
		"internal/discord/manners":  {bans: []string{"os", "net", "log"}},
		"internal/discord/interact": {ours: []string{"internal/discord/api", "internal/text"}, bans: []string{"os", "net", "log"}},
		"internal/discord/gateway":  {third: []string{"github.com/gorilla/websocket"}},
		"internal/discord/rest":     {third: []string{"golang.org/x/time"}},
		"internal/discord/feedback": {
			ours: []string{
				"internal/answer", "internal/store", "internal/text", "internal/chart", "internal/guard",
				"internal/discord", "internal/discord/api", "internal/discord/interact", "internal/discord/local",
			},
		},
		"internal/discord/local": {
			ours: []string{
				"internal/answer", "internal/content", "internal/store", "internal/discord/api", "internal/discord/interact",
			},
			bans: []string{"os", "net"},
		},
		"internal/discord/moderation": {
			// rest: the codes of refused alerts; content: roles of helplines, the privacy card; local: its page
			ours: []string{
				"internal/answer", "internal/content", "internal/store", "internal/discord", "internal/discord/api", "internal/discord/interact",
				"internal/discord/local", "internal/discord/rest",
			},
		},
		"internal/discord/pins": {
			// discord: how a card is drawn
			ours: []string{
				"internal/answer", "internal/store", "internal/discord", "internal/discord/api", "internal/discord/interact", "internal/discord/local",
				"internal/discord/rest",
			},
			bans: []string{"os"},
		},
		"internal/discord/toolbox": {
			// all that it puts together; interact, manners, tag: what they are made of
			ours: []string{
				"internal/answer", "internal/store", "internal/discord", "internal/discord/api", "internal/discord/feedback", "internal/discord/interact",
				"internal/discord/local", "internal/discord/manners", "internal/discord/moderation", "internal/discord/pins", "internal/discord/suggest",
				"internal/discord/tag", "internal/discord/upkeep",
			},
			bans: []string{"os", "net"},
		},
		"internal/discord/upkeep": {ours: []string{"internal/discord/api"}, bans: []string{"os", "net"}},
		"internal/discord/suggest": {
			// content: the check-in card; discord: how a card is drawn; guard: what leaves a moderator no choice
			ours: []string{
				"internal/answer", "internal/content", "internal/guard", "internal/store", "internal/text", "internal/discord", "internal/discord/api",
				"internal/discord/interact", "internal/discord/local", "internal/discord/manners", "internal/discord/rest", "internal/discord/tag",
			},
			bans: []string{"os"},
		},
		"internal/discord/discordtest": {
			third: []string{"github.com/gorilla/websocket"},
			bans:  []string{"testing", "net/http/httptest"}, // the simulator uses it too
		},
		"internal/discord/discordtest/lab": {bans: []string{"testing", "os", "net", "log"}},
		"internal/discord/discordtest/golden": {
			third: []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal/txtar"}, bans: []string{"testing", "net", "log"},
		},
		"internal/discord/discordtest/openapi": {
			third: []string{"github.com/getkin/kin-openapi", "github.com/santhosh-tekuri/jsonschema"}, bans: []string{"testing", "net/http/httptest"},
		},
		"internal/terminal": {
			// content, guard, match: the types of an answer.Outcome
			ours:  []string{"internal/answer", "internal/text", "internal/content", "internal/guard", "internal/match"},
			third: []string{"golang.org/x/term"},
			bans:  []string{"net"},
		},
		"cmd/faqbot": {
			ours:  []string{anyOurs},
			third: []string{"github.com/alecthomas/kong"},
		},
		"cmd/faqsim":  {ours: []string{anyOurs}},
		"cmd/faqsoak": {ours: []string{anyOurs}},
	}
}

// twoDoors are the libraries that two packages may import; every other has one door.
func twoDoors() []string {
	return []string{"golang.org/x/text", "gopkg.in/yaml.v3", "github.com/gorilla/websocket", "github.com/bwmarrin/discordgo"}
}

// harmless are packages below a banned one that only read text.
func harmless() []string { return []string{"net/url"} }

// importProblems says what the packages import against the table. The module's own path comes before our packages' paths.
func importProblems(module string, table map[string]row, packages []pkg) []string {
	var problems []string
	doors := map[string][]string{}
	for _, p := range packages {
		r, ok := table[p.path]
		if !ok && len(p.files) == 0 && len(p.imports) == 0 {
			continue // tests alone
		}
		if !ok {
			problems = append(problems, p.path+" has no row in the import table")
			continue
		}
		for _, imported := range p.imports {
			if why := r.refusal(module, imported); why != "" {
				problems = append(problems, fmt.Sprintf("%s imports %s: %s", p.path, imported, why))
			}
			if lib := r.library(imported); lib != "" && !slices.Contains(doors[lib], p.path) {
				doors[lib] = append(doors[lib], p.path)
			}
		}
		for _, f := range p.files {
			if r.word != "" && strings.Contains(strings.ToLower(f.source), r.word) {
				problems = append(problems, fmt.Sprintf("%s contains the word %q", path.Join(p.path, f.name), r.word))
			}
		}
	}
	return append(problems, doorProblems(doors)...)
}

// doorProblems says which libraries too many packages import.
func doorProblems(doors map[string][]string) []string {
	var problems []string
	for _, lib := range slices.Sorted(maps.Keys(doors)) {
		allowed := 1
		if slices.Contains(twoDoors(), lib) {
			allowed = 2
		}
		if importers := doors[lib]; len(importers) > allowed {
			problems = append(problems, fmt.Sprintf("%s has %d doors, not %d: %s", lib, len(importers), allowed, strings.Join(importers, ", ")))
		}
	}
	return problems
}

// refusal says why the row forbids an import; empty when it allows it.
func (r row) refusal(module, imported string) string {
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if slices.Contains(r.ours, anyOurs) || slices.Contains(r.ours, ours) {
			return ""
		}
		return "not among the packages of ours that it may know"
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
		if r.library(imported) != "" {
			return ""
		}
		return "not among its third-party libraries"
	}
	if r.std != nil && !slices.Contains(r.std, imported) {
		return "only " + strings.Join(r.std, ", ") + " of the standard library"
	}
	for _, ban := range r.bans {
		if within(imported, ban) && !slices.Contains(harmless(), imported) {
			return "it must do without " + ban
		}
	}
	return ""
}

// library returns the allowed third-party library that an import belongs to; empty when there is none.
func (r row) library(imported string) string {
	for _, lib := range r.third {
		if within(imported, lib) {
			return lib
		}
	}
	return ""
}

// within reports whether a package is root or below it.
func within(imported, root string) bool {
	return imported == root || strings.HasPrefix(imported, root+"/")
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, problem := range importProblems(moduleName, table(), tree(t)) {
		t.Error(problem)
	}
}

// TestImportChecker shows that the check can fail: each fault of a made-up tree is found, and nothing else.
func TestImportChecker(t *testing.T) {
	t.Parallel()
	packages := []pkg{
		{path: "faq", imports: []string{"embed", "fmt"}},
		{path: "internal/text", imports: []string{"strings", "net/url", "golang.org/x/text/unicode/norm", "log/slog", "os"}},
		{path: "internal/guard", imports: []string{"m/internal/text", "m/internal/content", "time", "timex/zone"}},
		{path: "internal/author", imports: []string{"gopkg.in/yaml.v3"}},
		{path: "internal/content", imports: []string{"gopkg.in/yaml.v3", "net/http", "github.com/sahilm/fuzzy"}},
		{path: "internal/answer", imports: []string{"m/internal/guard", "m/internal/discord"}, files: []file{{name: "a.go", source: "// Discord"}}},
		{path: "internal/discord/discordtest", imports: []string{"testing/synctest", "m/internal/text", "github.com/gorilla/websocket"}},
		{path: "internal/sim", imports: []string{"net/http"}},
		{path: "internal/utils", files: []file{{name: "u.go"}}},
		{path: "internal/checks", tests: []file{{name: "c_test.go"}}},
		{path: "cmd/faqbot", imports: []string{"m/internal/anything", "github.com/alecthomas/kong", "github.com/alecthomas/kongplete"}},
		{path: "cmd/faqsim", imports: []string{"m/internal/sim", "github.com/alecthomas/kong"}},
	}
	want := []string{
		"faq imports fmt: only embed of the standard library",
		"internal/text imports log/slog: it must do without log",
		"internal/text imports os: it must do without os",
		"internal/guard imports m/internal/content: not among the packages of ours that it may know",
		"internal/guard imports time: it must do without time",
		"internal/content imports net/http: it must do without net",
		"internal/content imports github.com/sahilm/fuzzy: not among its third-party libraries",
		"internal/answer imports m/internal/discord: not among the packages of ours that it may know",
		`internal/answer/a.go contains the word "discord"`,
		"internal/discord/discordtest imports testing/synctest: it must do without testing",
		"internal/discord/discordtest imports m/internal/text: not among the packages of ours that it may know",
		"internal/utils has no row in the import table",
		"cmd/faqbot imports github.com/alecthomas/kongplete: not among its third-party libraries",
		"cmd/faqsim imports github.com/alecthomas/kong: not among its third-party libraries",
	}
	same(t, importProblems("m", table(), packages), want)
}

// TestDoorChecker shows that a library with too many importers is found.
func TestDoorChecker(t *testing.T) {
	t.Parallel()
	rows := map[string]row{}
	var packages []pkg
	for _, name := range []string{"a", "b", "c"} {
		rows[name] = row{third: []string{"golang.org/x/text", "example.org/one"}}
		packages = append(packages, pkg{path: name, imports: []string{"golang.org/x/text/cases", "golang.org/x/text/width"}})
	}
	packages[0].imports = append(packages[0].imports, "example.org/one")
	packages[2].imports = append(packages[2].imports, "example.org/one/sub")
	same(t, importProblems("m", rows, packages), []string{
		"example.org/one has 2 doors, not 1: a, c",
		"golang.org/x/text has 3 doors, not 2: a, b, c",
	})
}

// same fails unless both lists are equal, and says what one has over the other.
func same(t *testing.T, got, want []string) {
	t.Helper()
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("unexpected: %s", g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("missing: %s", w)
		}
	}
	if !t.Failed() && !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
