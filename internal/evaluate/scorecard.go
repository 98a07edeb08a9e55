package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"faqbot/internal/answer"
)

// Scorecard is what is kept of an evaluation, to be compared with a later one. It holds counts, and no share with more digits than a
// question set can bear, so that it is the same on every machine; a line each, so that a change reads well.
type Scorecard struct {
	Figures     []Tally
	Calibration Calibration
	Shown       []Kept
}

// Tally is a figure as a scorecard holds it.
type Tally struct {
	Key string `json:"key"`
	Yes int    `json:"yes"`
	Of  int    `json:"of"`
}

// Kept is what one question got, as a scorecard holds it: all that the figures but calibration are counted from.
type Kept struct {
	ID     string        `json:"id"`
	Ask    string        `json:"ask"`
	Got    string        `json:"got"`              // the kind and, parted by blanks, the ids shown: of a choice, all that were offered
	First  string        `json:"first,omitempty"`  // the entry ranked first, for an answerable question where an answer or a choice does not say it
	Notice answer.Notice `json:"notice,omitempty"` // what stood above it
}

// NewScorecard keeps results.
func NewScorecard(results []Result) Scorecard {
	c := Calibrate(results)
	s := Scorecard{Calibration: Calibration{N: c.N, Error: hundredths(c.Error), Brier: hundredths(c.Brier)}}
	for _, f := range Figures(results) {
		s.Figures = append(s.Figures, Tally{f.Key, f.Rate.Count, f.Rate.N})
	}
	for _, r := range results {
		s.Shown = append(s.Shown, keep(r))
	}
	return s
}

// hundredths rounds: further digits differ from machine to machine, and mean nothing.
func hundredths(v float64) float64 { return math.Round(v*100) / 100 }

// keep turns a result into its line.
func keep(r Result) Kept {
	k := Kept{ID: r.Question.ID, Ask: r.Question.Text, Got: r.Shown.got(), Notice: r.Shown.Notice}
	if r.Question.Kind == KindAnswer && r.Shown.Kind != shownChoose && r.Shown.ranked() != r.Shown.ID {
		k.First = r.Shown.ranked()
	}
	return k
}

// got writes the kind and the ids shown.
func (s Shown) got() string {
	if s.Kind == shownChoose {
		return s.Kind + " " + strings.Join(s.Options, " ")
	}
	return strings.TrimSpace(s.Kind + " " + s.ID)
}

// shown reads a line back: the reverse of keep, without confidences and without options that nothing is counted from.
func (k Kept) shown() Shown {
	kind, rest, _ := strings.Cut(k.Got, " ")
	s := Shown{Kind: kind, Notice: k.Notice}
	switch {
	case kind == shownChoose:
		s.Options = strings.Fields(rest)
		return s
	case kind == shownAnswer && k.First == "":
		s.Options = []string{rest}
	case k.First != "":
		s.Options = []string{k.First}
	}
	s.ID = rest
	return s
}

// MarshalIndent writes the scorecard as JSON, a figure and a question a line.
func (s Scorecard) MarshalIndent() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("{\n\"figures\": [\n")
	if err := lines(&b, s.Figures); err != nil {
		return nil, err
	}
	b.WriteString("],\n\"calibration\": ")
	if err := line(&b, s.Calibration); err != nil {
		return nil, err
	}
	b.WriteString(",\n\"shown\": [\n")
	if err := lines(&b, s.Shown); err != nil {
		return nil, err
	}
	b.WriteString("]\n}\n")
	return b.Bytes(), nil
}

// lines writes values, a line each.
func lines[T any](b *bytes.Buffer, values []T) error {
	for i, v := range values {
		if err := line(b, v); err != nil {
			return err
		}
		if i < len(values)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	return nil
}

// line writes a value without the end of the line. HTML is left as it is: nothing but people and JSON readers reads this.
func line(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write scorecard: %w", err)
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// ReadScorecard reads what MarshalIndent wrote.
func ReadScorecard(r io.Reader) (Scorecard, error) {
	var s struct {
		Figures     []Tally     `json:"figures"`
		Calibration Calibration `json:"calibration"`
		Shown       []Kept      `json:"shown"`
	}
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return Scorecard{}, fmt.Errorf("read scorecard: %w", err)
	}
	if len(s.Shown) == 0 {
		return Scorecard{}, errors.New("read scorecard: there is no question in it")
	}
	return Scorecard(s), nil
}

// Changes is what differs between a scorecard and a later evaluation, over the questions that both have.
type Changes struct {
	Both    int      // questions that both have
	Added   int      // questions that only the later has
	Dropped int      // questions that only the scorecard has
	Answers []Change // questions that got something else, in their order
	Figures []Moved  // figures that changed, in their order
}

// Change is a question that got something else.
type Change struct {
	Question Question
	Old, New string // as Kept.Got, with notice and first entry where they matter
	// WasRight and IsRight say whether the first thing shown was right, and is.
	WasRight, IsRight bool
}

// Moved is a figure that changed.
type Moved struct {
	Old, New Figure
}

// Worse reports whether the figure moved the wrong way.
func (m Moved) Worse() bool { return int(m.New.Better)*(m.New.Rate.Count-m.Old.Rate.Count) < 0 }

// Verdict is "better" or "worse", or empty for a figure of which neither can be said.
func (m Moved) Verdict() string {
	switch {
	case m.Worse():
		return "worse"
	case m.New.Better == Neutral:
		return ""
	}
	return "better"
}

// Regressions returns the headline figures that got worse.
func (c Changes) Regressions() []Moved {
	return slices.DeleteFunc(slices.Clone(c.Figures), func(m Moved) bool { return !m.New.Headline || !m.Worse() })
}

// None reports whether nothing changed.
func (c Changes) None() bool {
	return c.Added == 0 && c.Dropped == 0 && len(c.Answers) == 0 && len(c.Figures) == 0
}

// Against compares results with an earlier scorecard. Both are judged by the labels of the results, over the questions that both have,
// so that neither new questions nor mended labels look like a change of ranking.
func Against(old Scorecard, results []Result) Changes {
	before := make(map[string]Kept, len(old.Shown))
	for _, k := range old.Shown {
		before[k.ID] = k
	}
	c := Changes{Dropped: len(before)}
	var was, is []Result
	for _, r := range results {
		k, ok := before[r.Question.ID]
		if !ok {
			c.Added++
			continue
		}
		c.Dropped--
		o := Result{r.Question, k.shown()}
		was, is = append(was, o), append(is, r)
		if now := keep(r); now.Got != k.Got || now.First != k.First || now.Notice != k.Notice {
			c.Answers = append(c.Answers, Change{r.Question, k.describe(now), now.describe(k), o.right(), r.right()})
		}
	}
	c.Both = len(was)
	now := Figures(is)
	for i, f := range Figures(was) { // the same questions and labels, so that the figures are the same ones
		if f.Rate != now[i].Rate {
			c.Figures = append(c.Figures, Moved{f, now[i]})
		}
	}
	return c
}

// describe writes a line for people, with what differs from another line beyond kind and ids.
func (k Kept) describe(other Kept) string {
	s := k.Got
	if k.Notice != other.Notice && k.Notice != answer.NoticeNone {
		s += " under " + string(k.Notice)
	}
	if k.First != other.First && k.First != "" && k.Got == other.Got {
		s += ", first " + k.First
	}
	return s
}
