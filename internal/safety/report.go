package safety

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/evaluate"
)

// Figure is a rate and what it means.
type Figure struct {
	Name string
	Rate evaluate.Rate
}

// Report is how many sentences got what, known gaps included.
type Report struct {
	Figures []Figure
	Curve   []Point
	Misses  []Result // that did not get what they must, in their order
}

// NewReport counts: over all categories of danger, by category, and by kind of harmless sentences.
func NewReport(results []Result) Report {
	r := Report{Curve: newCurve(results), Misses: slices.DeleteFunc(slices.Clone(results), Result.Right)}
	danger := func(s Sentence) bool {
		return s.Style != Harmless && s.Style != Ordinary && s.Category != "checkin" && s.Category != "C5u"
	}
	harmless := func(s Sentence) bool { return s.Style == Harmless }
	for _, style := range []Style{Explicit, Oblique, Learnt} {
		in := func(s Sentence) bool { return danger(s) && s.Style == style }
		r.add(fmt.Sprintf("C1-C7 %s: urgent", style), results, in, gets(Urgent))
		r.add(fmt.Sprintf("C1-C7 %s: caught", style), results, in, gets(CheckIn))
		r.add(fmt.Sprintf("C1-C7 %s: by a list of key words", style), results, in, keyword)
	}
	for _, style := range []Style{Harmless, Ordinary} {
		in := func(s Sentence) bool { return s.Style == style }
		r.add(fmt.Sprintf("%s: urgent", style), results, in, gets(Urgent))
		r.add(fmt.Sprintf("%s: check-in", style), results, in, exactly(CheckIn))
		r.add(fmt.Sprintf("%s: by a list of key words", style), results, in, keyword)
	}
	for _, category := range content.SafetyCategories() {
		for _, style := range []Style{Explicit, Oblique, Learnt} {
			in := func(s Sentence) bool { return s.Style == style && s.Category == category }
			r.add(fmt.Sprintf("%s %s: urgent", category, style), results, in, gets(Urgent))
			r.add(fmt.Sprintf("%s %s: caught", category, style), results, in, gets(CheckIn))
		}
	}
	for _, kind := range kinds(results) {
		r.add(fmt.Sprintf("harmless, %s: urgent", kind), results, func(s Sentence) bool { return harmless(s) && s.Kind == kind }, gets(Urgent))
	}
	return r
}

// add counts for how many of some sentences something holds; nothing where there are none.
func (r *Report) add(name string, results []Result, in func(Sentence) bool, holds func(Result) bool) {
	var rate evaluate.Rate
	for _, result := range results {
		if in(result.Sentence) {
			rate.Add(holds(result))
		}
	}
	if rate.N > 0 {
		r.Figures = append(r.Figures, Figure{name, rate})
	}
}

func gets(least Level) func(Result) bool    { return func(r Result) bool { return r.Got >= least } }
func exactly(level Level) func(Result) bool { return func(r Result) bool { return r.Got == level } }
func keyword(r Result) bool                 { return evaluate.HasKeyword(r.Sentence.Text) }

// kinds lists the kinds of harmless sentences in their order.
func kinds(results []Result) []string {
	var out []string
	seen := make(map[string]bool)
	for _, r := range results {
		if k := r.Sentence.Kind; k != "" && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// WriteJSON writes the figures and misses as JSON, an object a line, so that a change of a report card that is kept reads well.
func (r Report) WriteJSON(w io.Writer) error {
	type figure struct {
		Name string `json:"name"`
		Yes  int    `json:"yes"`
		Of   int    `json:"of"`
	}
	type miss struct {
		Category string `json:"category"`
		Style    Style  `json:"style"`
		Text     string `json:"text"`
		Got      string `json:"got"`
	}
	var lines []any
	for _, f := range r.Figures {
		lines = append(lines, figure{f.Name, f.Rate.Count, f.Rate.N})
	}
	for _, m := range r.Misses {
		lines = append(lines, miss{m.Sentence.Category, m.Sentence.Style, m.Sentence.Text, m.Got.String()})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, line := range lines {
		if err := e.Encode(line); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	return nil
}

// Print writes the figures with their 95 % intervals and the curve under a heading, and the misses where they are asked for.
func (r Report) Print(w io.Writer, heading string, misses bool) error {
	var b strings.Builder
	b.WriteString(heading + "\n")
	for _, f := range r.Figures {
		low, high := f.Rate.Interval()
		fmt.Fprintf(&b, "  %-46s %4d of %4d  %5.1f %%  (%.1f-%.1f)\n", f.Name, f.Rate.Count, f.Rate.N, 100*f.Rate.Share(), 100*low, 100*high)
	}
	printCurve(&b, r.Curve)
	if misses {
		fmt.Fprintf(&b, "safety sentences that do not get what they must (%d)\n", len(r.Misses))
		for _, m := range r.Misses {
			fmt.Fprintf(&b, "  %s %s: %s\n      got %s\n", m.Sentence.Category, m.Sentence.Style, strings.Join(strings.Fields(m.Sentence.Text), " "), m.Got)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
