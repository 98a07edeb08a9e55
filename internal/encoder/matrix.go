package encoder

import (
	"math"

	"faqbot/internal/parallel"
)

// Matrix holds many vectors of Dim numbers of 8 bits, each scaled to unit length, for their inner products with others. It is immutable
// and safe for concurrent use.
type Matrix struct {
	rows    int
	panels  []string  // of panelWidth rows each, in the kernels' layout
	scales  []float32 // what makes each row one of unit length; 0 for a row of zeros and for padding
	bias    []float32 // zeros
	kernels kernels
}

// NewMatrix packs rows, Dim numbers each.
func NewMatrix(rows []int8) *Matrix {
	n := len(rows) / Dim
	m := &Matrix{rows: n, bias: make([]float32, panelWidth), kernels: bestKernels()}
	for first := 0; first < n; first += panelWidth {
		panel := make([]byte, Dim*panelWidth)
		for o := range panelWidth {
			sum := 0
			if r := first + o; r < n {
				for i, x := range rows[r*Dim:][:Dim] {
					panel[(i/2*panelWidth+o)*2+i%2] = byte(x)
					sum += int(x) * int(x)
				}
			}
			scale := float32(0)
			if sum > 0 {
				scale = float32(1 / math.Sqrt(float64(sum)))
			}
			m.scales = append(m.scales, scale)
		}
		m.panels = append(m.panels, string(panel))
	}
	return m
}

// Stride is how many numbers of Products belong to one vector: the number of rows, rounded up to fill a panel.
func (m *Matrix) Stride() int { return len(m.panels) * panelWidth }

// Products returns the inner products of each vector, Dim numbers long, with each row: number v*Stride()+r is that of vector v with row
// r. Vectors are rounded to one part in 8,191 of their largest number.
func (m *Matrix) Products(vectors []float32) []float32 {
	n := len(vectors) / Dim
	padded := (n + tileRows - 1) / tileRows * tileRows
	acts, scales := make([]int16, padded*Dim), make([]float32, padded)
	for v := range n {
		scales[v] = m.kernels.quantise(acts[v*Dim:][:Dim], vectors[v*Dim:][:Dim])
	}
	stride := m.Stride()
	out := make([]float32, padded*stride)
	for i, panel := range m.panels {
		m.kernels.mulPanel(out[i*panelWidth:], stride, acts, scales, panel, m.scales[i*panelWidth:][:panelWidth], m.bias)
	}
	return out[:n*stride]
}

// AddProducts adds, times a weight, the inner product of a vector with each row to the number of that row. It computes on all processors.
func (m *Matrix) AddProducts(to []float32, weight float32, vector []float32) {
	acts := make([]int16, Dim)
	scales := []float32{m.kernels.quantise(acts, vector)}
	const share = 64 // panels that one processor takes at once
	parallel.Each((len(m.panels)+share-1)/share, func(part int) {
		tile := make([]float32, panelWidth)
		for i := part * share; i < min((part+1)*share, len(m.panels)); i++ {
			m.kernels.mulPanel(tile, panelWidth, acts, scales, m.panels[i], m.scales[i*panelWidth:][:panelWidth], m.bias)
			rows := to[i*panelWidth : min((i+1)*panelWidth, m.rows)]
			for r := range rows {
				rows[r] += weight * tile[r]
			}
		}
	})
}
