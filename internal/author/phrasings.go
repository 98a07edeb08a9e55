package author

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// EnoughPhrasings is how many phrasings an entry should have: the shipped entries, of which most are found, have about so many.
const EnoughPhrasings = 60

// Reading is one line that the matcher, had it not learnt it, reads as another label than its own.
type Reading struct {
	Text       string  `json:"text"`
	Place      string  `json:"place"`      // file:line:col, empty where it is not known
	Confidence float64 `json:"confidence"` // of the label it is read as
	Own        float64 `json:"own"`        // of its own label
}

// Confusion is another label that lines of an entry are read as.
type Confusion struct {
	As       string    `json:"as"`
	Readings []Reading `json:"readings"` // the most confident first
	compiled bool      // its own lines are none of the content
}

// Recall says how many lines of one label are read as it.
type Recall struct {
	ID        string      `json:"id"`
	Place     string      `json:"place"` // of the first line
	Phrasings int         `json:"phrasings"`
	Right     int         `json:"right"`
	Missing   int         `json:"missing"` // phrasings up to EnoughPhrasings; 0 for what is no entry
	Confused  []Confusion `json:"confused"`
	Advice    []string    `json:"advice"`
}

// Share is the part of its lines that is read as the label, in [0,1].
func (r *Recall) Share() float64 { return float64(r.Right) / float64(max(1, r.Phrasings)) }

// Clash is a pair of lines of different labels that have the same words, in whatever order.
type Clash struct {
	Labels, Texts, Places [2]string
}

// Report is what the matcher makes of the lines that it learns from.
type Report struct {
	Labels  []*Recall // of the content, the worst first
	Clashes []Clash
	Lines   int // in all
	Right   int
	Few     int // entries with fewer than EnoughPhrasings
	// compiled says that lines are read as labels that the content cannot change.
	compiled bool
}

// Phrasings reports on leave-one-out predictions of the content's own examples. Labels of the content are the ids of entries and
// declined classes, and offTopic, which may as well be read as one of alike; examples of others are compiled in and cannot be changed,
// so that they are reported only where a line of the content is read as theirs. where places a line as file:line:col.
func Phrasings(lib *content.Library, predictions []match.Prediction, offTopic string, alike []string, where func(line string) string) *Report {
	labels := make(map[string]*Recall)
	for _, e := range lib.Entries() {
		labels[e.ID] = &Recall{ID: e.ID, Place: where(e.Question), Missing: max(0, EnoughPhrasings-len(e.Phrasings))}
	}
	for _, d := range lib.Declines() {
		labels[d.ID] = &Recall{ID: d.ID, Place: where(d.Examples[0])}
	}
	if lines := lib.OffTopic(); len(lines) > 0 {
		labels[offTopic] = &Recall{ID: offTopic, Place: where(lines[0])}
	}
	report := &Report{}
	readings := make(map[[2]string][]Reading)
	seen := make(map[string]match.Example)
	for _, p := range predictions {
		r := labels[p.Example.Label]
		if r == nil {
			continue
		}
		report.clash(seen, p.Example, where)
		r.Phrasings++
		report.Lines++
		best := p.Hits[0]
		if best.Label != r.ID && (r.ID != offTopic || !slices.Contains(alike, best.Label)) {
			pair := [2]string{r.ID, best.Label}
			readings[pair] = append(readings[pair], Reading{p.Example.Text, where(p.Example.Text), best.Confidence, confidence(p.Hits, r.ID)})
			continue
		}
		r.Right++
		report.Right++
	}
	for pair, list := range readings {
		slices.SortFunc(list, func(a, b Reading) int {
			return cmp.Or(-cmp.Compare(a.Confidence, b.Confidence), cmp.Compare(a.Text, b.Text))
		})
		c := Confusion{pair[1], list, labels[pair[1]] == nil}
		report.compiled = report.compiled || c.compiled
		labels[pair[0]].Confused = append(labels[pair[0]].Confused, c)
	}
	report.sort(labels)
	return report
}

func confidence(hits []match.Hit, label string) float64 {
	for _, h := range hits {
		if h.Label == label {
			return h.Confidence
		}
	}
	return 0
}

// clash notes an example whose words are those of an earlier one of another label.
func (r *Report) clash(seen map[string]match.Example, e match.Example, where func(string) string) {
	words := text.Plain(e.Text)
	slices.Sort(words)
	key := strings.Join(slices.Compact(words), " ")
	first, ok := seen[key]
	switch {
	case !ok:
		seen[key] = e
	case first.Label != e.Label:
		r.Clashes = append(r.Clashes, Clash{
			[2]string{first.Label, e.Label}, [2]string{first.Text, e.Text}, [2]string{where(first.Text), where(e.Text)},
		})
	}
}

// sort brings everything into order, the worst first, and adds the advice.
func (r *Report) sort(labels map[string]*Recall) {
	r.Labels = slices.SortedFunc(maps.Values(labels), func(a, b *Recall) int {
		return cmp.Or(cmp.Compare(a.Share(), b.Share()), cmp.Compare(a.ID, b.ID))
	})
	for _, l := range r.Labels {
		slices.SortFunc(l.Confused, func(a, b Confusion) int {
			return cmp.Or(-cmp.Compare(len(a.Readings), len(b.Readings)), cmp.Compare(a.As, b.As))
		})
		l.advise()
		if l.Missing > 0 {
			r.Few++
		}
	}
}

// telling is how many lines must be read as one other label before it is worth telling the two apart, and how many labels are named.
const (
	telling     = 2
	mostAdvices = 3
)

// advise says what could be written.
func (r *Recall) advise() {
	r.Advice = []string{}
	if r.Confused == nil {
		r.Confused = []Confusion{}
	}
	if r.Missing > 0 {
		r.Advice = append(r.Advice, fmt.Sprintf("add %s: it has %d, fewer than %d", count(r.Missing, "phrasing"), EnoughPhrasings-r.Missing, EnoughPhrasings))
	}
	for _, c := range r.Confused[:min(mostAdvices, len(r.Confused))] {
		if len(c.Readings) < telling {
			continue
		}
		if c.compiled {
			r.Advice = append(r.Advice, fmt.Sprintf("add phrasings like %q and %q: what the guard has compiled in as %s is nearer to them",
				shorten(c.Readings[0].Text), shorten(c.Readings[1].Text), c.As))
			continue
		}
		r.Advice = append(r.Advice, fmt.Sprintf("add phrasings that tell it from %s, unlike %q and %q; or move these two there",
			c.As, shorten(c.Readings[0].Text), shorten(c.Readings[1].Text)))
	}
}

// Pair is two labels, the second read where the first was meant, and how often.
type Pair struct {
	Meant, Read string
	Lines       int
}

// Pairs returns what is confused most, at most so many pairs.
func (r *Report) Pairs(limit int) []Pair {
	var pairs []Pair
	for _, l := range r.Labels {
		for _, c := range l.Confused {
			pairs = append(pairs, Pair{l.ID, c.As, len(c.Readings)})
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int {
		return cmp.Or(-cmp.Compare(a.Lines, b.Lines), cmp.Compare(a.Meant, b.Meant), cmp.Compare(a.Read, b.Read))
	})
	return pairs[:min(limit, len(pairs))]
}
