// Package complete finds titles by what somebody has typed of them so far, for autocomplete. It knows titles and ids, and neither entries
// nor platforms. It must not read files, the clock or the network.
package complete

import (
	"strings"

	"github.com/sahilm/fuzzy"
)

// Title is something that can be completed.
type Title struct {
	ID, Title string
	Aliases   []string
}

// Completer finds titles by a prefix or a few letters in order, for autocomplete. It is immutable and safe for concurrent use.
type Completer struct {
	titles []Title
	names  []string // titles and aliases, lower case
	owner  []int    // index in titles of each name
}

const (
	// maxPattern bounds what is searched for: sahilm/fuzzy's score overflows on long exact matches, and no title needs more.
	maxPattern = 30
	// enough hits, and no letter is left out: the pattern is no misspelling.
	enough = 5
)

// New indexes titles in their order, which is the order of an empty pattern.
func New(titles []Title) *Completer {
	c := &Completer{titles: titles}
	for i, t := range titles {
		for _, name := range append([]string{t.Title}, t.Aliases...) {
			c.names = append(c.names, strings.ToLower(name))
			c.owner = append(c.owner, i)
		}
	}
	return c
}

// Complete returns at most limit titles, best first. A pattern with fewer than five hits is tried again with each single letter left
// out, because a subsequence search finds nothing for a misspelling ("insomina").
func (c *Completer) Complete(pattern string, limit int) []Title {
	runes := []rune(strings.ToLower(strings.TrimSpace(strings.ToValidUTF8(pattern, ""))))
	runes = runes[:min(len(runes), maxPattern)]
	found := newRanking(c, limit)
	if len(runes) == 0 {
		for i := range c.titles {
			found.add(i)
		}
		return found.titles
	}
	found.search(runes)
	const shortest = 3 // of fewer letters every remainder matches everything
	if len(found.titles) < enough && len(runes) > shortest {
		for i := range runes {
			shorter := append(append([]rune{}, runes[:i]...), runes[i+1:]...)
			found.search(shorter)
		}
	}
	return found.titles
}

// ranking collects distinct titles up to a limit.
type ranking struct {
	c      *Completer
	seen   []bool
	limit  int
	titles []Title
}

func newRanking(c *Completer, limit int) *ranking {
	return &ranking{c: c, seen: make([]bool, len(c.titles)), limit: limit}
}

func (r *ranking) add(title int) {
	if !r.seen[title] && len(r.titles) < r.limit {
		r.seen[title] = true
		r.titles = append(r.titles, r.c.titles[title])
	}
}

// search adds the hits of one pattern: names that begin with it or have a word that does first, then those with its letters in order.
func (r *ranking) search(pattern []rune) {
	p := string(pattern)
	for _, matches := range []func(string) bool{
		func(name string) bool { return strings.HasPrefix(name, p) },
		func(name string) bool { return strings.Contains(name, " "+p) },
	} {
		for i, name := range r.c.names {
			if matches(name) {
				r.add(r.c.owner[i])
			}
		}
	}
	for _, m := range fuzzy.Find(p, r.c.names) {
		r.add(r.c.owner[m.Index])
	}
}
