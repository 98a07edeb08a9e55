package evaluate

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"faqbot/internal/chart"
)

//go:embed report.html.tmpl
var pageTemplate string

// page is what the template reads.
type page struct {
	Report
	About                                 string
	Groups                                []pageGroup
	Coverage, Reliability, Confused, Bars template.HTML // inline SVG; empty where there is nothing to draw
	ConfusedNote                          string
	Common, Rare                          []Count // styles with many questions, and with few
	FewQuestions                          int
	Misses                                []Result
}

type pageGroup struct {
	Name    Group
	N       int
	Figures []Figure
}

// fewQuestions is how many questions of a style say nothing yet: the interval of 4 of 4 begins at 51 %.
const fewQuestions = 5

// WriteHTML writes the report as one page that needs nothing else: pictures and style are in it. About is a line below the title.
func (r Report) WriteHTML(w io.Writer, about string) error {
	p := page{Report: r, About: about, Misses: Misses(r.Results), FewQuestions: fewQuestions}
	for _, s := range r.Styles {
		if s.Right.N < fewQuestions {
			p.Rare = append(p.Rare, s)
		} else {
			p.Common = append(p.Common, s)
		}
	}
	for _, f := range r.Figures {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Name != f.Group {
			p.Groups = append(p.Groups, pageGroup{Name: f.Group, N: groupSize(r.Figures, f.Group)})
		}
		last := &p.Groups[len(p.Groups)-1]
		last.Figures = append(last.Figures, f)
	}
	if err := p.draw(); err != nil {
		return err
	}
	t, err := template.New("report").Funcs(template.FuncMap{
		"share": func(r Rate) string { return fmt.Sprintf("%.1f %%", 100*r.Share()) },
		"interval": func(r Rate) string {
			low, high := r.Interval()
			return fmt.Sprintf("%.1f–%.1f", 100*low, 100*high)
		},
		"expected": func(q Question) string { return strings.Join(q.Expect, " or ") },
		"got":      func(r Result) string { return r.Shown.got() },
	}).Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// draw makes the pictures for which there are figures.
func (p *page) draw() error {
	pictures := []struct {
		name string
		into *template.HTML
		make func() (chart.Picture, error)
		has  bool
	}{
		{"coverage", &p.Coverage, p.coverage, len(p.Steps) > 1 && p.Steps[0].Answered.N > 0},
		{"reliability", &p.Reliability, p.reliability, p.Calibration.N > 0},
		{"confusions", &p.Confused, p.confused, len(p.Confusions) > 0},
		{"entries", &p.Bars, p.bars, len(p.Entries) > 0},
	}
	for _, c := range pictures {
		if !c.has {
			continue
		}
		picture, err := c.make()
		if err != nil {
			return fmt.Errorf("draw %s: %w", c.name, err)
		}
		*c.into = template.HTML(picture.SVG()) //nolint:gosec // the chart escapes every label
	}
	return nil
}

// coverage draws wrong answers and answers off topic over coverage, and where the bot stands.
func (p *page) coverage() (chart.Picture, error) {
	series := []chart.Series{curve("wrong, of the answerable", p.Steps, func(s Step) Rate { return s.Wrong })}
	last := p.Steps[len(p.Steps)-1]
	alt := fmt.Sprintf("Curve: answering all that is ranked answers %s of the answerable questions, %s of them wrongly", percent(last.Answered), percent(last.Wrong))
	if last.OffTopic.N > 0 {
		series = append(series, curve("answered, of the off-topic", p.Steps, func(s Step) Rate { return s.OffTopic }))
		alt += fmt.Sprintf(", and %s of the off-topic ones", percent(last.OffTopic))
	}
	in := GroupAnswer.in
	answered, wrong := rateOf(p.Results, in, is(shownAnswer)), rateOf(p.Results, in, Result.wrong)
	series = append(series, chart.Series{Name: "the bot: wrong answers", Points: []chart.Point{{X: answered.Share(), Y: wrong.Share()}}, Alone: true})
	alt += fmt.Sprintf(". The bot answers %s at once, %s wrongly.", percent(answered), percent(wrong))
	return chart.Lines(chart.Frame{Alt: alt, X: "answerable questions answered at once", Y: "shown that should not be"}, series) //nolint:wrapcheck // draw names it
}

// reliability draws the calibration bins.
func (p *page) reliability() (chart.Picture, error) {
	var bins []chart.Bin
	for _, b := range p.Calibration.Bins {
		low, high := b.Right.Interval()
		bins = append(bins, chart.Bin{Confidence: b.Confidence, Share: b.Right.Share(), Low: low, High: high})
	}
	words := []string{fmt.Sprintf("Reliability curve of %d bins. Expected calibration error %.3f.", len(bins), p.Calibration.Error)}
	for _, b := range p.Calibration.Bins {
		words = append(words, fmt.Sprintf("As sure as %.0f %%: %s right.", 100*b.Confidence, percent(b.Right)))
	}
	return chart.Reliability(chart.Frame{Alt: strings.Join(words, " "), X: "confidence of the entry ranked first", Y: "how often it was right"}, bins) //nolint:wrapcheck // draw names it
}

// maxConfused is how many confusions the heat map shows: more rows and columns could not be read on a phone.
const maxConfused = 40

// confused draws the most frequent confusions.
func (p *page) confused() (chart.Picture, error) {
	shown := p.Confusions[:min(maxConfused, len(p.Confusions))]
	if len(shown) < len(p.Confusions) {
		p.ConfusedNote = fmt.Sprintf("The %d most frequent of %d confusions.", len(shown), len(p.Confusions))
	}
	var rows, columns []string
	for _, c := range shown {
		rows, columns = append(rows, c.Expected), append(columns, c.Shown)
	}
	slices.Sort(rows)
	slices.Sort(columns)
	rows, columns = slices.Compact(rows), slices.Compact(columns)
	table := make([][]int, len(rows))
	for i := range table {
		table[i] = make([]int, len(columns))
	}
	var words []string
	for _, c := range shown {
		table[slices.Index(rows, c.Expected)][slices.Index(columns, c.Shown)] = c.N
		words = append(words, fmt.Sprintf("%s shown for %s: %d", c.Shown, c.Expected, c.N))
	}
	return chart.HeatMap(chart.Frame{Alt: "Heat map of confusions. " + strings.Join(words, "; ") + "."}, rows, columns, table) //nolint:wrapcheck // draw names it
}

// bars draws the entries.
func (p *page) bars() (chart.Picture, error) {
	var bars []chart.Bar
	var words []string
	for _, c := range p.Entries {
		low, high := c.Right.Interval()
		bars = append(bars, chart.Bar{Label: fmt.Sprintf("%s (%d)", c.Name, c.Right.N), Value: c.Right.Share(), Low: low, High: high})
		words = append(words, fmt.Sprintf("%s %d of %d", c.Name, c.Right.Count, c.Right.N))
	}
	return chart.Bars(chart.Frame{Alt: "Bars of the share right per entry. " + strings.Join(words, "; ") + "."}, bars) //nolint:wrapcheck // draw names it
}

// percent writes a share for a sentence.
func percent(r Rate) string { return fmt.Sprintf("%.1f %%", 100*r.Share()) }
