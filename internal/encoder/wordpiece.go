package encoder

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxTokens    = 256 // pieces of a text, [CLS] and [SEP] included: the model's own setting
	maxWordRunes = 100 // a longer word is [UNK]

	maxPieceBytes = 32 // no piece is longer: newWordPiece checks it
)

// wordPiece is the tokeniser of BERT, uncased: BasicTokenizer and WordPiece as the tokenizers library of Hugging Face has them.
// Special tokens that stand in a text are plain text. It is safe for concurrent use.
type wordPiece struct {
	first         map[string]int32 // pieces that begin a word
	rest          map[string]int32 // pieces that continue one, without their "##"
	cls, sep, unk int32
}

// newWordPiece reads a vocabulary: a piece a line, its number is the line's.
func newWordPiece(vocab string, size int) (*wordPiece, error) {
	t := &wordPiece{first: make(map[string]int32, size), rest: make(map[string]int32, size/4)}
	n := int32(0)
	for piece := range strings.Lines(vocab) {
		piece = strings.TrimSuffix(piece, "\n")
		if len(piece) > maxPieceBytes {
			return nil, fmt.Errorf("piece %d of the vocabulary is too long", n)
		}
		if tail, ok := strings.CutPrefix(piece, "##"); ok {
			t.rest[tail] = n
		} else {
			t.first[piece] = n
		}
		n++
	}
	if int(n) != size {
		return nil, fmt.Errorf("the vocabulary has %d pieces, not %d", n, size)
	}
	for name, id := range map[string]*int32{"[CLS]": &t.cls, "[SEP]": &t.sep, "[UNK]": &t.unk} {
		piece, ok := t.first[name]
		if !ok {
			return nil, fmt.Errorf("the vocabulary has no %s", name)
		}
		*id = piece
	}
	return t, nil
}

// tokenBuffers are what tokenising needs of memory. The zero value is ready.
type tokenBuffers struct {
	ids   []int32
	runes []rune
	word  []byte
}

// tokenize writes the pieces of s to b.ids: at least [CLS] and [SEP], at most maxTokens.
func (t *wordPiece) tokenize(s string, b *tokenBuffers) {
	b.ids = append(b.ids[:0], t.cls)
	b.runes = clean(s, b.runes[:0])
	b.word = b.word[:0]
	for _, r := range b.runes {
		if len(b.ids) >= maxTokens {
			break
		}
		switch {
		case isSpace(r):
			t.flush(b)
		case isPunct(r):
			t.flush(b)
			b.word = utf8.AppendRune(b.word, r)
			t.flush(b)
		default:
			b.word = utf8.AppendRune(b.word, r)
		}
	}
	t.flush(b)
	b.ids = append(b.ids[:min(len(b.ids), maxTokens-1)], t.sep)
}

// flush appends the pieces of the word in b to its ids: the longest that begins it, then the longest that continues it, and so on;
// [UNK] alone when there is no such way.
func (t *wordPiece) flush(b *tokenBuffers) {
	word := b.word
	if len(word) == 0 {
		return
	}
	b.word = word[:0]
	start := len(b.ids)
	if utf8.RuneCount(word) > maxWordRunes {
		b.ids = append(b.ids, t.unk)
		return
	}
	pieces := t.first
	for len(word) > 0 {
		end, id := longest(pieces, word)
		if end == 0 {
			b.ids = append(b.ids[:start], t.unk)
			return
		}
		b.ids = append(b.ids, id)
		word = word[end:]
		pieces = t.rest
	}
}

// longest returns the length and number of the longest piece that word starts with, 0 when there is none.
func longest(pieces map[string]int32, word []byte) (end int, id int32) {
	for end := min(len(word), maxPieceBytes); end > 0; end-- {
		if id, ok := pieces[string(word[:end])]; ok {
			return end, id
		}
	}
	return 0, 0
}

// clean appends to out what the reference leaves of s: control characters gone, Han apart from their neighbours, canonically
// decomposed without marks, lower case. Invalid UTF-8 counts as U+FFFD, which goes too.
//
// The reference also sorts marks canonically. It need not be done here: those that stay are in no piece of the vocabulary, so that
// their word is [UNK] in any order.
func clean(s string, out []rune) []rune {
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			out = cleanASCII(r, out)
		case among(dropped[:], r):
		case among(han[:], r):
			out = append(decompose(r, append(out, ' ')), ' ')
		default:
			out = decompose(r, out)
		}
	}
	return out
}

func cleanASCII(r rune, out []rune) []rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return append(out, r+('a'-'A'))
	case r == '\t' || r == '\n' || r == '\r':
		return append(out, ' ')
	case r < ' ' || r == 0x7f:
		return out
	default:
		return append(out, r)
	}
}

// decompose appends the canonical decomposition of r, without marks and in lower case.
func decompose(r rune, out []rune) []rune {
	if first, last := rune(0xac00), rune(0xd7a3); first <= r && r <= last {
		return decomposeHangul(r-first, out)
	}
	var buf [utf8.UTFMax]byte
	parts := norm.NFD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if parts == nil {
		return appendLower(r, out)
	}
	for len(parts) > 0 {
		part, n := utf8.DecodeRune(parts)
		out = appendLower(part, out)
		parts = parts[n:]
	}
	return out
}

// decomposeHangul appends the letters of the n-th syllable, by the formula of the Unicode standard (section 3.12): norm has no
// property for them.
func decomposeHangul(n rune, out []rune) []rune {
	const vowels, tails = 21, 28
	out = append(out, 0x1100+n/(vowels*tails), 0x1161+n%(vowels*tails)/tails)
	if tail := n % tails; tail != 0 {
		out = append(out, 0x11a7+tail)
	}
	return out
}

func appendLower(r rune, out []rune) []rune {
	if among(marks[:], r) {
		return out
	}
	return append(out, unicode.ToLower(r))
}

func isSpace(r rune) bool { return r == ' ' || r >= utf8.RuneSelf && among(spaces[:], r) }

func isPunct(r rune) bool {
	if r >= utf8.RuneSelf {
		return among(puncts[:], r)
	}
	return '!' <= r && r <= '/' || ':' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
}

// runeRange is the code points from first to last, both included.
type runeRange struct{ first, last rune }

// among reports whether r lies in a range of a sorted table.
func among(table []runeRange, r rune) bool {
	if r < table[0].first {
		return false
	}
	n, _ := slices.BinarySearchFunc(table, r, func(x runeRange, r rune) int {
		return cmp.Compare(x.last, r)
	})
	return n < len(table) && table[n].first <= r
}
