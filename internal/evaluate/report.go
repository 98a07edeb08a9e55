package evaluate

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Report is everything that reports show.
type Report struct {
	Results     []Result
	Figures     []Figure
	Calibration Calibration
	Steps       []Step
	Entries     []Count
	Styles      []Count
	Confusions  []Confusion
	Changes     *Changes // nil where nothing was compared
}

// NewReport counts everything but changes.
func NewReport(results []Result) Report {
	return Report{
		Results: results, Figures: Figures(results), Calibration: Calibrate(results), Steps: Sweep(results), Entries: PerEntry(results),
		Styles: PerStyle(results), Confusions: Confusions(results),
	}
}

// Style says how a report is printed.
type Style struct {
	Colour bool
	Misses bool // list the questions whose first thing shown was not right
}

// The control sequences of the styles (ECMA-48, SGR).
const (
	bold  = "1"
	bad   = "31"
	good  = "32"
	reset = "\x1b[0m"
)

// printer collects lines.
type printer struct {
	strings.Builder
	colour bool
}

// paint switches a style on for a text, where there is colour.
func (p *printer) paint(style, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + style + "m" + s + reset
}

// heading starts a part of the report.
func (p *printer) heading(format string, args ...any) {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
	p.line("%s", p.paint(bold, fmt.Sprintf(format, args...)))
}

// line writes a line.
func (p *printer) line(format string, args ...any) {
	p.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// Print writes the report as text: tables of figures with 95 % intervals, per entry, per style, confusions, changes.
func (r Report) Print(w io.Writer, s Style) error {
	p := &printer{colour: s.Colour}
	r.printFigures(p)
	printCounts(p, "per entry (answerable questions, by the entry expected first)", r.Entries)
	printCounts(p, "per style (all questions)", r.Styles)
	r.printConfusions(p)
	if s.Misses {
		printMisses(p, Misses(r.Results))
	}
	if r.Changes != nil {
		r.Changes.print(p)
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// nameColumn is the width of names: of the longest figure.
const nameColumn = 46

// printFigures writes the figures by group.
func (r Report) printFigures(p *printer) {
	var group Group
	for _, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			p.heading("%s, n = %d", group, groupSize(r.Figures, group))
		}
		of := ""
		if f.Rate.N != groupSize(r.Figures, group) {
			of = fmt.Sprintf(" of %d", f.Rate.N)
		}
		name := pad(f.Name, nameColumn)
		if f.Headline {
			name = p.paint(bold, name)
		}
		p.line("  %s %s%s", name, rateText(f.Rate), of)
	}
	if c := r.Calibration; c.N > 0 {
		p.heading("calibration of the entry ranked first, n = %d", c.N)
		p.line("  %s %.3f", pad("expected calibration error", nameColumn), c.Error)
		p.line("  %s %.3f", pad("Brier score", nameColumn), c.Brier)
		for _, b := range c.Bins {
			p.line("  %s %s of %d", pad(fmt.Sprintf("as sure as %.0f %%, right", 100*b.Confidence), nameColumn), rateText(b.Right), b.Right.N)
		}
	}
}

// groupSize is the number of questions of a group: the most that any of its figures counts.
func groupSize(figures []Figure, g Group) int {
	n := 0
	for _, f := range figures {
		if f.Group == g {
			n = max(n, f.Rate.N)
		}
	}
	return n
}

// rateText writes count, share and interval in columns.
func rateText(r Rate) string {
	low, high := r.Interval()
	return fmt.Sprintf("%4d  %5.1f %%  (%.1f-%.1f)", r.Count, 100*r.Share(), 100*low, 100*high)
}

// pad fills a name up to a width in columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// printCounts writes a table of names.
func printCounts(p *printer, title string, counts []Count) {
	if len(counts) == 0 {
		return
	}
	p.heading("%s", title)
	p.line("  %s %4s  %5s  %6s  %7s  %s", pad("", nameColumn-14), "n", "right", "helped", "right", "95 % interval")
	for _, c := range counts {
		low, high := c.Right.Interval()
		p.line("  %s %4d  %5d  %6d  %5.1f %%  (%.1f-%.1f)",
			pad(c.Name, nameColumn-14), c.Right.N, c.Right.Count, c.Helped.Count, 100*c.Right.Share(), 100*low, 100*high)
	}
}

// printConfusions writes what was shown in place of what.
func (r Report) printConfusions(p *printer) {
	if len(r.Confusions) == 0 {
		return
	}
	p.heading("confusions (shown first in place of what was expected)")
	for _, c := range r.Confusions {
		p.line("  %4d  %s -> %s", c.N, pad(c.Expected, 24), c.Shown)
	}
}

// printMisses writes the questions that got something else first than what was expected.
func printMisses(p *printer, misses []Result) {
	p.heading("misses (%d)", len(misses))
	for _, m := range misses {
		p.line("  %s", oneLine(m.Question.Text))
		p.line("      expected %s, got %s (%.2f)", strings.Join(m.Question.Expect, " or "), m.Shown.got(), m.Shown.Confidence)
	}
}

// oneLine keeps a question on one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Print writes the changes alone.
func (c Changes) Print(w io.Writer) error {
	p := &printer{}
	c.print(p)
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// print writes which questions get something else now, and which figures moved.
func (c Changes) print(p *printer) {
	p.heading("against the scorecard: %d questions in both, %d only here, %d only there", c.Both, c.Added, c.Dropped)
	if len(c.Answers) == 0 {
		p.line("  no question gets something else")
	}
	for _, a := range c.Answers {
		verdict := "as wrong as before"
		switch {
		case a.WasRight && a.IsRight:
			verdict = "right as before"
		case a.WasRight:
			verdict = p.paint(bad, "was right")
		case a.IsRight:
			verdict = p.paint(good, "is right now")
		}
		p.line("  %s", oneLine(a.Question.Text))
		p.line("      expected %s: %s -> %s (%s)", strings.Join(a.Question.Expect, " or "), a.Old, a.New, verdict)
	}
	for _, m := range c.Figures {
		verdict := m.Verdict()
		style := good
		if m.Worse() {
			style = bad
		}
		if verdict != "" {
			verdict = " " + p.paint(style, verdict)
		}
		p.line("  %s %4d -> %d of %d%s", pad(string(m.New.Group)+": "+m.New.Name, 2*nameColumn-24), m.Old.Rate.Count, m.New.Rate.Count, m.New.Rate.N, verdict)
	}
}
