// Package terminal is the surface for people at a terminal: cards as text, answers as JSON, a batch of questions, a conversation.
//
// It asks the core and draws what comes back. It knows nothing of flags, files, content folders or chat platforms, and it adds no
// words to a card but labels. What a member typed passes through on its way to the core; it is never echoed, except as the
// normalised tokens of an explanation, which is asked for.
package terminal

import (
	"fmt"
	"io"

	"golang.org/x/term"
)

const (
	// maxColumns is the widest text: longer lines are hard to read.
	maxColumns = 88
	// minColumns is the narrowest text that is still wrapped; a narrower terminal breaks lines itself.
	minColumns = 20
)

// descriptor is what a file has and a buffer has not.
type descriptor interface{ Fd() uintptr }

// fd returns the descriptor of a terminal; ok is false for anything else.
func fd(v any) (n int, ok bool) {
	f, ok := v.(descriptor)
	if !ok {
		return 0, false
	}
	n = int(f.Fd())
	return n, term.IsTerminal(n)
}

// IsTerminal reports whether v, a reader or writer, is a terminal.
func IsTerminal(v any) bool {
	_, ok := fd(v)
	return ok
}

// Printer draws on one writer. It is not safe for concurrent use.
type Printer struct {
	out    io.Writer
	width  int
	colour bool
}

// NewPrinter returns a printer for out. It colours only on a terminal, and not where the environment has NO_COLOR (no-color.org) or a
// dumb terminal; it wraps to the terminal's width, at most 88 columns, which is also the width of what is no terminal.
func NewPrinter(out io.Writer, getenv func(string) string) *Printer {
	p := &Printer{out: out, width: maxColumns}
	n, ok := fd(out)
	if !ok {
		return p
	}
	p.colour = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	if w, _, err := term.GetSize(n); err == nil && w > 0 {
		p.width = max(minColumns, min(w, maxColumns))
	}
	return p
}

// print writes what was drawn.
func (p *Printer) print(s *sheet) error {
	if _, err := io.WriteString(p.out, s.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// sheet returns an empty sheet in the printer's width.
func (p *Printer) sheet() *sheet { return &sheet{width: p.width, colour: p.colour} }

// Progress is a line that is written over again and again, on a terminal only; elsewhere it writes nothing.
type Progress struct {
	out   io.Writer
	shown bool
}

// NewProgress returns the progress line of a writer.
func NewProgress(out io.Writer) *Progress {
	if !IsTerminal(out) {
		out = nil
	}
	return &Progress{out: out}
}

// eraseLine returns to the first column and clears the line.
const eraseLine = "\r\x1b[K"

// Show replaces the line. A progress line that cannot be written is no reason to stop.
func (p *Progress) Show(format string, args ...any) {
	if p.out == nil {
		return
	}
	p.shown = true
	_, _ = fmt.Fprintf(p.out, eraseLine+format, args...)
}

// Clear takes the line away.
func (p *Progress) Clear() {
	if p.shown {
		_, _ = io.WriteString(p.out, eraseLine)
	}
	p.shown = false
}
