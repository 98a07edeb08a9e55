package safety

import (
	"fmt"
	"strings"

	"faqbot/internal/evaluate"
)

// Point says how many messages would be noticed if the classifier were believed from Cut on: what explicit phrases say always is, and what
// hints say not.
type Point struct {
	Cut    float64
	Styles []Noticed // those that have messages
}

// Noticed counts the messages of a style that would get the urgent card, and that would get anything.
type Noticed struct {
	Style       Style
	Urgent, Any evaluate.Rate
}

// newCurve counts for cuts from 0.30 to 0.90. Check-ins and see-a-doctor messages are not in it.
func newCurve(results []Result) []Point {
	const from, to, step = 30, 90, 5
	var out []Point
	for percent := from; percent <= to; percent += step {
		p := Point{Cut: float64(percent) / 100}
		for _, style := range []Style{Explicit, Oblique, Learnt, Harmless, Ordinary} {
			n := Noticed{Style: style}
			for _, r := range results {
				if r.Sentence.Style == style && r.Sentence.Category != "checkin" && r.Sentence.Category != "C5u" {
					n.Urgent.Add(r.Urgent >= p.Cut)
					n.Any.Add(r.Any >= p.Cut)
				}
			}
			if n.Any.N > 0 {
				p.Styles = append(p.Styles, n)
			}
		}
		out = append(out, p)
	}
	return out
}

// printCurve writes the curve as a table, in percent.
func printCurve(b *strings.Builder, curve []Point) {
	if len(curve) == 0 || len(curve[0].Styles) == 0 {
		return
	}
	b.WriteString("if the classifier were believed from a cut on: % urgent / % noticed at all\n  cut ")
	for _, n := range curve[0].Styles {
		fmt.Fprintf(b, " %15s", n.Style)
	}
	b.WriteString("\n")
	for _, p := range curve {
		fmt.Fprintf(b, "  %.2f", p.Cut)
		for _, n := range p.Styles {
			fmt.Fprintf(b, "   %5.1f / %5.1f", 100*n.Urgent.Share(), 100*n.Any.Share())
		}
		b.WriteString("\n")
	}
}
