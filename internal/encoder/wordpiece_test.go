package encoder

import (
	"slices"
	"strings"
	"testing"
)

func newTokens(t testing.TB) (*wordPiece, int) {
	t.Helper()
	w, err := unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := newWordPiece(w.vocab, w.vocabSize)
	if err != nil {
		t.Fatal(err)
	}
	return tokens, w.vocabSize
}

type referenceTokens struct {
	Text string
	IDs  []int32
}

func TestTokens(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	var b tokenBuffers
	for _, row := range readJSON[referenceTokens](t, "tokens.json") {
		tokens.tokenize(row.Text, &b)
		if !slices.Equal(b.ids, row.IDs) {
			t.Errorf("%q:\n got %v\nwant %v", row.Text, b.ids, row.IDs)
		}
	}
}

// The reference cannot be asked about bytes that are no UTF-8: they count as U+FFFD, which it drops.
func TestInvalidBytes(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	var got, want tokenBuffers
	tokens.tokenize("how \xfflong\xc3 \xed\xa0\x80", &got)
	tokens.tokenize("how long", &want)
	if !slices.Equal(got.ids, want.ids) {
		t.Errorf("%v, not %v", got.ids, want.ids)
	}
}

func TestVocabularyRefused(t *testing.T) {
	t.Parallel()
	for name, vocab := range map[string]string{
		"no [SEP]":   "[CLS]\n[UNK]\na\n",
		"long piece": "[CLS]\n[SEP]\n" + strings.Repeat("a", maxPieceBytes+1) + "\n",
		"size":       "[CLS]\n[SEP]\n[UNK]\na\n",
	} {
		if _, err := newWordPiece(vocab, 3); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzTokens(f *testing.F) {
	tokens, size := newTokens(f)
	for _, row := range readJSON[referenceTokens](f, "tokens.json") {
		f.Add(row.Text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b tokenBuffers
		tokens.tokenize(s, &b)
		if len(b.ids) < 2 || len(b.ids) > maxTokens || b.ids[0] != tokens.cls || b.ids[len(b.ids)-1] != tokens.sep {
			t.Fatalf("%q: %v", s, b.ids)
		}
		for _, id := range b.ids {
			if id < 0 || int(id) >= size {
				t.Fatalf("%q: piece %d", s, id)
			}
		}
	})
}
