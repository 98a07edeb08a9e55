// Package lexicon turns tokens into TF-IDF features: words, pairs of neighbours, and character n-grams inside words. It knows n-grams and
// the examples that have them, synonyms, and which words say nothing of a subject; it knows nothing of labels. It must not read files, the
// clock or the network.
package lexicon

import (
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"faqbot/internal/parallel"
)

// A feature block is a family of features whose TF-IDF vector has unit length on its own, so that the many character n-grams
// cannot drown the few words.
const (
	blockWords = iota // single words and pairs of neighbours
	blockChars        // character n-grams inside words: what survives a typo
	// Blocks is how many there are.
	Blocks
)

// share is what each block gives to the product of two texts.
var share = [Blocks]float64{blockWords: 1, blockChars: 1}

// The sizes of n-grams, measured in leave-one-out on the shipped content (see ranking figures in the tests of evaluate).
const (
	minChars = 2
	maxChars = 5
)

// Settings changes whenever features do, so that what was learnt from others is stale.
const Settings = "words 1-2, pairs, characters 2-5, shares 1 1"

// Feature is one n-gram with its weight in a unit vector.
type Feature struct {
	ID     int32
	Weight float32
}

// gram stands for an n-gram: the 64-bit FNV-1a hash of its block and text, the block in its lowest bit. Of a million n-grams any two
// share one with a probability of 1 in 20 million.
type gram uint64

func newGram(block uint8, text []byte) gram {
	h := uint64(14695981039346656037)
	for _, b := range text {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return gram(h<<1 | uint64(block))
}

func (g gram) block() int { return int(g & 1) }

// Counts are the n-grams of a text in the order of their hashes.
type Counts []counted

// counted is an n-gram with how often it occurs.
type counted struct {
	gram  gram
	times int32
}

// Vocabulary gives n-grams their ids, which are their places in the order of their hashes, and inverse document frequencies.
type Vocabulary struct {
	grams []gram // ascending
	idf   []float32
	// unseen is the weight of an n-gram that no example has.
	unseen float64
}

// newVocabulary weighs n-grams by the number of examples that have them: smoothed inverse document frequencies, ln((1+n)/(1+df))+1.
func newVocabulary(grams []gram, frequency []uint32, examples int) *Vocabulary {
	v := &Vocabulary{grams: grams, idf: make([]float32, len(grams)), unseen: math.Log(float64(1+examples)/2) + 1}
	for id, df := range frequency {
		v.idf[id] = float32(math.Log(float64(1+examples)/float64(1+df)) + 1)
	}
	return v
}

// Len is the number of n-grams.
func (v *Vocabulary) Len() int { return len(v.grams) }

// WordsOf returns the postings of words and pairs alone.
func (v *Vocabulary) WordsOf(postings [][]Posting) [][]Posting {
	out := make([][]Posting, len(postings))
	for id, g := range v.grams {
		if g.block() == blockWords {
			out[id] = postings[id]
		}
	}
	return out
}

// find returns the id of an n-gram; false when no example has it.
func (v *Vocabulary) find(g gram) (int32, bool) {
	id, ok := slices.BinarySearch(v.grams, g)
	return int32(id), ok
}

// weight is what an n-gram weighs in a text before that is brought to unit length: sublinear counts, (1+ln tf) x idf.
func (v *Vocabulary) weight(id int, times int32) float32 {
	if times == 1 {
		return v.idf[id] // nearly all
	}
	return float32((1 + math.Log(float64(times))) * float64(v.idf[id]))
}

// grams calls yield for each n-gram of the tokens, repeated ones repeatedly.
func grams(tokens []string, yield func(block uint8, gram []byte)) {
	var buf []byte
	for i, w := range tokens {
		buf = append(append(buf[:0], "w "...), w...)
		yield(blockWords, buf)
		if i > 0 {
			// In alphabetical order: two words that a hasty writer swaps are the same pair.
			first, second := min(tokens[i-1], w), max(tokens[i-1], w)
			buf = append(append(append(append(buf[:0], "p "...), first...), ' '), second...)
			yield(blockWords, buf)
			buf = append(append(append(append(buf[:0], "w "...), tokens[i-1]...), ' '), w...)
			yield(blockWords, buf)
		}
	}
	var padded []byte
	var starts []int
	for _, w := range tokens {
		padded = append(append(append(padded[:0], ' '), w...), ' ')
		starts = starts[:0]
		for i := 0; i < len(padded); {
			starts = append(starts, i)
			_, n := utf8.DecodeRune(padded[i:])
			i += n
		}
		starts = append(starts, len(padded))
		for n := minChars; n <= maxChars; n++ {
			for i := 0; i+n < len(starts); i++ {
				buf = append(append(buf[:0], 'c'), padded[starts[i]:starts[i+n]]...)
				yield(blockChars, buf)
			}
		}
	}
}

// Count returns the n-grams of the tokens in the order of their hashes.
func Count(tokens []string) Counts {
	const typical = 256 // n-grams of a question
	all := make([]gram, 0, typical)
	grams(tokens, func(block uint8, text []byte) { all = append(all, newGram(block, text)) })
	slices.Sort(all)
	out := make(Counts, 0, len(all))
	for i, g := range all {
		if i > 0 && all[i-1] == g {
			out[len(out)-1].times++
		} else {
			out = append(out, counted{g, 1})
		}
	}
	return out
}

// Learn learns the n-grams of the examples. It returns those of each example too.
func Learn(examples [][]string) (*Vocabulary, []Counts) {
	all := make([]Counts, len(examples))
	parallel.Each(len(examples), func(i int) { all[i] = Count(examples[i]) })
	occurs := make(map[gram]uint32)
	for _, grams := range all {
		for _, c := range grams {
			occurs[c.gram]++
		}
	}
	known := slices.Sorted(maps.Keys(occurs))
	frequency := make([]uint32, len(known))
	for id, g := range known {
		frequency[id] = occurs[g]
	}
	return newVocabulary(known, frequency, len(examples)), all
}

// weigh returns the features of a text by the order of ids before each block is brought to unit length, and what does that: the root of
// the block's share over its length.
//
// N-grams that no example has count in the length, as if one example had them: a question full of unknown words is then far from
// everything, and a question looks the same to the matcher as its own phrasing does in leave-one-out.
func (v *Vocabulary) weigh(grams Counts) ([]Feature, [Blocks]float64) {
	out := make([]Feature, 0, len(grams))
	var scale [Blocks]float64
	for _, c := range grams {
		w := v.unseen
		if id, ok := v.find(c.gram); ok {
			f := Feature{id, v.weight(int(id), c.times)}
			out = append(out, f)
			w = float64(f.Weight)
		}
		scale[c.gram.block()] += w * w
	}
	for block, sum := range scale {
		scale[block] = 0
		if sum > 0 {
			scale[block] = share[block] / math.Sqrt(sum)
		}
	}
	return out, scale
}

// Vector returns the TF-IDF features of a text by the order of ids, each block of unit length times the root of its share.
func (v *Vocabulary) Vector(grams Counts) []Feature {
	out, scale := v.weigh(grams)
	for i, f := range out {
		out[i].Weight = f.Weight * float32(scale[v.grams[f.ID].block()])
	}
	return out
}

// Texts returns the text of each n-gram of the tokens, for explanations.
func (v *Vocabulary) Texts(tokens []string) map[int32]string {
	out := make(map[int32]string)
	grams(tokens, func(block uint8, text []byte) {
		if id, ok := v.find(newGram(block, text)); ok {
			if block == blockWords {
				out[id] = string(text[2:]) // without its kind
			} else {
				out[id] = "~" + string(text[1:])
			}
		}
	})
	return out
}
