package main

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// logbook reads the bot's log as it is written: how often what was logged, and whether anything secret was. Each Write is a line, as slog
// writes them.
type logbook struct {
	mu      sync.Mutex
	copy    io.Writer
	secrets [][]byte
	counts  map[string]int // warnings and errors, by level and message
	leaks   int            // lines with a secret
	panics  int
}

// newLogbook looks for secrets, and passes everything on to a writer.
func newLogbook(passTo io.Writer, secrets []string) *logbook {
	b := &logbook{copy: passTo, counts: map[string]int{}}
	for _, s := range secrets {
		b.secrets = append(b.secrets, []byte(s))
	}
	return b
}

// Write takes a line.
func (b *logbook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, secret := range b.secrets {
		if bytes.Contains(p, secret) {
			b.leaks++
			break
		}
	}
	_, rest, _ := strings.Cut(string(p), "level=")
	level, rest, _ := strings.Cut(rest, " msg=")
	if level == "WARN" || level == "ERROR" {
		message, _, _ := strings.Cut(rest, " ")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			message, _, _ = strings.Cut(quoted, `"`)
		}
		b.counts[level+" "+message]++
		b.panics += tell(strings.Contains(rest, "panic"))
	}
	return b.copy.Write(p) //nolint:wrapcheck // slog drops it
}
