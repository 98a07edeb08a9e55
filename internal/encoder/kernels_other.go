//go:build !amd64

package encoder

func bestKernels() kernels { return plainKernels() }
