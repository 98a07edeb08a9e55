package terminal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal returns the two ends of a pseudo-terminal of a width: what a person sees and types, and what the program has.
func openTerminal(t *testing.T, columns uint16) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(person.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: columns})
	}
	if err == nil {
		program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = program.Close(), person.Close() })
	return person, program
}

// talk holds a conversation: each line is typed when the prompt for it stands there. It returns what the person saw.
func talk(t *testing.T, columns uint16, getenv func(string) string, keys ...string) string {
	t.Helper()
	person, program := openTerminal(t, columns)
	s := &Session{Bot: bot(t), Asking: asking(), Out: program, Err: program, Getenv: getenv}
	done := make(chan error, 1)
	go func() { done <- s.Chat(context.Background(), program) }()
	pieces := make(chan string)
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := person.Read(buffer)
			if err != nil {
				return
			}
			pieces <- string(buffer[:n])
		}
	}()
	var seen, unanswered strings.Builder
	for {
		select {
		case piece := <-pieces:
			seen.WriteString(piece)
			unanswered.WriteString(piece)
			if strings.HasSuffix(unanswered.String(), prompt) && len(keys) > 0 {
				unanswered.Reset()
				if _, err := person.WriteString(keys[0]); err != nil {
					t.Fatal(err)
				}
				keys = keys[1:]
			}
		case err := <-done:
			if err != nil || len(keys) > 0 {
				t.Fatalf("the conversation ended with %v before %q:\n%s", err, keys, seen.String())
			}
			return seen.String()
		case <-time.After(20 * time.Second):
			t.Fatalf("the conversation does not end:\n%s", seen.String())
		}
	}
}

func TestChatAtATerminal(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{"quit": "quit\r", "Ctrl-C": "\x03", "Ctrl-D": "\x04"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := talk(t, 50, noEnv, "how long will this lastt\x7f\r", "\r", "2\r", end)
			for _, want := range []string{"\x1b[1;36mHow long it lasts", "\x1b[1;36mSeeing a doctor", "quit or Ctrl-D"} {
				if !strings.Contains(seen, want) {
					t.Errorf("nobody sees %q:\n%s", want, seen)
				}
			}
		})
	}
}

func TestTerminalWidthAndColour(t *testing.T) {
	t.Parallel()
	person, program := openTerminal(t, 40)
	p := NewPrinter(program, noEnv)
	if p.width != 40 || !p.colour {
		t.Errorf("a terminal of 40 columns: %+v", p)
	}
	if p := NewPrinter(program, func(k string) string { return map[string]string{"NO_COLOR": "1"}[k] }); p.colour {
		t.Error("colours in spite of NO_COLOR")
	}
	if p := NewPrinter(program, func(k string) string { return map[string]string{"TERM": "dumb"}[k] }); p.colour {
		t.Error("colours on a dumb terminal")
	}
	if p := NewPrinter(&bytes.Buffer{}, noEnv); p.colour || p.width != maxColumns {
		t.Errorf("no terminal: %+v", p)
	}
	_, wide := openTerminal(t, 200)
	if p := NewPrinter(wide, noEnv); p.width != maxColumns {
		t.Errorf("a terminal of 200 columns: %+v", p)
	}

	// A progress line is drawn and taken away there, and nowhere else.
	progress := NewProgress(program)
	progress.Show("%d done", 7)
	progress.Clear()
	progress.Clear()
	buffer := make([]byte, 100)
	want := eraseLine + "7 done" + eraseLine
	got := ""
	for len(got) < len(want) {
		n, err := person.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		got += string(buffer[:n])
	}
	if got != want {
		t.Errorf("the progress line is %q", got)
	}
	var none bytes.Buffer
	quiet := NewProgress(&none)
	quiet.Show("7 done")
	quiet.Clear()
	if none.Len() > 0 {
		t.Errorf("progress without a terminal: %q", none.String())
	}
}
