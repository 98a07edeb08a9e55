package encoder

// kernels are the inner loops. Each has a plain version, in plain.go, which defines the result to the bit; any other version must
// give the same for finite arguments.
type kernels struct {
	// mulPanel multiplies rows of rounded activations, len(panel)/16 long (even, not 0, at most innerDim), with the weights of 16 outputs: number t*stride+o of dst is
	// the integer product x (actScales[t] x scales[o]) + bias[o]. The number of rows, len(actScales), divides by tileRows or is 1.
	mulPanel func(dst []float32, stride int, acts []int16, actScales []float32, panel string, scales, bias []float32)

	// mulStrip multiplies tileRows rows of a with b, which has n rows of cols numbers; cols divides by 16. It adds up in the order of
	// the rows of b.
	mulStrip func(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride, n, cols int)

	// softmax replaces row by the softmax of it. Its length divides by lanes.
	softmax func(row []float32)

	// gelu replaces each number by x/2 x (1 + erf(x/√2)). The length divides by lanes.
	gelu func(x []float32)

	// addNorm adds y to x and replaces x by (x - mean)/deviation x weight + bias. All have the length Dim.
	addNorm func(x, y, weight, bias []float32)

	// maxAbs returns the largest absolute value. The length divides by 16.
	maxAbs func(x []float32) float32

	// round writes scale x x[i] to dst, rounded to the nearest integer, to even between two; none may be beyond ±32,767. The length
	// divides by 16.
	round func(dst []int16, x []float32, scale float32)
}

// lanes is how many sums are kept side by side where numbers are added up: as many as a vector register holds.
const lanes = 8

func plainKernels() kernels {
	return kernels{
		mulPanel: mulPanel,
		mulStrip: mulStrip,
		softmax:  softmax,
		gelu:     gelu,
		addNorm:  addNorm,
		maxAbs:   maxAbs,
		round:    round,
	}
}
