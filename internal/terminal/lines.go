package terminal

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"faqbot/internal/text"
)

// maxLineBytes is all that the core reads of a question, a byte that shows there was more, and a carriage return.
const maxLineBytes = text.MaxRunes*utf8.UTFMax + 2

// lines reads questions, one a line, whatever the bytes and however long the lines: of each it keeps maxLineBytes and skips the rest,
// so that memory stays bounded. A carriage return before the end of a line belongs to the end; the last line needs none.
type lines struct {
	in  *bufio.Reader
	err error // met in the middle of the line before, which is answered first
}

func newLines(in io.Reader) *lines { return &lines{in: bufio.NewReaderSize(in, 1<<16)} }

// next returns the next line without its end, and io.EOF after the last.
func (l *lines) next() (string, error) {
	if l.err != nil {
		return "", l.err
	}
	var line []byte
	for started := false; ; started = true {
		chunk, err := l.in.ReadSlice('\n')
		kept := chunk[:min(len(chunk), maxLineBytes-len(line))]
		line = append(line, kept...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			l.err = err
			if len(chunk) == 0 && !started {
				return "", err //nolint:wrapcheck // io.EOF for the end; the caller says what was read
			}
		}
		break
	}
	s := strings.TrimSuffix(string(line), "\n")
	return strings.TrimSuffix(s, "\r"), nil
}

// waiting reports whether the next line is still to come, so that whoever writes it may be waiting for the answers so far.
func (l *lines) waiting() bool {
	here, _ := l.in.Peek(l.in.Buffered()) // cannot fail: it is all buffered
	return bytes.IndexByte(here, '\n') < 0
}
