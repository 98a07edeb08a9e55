package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// texts reads a picture as XML, insists on what every picture has, and returns its texts.
func texts(t *testing.T, p Picture, alt string) []string {
	t.Helper()
	var out []string
	for d := xml.NewDecoder(strings.NewReader(p.SVG())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		switch v := token.(type) {
		case xml.StartElement:
			if v.Name.Local == "svg" {
				checkRoot(t, v, alt)
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(v)); s != "" {
				out = append(out, s)
			}
		case xml.ProcInst, xml.Comment, xml.Directive:
			t.Errorf("%v has no place in a page", v)
		}
	}
	for _, bad := range []string{"#000000", "NaN", "Inf", "href", "url(", "Liberation Serif"} {
		if strings.Contains(p.SVG(), bad) {
			t.Errorf("the picture contains %s", bad)
		}
	}
	return out
}

func checkRoot(t *testing.T, root xml.StartElement, alt string) {
	t.Helper()
	got := make(map[string]string)
	for _, a := range root.Attr {
		got[a.Name.Local] = a.Value
	}
	if got["role"] != "img" || got["aria-label"] != alt || got["fill"] != "currentColor" {
		t.Errorf("role %q, text in its place %q, colour %q", got["role"], got["aria-label"], got["fill"])
	}
}

// has fails for every label that is not among the texts.
func has(t *testing.T, texts []string, labels ...string) {
	t.Helper()
	for _, l := range labels {
		if !slices.Contains(texts, l) {
			t.Errorf("no %q among %q", l, texts)
		}
	}
}

// filled returns the extents of all filled shapes of a colour, as the library rounds it, as x0, x1.
func filled(t *testing.T, p Picture, colour string) [][2]float64 {
	t.Helper()
	var out [][2]float64
	for _, m := range regexp.MustCompile(`<path d="([^"]*)" style="fill:`+colour).FindAllStringSubmatch(p.SVG(), -1) {
		x := [2]float64{math.Inf(1), math.Inf(-1)}
		for _, place := range regexp.MustCompile(`[ML]([0-9.]+),`).FindAllStringSubmatch(m[1], -1) {
			v, err := strconv.ParseFloat(place[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			x = [2]float64{min(x[0], v), max(x[1], v)}
		}
		out = append(out, x)
	}
	return out
}

func TestLines(t *testing.T) {
	t.Parallel()
	p, err := Lines(Frame{Alt: `one < two & "three"`, X: "across", Y: "up <b>"}, []Series{
		{Name: "first & last", Points: []Point{{0, 0}, {0.5, 0.31}}},
		{Name: "second", Points: []Point{{0, 0.1}, {1, 0.2}}},
		{Name: "here", Points: []Point{{0.5, 0.05}}, Alone: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	// The upright axis ends at the tenth above 0.31.
	got := texts(t, p, `one < two & "three"`)
	has(t, got, "across", "up <b>", "first & last", "second", "here", "0 %", "100 %", "40 %")
	if strings.Contains(p.SVG(), "<b>") {
		t.Error("a label is not escaped")
	}
	if n := strings.Count(p.SVG(), "stroke-dasharray"); n != 2 {
		t.Errorf("%d dashed lines, not the second curve and its legend", n)
	}
}

func TestReliability(t *testing.T) {
	t.Parallel()
	p, err := Reliability(Frame{Alt: "a", X: "sure", Y: "right"}, []Bin{{0.2, 0.25, 0.1, 0.5}, {0.9, 1, 0.7, 1}})
	if err != nil {
		t.Fatal(err)
	}
	has(t, texts(t, p, "a"), "sure", "right", "as sure as right", "measured, 95 % interval", "0 %", "100 %")
}

func TestHeatMap(t *testing.T) {
	t.Parallel()
	table := [][]int{{0, 7, 1}, {2, 0, 0}}
	p, err := HeatMap(Frame{Alt: "a"}, []string{"top", "bottom"}, []string{"x", "y", "<z>"}, table)
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, p, "a")
	has(t, got, "top", "bottom", "x", "y", "<z>", "7", "1", "2")
	if len(got) != 8 {
		t.Errorf("%d texts, not 5 names and 3 counts: %q", len(got), got)
	}
	cells := filled(t, p, "#D8711E;fill-opacity")
	if len(cells) != 3 {
		t.Fatalf("%d cells are filled, not 3", len(cells))
	}
	// The table's left cell of the lower row, then middle and right of the upper one, in whatever order they are drawn.
	slices.SortFunc(cells, func(a, b [2]float64) int { return int(a[0] - b[0]) })
	for i, c := range cells {
		if i > 0 && math.Abs(c[0]-cells[i-1][1]) > 0.1 {
			t.Errorf("cell %d begins at %.1f, the one before it ends at %.1f", i, c[0], cells[i-1][1])
		}
	}
	// A wide one does not shrink.
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprintf("column/%d", i)
	}
	wide, err := HeatMap(Frame{Alt: "a"}, []string{"row"}, names, [][]int{slices.Repeat([]int{1}, 40)})
	if err != nil || strings.Contains(wide.SVG(), "min-width:0px") || !strings.Contains(p.SVG(), "min-width:0px") {
		t.Errorf("a wide picture may shrink, or a narrow one may not (%v)", err)
	}
}

func TestBars(t *testing.T) {
	t.Parallel()
	p, err := Bars(Frame{Alt: "a"}, []Bar{{"whole (4)", 1, 0.5, 1}, {"half (8)", 0.5, 0.2, 0.8}, {"none", 0, 0, 0.3}})
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, p, "a")
	has(t, got, "whole (4)", "half (8)", "none", "0 %", "100 %")
	if slices.Index(got, "whole (4)") < slices.Index(got, "none") { // the library writes from below
		t.Errorf("the first bar is not on top: %q", got)
	}
	var lengths []float64
	for _, x := range filled(t, p, "#3A81C3;fill-opacity") {
		lengths = append(lengths, x[1]-x[0])
	}
	slices.Sort(lengths)
	if len(lengths) != 3 || lengths[0] != 0 || math.Abs(lengths[2]-2*lengths[1]) > 0.1 {
		t.Errorf("bars of 0, 0.5 and 1 are %v long", lengths)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	alt := Frame{Alt: "a"}
	one := []Series{{Name: "one", Points: []Point{{0, 0}, {1, 1}}}}
	for name, draw := range map[string]func() (Picture, error){
		"no text in its place": func() (Picture, error) { return Lines(Frame{}, one) },
		"no curve":             func() (Picture, error) { return Lines(alt, nil) },
		"four curves":          func() (Picture, error) { return Lines(alt, slices.Repeat(one, 4)) },
		"no points":            func() (Picture, error) { return Lines(alt, []Series{{Name: "none"}}) },
		"no dots":              func() (Picture, error) { return Lines(alt, []Series{{Name: "none", Alone: true}}) },
		"no number":            func() (Picture, error) { return Lines(alt, []Series{{Points: []Point{{0, math.NaN()}}}}) },
		"no bins":              func() (Picture, error) { return Reliability(alt, nil) },
		"no bars":              func() (Picture, error) { return Bars(alt, nil) },
		"no number to bar":     func() (Picture, error) { return Bars(alt, []Bar{{"a", math.Inf(1), 0, 1}}) },
		"no rows":              func() (Picture, error) { return HeatMap(alt, nil, []string{"a"}, nil) },
		"ragged":               func() (Picture, error) { return HeatMap(alt, []string{"a"}, []string{"a", "b"}, [][]int{{1}}) },
		"too few rows":         func() (Picture, error) { return HeatMap(alt, []string{"a", "b"}, []string{"a"}, [][]int{{1}}) },
		"nothing counted":      func() (Picture, error) { return HeatMap(alt, []string{"a"}, []string{"a"}, [][]int{{0}}) },
	} {
		if p, err := draw(); err == nil || p.SVG() != "" {
			t.Errorf("%s: a picture of %d bytes (%v)", name, len(p.SVG()), err)
		}
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for hi, want := range map[float64][]string{
		1:    {"0 %", "20 %", "40 %", "60 %", "80 %", "100 %"},
		0.5:  {"0 %", "10 %", "20 %", "30 %", "40 %", "50 %"},
		0.3:  {"0 %", "10 %", "20 %", "30 %"},
		0.1:  {"0 %", "2 %", "4 %", "6 %", "8 %", "10 %"},
		0.05: {"0 %", "1 %", "2 %", "3 %", "4 %", "5 %"},
	} {
		var got []string
		for _, tick := range (percents{}).Ticks(0, hi) {
			got = append(got, tick.Label)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("up to %v (-want +got):\n%s", hi, d)
		}
	}
	for v, want := range map[float64]float64{0: 0.1, 0.1: 0.1, 0.11: 0.2, 0.3: 0.3, 0.95: 1, 1: 1, 7: 1} {
		if got := ceiling(v); math.Abs(got-want) > 1e-12 {
			t.Errorf("an axis for %v ends at %v, not %v", v, got, want)
		}
	}
}
