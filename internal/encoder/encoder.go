// Package encoder turns a sentence into a vector whose direction is its meaning: all-MiniLM-L6-v2, a small BERT, in pure Go.
//
// It knows the model: its tokeniser (WordPiece), its weights (embedded, int8 with one scale an output row) and the way through its
// layers. It must not know what the vectors are for. README.md says where the weights come from.
//
// Every kernel exists twice, in plain Go and, for amd64 with AVX2, in assembly that internal/tools/kernels writes. Both do the same
// operations on 32-bit floats in the same order and with the same roundings, so that an embedding is the same bit for bit on every
// machine.
package encoder

import (
	"fmt"
	"sync"
)

// Dim is the length of an embedding.
const Dim = 384

// Embedding is the meaning of a text: Dim numbers, unit length, so that the cosine of two is their dot product. Nil stands for "no
// encoder".
type Embedding []float32

// Encoder makes embeddings. It is safe for concurrent use, one core a call. Create it with New.
type Encoder struct {
	tokens  *wordPiece
	weights *weights
	kernels kernels
	scratch sync.Pool // of *scratch
}

// New returns an encoder with the embedded weights. It takes milliseconds: the weights are read in place.
func New() (*Encoder, error) { return newEncoder(packed, bestKernels()) }

func newEncoder(file string, k kernels) (*Encoder, error) {
	w, err := unpack(file)
	if err != nil {
		return nil, err
	}
	tokens, err := newWordPiece(w.vocab, w.vocabSize)
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	e := &Encoder{tokens: tokens, weights: w, kernels: k}
	e.scratch.New = func() any { return &scratch{} }
	return e, nil
}

// Hash returns the SHA-256 of the embedded weights and vocabulary in hexadecimal. It names the encoder: embeddings of encoders with
// different hashes must not be compared.
func Hash() string { return packedHash }

// Encode returns the embedding of s, which may be any bytes: invalid UTF-8 counts for nothing, and what lies beyond 256 word pieces
// is not read. An empty text has an embedding too. The time grows with the length of s.
func (e *Encoder) Encode(s string) Embedding {
	sc, ok := e.scratch.Get().(*scratch)
	if !ok {
		sc = &scratch{}
	}
	e.tokens.tokenize(s, &sc.tokens)
	out := make(Embedding, Dim)
	e.forward(sc, out)
	if cap(sc.tokens.runes) <= maxKeptRunes {
		e.scratch.Put(sc)
	}
	return out
}

// maxKeptRunes is the longest text whose buffers are kept for the next.
const maxKeptRunes = 1 << 16
