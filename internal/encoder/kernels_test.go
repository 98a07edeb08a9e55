package encoder

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The plain kernels define what an embedding is; on a machine without others this compares them with themselves.
func TestPathsAgree(t *testing.T) {
	t.Parallel()
	plain, best := mustNew(t, plainKernels()), mustNew(t, bestKernels())
	texts := []string{"", "k", "My bladder hurts after quitting, is that normal?", "naïve 日本語 \xff 🙂"}
	if !raceEnabled {
		texts = append(texts, strings.Repeat("three weeks clean, ", 12))
	}
	for _, s := range texts {
		if a, b := plain.Encode(s), best.Encode(s); !slices.Equal(a, b) {
			t.Errorf("%.40q: embeddings differ, cosine %v", s, cosine(a, b))
		}
	}
}

// generator makes arguments of kernels: finite, mostly of a size, with zeros and much smaller and larger numbers among them.
type generator struct {
	*rand.Rand
	size float64
}

// newGenerator takes the size as a power of ten, of which it takes those from -9 to 9.
func newGenerator(seed uint64, power int8) generator {
	return generator{rand.New(rand.NewPCG(seed, 1)), math.Pow(10, float64(power%10))}
}

func (g generator) floats(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		v := g.NormFloat64() * g.size
		switch g.IntN(12) {
		case 0:
			v = 0
		case 1:
			v *= 1e-5
		case 2:
			v *= 100
		}
		out[i] = float32(v)
	}
	return out
}

func (g generator) acts(n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(g.IntN(2*maxAct+1) - maxAct)
		if g.IntN(8) == 0 {
			out[i] = maxAct
		}
	}
	return out
}

func (g generator) weights(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(g.IntN(256))
	}
	return string(out)
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d of %d is %v (%#x), not %v (%#x)", what, i, len(want), got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
}

func FuzzMulPanel(f *testing.F) {
	for _, in := range []uint16{0, 2, 6, 22, Dim - 2, innerDim - 2} {
		f.Add(uint64(in), uint8(4), in, uint16(16), int8(0))
	}
	f.Add(uint64(1), uint8(1), uint16(Dim-2), uint16(0), int8(0))
	f.Add(uint64(1), uint8(7), uint16(Dim-2), uint16(20), int8(-3))
	f.Fuzz(func(t *testing.T, seed uint64, rows uint8, in, stride uint16, power int8) {
		g := newGenerator(seed, power)
		r, n, s := int(rows%40), 2+int(in)%innerDim/2*2, panelWidth+int(stride%64)
		acts, panel := g.acts(r*n), g.weights(panelWidth*n)
		actScales, scales, bias := g.floats(r), g.floats(panelWidth), g.floats(panelWidth)
		want := g.floats(r*s + panelWidth)
		got := slices.Clone(want)
		mulPanel(want, s, acts, actScales, panel, scales, bias)
		bestKernels().mulPanel(got, s, acts, actScales, panel, scales, bias)
		sameBits(t, "mulPanel", got, want)
	})
}

// Embeddings are the same bits on every machine: the plain kernels gave these on amd64, from numbers that no library function made. A
// difference means that a compiler fused two operations, see plain.go.
func TestPlainBits(t *testing.T) {
	t.Parallel()
	random := rand.NewPCG(7, 7)
	floats := func(n int) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(int32(random.Uint64())>>4) / (1 << 25)
		}
		return out
	}
	x, soft, bell := floats(Dim), floats(Dim), floats(Dim)
	addNorm(x, floats(Dim), floats(Dim), floats(Dim))
	softmax(soft)
	gelu(bell)
	strip, panel := make([]float32, tileRows*panelWidth), make([]float32, tileRows*panelWidth)
	mulStrip(strip, panelWidth, floats(tileRows*Dim), Dim, floats(Dim*panelWidth), panelWidth, Dim, panelWidth)
	acts := make([]int16, tileRows*Dim)
	round(acts, floats(len(acts)), 1000)
	mulPanel(panel, panelWidth, acts, floats(tileRows), strings.Repeat("\x81\x7f\x00\x2b\xf3", panelWidth*Dim/5+1)[:panelWidth*Dim], floats(panelWidth), floats(panelWidth))
	for what, row := range map[string]struct {
		values []float32
		want   uint32
	}{
		"addNorm":  {x, 0x7320d253},
		"softmax":  {soft, 0xbfbdc2fd},
		"gelu":     {bell, 0xb6d9ab59},
		"mulStrip": {strip, 0x6575c143},
		"mulPanel": {panel, 0xd2940f86},
	} {
		sum := crc32.NewIEEE()
		for _, v := range row.values {
			_, _ = sum.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
		}
		if got := sum.Sum32(); got != row.want {
			t.Errorf("%s: the bits have the checksum %#08x, not %#08x", what, got, row.want)
		}
	}
}

// The integers of mulPanel, against the definition.
func TestMulPanel(t *testing.T) {
	t.Parallel()
	g := newGenerator(5, 0)
	const in, rows = innerDim, 5
	acts, panel := g.acts(rows*in), g.weights(panelWidth*in)
	for i := range in { // the largest sum there can be
		acts[i] = maxAct
	}
	panel = strings.Repeat("\x80\x80"+panel[2:32], in/2)
	ones := slices.Repeat([]float32{1}, panelWidth)
	got := make([]float32, rows*panelWidth)
	bestKernels().mulPanel(got, panelWidth, acts, ones[:rows], panel, ones, make([]float32, panelWidth))
	for i, sum := range got {
		row, o := i/panelWidth, i%panelWidth
		want := 0
		for k := range in {
			want += int(acts[row*in+k]) * int(int8(panel[k/2*2*panelWidth+2*o+k%2]))
		}
		if sum != float32(want) {
			t.Fatalf("row %d, output %d: %v, not %d", row, o, sum, want)
		}
	}
}

func FuzzMulStrip(f *testing.F) {
	f.Add(uint64(1), uint16(headDim), uint16(16), uint8(0), int8(0))
	f.Add(uint64(2), uint16(17), uint16(headDim), uint8(3), int8(1))
	f.Add(uint64(3), uint16(0), uint16(5), uint8(1), int8(1))
	f.Fuzz(func(t *testing.T, seed uint64, terms, columns uint16, gap uint8, power int8) {
		g := newGenerator(seed, power)
		n, cols := int(terms%300), int(columns%300)
		aStride, bStride, dstStride := n+int(gap%5), cols+int(gap%7), cols+int(gap%3)
		a, b := g.floats(tileRows*aStride), g.floats(n*bStride)
		want := g.floats(tileRows * dstStride)
		got := slices.Clone(want)
		mulStrip(want, dstStride, a, aStride, b, bStride, n, cols)
		bestKernels().mulStrip(got, dstStride, a, aStride, b, bStride, n, cols)
		sameBits(t, "mulStrip", got, want)
	})
}

func FuzzRows(f *testing.F) {
	for _, n := range []uint16{1, 8, 16, 24, 37, Dim, innerDim} {
		f.Add(uint64(n), n, int8(0))
		f.Add(uint64(n), n, int8(1))
	}
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, power int8) {
		g, best := newGenerator(seed, power), bestKernels()
		n := 1 + int(length)%innerDim
		x := g.floats(n)
		for what, pair := range map[string][2]func([]float32){
			"softmax": {best.softmax, softmax},
			"gelu":    {best.gelu, gelu},
		} {
			got, want := slices.Clone(x), slices.Clone(x)
			pair[0](got)
			pair[1](want)
			sameBits(t, what, got, want)
		}

		widest := maxAbs(x)
		sameBits(t, "maxAbs", []float32{best.maxAbs(x)}, []float32{widest})
		got, want := make([]int16, n), make([]int16, n)
		best.round(got, x, maxAct/max(widest, 1e-30))
		round(want, x, maxAct/max(widest, 1e-30))
		if !slices.Equal(got, want) {
			t.Fatalf("round:\n got %v\nwant %v", got, want)
		}

		x, y, weight, bias := g.floats(Dim), g.floats(Dim), g.floats(Dim), g.floats(Dim)
		again := slices.Clone(x)
		best.addNorm(x, y, weight, bias)
		addNorm(again, y, weight, bias)
		sameBits(t, "addNorm", x, again)
	})
}

func TestExp(t *testing.T) {
	t.Parallel()
	for x := float32(0); x > expLow; x -= 0.0137 {
		want := math.Exp(float64(x))
		if got := float64(exp(x)); math.Abs(got-want) > 3e-7*want {
			t.Fatalf("exp(%v) = %v, not %v", x, got, want)
		}
	}
	if got := exp(-1e30); !(got >= 0 && got < 1e-37) {
		t.Errorf("exp(-1e30) = %v", got)
	}
}

func TestGelu(t *testing.T) {
	t.Parallel()
	for x := float32(-9); x < 9; x += 0.0137 {
		want := float64(x) / 2 * math.Erfc(-float64(x)/math.Sqrt2)
		row := []float32{x}
		if gelu(row); math.Abs(float64(row[0])-want) > 1e-6*max(1, math.Abs(want)) {
			t.Fatalf("gelu(%v) = %v, not %v", x, row[0], want)
		}
	}
}

func TestRound(t *testing.T) {
	t.Parallel()
	x := []float32{0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 8191, -8191, 0.49999997, -0.49999997, 1, 3.5, 4.5, 100.25, -100.75}
	got := make([]int16, len(x))
	bestKernels().round(got, x, 1)
	for i, v := range x {
		if want := math.RoundToEven(float64(v)); float64(got[i]) != want {
			t.Errorf("%v is rounded to %d, not %v", v, got[i], want)
		}
	}
}

func TestQuantiseNothing(t *testing.T) {
	t.Parallel()
	e := Encoder{kernels: bestKernels()}
	for _, x := range [][]float32{make([]float32, Dim), slices.Repeat([]float32{1e-35, -1e-40}, Dim/2)} {
		acts := slices.Repeat([]int16{7}, Dim)
		if scale := e.kernels.quantise(acts, x); scale != 0 || slices.ContainsFunc(acts, func(a int16) bool { return a != 0 }) {
			t.Errorf("%v ... become %v ... x %v", x[:2], acts[:2], scale)
		}
	}
}

// What the assembly does not know goes to the plain kernels, and what would reach beyond a slice panics as in Go.
func TestShapes(t *testing.T) {
	t.Parallel()
	k := bestKernels()
	got, want := []float32{1, 2, 3}, []float32{1, 2, 3}
	k.addNorm(got, got, got, got)
	addNorm(want, want, want, want)
	sameBits(t, "addNorm of 3", got, want)
	long, short := make([]float32, innerDim), make([]float32, 8)
	for name, call := range map[string]func(){
		"addNorm":          func() { k.addNorm(long[:Dim], short, long[:Dim], long[:Dim]) },
		"round":            func() { k.round(make([]int16, 8), long[:16], 1) },
		"mulStrip dst":     func() { k.mulStrip(short, 16, long, 16, long, 16, 16, 16) },
		"mulStrip a":       func() { k.mulStrip(long, 16, short, 16, long, 16, 16, 16) },
		"mulStrip b":       func() { k.mulStrip(long, 16, long, 16, short, 16, 16, 16) },
		"mulPanel dst":     func() { k.mulPanel(short, 16, make([]int16, 32), long[:4], packed[:128], long, long) },
		"mulPanel acts":    func() { k.mulPanel(long, 16, make([]int16, 31), long[:4], packed[:128], long, long) },
		"mulPanel scales":  func() { k.mulPanel(long, 16, make([]int16, 32), long[:4], packed[:128], short, long) },
		"mulPanel bias":    func() { k.mulPanel(long, 16, make([]int16, 32), long[:4], packed[:128], long, short) },
		"mulPanel nothing": func() { k.mulPanel(long, 16, nil, long[:4], "", long, long) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
