// Package spelling brings the many spellings of a word into one: text-speak, contractions, misspellings, words written apart. It knows the
// words that it is given, and nothing of what they mean. It reads no clock, no files and no network, and writes nothing.
package spelling

import (
	"errors"
	"fmt"
	"strings"
)

// Speller brings spellings into one. Once all words are learnt it is safe for concurrent use.
type Speller struct {
	single map[string][]string  // one word into its proper words
	multi  map[string][]rewrite // by first word: several words into others, longest first
	known  map[string]bool      // every word that phrases or spellings use
	bare   map[string]string    // a known word without doubled letters -> the word; "" when two share it
	near   map[string]string    // a slip of a long known word (two letters swapped, one left out) -> the word; "" when two share it
}

type rewrite struct{ from, to []string }

// Lexeme is one corrected word and the number of the token that it comes from.
type Lexeme struct {
	Word string
	From int
}

// New reads lines of the form "spelling | spelling = words".
func New(lines []string) (*Speller, error) {
	s := &Speller{single: map[string][]string{}, multi: map[string][]rewrite{}, known: map[string]bool{}, bare: map[string]string{}, near: map[string]string{}}
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
			s.Learn(w)
		}
	}
	return s, nil
}

// rewrite adds one spelling and what is read in its place.
func (s *Speller) rewrite(from, to []string) error {
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
			s.Learn(w)
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

// minSwap is the length from which two letters swapped are taken for a slip, and minDrop the one from which a letter left out is: below it,
// they are words of their own ("form" and "from", "though" and "tough").
const minSwap, minDrop = 5, 7

// admit makes a spelling known.
func (s *Speller) admit(w string) {
	s.known[w] = true
	put(s.bare, withoutDoubles(w), w)
}

// Learn makes a word known, and with it its slips. The last letter is no slip: "replace" is not "replaced".
func (s *Speller) Learn(w string) {
	if s.known[w] {
		return
	}
	s.admit(w)
	for i := 1; i+1 < len(w); i++ {
		if len(w) >= minDrop {
			put(s.near, w[:i]+w[i+1:], w)
		}
		if len(w) >= minSwap {
			put(s.near, w[:i]+w[i+1:i+2]+w[i:i+1]+w[i+2:], w)
		}
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

// Repair returns the known word that an unknown one stands for, or the word itself.
func (s *Speller) Repair(w string) string {
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

// Fix brings the words of a phrase into the spelling that messages are brought into. It repairs none: a phrase is right.
func (s *Speller) Fix(words []string) []string {
	var in []Lexeme
	for i, w := range words {
		in = s.appendExpanded(in, Lexeme{w, i})
	}
	out := s.join(in)
	fixed := make([]string, len(out))
	for i, l := range out {
		fixed[i] = l.Word
	}
	return fixed
}

// Correct rewrites single words first, and then words in a row: "gonna" is "going to", and "going 2" is so too.
func (s *Speller) Correct(in []Lexeme) []Lexeme {
	one := make([]Lexeme, 0, len(in)+len(in)/4)
	for _, l := range in {
		w := s.Repair(l.Word)
		// Spaced letters swallow an "i" before them: "i k i l l" comes as "ikill".
		if rest, ok := strings.CutPrefix(w, "i"); ok && len(rest) >= 3 && !s.known[w] && s.known[rest] {
			one = append(one, Lexeme{"i", l.From})
			w = rest
		}
		one = s.appendExpanded(one, Lexeme{w, l.From})
	}
	return s.join(one)
}

// appendExpanded writes one word out.
func (s *Speller) appendExpanded(out []Lexeme, l Lexeme) []Lexeme {
	to, ok := s.single[l.Word]
	if !ok {
		return append(out, l)
	}
	for _, w := range to {
		out = append(out, Lexeme{w, l.From})
	}
	return out
}

// join rewrites words in a row.
func (s *Speller) join(in []Lexeme) []Lexeme {
	out := make([]Lexeme, 0, len(in))
	for i := 0; i < len(in); {
		r, ok := s.match(in[i:])
		if !ok {
			out = append(out, in[i])
			i++
			continue
		}
		for j, t := range r.to {
			out = append(out, Lexeme{t, in[i+min(j, len(r.from)-1)].From})
		}
		i += len(r.from)
	}
	return out
}

// match returns the longest rewrite of several words that ls starts with.
func (s *Speller) match(ls []Lexeme) (rewrite, bool) {
next:
	for _, r := range s.multi[ls[0].Word] {
		if len(r.from) > len(ls) {
			continue
		}
		for i, w := range r.from {
			if ls[i].Word != w {
				continue next
			}
		}
		return r, true
	}
	return rewrite{}, false
}

// Drops reports whether a word is one that is read as nothing.
func (s *Speller) Drops(w string) bool {
	to, ok := s.single[w]
	return ok && len(to) == 0
}
