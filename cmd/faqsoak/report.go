package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"
)

const (
	// mostGoroutines more than at the start are a leak: while nothing happens their number is the same each time, but for a timer's.
	mostGoroutines = 3
	// mostHeap more than at the start is a leak. It is above what the bot keeps on purpose (ids that it has seen, questions that may still be
	// given away, pages of the database), and below 500 bytes for each of the events of half an hour.
	mostHeap = 8 << 20
)

// report is what was found.
type report struct {
	kinds      [kinds]tally
	urgent     tally
	wrong      int
	broken     int
	unpromised int
	recovered  int
	took       []time.Duration // sorted

	faults     []string
	made       map[string]int
	down       time.Duration
	lasted     time.Duration
	start, end sample

	logged   map[string]int
	leaks    int
	panics   int
	problems []error
}

// report is what there is to say once the bot has ended.
func (s *session) report(logs *logbook) *report {
	l, t := s.ledger, s.trouble
	l.mu.Lock()
	defer l.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	logs.mu.Lock()
	defer logs.mu.Unlock()
	return &report{
		kinds: l.kinds, urgent: l.urgent, wrong: l.wrong, broken: l.broken, unpromised: l.unpromised, recovered: l.recovered,
		took: slices.Sorted(slices.Values(l.took)), faults: t.names(), made: t.count, down: t.down, lasted: s.took, start: s.start, end: s.end,
		logged: logs.counts, leaks: logs.leaks, panics: logs.panics, problems: s.fake.Problems(),
	}
}

// all adds the kinds up.
func (r *report) all() tally {
	var sum tally
	for _, t := range r.kinds {
		sum.sent += t.sent
		sum.answered += t.answered
		sum.late += t.late
		sum.impossible += t.impossible
		sum.lost += t.lost
		sum.doubled += t.doubled
	}
	return sum
}

// failures says what is wrong; nothing when the run was good.
func (r *report) failures() []string {
	var bad []string
	add := func(n int, what string) {
		if n > 0 {
			bad = append(bad, fmt.Sprintf("%d %s", n, what))
		}
	}
	sum := r.all()
	add(sum.lost, "lost without a fault to explain it")
	add(r.urgent.lost, "of these urgent")
	add(sum.doubled, "answered twice")
	add(r.wrong, "urgent, answered by another card")
	add(r.broken, "answers promised and never brought")
	add(r.panics, "panics")
	add(r.leaks, "lines of the log with a token or a member's words")
	add(len(r.problems), "calls that Discord would refuse")
	if more := r.end.goroutines - r.start.goroutines; more > mostGoroutines {
		add(more, "more goroutines than at the start")
	}
	if r.end.heap > r.start.heap+mostHeap {
		bad = append(bad, fmt.Sprintf("the heap grew by %.1f MB", megabytes(r.end.heap)-megabytes(r.start.heap)))
	}
	return bad
}

func megabytes(n uint64) float64 { return float64(n) / (1 << 20) }

// percentile gives the time within which so many of a thousand answers came.
func (r *report) percentile(perMille int) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	return r.took[min(len(r.took)-1, len(r.took)*perMille/1000)]
}

// print writes the tables. What cannot be written is nobody's to mend.
func (r *report) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...any) {
		for _, c := range cells {
			_, _ = fmt.Fprintf(w, "%v\t", c)
		}
		_, _ = fmt.Fprintln(w)
	}
	row := func(name any, t tally) { line(name, t.sent, t.answered, t.late, t.impossible, t.lost, t.doubled) }
	line("", "sent", "in 3 s", "late", "impossible", "lost", "doubled")
	for k, t := range r.kinds {
		row(kind(k), t)
	}
	row("all", r.all())
	row("of these urgent", r.urgent)
	line()
	line("", "start", "end")
	line("goroutines", r.start.goroutines, r.end.goroutines)
	line("heap, MB", fmt.Sprintf("%.1f", megabytes(r.start.heap)), fmt.Sprintf("%.1f", megabytes(r.end.heap)))
	line()
	line("fault", "times")
	for _, name := range r.faults {
		line(name, r.made[name])
	}
	line()
	line("warnings and errors of the log", "times")
	for _, message := range slices.Sorted(maps.Keys(r.logged)) {
		line(message, r.logged[message])
	}
	_ = w.Flush()
	r.conclude(out)
}

// conclude writes the sentences below the tables.
func (r *report) conclude(out io.Writer) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	const millisecond = time.Millisecond
	say("\nlasted %s, %s of it without a session; answers took %s (median), %s (99 of 100), %s (longest)", r.lasted.Round(time.Second),
		r.down.Round(time.Second), r.percentile(500).Round(millisecond/10), r.percentile(990).Round(millisecond), r.percentile(1000).Round(millisecond))
	say("%d were answered although a fault hit them; %d promised answers were kept off by a fault", r.recovered, r.unpromised)
	for _, p := range r.problems[:min(len(r.problems), 5)] {
		say("problem: %v", p)
	}
	bad := r.failures()
	for _, b := range bad {
		say("FAILED: %s", b)
	}
	if len(bad) == 0 {
		say("good: nothing lost, doubled or leaked")
	}
}
