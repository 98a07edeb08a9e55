// Command kernels writes the AVX2 kernels of internal/encoder, with avo:
//
//	go -C internal/tools/kernels run . -out ../../encoder/kernels_amd64.s -stubs ../../encoder/stubs_amd64.go -pkg encoder
//
// plain.go of that package defines what each kernel gives, to the bit: the same operations in the same order. So no FMA is used,
// which rounds once where a multiplication and an addition round twice.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	dim        = 384
	panelWidth = 16
	rows       = 4
	vector     = 32 // bytes of a register
)

func main() {
	ConstraintExpr("amd64")
	mulPanel()
	mulRow()
	mulStrip()
	softmax()
	gelu()
	addNorm()
	maxAbs()
	round()
	Generate()
}

// begin opens a kernel. Slices are not kept: NOESCAPE.
func begin(name, signature, doc string) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
}

func end() {
	VZEROUPPER()
	RET()
}

func base(name string) reg.GPVirtual   { return GP(Load(Param(name).Base(), GP64())) }
func length(name string) reg.GPVirtual { return GP(Load(Param(name).Len(), GP64())) }
func number(name string) reg.GPVirtual { return GP(Load(Param(name), GP64())) }

// GP narrows what Load returns.
func GP(r reg.Register) reg.GPVirtual { return r.(reg.GPVirtual) }

func at(base reg.Register, disp int) Mem { return Mem{Base: base, Disp: disp} }

// row addresses row 0 to 3 from base, for strides of one and three rows in bytes.
func row(n int, base, stride, stride3 reg.Register, disp int) Mem {
	switch n {
	case 0:
		return Mem{Base: base, Disp: disp}
	case 1:
		return Mem{Base: base, Index: stride, Scale: 1, Disp: disp}
	case 2:
		return Mem{Base: base, Index: stride, Scale: 2, Disp: disp}
	default:
		return Mem{Base: base, Index: stride3, Scale: 1, Disp: disp}
	}
}

func triple(r reg.GPVirtual) reg.GPVirtual {
	t := GP64()
	LEAQ(Mem{Base: r, Index: r, Scale: 2}, t)
	return t
}

func zeros(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = YMM()
		VPXOR(v[i], v[i], v[i])
	}
	return v
}

// mulPanel multiplies tiles of 4 tokens with the 16 outputs of a panel: eight sums of eight 32-bit integers. The pairs of weights are
// widened once for the four tokens.
func mulPanel() {
	begin("mulPanelAVX2", "func(dst []float32, stride int, acts []int16, actScales []float32, panel string, scales, bias []float32)",
		"mulPanelAVX2 is mulPanel. len(actScales) must divide by 4 and len(panel) by 128.")
	const unroll = 4
	dst, dstStride := base("dst"), number("stride")
	SHLQ(U8(2), dstStride)
	dstStride3 := triple(dstStride)
	acts, actScales, tokens := base("acts"), base("actScales"), length("actScales")
	panel, scales, bias := base("panel"), base("scales"), base("bias")
	actStride := length("panel") // bytes of a row: 2 x len(panel)/16
	SHRQ(U8(3), actStride)
	actStride3 := triple(actStride)

	next := length("panel")

	Label("tile")
	acc := zeros(2 * rows)
	weights, count := GP64(), GP64()
	MOVQ(panel, weights)
	MOVQ(actStride, count)
	SHRQ(U8(4), count) // a row has 4 bytes a pair, 4 pairs a turn
	Label("pairs")
	for u := range unroll {
		w := []reg.VecVirtual{YMM(), YMM()}
		VPMOVSXBW(at(weights, u*vector), w[0])
		VPMOVSXBW(at(weights, u*vector+vector/2), w[1])
		for r := range rows {
			a := YMM()
			VPBROADCASTD(row(r, acts, actStride, actStride3, 4*u), a)
			for half := range 2 {
				product := YMM()
				VPMADDWD(w[half], a, product)
				VPADDD(product, acc[2*r+half], acc[2*r+half])
			}
		}
	}
	for line := range unroll * vector / 64 {
		PREFETCHT1(Mem{Base: weights, Index: next, Scale: 1, Disp: 64 * line})
	}
	ADDQ(U8(unroll*vector), weights)
	ADDQ(U8(unroll*4), acts)
	DECQ(count)
	JNZ(LabelRef("pairs"))

	for r := range rows {
		scale := YMM()
		VBROADCASTSS(at(actScales, 4*r), scale)
		for half := range 2 {
			y, s := acc[2*r+half], YMM()
			VMULPS(at(scales, half*vector), scale, s)
			VCVTDQ2PS(y, y)
			VMULPS(s, y, y)
			VADDPS(at(bias, half*vector), y, y)
			VMOVUPS(y, row(r, dst, dstStride, dstStride3, half*vector))
		}
	}
	ADDQ(actStride3, acts) // past the other three rows
	ADDQ(U8(4*rows), actScales)
	LEAQ(Mem{Base: dst, Index: dstStride, Scale: 4}, dst)
	SUBQ(U8(rows), tokens)
	JNZ(LabelRef("tile"))
	end()
}

// mulRow multiplies one row of activations with the 16 outputs of a panel: two sums of eight 32-bit integers.
func mulRow() {
	begin("mulRowAVX2", "func(dst []float32, acts []int16, actScale float32, panel string, scales, bias []float32)",
		"mulRowAVX2 is mulPanel for one row. len(panel) must divide by 128.")
	const unroll = 4
	dst, acts, weights := base("dst"), base("acts"), base("panel")
	scales, bias := base("scales"), base("bias")
	count := length("panel")
	SHRQ(U8(7), count) // a pair has 32 bytes, 4 pairs a turn
	acc := zeros(2)
	Label("rowPairs")
	for u := range unroll {
		a := YMM()
		VPBROADCASTD(at(acts, 4*u), a)
		for half := range 2 {
			w, product := YMM(), YMM()
			VPMOVSXBW(at(weights, u*vector+half*vector/2), w)
			VPMADDWD(w, a, product)
			VPADDD(product, acc[half], acc[half])
		}
	}
	ADDQ(U8(unroll*vector), weights)
	ADDQ(U8(unroll*4), acts)
	DECQ(count)
	JNZ(LabelRef("rowPairs"))

	scale := YMM()
	actScale, err := Param("actScale").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(actScale.Addr, scale)
	for half := range 2 {
		y, s := acc[half], YMM()
		VMULPS(at(scales, half*vector), scale, s)
		VCVTDQ2PS(y, y)
		VMULPS(s, y, y)
		VADDPS(at(bias, half*vector), y, y)
		VMOVUPS(y, at(dst, half*vector))
	}
	end()
}

// mulStrip multiplies 4 rows with 16 columns at a time.
func mulStrip() {
	begin("mulStripAVX2", "func(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride, n, cols int)",
		"mulStripAVX2 is mulStrip. n must not be 0, nor cols.")
	dst, dstStride := base("dst"), number("dstStride")
	SHLQ(U8(2), dstStride)
	dstStride3 := triple(dstStride)
	a, aStride := base("a"), number("aStride")
	SHLQ(U8(2), aStride)
	aStride3 := triple(aStride)
	b, bStride, cols := base("b"), number("bStride"), number("cols")
	SHLQ(U8(2), bStride)

	Label("columns")
	acc := zeros(2 * rows)
	left, right, count := GP64(), GP64(), number("n")
	MOVQ(a, left)
	MOVQ(b, right)
	Label("terms")
	w := []reg.VecVirtual{YMM(), YMM()}
	VMOVUPS(at(right, 0), w[0])
	VMOVUPS(at(right, vector), w[1])
	for r := range rows {
		factor := YMM()
		VBROADCASTSS(row(r, left, aStride, aStride3, 0), factor)
		for half := range 2 {
			product := YMM()
			VMULPS(w[half], factor, product)
			VADDPS(product, acc[2*r+half], acc[2*r+half])
		}
	}
	ADDQ(U8(4), left)
	ADDQ(bStride, right)
	DECQ(count)
	JNZ(LabelRef("terms"))

	for r := range rows {
		for half := range 2 {
			VMOVUPS(acc[2*r+half], row(r, dst, dstStride, dstStride3, half*vector))
		}
	}
	ADDQ(U8(4*panelWidth), dst)
	ADDQ(U8(4*panelWidth), b)
	SUBQ(U8(panelWidth), cols)
	JNZ(LabelRef("columns"))
	end()
}

// constants are broadcast from memory; each is written once.
var constants = map[uint32]Mem{}

func constant(v float64) Mem { return bits(math.Float32bits(float32(v))) }

func bits(b uint32) Mem {
	if _, ok := constants[b]; !ok {
		m := GLOBL("lanes_"+hex(b), RODATA|NOPTR)
		for i := range vector / 4 {
			DATA(4*i, U32(b))
		}
		constants[b] = m
	}
	return constants[b]
}

func hex(b uint32) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 8)
	for i := range out {
		out[i] = digits[b>>(28-4*i)&15]
	}
	return string(out)
}

// horner multiplies p by t and adds c.
func horner(p, t reg.VecVirtual, c float64) {
	VMULPS(t, p, p)
	VADDPS(constant(c), p, p)
}

// sumLanes adds up the lanes of v in the lowest of it, in the order of plain.go.
func sumLanes(v reg.VecVirtual) reg.Register {
	low, high := v.AsX(), XMM()
	VEXTRACTF128(U8(1), v, high)
	VADDPS(high, low, low)
	VPSHUFD(U8(0x0e), low, high)
	VADDPS(high, low, low)
	VPSHUFD(U8(0x01), low, high)
	VADDPS(high, low, low)
	return low
}

// maxLanes leaves the largest lane of v in the lowest of it.
func maxLanes(v reg.VecVirtual) reg.Register {
	low, high := v.AsX(), XMM()
	VEXTRACTF128(U8(1), v, high)
	VMAXPS(high, low, low)
	VPSHUFD(U8(0x0e), low, high)
	VMAXPS(high, low, low)
	VPSHUFD(U8(0x01), low, high)
	VMAXPS(high, low, low)
	return low
}

// exp replaces x by e to the x, see exp in plain.go.
func exp(x reg.VecVirtual) {
	shifted, n, r, p := YMM(), YMM(), YMM(), YMM()
	const magic = 3 << 22
	VMAXPS(constant(-87), x, x)
	VMULPS(constant(1.44269504088896341), x, shifted)
	VADDPS(constant(magic), shifted, shifted)
	VSUBPS(constant(magic), shifted, n)
	VMULPS(constant(0.693359375), n, r)
	VSUBPS(r, x, x)
	VMULPS(constant(-2.12194440e-4), n, r)
	VSUBPS(r, x, r)
	VMULPS(constant(1.9875691500e-4), r, p)
	VADDPS(constant(1.3981999507e-3), p, p)
	horner(p, r, 8.3334519073e-3)
	horner(p, r, 4.1665795894e-2)
	horner(p, r, 1.6666665459e-1)
	horner(p, r, 5.0000001201e-1)
	VMULPS(r, r, x)
	VMULPS(p, x, p)
	VADDPS(r, p, p)
	VADDPS(constant(1), p, p)
	VPSLLD(U8(23), shifted, shifted)
	VPADDD(bits(127<<23), shifted, shifted)
	VMULPS(shifted, p, x)
}

// over runs body for each register of a slice that starts at p and has n numbers. It leaves p and n.
func over(name string, p, n reg.GPVirtual, body func(p reg.GPVirtual)) {
	at, left := GP64(), GP64()
	MOVQ(p, at)
	MOVQ(n, left)
	Label(name)
	body(at)
	ADDQ(U8(vector), at)
	SUBQ(U8(vector/4), left)
	JNZ(LabelRef(name))
}

func softmax() {
	begin("softmaxAVX2", "func(row []float32)", "softmaxAVX2 is softmax. The row must not be empty.")
	p, n := base("row"), length("row")
	top := YMM()
	VBROADCASTSS(at(p, 0), top)
	over("top", p, n, func(p reg.GPVirtual) { VMAXPS(at(p, 0), top, top) })
	VBROADCASTSS(maxLanes(top), top)
	sums := zeros(1)[0]
	over("exp", p, n, func(p reg.GPVirtual) {
		x := YMM()
		VMOVUPS(at(p, 0), x)
		VSUBPS(top, x, x)
		exp(x)
		VMOVUPS(x, at(p, 0))
		VADDPS(x, sums, sums)
	})
	sum, scale := sumLanes(sums), YMM()
	one := XMM()
	VMOVSS(constant(1), one)
	VDIVSS(sum, one, one)
	VBROADCASTSS(one, scale)
	over("scale", p, n, func(p reg.GPVirtual) {
		x := YMM()
		VMULPS(at(p, 0), scale, x)
		VMOVUPS(x, at(p, 0))
	})
	end()
}

func gelu() {
	begin("geluAVX2", "func(x []float32)", "geluAVX2 is gelu. The slice must not be empty.")
	p, n := base("x"), length("x")
	over("loop", p, n, func(m reg.GPVirtual) {
		x, t, t2, p, q := YMM(), YMM(), YMM(), YMM(), YMM()
		VMOVUPS(at(m, 0), x)
		VMULPS(constant(0.70710678118654752), x, t)
		VMAXPS(constant(-4), t, t)
		VMINPS(constant(4), t, t)
		VMULPS(t, t, t2)
		VMULPS(constant(-2.72614225801306e-10), t2, p)
		VADDPS(constant(2.77068142495902e-08), p, p)
		horner(p, t2, -2.10102402082508e-06)
		horner(p, t2, -5.69250639462346e-05)
		horner(p, t2, -7.34990630326855e-04)
		horner(p, t2, -2.95459980854025e-03)
		horner(p, t2, -1.60960333262415e-02)
		VMULPS(constant(-1.45660718464996e-05), t2, q)
		VADDPS(constant(-2.13374055278905e-04), q, q)
		horner(q, t2, -1.68282697438203e-03)
		horner(q, t2, -7.37332916720468e-03)
		horner(q, t2, -1.42647390514189e-02)
		VMULPS(p, t, p)
		VDIVPS(q, p, p)
		VADDPS(constant(1), p, p)
		VMULPS(constant(0.5), x, x)
		VMULPS(p, x, x)
		VMOVUPS(x, at(m, 0))
	})
	end()
}

func addNorm() {
	begin("addNormAVX2", "func(x, y, weight, bias []float32)", "addNormAVX2 is addNorm. All slices must have 384 numbers.")
	x, y, weight, bias := base("x"), base("y"), base("weight"), base("bias")
	const share = 1.0 / dim
	// each runs body at every register of the slices, by a byte offset.
	each := func(name string, body func(i reg.GPVirtual)) {
		i := GP64()
		XORQ(i, i)
		Label(name)
		body(i)
		ADDQ(U8(vector), i)
		CMPQ(i, U32(4*dim))
		JNE(LabelRef(name))
	}
	in := func(base, i reg.Register) Mem { return Mem{Base: base, Index: i, Scale: 1} }

	sums := zeros(1)[0]
	each("sum", func(i reg.GPVirtual) {
		v := YMM()
		VMOVUPS(in(x, i), v)
		VADDPS(in(y, i), v, v)
		VMOVUPS(v, in(x, i))
		VADDPS(v, sums, sums)
	})
	mean, total := YMM(), sumLanes(sums)
	VMULSS(constant(share), total, total)
	VBROADCASTSS(total, mean)
	squares := zeros(1)[0]
	each("centre", func(i reg.GPVirtual) {
		v, square := YMM(), YMM()
		VMOVUPS(in(x, i), v)
		VSUBPS(mean, v, v)
		VMOVUPS(v, in(x, i))
		VMULPS(v, v, square)
		VADDPS(square, squares, squares)
	})
	variance, one, scale := sumLanes(squares), XMM(), YMM()
	VMULSS(constant(share), variance, variance)
	VADDSS(constant(1e-12), variance, variance)
	VSQRTSS(variance, variance, variance)
	VMOVSS(constant(1), one)
	VDIVSS(variance, one, one)
	VBROADCASTSS(one, scale)
	each("scale", func(i reg.GPVirtual) {
		v := YMM()
		VMULPS(in(x, i), scale, v)
		VMULPS(in(weight, i), v, v)
		VADDPS(in(bias, i), v, v)
		VMOVUPS(v, in(x, i))
	})
	end()
}

func maxAbs() {
	begin("maxAbsAVX2", "func(x []float32) float32", "maxAbsAVX2 is maxAbs. The slice must not be empty.")
	p, n := base("x"), length("x")
	mask, acc := YMM(), zeros(2)
	VMOVUPS(bits(math.MaxInt32), mask)
	Label("loop")
	for i, widest := range acc {
		v := YMM()
		VANDPS(at(p, i*vector), mask, v)
		VMAXPS(v, widest, widest)
	}
	ADDQ(U8(2*vector), p)
	SUBQ(U8(2*vector/4), n)
	JNZ(LabelRef("loop"))
	VMAXPS(acc[0], acc[1], acc[0])
	Store(maxLanes(acc[0]), ReturnIndex(0))
	end()
}

func round() {
	begin("roundAVX2", "func(dst []int16, x []float32, scale float32)", "roundAVX2 is round. The slices must not be empty.")
	dst, x, n := base("dst"), base("x"), length("x")
	scale := YMM()
	lowest := XMM()
	Load(Param("scale"), lowest)
	VBROADCASTSS(lowest, scale)
	Label("loop")
	v := []reg.VecVirtual{YMM(), YMM()}
	for i := range v {
		VMULPS(at(x, i*vector), scale, v[i])
		VCVTPS2DQ(v[i], v[i])
	}
	VPACKSSDW(v[1], v[0], v[0]) // packs each half by itself: put the quarters in order
	VPERMQ(U8(0xd8), v[0], v[0])
	VMOVDQU(v[0], at(dst, 0))
	ADDQ(U8(vector), dst)
	ADDQ(U8(2*vector), x)
	SUBQ(U8(2*vector/4), n)
	JNZ(LabelRef("loop"))
	end()
}
