package encoder

import (
	"fmt"
	"strings"
	"testing"
)

// ofTokens returns a text of n word pieces, [CLS] and [SEP] included.
func ofTokens(n int) string { return strings.Repeat("sleep ", n-2) }

func benchmarkEncode(b *testing.B, k kernels) {
	e := mustNew(b, k)
	for _, n := range []int{16, 32, 128, 256} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := ofTokens(n)
			b.ReportAllocs()
			for b.Loop() {
				e.Encode(s)
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) { benchmarkEncode(b, bestKernels()) }

func BenchmarkEncodePlain(b *testing.B) { benchmarkEncode(b, plainKernels()) }

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTokens(b *testing.B) {
	tokens, _ := newTokens(b)
	var buffers tokenBuffers
	b.ReportAllocs()
	for b.Loop() {
		tokens.tokenize("My bladder hurts after quitting, is that normal? Naïve question.", &buffers)
	}
}
