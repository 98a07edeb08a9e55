package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/text"
)

// Session answers the questions of one person or script at a terminal. It is not safe for concurrent use.
type Session struct {
	Bot     *answer.Bot
	Asking  answer.Question // what is known of the asking; its words are set a question
	JSON    bool            // objects in place of cards
	Explain bool            // how each answer came about: after its card, or on Err beside JSON
	Out     io.Writer
	Err     io.Writer // progress and explanations beside JSON
	Getenv  func(string) string
}

// Ask answers one question.
func (s *Session) Ask(question string) error {
	return s.ask(s.printer(s.Out), question)
}

func (s *Session) printer(out io.Writer) *Printer { return NewPrinter(out, s.Getenv) }

// outcome asks the core and takes the time.
func (s *Session) outcome(question string) (text.Words, answer.Outcome, time.Duration) {
	q := s.Asking
	q.Words = text.New(question)
	start := time.Now()
	o := s.Bot.Ask(q)
	return q.Words, o, time.Since(start)
}

func (s *Session) ask(p *Printer, question string) error {
	w, o, took := s.outcome(question)
	if s.JSON {
		v, err := newObject(o, took)
		if err != nil {
			return err
		}
		if err := writeObject(p.out, v); err != nil {
			return err
		}
		if s.Explain {
			return s.printer(s.Err).explanation(s.Bot, w, o, took)
		}
		return nil
	}
	if err := p.Reply(o.Reply); err != nil {
		return err
	}
	if !s.Explain {
		return nil
	}
	if _, err := fmt.Fprintf(p.out, "\n%s\n", rule(p.width, "why")); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return p.explanation(s.Bot, w, o, took)
}

// rule draws a line across with a word in it.
func rule(width int, word string) string {
	head := "── " + word + " "
	return head + strings.Repeat("─", max(0, width-len([]rune(head))))
}

// progressEvery is how often the count of a batch is shown anew.
const progressEvery = 100 * time.Millisecond

// Batch answers one question a line until the input ends, in order, one answer a line of input. Answers are written together, but
// never held back while the next question is still to come: a person or a program may be waiting for them.
func (s *Session) Batch(ctx context.Context, in io.Reader) error {
	out := bufio.NewWriterSize(s.Out, 1<<16)
	p := s.printer(s.Out)
	p.out = out
	questions := newLines(in)
	progress := NewProgress(s.Err)
	if IsTerminal(s.Out) {
		progress = NewProgress(io.Discard)
	}
	err := s.answerAll(ctx, p, questions, out, progress)
	progress.Clear()
	if flushed := out.Flush(); err == nil && flushed != nil {
		err = fmt.Errorf("print: %w", flushed)
	}
	return err
}

// answerAll is the loop of Batch; p writes to out.
func (s *Session) answerAll(ctx context.Context, p *Printer, questions *lines, out *bufio.Writer, progress *Progress) error {
	last := time.Now()
	for n := 1; ; n++ {
		if questions.waiting() {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("print: %w", err)
			}
		}
		question, err := questions.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read questions: %w", err)
		case ctx.Err() != nil:
			return fmt.Errorf("stopped after %d answers: %w", n-1, ctx.Err())
		}
		if err := s.askNext(p, n, question); err != nil {
			return err
		}
		if now := time.Now(); now.Sub(last) >= progressEvery {
			last = now
			progress.Show("%d answered", n)
		}
	}
}

// askNext answers question n of a batch; cards stand apart.
func (s *Session) askNext(p *Printer, n int, question string) error {
	if !s.JSON && n > 1 {
		if _, err := fmt.Fprintf(p.out, "\n%s\n\n", rule(p.width, strconv.Itoa(n))); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	return s.ask(p, question)
}
