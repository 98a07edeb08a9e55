package match

import (
	"math"
	"strings"

	"faqbot/internal/encoder"
	"faqbot/internal/lexicon"
	"faqbot/internal/parallel"
	"faqbot/internal/text"
)

// embeddings are the sentence embeddings of the examples, each centred on their mean and scaled to unit length. They are kept at 8
// bits: the file is a quarter the size, and the last bits of an encoding, which differ between processors, are gone.
type embeddings struct {
	mean []float32 // encoder.Dim values
	rows []int8    // encoder.Dim an example, in the order of the examples; the largest of each row is 127 or -127
}

// Sentence is the form of a question that the encoder reads: its plain tokens without greeting and thanks, so that shouting, quotes and emoji
// change nothing either.
func Sentence(t text.Tokens) string { return strings.Join(lexicon.Core(t.Plain()), " ") }

// newEmbeddings encodes the examples on all processors. step is called after each.
func newEmbeddings(e *encoder.Encoder, examples []example, step func()) *embeddings {
	vectors := make([]encoder.Embedding, len(examples))
	parallel.Each(len(examples), func(i int) {
		vectors[i] = e.Encode(strings.Join(lexicon.Core(text.Plain(examples[i].text)), " "))
		step()
	})
	out := &embeddings{mean: make([]float32, encoder.Dim), rows: make([]int8, 0, len(examples)*encoder.Dim)}
	sums := make([]float64, encoder.Dim)
	for _, v := range vectors {
		for j, x := range v {
			sums[j] += float64(x)
		}
	}
	for j, s := range sums {
		// Four decimals, so that the last bits of a processor do not make another model.
		out.mean[j] = float32(math.Round(s/float64(len(vectors))*1e4) / 1e4)
	}
	for _, v := range vectors {
		out.rows = append(out.rows, round8(out.centre(v))...)
	}
	return out
}

// centre returns an embedding less the mean, at unit length.
func (e *embeddings) centre(v encoder.Embedding) []float32 {
	out := make([]float32, len(v))
	sum := 0.0
	for j, x := range v {
		out[j] = x - e.mean[j]
		sum += float64(out[j]) * float64(out[j])
	}
	if sum == 0 {
		return out
	}
	scale := float32(1 / math.Sqrt(sum))
	for j := range out {
		out[j] *= scale
	}
	return out
}

// round8 rounds a vector to 8 bits, its largest part to 127. Its length is restored on reading.
func round8(v []float32) []int8 {
	largest := float32(0)
	for _, x := range v {
		largest = max(largest, float32(math.Abs(float64(x))))
	}
	out := make([]int8, len(v))
	if largest == 0 {
		return out
	}
	for j, x := range v {
		out[j] = int8(math.Round(float64(x / largest * math.MaxInt8)))
	}
	return out
}

// row returns the embedding of an example.
func (e *embeddings) row(i int) []int8 { return e.rows[i*encoder.Dim:][:encoder.Dim] }

// pick returns the embeddings of some examples, the mean unchanged.
func (e *embeddings) pick(examples []int) *embeddings {
	out := &embeddings{mean: e.mean, rows: make([]int8, 0, len(examples)*encoder.Dim)}
	for _, i := range examples {
		out.rows = append(out.rows, e.row(i)...)
	}
	return out
}

// vectors returns the embeddings of some examples at unit length, one after the other.
func (e *embeddings) vectors(examples ...int) []float32 {
	out := make([]float32, 0, len(examples)*encoder.Dim)
	for _, i := range examples {
		out = append(out, unit(e.row(i))...)
	}
	return out
}

// unit returns a rounded vector at unit length, or zeros.
func unit(row []int8) []float32 {
	out := make([]float32, len(row))
	sum := 0
	for _, x := range row {
		sum += int(x) * int(x)
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(float64(sum)))
		for j, x := range row {
			out[j] = float32(x) * scale
		}
	}
	return out
}
