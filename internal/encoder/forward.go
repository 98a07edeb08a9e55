package encoder

import "math"

const (
	panelWidth = 16 // outputs that the matrix kernel makes at once
	tileRows   = 4  // tokens that the kernels take at once
	chunkRows  = 32 // tokens that a matrix is applied to at once: what they need stays in the second-level cache
)

// scratch is the working memory of one call.
type scratch struct {
	tokens tokenBuffers
	floats []float32
	acts   []int16
	scales [chunkRows]float32 // of the tokens in acts
}

// views are the matrices of one forward pass, cut out of a scratch; rows counts tokens up to a multiple of tileRows.
type views struct {
	tokens, rows, cols int
	x                  []float32 // rows x Dim: what the layers pass on
	y                  []float32 // rows x Dim: what a sublayer adds to x
	qkv                []float32 // rows x qkvDim
	inner              []float32 // chunkRows x innerDim
	keys               []float32 // headDim x cols: keys of one head, transposed
	scores             []float32 // tileRows x cols
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// views cuts the matrices for so many tokens. They hold what earlier calls left.
func (s *scratch) views(tokens int) views {
	v := views{tokens: tokens, rows: roundUp(tokens, tileRows), cols: roundUp(tokens, panelWidth)}
	inner := min(v.rows, chunkRows) * innerDim
	need := v.rows*(Dim+Dim+qkvDim) + inner + (headDim+tileRows)*v.cols
	if len(s.floats) < need {
		s.floats = make([]float32, need)
	}
	if len(s.acts) < inner {
		s.acts = make([]int16, inner)
	}
	rest := s.floats
	cut := func(n int) []float32 {
		head := rest[:n:n]
		rest = rest[n:]
		return head
	}
	v.x, v.y, v.qkv = cut(v.rows*Dim), cut(v.rows*Dim), cut(v.rows*qkvDim)
	v.inner, v.keys, v.scores = cut(inner), cut(headDim*v.cols), cut(tileRows*v.cols)
	return v
}

// forward writes the embedding of the pieces in s to out.
func (e *Encoder) forward(s *scratch, out Embedding) {
	v := s.views(len(s.tokens.ids))
	e.embed(s.tokens.ids, &v)
	for i := range e.weights.layers {
		l := &e.weights.layers[i]
		e.apply(&l.qkv, v.qkv, v.x, s)
		e.attend(&v)
		e.apply(&l.out, v.qkv[:v.rows*Dim], v.y, s) // the queries, keys and values have done their work
		e.addNorm(&l.outNorm, v.x, v.qkv)
		e.feedForward(l, &v, s)
	}
	pool(v.x[:v.tokens*Dim], out)
}

// embed writes the sum of word and position embeddings to x, normalised. Rows that fill up a tile get zeros, which stay finite.
func (e *Encoder) embed(ids []int32, v *views) {
	clear(v.x)
	clear(v.y)
	for i, id := range ids {
		row := v.x[i*Dim : (i+1)*Dim]
		e.weights.words.addRow(row, int(id))
		e.weights.positions.addRow(v.y[i*Dim:(i+1)*Dim], i)
	}
	e.addNorm(&e.weights.embeddingNorm, v.x, v.y)
}

// addNorm adds y to x and normalises the rows of x.
func (e *Encoder) addNorm(n *layerNorm, x, y []float32) {
	for i := 0; i < len(x); i += Dim {
		e.kernels.addNorm(x[i:i+Dim], y[i:i+Dim], n.weight, n.bias)
	}
}

// apply multiplies the rows of x with a matrix, a chunk of them at a time. It rounds each row to integers first, with the scale of its
// largest number.
func (e *Encoder) apply(l *linear, dst, x []float32, s *scratch) {
	for rows := len(x) / l.in; rows > 0; rows -= chunkRows {
		chunk := min(rows, chunkRows)
		for i := range chunk {
			s.scales[i] = e.kernels.quantise(s.acts[i*l.in:(i+1)*l.in], x[i*l.in:(i+1)*l.in])
		}
		acts, scales := s.acts[:chunk*l.in], s.scales[:chunk]
		for n := range l.out / panelWidth {
			from, to := n*panelWidth, (n+1)*panelWidth
			e.kernels.mulPanel(dst[from:], l.out, acts, scales, l.panel(n), l.scale[from:to], l.bias[from:to])
		}
		dst, x = dst[chunk*l.out:], x[chunk*l.in:]
	}
}

// maxAct is the largest rounded activation: innerDim x maxAct x 128 < 2^31, so that no sum overflows.
const maxAct = 8191

// quantise rounds x to integers of at most maxAct and returns their unit, 0 when all are.
func (k kernels) quantise(dst []int16, x []float32) (scale float32) {
	const tiny = 1e-30 // below it the quotient could overflow
	widest := k.maxAbs(x)
	if widest < tiny {
		clear(dst)
		return 0
	}
	k.round(dst, x, maxAct/widest)
	return widest / maxAct
}

// attend writes to y what each token sees of the others, head by head.
func (e *Encoder) attend(v *views) {
	const hidden = -1e30 // the score of a key that is none
	tail := roundUp(v.tokens, lanes)
	for h := range heads {
		at := h * headDim
		transpose(v.keys, v.cols, v.qkv[Dim+at:], v.tokens)
		for i := 0; i < v.rows; i += tileRows {
			e.kernels.mulStrip(v.scores, v.cols, v.qkv[i*qkvDim+at:], qkvDim, v.keys, v.cols, headDim, v.cols)
			for r := range tileRows {
				row := v.scores[r*v.cols : r*v.cols+tail]
				for j := v.tokens; j < tail; j++ {
					row[j] = hidden
				}
				e.kernels.softmax(row)
			}
			e.kernels.mulStrip(v.y[i*Dim+at:], Dim, v.scores, v.cols, v.qkv[2*Dim+at:], qkvDim, v.tokens, headDim)
		}
	}
}

// transpose writes the first headDim columns of src, whose rows are qkvDim apart, to the rows of dst, and zeros behind them.
func transpose(dst []float32, stride int, src []float32, rows int) {
	for j := range rows {
		row := src[j*qkvDim : j*qkvDim+headDim]
		for d, value := range row {
			dst[d*stride+j] = value
		}
	}
	for d := range headDim {
		clear(dst[d*stride+rows : (d+1)*stride])
	}
}

// feedForward takes x through the inner layer, a chunk of tokens at a time.
func (e *Encoder) feedForward(l *layer, v *views, s *scratch) {
	for i := 0; i < v.rows; i += chunkRows {
		n := min(chunkRows, v.rows-i)
		x, y, inner := v.x[i*Dim:(i+n)*Dim], v.y[:n*Dim], v.inner[:n*innerDim]
		e.apply(&l.up, inner, x, s)
		e.kernels.gelu(inner)
		e.apply(&l.down, y, inner, s)
		e.addNorm(&l.finishNorm, x, y)
	}
}

// pool writes the mean of the rows to out, at unit length.
func pool(rows []float32, out Embedding) {
	for len(rows) > 0 {
		for i, value := range rows[:Dim] {
			out[i] += value
		}
		rows = rows[Dim:]
	}
	sum := 0.0
	for _, value := range out {
		sum += float64(float64(value) * float64(value))
	}
	scale := float32(1 / math.Sqrt(sum)) // of a mean, or of a sum: the length cancels out
	for i := range out {
		out[i] *= scale
	}
}
