package encoder

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestMatrix compares the products with sums in double precision, for numbers of rows that fill their panels and that do not.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{0, 1, panelWidth - 1, panelWidth, 3*panelWidth + 5, 64*panelWidth + 1} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(rows), 1))
			numbers := make([]int8, rows*Dim)
			for i := Dim; i < len(numbers); i++ { // the first row is zeros
				numbers[i] = int8(random.IntN(255) - 127)
			}
			const vectors = 5
			v := make([]float32, vectors*Dim)
			for i := range v {
				v[i] = random.Float32() - 0.5
			}
			checkMatrix(t, numbers, v)
		})
	}
}

func checkMatrix(t *testing.T, numbers []int8, vectors []float32) {
	t.Helper()
	m := NewMatrix(numbers)
	got := m.Products(vectors)
	for k := range len(vectors) / Dim {
		v := vectors[k*Dim:][:Dim]
		added := make([]float32, len(numbers)/Dim)
		for r := range added {
			added[r] = 1
		}
		m.AddProducts(added, 2, v)
		for r := range added {
			want := cosineTimesLength(numbers[r*Dim:][:Dim], v)
			if p := float64(got[k*m.Stride()+r]); math.Abs(p-want) > 1e-3 {
				t.Errorf("vector %d, row %d: %g, want %g", k, r, p, want)
			}
			if p := float64(added[r]); math.Abs(p-1-2*want) > 2e-3 {
				t.Errorf("vector %d, row %d: added to %g, want %g", k, r, p, 1+2*want)
			}
		}
	}
}

// cosineTimesLength is the inner product of a vector with a row scaled to unit length.
func cosineTimesLength(row []int8, v []float32) float64 {
	product, length := 0.0, 0.0
	for i, x := range row {
		product += float64(x) * float64(v[i])
		length += float64(x) * float64(x)
	}
	if length == 0 {
		return 0
	}
	return product / math.Sqrt(length)
}
