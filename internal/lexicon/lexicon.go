package lexicon

import (
	"encoding/binary"
	"fmt"
	"math"

	"faqbot/internal/parallel"
)

// Posting is an example that has an n-gram, and the weight of the n-gram there.
type Posting struct {
	Example int32
	Weight  float32
}

// Lexicon is the n-grams of the examples, from which a matcher is built at once: reading every text anew would take a second.
type Lexicon struct {
	grams     []gram    // of the vocabulary, ascending
	frequency []uint32  // how many examples have each n-gram
	starts    []uint32  // where the postings of each n-gram start, and one more; of some n-grams none are kept
	examples  []uint32  // of each posting, ascending within an n-gram
	times     []uint8   // how often the n-gram stands in the example; more than 255 count as that
	scales    []float32 // of each example, one a block: what makes the block one of unit length
}

// New keeps what the examples' n-grams are.
func New(v *Vocabulary, counts []Counts) *Lexicon {
	l := &Lexicon{grams: v.grams, frequency: make([]uint32, len(v.grams)), starts: make([]uint32, len(v.grams)+1)}
	ids := make([][]int32, len(counts))
	parallel.Each(len(counts), func(i int) {
		for _, c := range counts[i] {
			id, _ := v.find(c.gram)
			ids[i] = append(ids[i], id)
		}
	})
	for _, of := range ids {
		for _, id := range of {
			l.frequency[id]++
		}
	}
	for id, n := range l.frequency {
		l.starts[id+1] = l.starts[id] + n
	}
	next := append([]uint32{}, l.starts...)
	total := l.starts[len(l.grams)]
	l.examples, l.times = make([]uint32, total), make([]uint8, total)
	for i, of := range ids {
		for k, id := range of {
			l.examples[next[id]] = uint32(i)
			l.times[next[id]] = uint8(min(counts[i][k].times, math.MaxUint8))
			next[id]++
		}
		_, scale := v.weigh(counts[i])
		for _, s := range scale {
			l.scales = append(l.scales, float32(s))
		}
	}
	return l
}

// Words returns a lexicon of the same n-grams that has postings of words and pairs alone: the n-grams inside words have most of them.
func (l *Lexicon) Words() *Lexicon {
	out := &Lexicon{grams: l.grams, frequency: l.frequency, starts: make([]uint32, len(l.starts)), scales: l.scales}
	for id, g := range l.grams {
		if from, to := l.starts[id], l.starts[id+1]; g.block() == blockWords {
			out.examples, out.times = append(out.examples, l.examples[from:to]...), append(out.times, l.times[from:to]...)
		}
		out.starts[id+1] = uint32(len(out.examples))
	}
	return out
}

// Vocabulary returns the n-grams with their document frequencies.
func (l *Lexicon) Vocabulary() *Vocabulary {
	return newVocabulary(l.grams, l.frequency, len(l.scales)/Blocks)
}

// Postings returns the weight of each n-gram in each example that has it, of those that are kept.
func (l *Lexicon) Postings(v *Vocabulary) [][]Posting {
	all := make([]Posting, len(l.examples))
	out := make([][]Posting, len(l.grams))
	for id, g := range l.grams {
		from, to := l.starts[id], l.starts[id+1]
		for p := from; p < to; p++ {
			i := l.examples[p]
			all[p] = Posting{int32(i), v.weight(id, int32(l.times[p])) * l.scales[int(i)*Blocks+g.block()]}
		}
		out[id] = all[from:to:to]
	}
	return out
}

// MarshalBinary writes variable-length integers: the numbers of n-grams, postings and examples; for each n-gram how far it is from the one
// before, how many examples have it, twice that and one if their postings follow, and for each of these how far its example is from the one
// before, twice that and one if a number of times above 1 follows; the bits of the scales.
func (l *Lexicon) MarshalBinary() ([]byte, error) {
	var out []byte
	for _, n := range []int{len(l.grams), len(l.examples), len(l.scales) / Blocks} {
		out = binary.AppendUvarint(out, uint64(n))
	}
	last := gram(0)
	for id, g := range l.grams {
		from, to := l.starts[id], l.starts[id+1]
		out = binary.AppendUvarint(out, uint64(g-last))
		last = g
		if from == to {
			out = binary.AppendUvarint(out, uint64(l.frequency[id])<<1)
			continue
		}
		out = binary.AppendUvarint(out, uint64(l.frequency[id])<<1|1)
		before := uint32(0)
		for p := from; p < to; p++ {
			step := uint64(l.examples[p]-before) << 1
			before = l.examples[p]
			if l.times[p] == 1 {
				out = binary.AppendUvarint(out, step)
				continue
			}
			out = binary.AppendUvarint(out, step|1)
			out = append(out, l.times[p])
		}
	}
	for _, s := range l.scales {
		out = binary.AppendUvarint(out, uint64(math.Float32bits(s)))
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (l *Lexicon) UnmarshalBinary(raw []byte) error {
	u := unpacker{rest: raw}
	grams, postings, examples := u.next(), u.next(), u.next()
	if most := uint64(len(raw)); grams > most || postings > most || examples > most { // each takes a byte or more
		return fmt.Errorf("%d n-grams, %d postings and %d examples are more than %d bytes can hold", grams, postings, examples, most)
	}
	l.grams, l.frequency, l.starts = make([]gram, grams), make([]uint32, grams), make([]uint32, grams+1)
	l.examples, l.times = make([]uint32, 0, postings), make([]uint8, 0, postings)
	l.scales = make([]float32, examples*Blocks)
	last := gram(0)
	for id := range l.grams {
		last += gram(u.next())
		l.grams[id] = last
		n := u.next()
		l.frequency[id] = uint32(n >> 1)
		if n&1 == 1 {
			l.unpackPostings(&u, n>>1, postings)
		}
		l.starts[id+1] = uint32(len(l.examples))
	}
	for i := range l.scales {
		l.scales[i] = math.Float32frombits(uint32(u.next()))
	}
	if u.short || len(u.rest) > 0 || uint64(len(l.examples)) != postings {
		return fmt.Errorf("the lexicon is cut short or broken: %d of %d postings, and %d bytes are left", len(l.examples), postings, len(u.rest))
	}
	return nil
}

// unpackPostings reads n postings of one n-gram, as long as no more come than there are in all.
func (l *Lexicon) unpackPostings(u *unpacker, n, most uint64) {
	example := uint32(0)
	for ; n > 0 && uint64(len(l.examples)) < most; n-- {
		step := u.next()
		example += uint32(step >> 1)
		times := uint8(1)
		if step&1 == 1 {
			times = u.byte()
		}
		l.examples, l.times = append(l.examples, example), append(l.times, times)
	}
}

// unpacker reads integers; beyond the end all are 0.
type unpacker struct {
	rest  []byte
	short bool
}

func (u *unpacker) next() uint64 {
	x, n := binary.Uvarint(u.rest)
	if n <= 0 {
		u.rest, u.short = nil, true
		return 0
	}
	u.rest = u.rest[n:]
	return x
}

func (u *unpacker) byte() uint8 {
	if len(u.rest) == 0 {
		u.short = true
		return 0
	}
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

// Len is the number of n-grams.
func (l *Lexicon) Len() int { return len(l.grams) }

// Fits reports whether the lexicon can be one of so many examples.
func (l *Lexicon) Fits(examples int) error {
	if len(l.scales) != examples*Blocks {
		return fmt.Errorf("the model has n-grams of %d examples, not %d", len(l.scales)/Blocks, examples)
	}
	last := uint32(0)
	for _, start := range l.starts {
		if start < last || int(start) > len(l.examples) {
			return fmt.Errorf("the model has postings from %d to %d of %d", last, start, len(l.examples))
		}
		last = start
	}
	for id, n := range l.frequency {
		if int(n) > examples {
			return fmt.Errorf("the model has an n-gram %d of %d examples, and %d examples", id, n, examples)
		}
	}
	for _, i := range l.examples {
		if int(i) >= examples {
			return fmt.Errorf("the model has an n-gram of example %d of %d", i, examples)
		}
	}
	return nil
}
