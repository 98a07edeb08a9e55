package match

import (
	"math"
	"slices"
	"sort"
	"unicode/utf8"
)

// A feature block is a family of features whose TF-IDF vector has unit length on its own, so that the many character n-grams
// cannot drown the few words.
const (
	blockWords = iota // single words and pairs of neighbours
	blockChars        // character n-grams inside words: what survives a typo
	blocks
)

// The sizes of n-grams, measured in leave-one-out on the shipped content (see ranking figures in the tests of evaluate).
const (
	minChars = 2
	maxChars = 5
)

// feature is one n-gram with its weight in a unit vector.
type feature struct {
	id     int32
	weight float32
}

// vocabulary gives n-grams their ids and inverse document frequencies.
type vocabulary struct {
	ids   map[string]int32
	block []uint8
	idf   []float32
	// unseen is the weight of an n-gram that no example has.
	unseen float64
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

// newVocabulary learns the n-grams of the examples and their smoothed inverse document frequencies, ln((1+n)/(1+df))+1. It returns
// the ids of each example's n-grams too, repeated ones repeatedly.
func newVocabulary(examples [][]string) (*vocabulary, [][]int32) {
	v := &vocabulary{ids: make(map[string]int32)}
	var seenIn, frequency []int32
	all := make([][]int32, len(examples))
	for i, tokens := range examples {
		grams(tokens, func(block uint8, gram []byte) {
			id, ok := v.ids[string(gram)]
			if !ok {
				id = int32(len(v.block))
				v.ids[string(gram)] = id
				v.block = append(v.block, block)
				seenIn = append(seenIn, -1)
				frequency = append(frequency, 0)
			}
			if seenIn[id] != int32(i) {
				seenIn[id] = int32(i)
				frequency[id]++
			}
			all[i] = append(all[i], id)
		})
	}
	v.unseen = math.Log(float64(1+len(examples))/2) + 1
	v.idf = make([]float32, len(frequency))
	for id, df := range frequency {
		v.idf[id] = float32(math.Log(float64(1+len(examples))/float64(1+df)) + 1)
	}
	return v, all
}

// vector returns the features of a question.
//
// N-grams that no example has count in the length, as if one example had them: a question full of unknown words is then far from
// everything, and a question looks the same to the matcher as its own phrasing does in leave-one-out.
func (v *vocabulary) vector(tokens []string) []feature {
	const typical = 256 // n-grams of a question
	ids := make([]int32, 0, typical)
	var squares [blocks]float64
	grams(tokens, func(block uint8, gram []byte) {
		if id, ok := v.ids[string(gram)]; ok {
			ids = append(ids, id)
		} else {
			squares[block] += v.unseen * v.unseen
		}
	})
	return v.weigh(ids, squares)
}

// weigh turns ids of n-grams, which it sorts, into TF-IDF features sorted by id: sublinear counts (1+ln tf), each block of unit length
// times the root of its share. squares is what counts in the length of each block besides.
func (v *vocabulary) weigh(ids []int32, squares [blocks]float64) []feature {
	slices.Sort(ids)
	distinct := make([]feature, 0, len(ids))
	for i := 0; i < len(ids); {
		first := i
		for i < len(ids) && ids[i] == ids[first] {
			i++
		}
		id := ids[first]
		w := (1 + math.Log(float64(i-first))) * float64(v.idf[id])
		distinct = append(distinct, feature{id, float32(w)})
		squares[v.block[id]] += w * w
	}
	var scale [blocks]float64
	for block, sum := range squares {
		scale[block] = share[block] / math.Sqrt(sum)
	}
	for i, f := range distinct {
		distinct[i].weight = float32(float64(f.weight) * scale[v.block[f.id]])
	}
	return distinct
}

// names returns the text of every feature by id, for explanations.
func (v *vocabulary) names() []string {
	out := make([]string, len(v.block))
	for gram, id := range v.ids {
		if v.block[id] == blockWords {
			out[id] = gram[2:]
		} else {
			out[id] = "~" + gram[1:]
		}
	}
	return out
}

// top returns the n features with the largest products of two vectors, largest first.
func top(a, b []feature, n int) []feature {
	var out []feature
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].id < b[j].id:
			i++
		case a[i].id > b[j].id:
			j++
		default:
			out = append(out, feature{a[i].id, a[i].weight * b[j].weight})
			i++
			j++
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].weight > out[j].weight })
	return out[:min(n, len(out))]
}
