package encoder

import "golang.org/x/sys/cpu"

//go:generate go -C ../tools/kernels run . -out ../../encoder/kernels_amd64.s -stubs ../../encoder/stubs_amd64.go -pkg encoder

// bestKernels returns the fastest kernels for this machine.
func bestKernels() kernels {
	if !cpu.X86.HasAVX2 {
		return plainKernels()
	}
	return avx2Kernels()
}

// avx2Kernels are for machines with AVX2 alone. Assembly checks no bounds: each function here does, by touching what will be read or
// written last, and leaves arguments of a shape that the assembly does not know to the plain kernel.
func avx2Kernels() kernels {
	return kernels{
		mulPanel: mulPanelFast,
		mulStrip: mulStripFast,
		softmax:  softmaxFast,
		gelu:     geluFast,
		addNorm:  addNormFast,
		maxAbs:   maxAbsFast,
		round:    roundFast,
	}
}

func mulPanelFast(dst []float32, stride int, acts []int16, actScales []float32, panel string, scales, bias []float32) {
	const unit = 8 * panelWidth // the assembly takes eight inputs a turn
	rows, n := len(actScales), len(panel)/panelWidth
	if rows == 1 && n > 0 && len(panel)%unit == 0 {
		_, _, _, _ = dst[panelWidth-1], acts[n-1], scales[panelWidth-1], bias[panelWidth-1]
		mulRowAVX2(dst, acts, actScales[0], panel, scales, bias)
		return
	}
	if rows == 0 || rows%tileRows != 0 || n == 0 || len(panel)%unit != 0 || stride < panelWidth {
		mulPanel(dst, stride, acts, actScales, panel, scales, bias)
		return
	}
	_, _, _, _ = dst[(rows-1)*stride+panelWidth-1], acts[rows*n-1], scales[panelWidth-1], bias[panelWidth-1]
	mulPanelAVX2(dst, stride, acts, actScales, panel, scales, bias)
}

func mulStripFast(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride, n, cols int) {
	if n <= 0 || cols <= 0 || cols%panelWidth != 0 || dstStride < cols || aStride < n || bStride < cols {
		mulStrip(dst, dstStride, a, aStride, b, bStride, n, cols)
		return
	}
	_, _, _ = dst[(tileRows-1)*dstStride+cols-1], a[(tileRows-1)*aStride+n-1], b[(n-1)*bStride+cols-1]
	mulStripAVX2(dst, dstStride, a, aStride, b, bStride, n, cols)
}

func softmaxFast(row []float32) {
	if len(row) == 0 || len(row)%lanes != 0 {
		softmax(row)
		return
	}
	softmaxAVX2(row)
}

func geluFast(x []float32) {
	if len(x) == 0 || len(x)%lanes != 0 {
		gelu(x)
		return
	}
	geluAVX2(x)
}

func addNormFast(x, y, weight, bias []float32) {
	if len(x) != Dim {
		addNorm(x, y, weight, bias)
		return
	}
	addNormAVX2(x, y[:Dim], weight[:Dim], bias[:Dim])
}

func maxAbsFast(x []float32) float32 {
	if len(x) == 0 || len(x)%(2*lanes) != 0 {
		return maxAbs(x)
	}
	return maxAbsAVX2(x)
}

func roundFast(dst []int16, x []float32, scale float32) {
	if len(x) == 0 || len(x)%(2*lanes) != 0 {
		round(dst, x, scale)
		return
	}
	roundAVX2(dst[:len(x)], x, scale)
}
