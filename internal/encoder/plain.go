package encoder

import "math"

// Conversions such as float32(a*b)+c are no decoration: without them a compiler may fuse the two operations, across statements and
// calls too, and the last bit would depend on the machine. Every product that is added to or subtracted from needs one.

func mulPanel(dst []float32, stride int, acts []int16, actScales []float32, panel string, scales, bias []float32) {
	n := len(panel) / panelWidth
	var buffer [innerDim]int64
	pairs := buffer[:n]
	for o := 0; o < panelWidth; o += 2 {
		unpackPairs(pairs, panel[2*o:])
		put := func(t int, sum int64) {
			first := int32(sum)
			second := int32((sum - int64(first)) >> 32)
			dst[t*stride+o] = float32(float32(first)*float32(actScales[t]*scales[o])) + bias[o]
			dst[t*stride+o+1] = float32(float32(second)*float32(actScales[t]*scales[o+1])) + bias[o+1]
		}
		t := 0
		for ; t+tileRows <= len(actScales); t += tileRows {
			s0, s1, s2, s3 := dotTile(acts[t*n:][:tileRows*n], pairs)
			put(t, s0)
			put(t+1, s1)
			put(t+2, s2)
			put(t+3, s3)
		}
		for ; t < len(actScales); t++ {
			put(t, dot(acts[t*n:][:n], pairs))
		}
	}
}

// unpackPairs takes the weights of two outputs out of a panel that starts with the first of them: one in the low half of a number, the
// other in the high half. Each product with an activation, and each sum of products, holds both; as the low sum fits 32 bits with its
// sign, they come apart exactly.
func unpackPairs(pairs []int64, panel string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		four := panel[i*panelWidth:][:4]
		pairs[i] = int64(int8(four[0])) + int64(int8(four[2]))<<32
		pairs[i+1] = int64(int8(four[1])) + int64(int8(four[3]))<<32
	}
}

// dotTile returns the products of four rows of activations with the pairs. Its four sums and five pointers just fit the registers.
func dotTile(acts []int16, pairs []int64) (s0, s1, s2, s3 int64) {
	n := len(pairs)
	a0, a1, a2, a3 := acts[:n], acts[n:][:n], acts[2*n:][:n], acts[3*n:][:n]
	for i, pair := range pairs {
		s0 += int64(a0[i]) * pair
		s1 += int64(a1[i]) * pair
		s2 += int64(a2[i]) * pair
		s3 += int64(a3[i]) * pair
	}
	return s0, s1, s2, s3
}

func dot(acts []int16, pairs []int64) int64 {
	sum := int64(0)
	acts = acts[:len(pairs)]
	for i, pair := range pairs {
		sum += int64(acts[i]) * pair
	}
	return sum
}

func mulStrip(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride, n, cols int) {
	for r := range tileRows {
		out := dst[r*dstStride:][:cols]
		clear(out)
		for k, factor := range a[r*aStride:][:n] {
			row := b[k*bStride:][:len(out)]
			for c, v := range row {
				out[c] += float32(factor * v)
			}
		}
	}
}

// sumLanes adds up the sums that are kept side by side.
func sumLanes(s *[lanes]float32) float32 {
	a, b, c, d := s[0]+s[4], s[1]+s[5], s[2]+s[6], s[3]+s[7]
	return (a + c) + (b + d)
}

func softmax(row []float32) {
	top := row[0]
	for _, v := range row {
		top = max(top, v)
	}
	var sums [lanes]float32
	for i, v := range row {
		e := exp(v - top)
		row[i] = e
		sums[i%lanes] += e
	}
	scale := 1 / sumLanes(&sums)
	for i := range row {
		row[i] *= scale
	}
}

// Constants of exp: the polynomial of Cephes (expf), good to 2 in the last place from expLow to 0.
const (
	expLow   = -87
	expLog2E = 1.44269504088896341
	expC1    = 0.693359375 // ln 2 in two parts
	expC2    = -2.12194440e-4
	expP0    = 1.9875691500e-4
	expP1    = 1.3981999507e-3
	expP2    = 8.3334519073e-3
	expP3    = 4.1665795894e-2
	expP4    = 1.6666665459e-1
	expP5    = 5.0000001201e-1

	roundMagic     = 3 << 22 // added to a small float it leaves the nearest integer, to even between two, in the low bits
	roundMagicBits = 0x4b400000
)

// exp returns e to the x, for x from -87 to 0; below it takes -87.
func exp(x float32) float32 {
	x = max(x, expLow)
	shifted := float32(x*expLog2E) + roundMagic
	n := shifted - roundMagic
	r := x - float32(n*expC1)
	r -= float32(n * expC2)
	p := float32(r*expP0) + expP1
	p = float32(r*p) + expP2
	p = float32(r*p) + expP3
	p = float32(r*p) + expP4
	p = float32(r*p) + expP5
	p = float32(float32(r*r)*p) + r + 1
	exponent := math.Float32bits(shifted) - roundMagicBits + 127
	return float32(p * math.Float32frombits(exponent<<23))
}

// Constants of gelu: erf as a quotient of polynomials (Eigen's, for 32-bit floats), good to 3e-7 and constant beyond ±4.
const (
	erfLimit  = 4
	invSqrt2  = 0.70710678118654752
	erfAlpha0 = -2.72614225801306e-10
	erfAlpha1 = 2.77068142495902e-08
	erfAlpha2 = -2.10102402082508e-06
	erfAlpha3 = -5.69250639462346e-05
	erfAlpha4 = -7.34990630326855e-04
	erfAlpha5 = -2.95459980854025e-03
	erfAlpha6 = -1.60960333262415e-02
	erfBeta0  = -1.45660718464996e-05
	erfBeta1  = -2.13374055278905e-04
	erfBeta2  = -1.68282697438203e-03
	erfBeta3  = -7.37332916720468e-03
	erfBeta4  = -1.42647390514189e-02
)

func gelu(x []float32) {
	for i, v := range x {
		t := min(max(float32(v*invSqrt2), -erfLimit), erfLimit)
		t2 := float32(t * t)
		p := float32(t2*erfAlpha0) + erfAlpha1
		p = float32(t2*p) + erfAlpha2
		p = float32(t2*p) + erfAlpha3
		p = float32(t2*p) + erfAlpha4
		p = float32(t2*p) + erfAlpha5
		p = float32(t2*p) + erfAlpha6
		q := float32(t2*erfBeta0) + erfBeta1
		q = float32(t2*q) + erfBeta2
		q = float32(t2*q) + erfBeta3
		q = float32(t2*q) + erfBeta4
		erf := float32(t*p) / q
		x[i] = float32(v*0.5) * (erf + 1)
	}
}

// normEpsilon is the model's own: it keeps a row of equal numbers finite.
const normEpsilon = 1e-12

func addNorm(x, y, weight, bias []float32) {
	const share = 1.0 / Dim
	y, weight, bias = y[:len(x)], weight[:len(x)], bias[:len(x)]
	var sums [lanes]float32
	for i, v := range y {
		x[i] += v
		sums[i%lanes] += x[i]
	}
	mean := float32(sumLanes(&sums) * share)
	sums = [lanes]float32{}
	for i, v := range x {
		d := v - mean
		x[i] = d
		sums[i%lanes] += float32(d * d)
	}
	variance := float32(sumLanes(&sums)*share) + normEpsilon
	scale := 1 / float32(math.Sqrt(float64(variance)))
	for i, d := range x {
		x[i] = float32(float32(d*scale)*weight[i]) + bias[i]
	}
}

func maxAbs(x []float32) float32 {
	widest := float32(0)
	for _, v := range x {
		widest = max(widest, v, -v)
	}
	return widest
}

func round(dst []int16, x []float32, scale float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = int16(math.Float32bits(float32(v*scale)+roundMagic) - roundMagicBits)
	}
}
