package guard

import (
	"errors"
	"fmt"
	"strings"
)

// speller brings spellings into one: text-speak, contractions, misspellings, words written apart.
type speller struct {
	single map[string][]string  // one word into its proper words
	multi  map[string][]rewrite // by first word: several words into others, longest first
	known  map[string]bool      // every word that phrases or spellings use
	bare   map[string]string    // a known word without doubled letters -> the word; "" when two share it
	near   map[string]string    // a slip of a long known word (two letters swapped, one left out) -> the word; "" when two share it
}

type rewrite struct{ from, to []string }

// lexeme is one corrected word and the folded token it comes from.
type lexeme struct {
	word string
	from int
}

func newSpeller(lines []string) (*speller, error) {
	s := &speller{single: map[string][]string{}, multi: map[string][]rewrite{}, known: map[string]bool{}, bare: map[string]string{}, near: map[string]string{}}
	for _, line := range lines {
		left, right, ok := strings.Cut(line, "=")
		to := strings.Fields(right)
		if !ok {
			return nil, fmt.Errorf("%q: want \"spelling | spelling = words\"", line)
		}
		for l := range strings.SplitSeq(left, "|") {
			if err := s.rewrite(strings.Fields(l), to); err != nil {
				return nil, fmt.Errorf("%q: %w", line, err)
			}
		}
		for _, w := range to {
			s.learn(w)
		}
	}
	return s, nil
}

// rewrite adds one spelling and what is read in its place.
func (s *speller) rewrite(from, to []string) error {
	switch len(from) {
	case 0:
		return errors.New("empty spelling")
	case 1:
		if _, twice := s.single[from[0]]; twice {
			return fmt.Errorf("spelling %q is given twice", from[0])
		}
		s.single[from[0]] = to
		s.admit(from[0])
	default:
		s.multi[from[0]] = insertLongest(s.multi[from[0]], rewrite{from, to})
		for _, w := range from {
			s.learn(w)
		}
	}
	return nil
}

func insertLongest(rs []rewrite, r rewrite) []rewrite {
	i := 0
	for i < len(rs) && len(rs[i].from) >= len(r.from) {
		i++
	}
	return append(rs[:i:i], append([]rewrite{r}, rs[i:]...)...)
}

// minSlip is the length from which a slip of a word is taken for the word: below it, slips are words of their own ("form", "from").
const minSlip = 7

// admit makes a spelling known.
func (s *speller) admit(w string) {
	s.known[w] = true
	put(s.bare, withoutDoubles(w), w)
}

// learn makes a word known, and with it its slips. The last letter is no slip: "replace" is not "replaced".
func (s *speller) learn(w string) {
	if s.known[w] {
		return
	}
	s.admit(w)
	if len(w) < minSlip {
		return
	}
	for i := 1; i+1 < len(w); i++ {
		put(s.near, w[:i]+w[i+1:], w)
		put(s.near, w[:i]+w[i+1:i+2]+w[i:i+1]+w[i+2:], w)
	}
}

// put notes that k stands for w, or that it could stand for two words.
func put(m map[string]string, k, w string) {
	if old, ok := m[k]; ok && old != w {
		w = ""
	}
	m[k] = w
}

func withoutDoubles(w string) string {
	out := make([]byte, 0, len(w))
	for i := range len(w) {
		if i == 0 || w[i] != w[i-1] {
			out = append(out, w[i])
		}
	}
	return string(out)
}

// leet maps the digits that stand for letters.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t")

// repair returns the known word that an unknown one stands for, or the word itself.
func (s *speller) repair(w string) string {
	if s.known[w] || len(w) < 2 {
		return w
	}
	bare := withoutDoubles(w)
	if k := s.bare[bare]; k != "" && (len(bare) < len(w) || len(w) >= 5) {
		return k
	}
	if w[0] >= '0' && w[0] <= '9' {
		// Normalising takes "0ff" and "3nd" for amounts.
		if k := leet.Replace(w); s.known[k] {
			return k
		}
		return w
	}
	if strings.HasSuffix(w, "in") && s.known[w+"g"] {
		return w + "g"
	}
	if one, ok := strings.CutSuffix(w, "s"); ok && len(w) >= 5 && s.known[one] { // "bladder's"
		return one
	}
	if k := s.near[w]; k != "" {
		return k
	}
	return w
}

// fix brings the words of a phrase into the spelling that messages are brought into. It repairs none: a phrase is right.
func (s *speller) fix(words []string) []string {
	var in []lexeme
	for i, w := range words {
		in = s.appendExpanded(in, lexeme{w, i})
	}
	out := s.join(in)
	fixed := make([]string, len(out))
	for i, l := range out {
		fixed[i] = l.word
	}
	return fixed
}

// correct rewrites single words first, and then words in a row: "gonna" is "going to", and "going 2" is so too.
func (s *speller) correct(in []lexeme) []lexeme {
	one := make([]lexeme, 0, len(in)+len(in)/4)
	for _, l := range in {
		w := s.repair(l.word)
		// Spaced letters swallow an "i" before them: "i k i l l" comes as "ikill".
		if rest, ok := strings.CutPrefix(w, "i"); ok && len(rest) >= 3 && !s.known[w] && s.known[rest] {
			one = append(one, lexeme{"i", l.from})
			w = rest
		}
		one = s.appendExpanded(one, lexeme{w, l.from})
	}
	return s.join(one)
}

// appendExpanded writes one word out.
func (s *speller) appendExpanded(out []lexeme, l lexeme) []lexeme {
	to, ok := s.single[l.word]
	if !ok {
		return append(out, l)
	}
	for _, w := range to {
		out = append(out, lexeme{w, l.from})
	}
	return out
}

// join rewrites words in a row.
func (s *speller) join(in []lexeme) []lexeme {
	out := make([]lexeme, 0, len(in))
	for i := 0; i < len(in); {
		r, ok := s.match(in[i:])
		if !ok {
			out = append(out, in[i])
			i++
			continue
		}
		for j, t := range r.to {
			out = append(out, lexeme{t, in[i+min(j, len(r.from)-1)].from})
		}
		i += len(r.from)
	}
	return out
}

// match returns the longest rewrite of several words that ls starts with.
func (s *speller) match(ls []lexeme) (rewrite, bool) {
next:
	for _, r := range s.multi[ls[0].word] {
		if len(r.from) > len(ls) {
			continue
		}
		for i, w := range r.from {
			if ls[i].word != w {
				continue next
			}
		}
		return r, true
	}
	return rewrite{}, false
}
