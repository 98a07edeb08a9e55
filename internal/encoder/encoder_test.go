package encoder

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// leastCosine is what rounding to int8 may cost against 32-bit floats.
const leastCosine = 0.995

// readJSON reads a file of testdata, which internal/tools/onnx/reference.py writes.
func readJSON[T any](t testing.TB, name string) []T {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var rows []T
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

type referenceEmbedding struct{ Text, Floats string }

func (r referenceEmbedding) embedding(t *testing.T) Embedding {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(r.Floats)
	if err != nil || len(raw) != 4*Dim {
		t.Fatalf("%q: %d bytes, %v", r.Text, len(raw), err)
	}
	e := make(Embedding, Dim)
	for i := range e {
		e[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return e
}

func mustNew(t testing.TB, k kernels) *Encoder {
	t.Helper()
	e, err := newEncoder(packed, k)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func cosine(a, b Embedding) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestEmbeddings(t *testing.T) {
	t.Parallel()
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	least := 1.0
	for _, row := range readJSON[referenceEmbedding](t, "embeddings.json") {
		got := e.Encode(row.Text)
		if length := cosine(got, got); math.Abs(length-1) > 1e-5 {
			t.Errorf("%.40q: length %v", row.Text, length)
		}
		c := cosine(got, row.embedding(t))
		if !(c > leastCosine) {
			t.Errorf("%.40q: cosine %.5f with the reference", row.Text, c)
		}
		least = min(least, c)
	}
	t.Logf("least cosine with the reference %.5f", least)
}

// What an earlier text left in the buffers must not show, and calls must not disturb each other.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	e := mustNew(t, bestKernels())
	texts := []string{"", "k", "how long does it last", strings.Repeat("sleep ", 40), "\xff\x00 day 3"}
	var want []Embedding
	for _, s := range texts {
		want = append(want, mustNew(t, bestKernels()).Encode(s))
	}
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for i := range 12 {
				at := (i*(n+1) + n) % len(texts)
				if got := e.Encode(texts[at]); !slices.Equal(got, want[at]) {
					t.Errorf("%q: another embedding the second time", texts[at])
				}
			}
		})
	}
	wg.Wait()
}

func TestHash(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte(packed))
	if want := hex.EncodeToString(sum[:]); Hash() != want {
		t.Errorf("minilm.sha256 says %s, minilm.bin has %s", Hash(), want)
	}
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"nothing":       "",
		"other magic":   "faqenc00" + packed[len(magic):],
		"short":         packed[:len(packed)/2],
		"many pieces":   magic + "\xff\xff\xff\xff" + packed[len(magic)+4:],
		"a piece fewer": packed[:strings.LastIndexByte(strings.TrimSuffix(packed, "\n"), '\n')+1],
		"no vocabulary": packed[:strings.Index(packed, "[PAD]\n")],
	} {
		if _, err := newEncoder(file, plainKernels()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAllocations(t *testing.T) { //nolint:paralleltest // it counts the allocations of the whole process
	if raceEnabled {
		t.Skip("the race detector lets pools forget")
	}
	e := mustNew(t, bestKernels())
	for _, s := range []string{"how long does it last", "naïve café 日本語"} {
		e.Encode(s)
		if n := testing.AllocsPerRun(20, func() { e.Encode(s) }); n > 1 {
			t.Errorf("%q: %v allocations, not just the result's", s, n)
		}
	}
}
