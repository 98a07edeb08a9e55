package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	moduleName = "faqbot"
	// moduleRoot is the module's folder as tests of this package see it.
	moduleRoot = ".."
	// maxFileLines is the length at which a reader no longer finds the way through a file.
	maxFileLines = 500
	// maxPackageLines is the length of a package, tests left out, that one can still keep in the head.
	maxPackageLines = 1500
)

// largePackages are the packages that may be longer than maxPackageLines, and how long. Make a figure smaller when code leaves; a
// package that outgrows its figure is split.
func largePackages() map[string]int {
	return map[string]int{
		"internal/guard":               1600, // phrases, the language that they are written in, and a classifier: one decision
		"cmd/faqbot":                   2100, // a command each, with its flags and its help
		"internal/discord":             2300, // all that is drawn, asked and answered on one platform
		"internal/discord/discordtest": 3500, // the other side of the same wire, and its rules
		"internal/store":               1650, // two kinds of databases, their schema, backups and what mends them
	}
}

// pkg is a package of the tree.
type pkg struct {
	path    string   // relative to the module
	doc     string   // package comment
	imports []string // outside tests, of every file whatever system it is built for
	files   []file   // outside tests
	tests   []file
}

// file is a Go file.
type file struct {
	name, source string
}

// tree returns the module's packages; those of tests alone are among them, without files.
func tree(t *testing.T) []pkg {
	t.Helper()
	packages, err := loadTree()
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) == 0 {
		t.Fatal("there is no package")
	}
	return packages
}

// loadTree lists and reads the tree once.
var loadTree = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = moduleRoot
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.Bytes())
	}
	var packages []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		err := d.Decode(&l)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		var p pkg
		if err == nil {
			p, err = l.read()
		}
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
})

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Doc              string
	GoFiles, CgoFiles, IgnoredGoFiles []string
	TestGoFiles, XTestGoFiles         []string
}

// read reads the package's files.
func (l listed) read() (pkg, error) {
	p := pkg{path: strings.TrimPrefix(l.ImportPath, moduleName+"/"), doc: l.Doc}
	for _, name := range slices.Concat(l.GoFiles, l.CgoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles) {
		source, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil {
			return pkg{}, err
		}
		f := file{name, string(source)}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, f)
			continue
		}
		p.files = append(p.files, f)
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return pkg{}, err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return pkg{}, err
			}
			p.imports = append(p.imports, imported)
		}
	}
	slices.Sort(p.imports)
	p.imports = slices.Compact(p.imports)
	return p, nil
}

// shapeProblems says what the packages lack: a comment, a readable length; and which files hold an init function or a note about
// work to be done that names no issue.
func shapeProblems(packages []pkg, large map[string]int) []string {
	var problems []string
	for _, p := range packages {
		if len(p.files) > 0 && p.doc == "" {
			problems = append(problems, p.path+" has no package comment")
		}
		total := 0
		for _, f := range p.files {
			total += lines(f.source)
		}
		if allowed := max(maxPackageLines, large[p.path]); total > allowed {
			problems = append(problems, fmt.Sprintf("%s has %d lines without tests; at most %d", p.path, total, allowed))
		}
		for _, f := range slices.Concat(p.files, p.tests) {
			problems = append(problems, f.problems(path.Join(p.path, f.name))...)
		}
	}
	return problems
}

// unfinished is a note about work to be done; one that names its issue, such as "TODO(#12)", is fine.
var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b(\(#[0-9]+\))?`)

// problems says what is wrong with a file.
func (f file) problems(name string) []string {
	var problems []string
	if n := lines(f.source); n > maxFileLines {
		problems = append(problems, fmt.Sprintf("%s has %d lines; at most %d", name, n, maxFileLines))
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, name, f.source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return append(problems, err.Error())
	}
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			problems = append(problems, fmt.Sprintf("%s:%d: an init function", name, set.Position(fn.Pos()).Line))
		}
	}
	for _, group := range parsed.Comments {
		for _, c := range group.List {
			for _, m := range unfinished.FindAllStringSubmatch(c.Text, -1) {
				if m[2] == "" {
					problems = append(problems, fmt.Sprintf("%s:%d: %s without an issue, such as %[3]s(#12)", name, set.Position(c.Pos()).Line, m[1]))
				}
			}
		}
	}
	return problems
}

// lines counts lines as wc does.
func lines(source string) int { return strings.Count(source, "\n") }

func TestShape(t *testing.T) {
	t.Parallel()
	for _, problem := range shapeProblems(tree(t), largePackages()) {
		t.Error(problem)
	}
}

// TestShapeChecker shows that the check can fail.
func TestShapeChecker(t *testing.T) {
	t.Parallel()
	long := "package p\n" + strings.Repeat("\n", maxFileLines-1)
	packages := []pkg{
		{path: "a", doc: "Package a.", files: []file{{"a.go", long}, {"b.go", long}, {"c.go", long}}},
		{path: "b", doc: "Package b.", files: []file{{"a.go", long}, {"b.go", long}, {"c.go", long}, {"d.go", "package p\n"}}},
		{path: "c", doc: "Package c.", files: []file{{"a.go", long}, {"b.go", long}, {"c.go", long}, {"d.go", "package p\n"}}},
		{path: "d", files: []file{{"a.go", "package d\n\nfunc init() {}\n\nfunc (t) init() {}\n"}}},
		{path: "e", tests: []file{{"a_test.go", long + "\n"}}},
		{path: "f", doc: "Package f.", files: []file{{"a.go", "package f\n\n// TODO: mend\n// FIXME(#3): known\n"}}},
	}
	same(t, shapeProblems(packages, map[string]int{"c": maxPackageLines + 1}), []string{
		"b has 1501 lines without tests; at most 1500",
		"d has no package comment",
		"d/a.go:3: an init function",
		"e/a_test.go has 501 lines; at most 500",
		"f/a.go:3: TODO without an issue, such as TODO(#12)",
	})
}

func TestReadmePackages(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(moduleRoot, "README.md"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README.md yet, whose section \"## Packages\" must list the packages")
	}
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, p := range tree(t) {
		if len(p.files) > 0 {
			want = append(want, p.path)
		}
	}
	got := readmePackages(string(readme))
	slices.Sort(got)
	slices.Sort(want)
	same(t, got, want)
}

// readmeRow is a row of a Markdown table that opens with code.
var readmeRow = regexp.MustCompile("^\\|\\s*`([^`]+)`")

// readmePackages returns the first column of the table under "## Packages".
func readmePackages(readme string) []string {
	_, section, _ := strings.Cut("\n"+readme, "\n## Packages\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var out []string
	for line := range strings.Lines(section) {
		if m := readmeRow.FindStringSubmatch(line); m != nil {
			out = append(out, strings.Trim(m[1], "/"))
		}
	}
	return out
}

// TestReadmeReader shows what counts as a row.
func TestReadmeReader(t *testing.T) {
	t.Parallel()
	readme := "# x\n\n| `no` | before |\n\n## Packages\n\nOf the house.\n\n| Package | Is |\n|---|---|\n| `faq/` | content |\n|`internal/text`|`words`|\n" +
		"| no code | - |\n\n## Next\n\n| `no` | after |\n"
	same(t, readmePackages(readme), []string{"faq", "internal/text"})
}

// TestShipped: nothing that is for tests gets into the program.
func TestShipped(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/faqbot")
	cmd.Dir = moduleRoot
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), moduleName+"/internal/discord\n") {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for _, banned := range []string{"testing", moduleName + "/internal/answer/answertest", moduleName + "/internal/discord/discordtest", "github.com/getkin", "github.com/santhosh-tekuri"} {
		if strings.Contains("\n"+string(out), "\n"+banned) {
			t.Errorf("cmd/faqbot gets %s", banned)
		}
	}
}

// TestEnvironmentExample holds deploy/faqbot.env.example to the variables that "faqbot run" reads, and what sets any to no others.
func TestEnvironmentExample(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile(filepath.Join(moduleRoot, "deploy", "faqbot.env.example"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "./cmd/faqbot", "run", "--help")
	cmd.Dir = moduleRoot
	help, err := cmd.Output()
	if err != nil {
		t.Fatalf("faqbot run --help: %v", err)
	}
	same(t, settings(string(example)), variables(string(help)))
	for _, name := range []string{"Dockerfile", "deploy/compose.yaml", "deploy/faqbot.service", "deploy/kubernetes.yaml"} {
		text, err := os.ReadFile(filepath.Join(moduleRoot, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range variables(string(text)) {
			if !slices.Contains(variables(string(help)), v) {
				t.Errorf("%s sets %s, which faqbot run does not read", name, v)
			}
		}
	}
}

// settings returns the variables that an environment file sets, whether or not the line is commented out.
func settings(example string) []string {
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#?(FAQBOT_[A-Z_]+)=`).FindAllStringSubmatch(example, -1) {
		names[m[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// variables returns the variables that a text names.
func variables(text string) []string {
	names := map[string]bool{}
	for _, name := range regexp.MustCompile(`FAQBOT_[A-Z_]+`).FindAllString(text, -1) {
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
