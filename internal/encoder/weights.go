package encoder

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// packed is what internal/tools/pack made of the weights, see README.md. A string: nobody can write to it, and weights are read in
// place.
//
//go:embed minilm.bin
var packed string

// packedHash is the SHA-256 of packed in hexadecimal, written by the same program; a test compares.
//
//go:embed minilm.sha256
var packedHash string

// The shape of all-MiniLM-L6-v2.
const (
	layers   = 6
	heads    = 12
	headDim  = Dim / heads
	innerDim = 4 * Dim
	qkvDim   = 3 * Dim
)

// magic opens the packed file; its last digit is the version of the layout.
const magic = "faqenc01"

// linear is a matrix and its bias: outputs = weights x inputs + bias.
//
// The int8 weights lie in panels of 16 outputs, [out/16][in/2][16][2]: what the vector kernel reads at once is one after the other.
type linear struct {
	weights     string
	scale, bias []float32 // one an output
	in, out     int
}

// panel returns the weights of the outputs 16 x n to 16 x n + 15.
func (l *linear) panel(n int) string {
	size := panelWidth * l.in
	return l.weights[n*size : (n+1)*size]
}

type layerNorm struct{ weight, bias []float32 }

type layer struct {
	qkv, out, up, down  linear
	outNorm, finishNorm layerNorm
}

// table is an embedding table: int8 rows of Dim, one scale a row.
type table struct {
	rows   string
	scales string // little-endian float32: decoding 30,522 at start would be wasted
}

// addRow adds row n to dst.
func (t *table) addRow(dst []float32, n int) {
	scale := float32At(t.scales, n)
	row := t.rows[n*Dim : (n+1)*Dim]
	dst = dst[:len(row)]
	for i := range dst {
		dst[i] += float32(scale * float32(int8(row[i])))
	}
}

type weights struct {
	words, positions table
	embeddingNorm    layerNorm
	layers           [layers]layer
	vocab            string
	vocabSize        int
}

// unpack reads a packed file: magic, size of the vocabulary, the scales of the tables, the floats of the layers, their int8 weights,
// the rows of the tables, the vocabulary. All little endian.
func unpack(file string) (*weights, error) {
	r := reader{rest: file}
	if r.take(len(magic)) != magic {
		return nil, errors.New("this is no encoder file of this version")
	}
	w := &weights{}
	pieces := le32(r.take(4), 0)
	if uint64(pieces) > uint64(len(file)/Dim) {
		return nil, fmt.Errorf("the encoder file is too short for %d pieces", pieces)
	}
	w.vocabSize = int(pieces)
	w.words.scales = r.take(4 * w.vocabSize)
	w.positions.scales = r.take(4 * maxTokens)
	w.embeddingNorm = r.norm()
	for i := range w.layers {
		l := &w.layers[i]
		l.qkv = r.linear(Dim, qkvDim)
		l.out = r.linear(Dim, Dim)
		l.outNorm = r.norm()
		l.up = r.linear(Dim, innerDim)
		l.down = r.linear(innerDim, Dim)
		l.finishNorm = r.norm()
	}
	for i := range w.layers {
		l := &w.layers[i]
		for _, m := range []*linear{&l.qkv, &l.out, &l.up, &l.down} {
			m.weights = r.take(m.in * m.out)
		}
	}
	w.words.rows = r.take(Dim * w.vocabSize)
	w.positions.rows = r.take(Dim * maxTokens)
	w.vocab = r.rest
	if r.short {
		return nil, errors.New("the encoder file is too short")
	}
	return w, nil
}

// reader takes pieces off a file; short says that it had not enough.
type reader struct {
	rest  string
	short bool
}

// take returns the next n bytes, or as many zeros when there are fewer.
func (r *reader) take(n int) string {
	if n > len(r.rest) {
		r.short = true
		return string(make([]byte, n))
	}
	head := r.rest[:n]
	r.rest = r.rest[n:]
	return head
}

func (r *reader) floats(n int) []float32 {
	raw := r.take(4 * n)
	out := make([]float32, n)
	for i := range out {
		out[i] = float32At(raw, i)
	}
	return out
}

func (r *reader) norm() layerNorm { return layerNorm{weight: r.floats(Dim), bias: r.floats(Dim)} }

// linear reads the scales and the bias; the weights come later in the file.
func (r *reader) linear(in, out int) linear {
	return linear{scale: r.floats(out), bias: r.floats(out), in: in, out: out}
}

// le32 returns the n-th little-endian word of raw.
func le32(raw string, n int) uint32 {
	return binary.LittleEndian.Uint32([]byte(raw[4*n : 4*n+4]))
}

func float32At(raw string, n int) float32 { return math.Float32frombits(le32(raw, n)) }
