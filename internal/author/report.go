package author

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

const (
	// shownReadings is how many lines are printed of one confusion; JSON has all.
	shownReadings = 5
	// shownPairs is how many pairs the summary names.
	shownPairs = 15
)

// WriteText prints the report for people: labels with something to mend, the worst first, then the summary.
func (r *Report) WriteText(out io.Writer) error {
	var b strings.Builder
	for _, l := range r.Labels {
		l.write(&b)
	}
	for _, c := range r.Clashes {
		fmt.Fprintf(&b, "the same words under %s and %s:\n", c.Labels[0], c.Labels[1])
		for i := range c.Texts {
			fmt.Fprintf(&b, "  %s%q\n", before(c.Places[i]), c.Texts[i])
		}
		b.WriteString("\n")
	}
	r.summary(&b)
	if _, err := io.WriteString(out, b.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// WriteJSON prints one object a label and line, the worst first.
func (r *Report) WriteJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, l := range r.Labels {
		if err := encoder.Encode(l); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	return nil
}

// write prints a label that has something to mend.
func (r *Recall) write(b *strings.Builder) {
	if len(r.Confused) == 0 && r.Missing == 0 {
		return
	}
	fmt.Fprintf(b, "%s%s: %d of %s read as it (%.0f %%)\n", before(r.Place), r.ID, r.Right, count(r.Phrasings, "line"), 100*r.Share())
	for _, c := range r.Confused {
		fmt.Fprintf(b, "  %s read as %s:\n", count(len(c.Readings), "line"), c.As)
		for _, reading := range c.Readings[:min(shownReadings, len(c.Readings))] {
			fmt.Fprintf(b, "    %s%q (%.2f, its own %.2f)\n", before(reading.Place), reading.Text, reading.Confidence, reading.Own)
		}
		if more := len(c.Readings) - shownReadings; more > 0 {
			fmt.Fprintf(b, "    and %d more\n", more)
		}
	}
	for _, advice := range r.Advice {
		fmt.Fprintf(b, "  -> %s\n", advice)
	}
	b.WriteString("\n")
}

// before writes a place in front of what stands there.
func before(place string) string {
	if place == "" {
		return ""
	}
	return place + ": "
}

func (r *Report) summary(b *strings.Builder) {
	if pairs := r.Pairs(shownPairs); len(pairs) > 0 {
		b.WriteString("most confused (meant -> read as):\n")
		for _, p := range pairs {
			fmt.Fprintf(b, "  %4d  %s -> %s\n", p.Lines, p.Meant, p.Read)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "%s under %s: %d read as their own (%.1f %%): %s; %s with the same words; %s with fewer than %d phrasings\n",
		count(r.Lines, "line"), count(len(r.Labels), "label"), r.Right, 100*float64(r.Right)/float64(max(1, r.Lines)), r.kinds(),
		count(len(r.Clashes), "pair"), count(r.Few, "entry"), EnoughPhrasings)
	if r.compiled {
		b.WriteString("\"need\" and \"harmless\" are examples of the guard, which are compiled in: messages of people in need, and what only sounds like these\n")
	}
}

// kinds returns how many lines of each kind of label are read as their own.
func (r *Report) kinds() string {
	names := []string{"entries", "declined", "off-topic"}
	sums := make([]Recall, len(names))
	for _, l := range r.Labels {
		kind := 2
		switch {
		case strings.HasPrefix(l.ID, "decline/"):
			kind = 1
		case strings.Contains(l.ID, "/"):
			kind = 0
		}
		sums[kind].Phrasings += l.Phrasings
		sums[kind].Right += l.Right
	}
	var parts []string
	for i, s := range sums {
		if s.Phrasings > 0 {
			parts = append(parts, fmt.Sprintf("%s %.1f %%", names[i], 100*s.Share()))
		}
	}
	return strings.Join(parts, ", ")
}
