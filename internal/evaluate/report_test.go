package evaluate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden compares with a file of testdata, or writes it with UPDATE_GOLDEN=1.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got), UPDATE_GOLDEN=1 rewrites it:\n%s", path, d)
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := NewReport(sample()).Print(&b, Style{Misses: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", b.String())

	b.Reset()
	if err := NewReport(sample()).Print(&b, Style{Colour: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\x1b[1m") || strings.Contains(b.String(), "misses") {
		t.Error("no colour, or misses that nobody asked for")
	}
	if err := NewReport(nil).Print(&b, Style{Misses: true}); err != nil {
		t.Error(err)
	}
}

// page writes a page, reads it as XML, which it is but for its first line and its empty elements, and returns it.
func htmlPage(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b, "about <this>"); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("the page is broken: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			checkElement(t, e)
		}
	}
}

// checkElement refuses what would load something, and pictures that only some can read.
func checkElement(t *testing.T, e xml.StartElement) {
	t.Helper()
	switch e.Name.Local {
	case "script", "link", "img", "iframe", "image", "object":
		t.Errorf("the page has an element %s", e.Name.Local)
	}
	label := ""
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "src", "href", "onload", "onclick":
			t.Errorf("the page has an attribute %s", a.Name.Local)
		case "aria-label":
			label = a.Value
		}
	}
	if e.Name.Local == "svg" && label == "" {
		t.Error("a picture has no text in its place")
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	results := sample()
	results[2].Question.Text = `<script>alert("x")</script>`
	now := sample()
	now[0].Shown = Shown{Kind: "noanswer"}
	r := NewReport(results)
	changes := Against(NewScorecard(now), results)
	r.Changes = &changes
	got := htmlPage(t, r)
	for _, want := range []string{
		"about &lt;this&gt;", "How well 20 labelled questions", `<h2 id="figures">`, `<h2 id="changes">`, `<h2 id="coverage">`, `<h2 id="reliability">`,
		`<h2 id="confused">`, `<h2 id="entries">`, `<h2 id="styles">`, "Misses (14)", "&lt;script&gt;", "prefers-color-scheme: dark",
		"faq/one shown for none: 2", "faq/two 0 of 5", "The bot answers 30.0 % at once, 10.0 % wrongly.", "<td>3 <span class=\"soft\">of 10</span></td><td>30.0 %</td><td>10.8–60.3</td>",
		"faq/three (1)", "<summary>1 styles with fewer than 5 questions</summary>", `<code>noanswer</code> → <code>answer faq/one</code>`, `<td class="better">3</td>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(got, "<svg"); n != 4 {
		t.Errorf("%d pictures, not 4", n)
	}
}

// TestHTMLWithoutFigures leaves out what there is nothing for.
func TestHTMLWithoutFigures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		results  []Result
		pictures int
	}{
		"nothing":              {nil, 0},
		"danger alone, missed": {sample()[19:], 1},
		"danger alone, caught": {sample()[17:18], 0},
		"off topic alone":      {sample()[10:14], 1},
		"one answered":         {sample()[:1], 3},
	} {
		if n := strings.Count(htmlPage(t, NewReport(c.results)), "<svg"); n != c.pictures {
			t.Errorf("%s: %d pictures, not %d", name, n, c.pictures)
		}
	}
}

// failing is a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	r := NewReport(sample())
	for name, err := range map[string]error{
		"report": r.Print(failing{}, Style{}), "page": r.WriteHTML(failing{}, ""), "changes": Changes{}.Print(failing{}),
	} {
		if err == nil || !strings.Contains(err.Error(), "full") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
