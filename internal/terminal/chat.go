package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/term"

	"faqbot/internal/answer"
)

// prompt stands where a person types.
const prompt = "> "

// Chat holds a conversation until the input ends, somebody quits or, at a terminal, presses Ctrl-C or Ctrl-D. Numbers pick from what
// the card before offered; all else is a question. An empty line is passed over.
func (s *Session) Chat(ctx context.Context, in io.Reader) error {
	p := s.printer(s.Out)
	next, interactive := reader(in, s.Out)
	if interactive {
		hint := p.sheet()
		hint.text(styleDim, "", "Ask about ketamine withdrawal. A number picks from what a card offers; quit or Ctrl-D ends.")
		if err := p.print(hint); err != nil {
			return err
		}
	}
	var offered []answer.Option
	for ctx.Err() == nil {
		line, err := next()
		if errors.Is(err, io.EOF) {
			return s.goodbye(interactive)
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		switch line = strings.TrimSpace(line); strings.ToLower(line) {
		case "":
			continue
		case "quit", "exit":
			return nil
		}
		if offered, err = s.turn(p, line, offered); err != nil {
			return err
		}
	}
	return nil
}

// goodbye ends the line that was not finished, so that the shell's prompt starts on its own.
func (s *Session) goodbye(interactive bool) error {
	if !interactive {
		return nil
	}
	if _, err := io.WriteString(s.Out, "\n"); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// turn answers one line and returns what can be picked next.
func (s *Session) turn(p *Printer, line string, offered []answer.Option) ([]answer.Option, error) {
	reply, known := s.picked(line, offered)
	if !known {
		hint := p.sheet()
		hint.text(styleDim, "", fmt.Sprintf("There is no %s: pick from 1 to %d, or ask something else.", line, len(offered)))
		return offered, p.print(hint)
	}
	if reply == nil {
		_, o, _ := s.outcome(line)
		reply = o.Reply
	}
	if _, err := io.WriteString(p.out, "\n"); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	offered, err := p.choices(reply)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(p.out, "\n"); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return offered, nil
}

// picked reads a line as the number of what was offered. The reply is nil for any other line; known is false for a number that
// nothing has. Where nothing was offered, a number is a question like any other: the guard must see it.
func (s *Session) picked(line string, offered []answer.Option) (reply answer.Reply, known bool) {
	n, err := strconv.Atoi(line)
	if err != nil || len(offered) == 0 || len(line) > 2 {
		return nil, true
	}
	if n < 1 || n > len(offered) {
		return nil, false
	}
	o, ok := s.Bot.Entry(offered[n-1].ID, s.Asking)
	if !ok {
		return nil, false
	}
	return o.Reply, true
}

// reader returns how to read lines: with editing where a person sits at both ends, and plainly elsewhere.
func reader(in io.Reader, out io.Writer) (next func() (string, error), interactive bool) {
	n, ok := fd(in)
	if !ok || !IsTerminal(out) {
		return newLines(in).next, false
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, prompt)
	return func() (string, error) { return readEdited(t, n) }, true
}

// readEdited reads a line in raw mode, in which Ctrl-C is a key that ends the input; the terminal is itself again before the answer.
func readEdited(t *term.Terminal, descriptor int) (string, error) {
	if w, h, err := term.GetSize(descriptor); err == nil && w > 0 {
		_ = t.SetSize(w, h) // an unknown width only spoils the editing of long lines
	}
	before, err := term.MakeRaw(descriptor)
	if err != nil {
		return "", fmt.Errorf("prepare terminal: %w", err)
	}
	line, err := t.ReadLine()
	if restored := term.Restore(descriptor, before); err == nil && restored != nil {
		err = fmt.Errorf("restore terminal: %w", restored)
	}
	return line, err
}
