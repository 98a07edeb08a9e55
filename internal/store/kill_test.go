package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	process "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	childEnv   = "FAQBOT_STORE_CHILD"
	addressEnv = "FAQBOT_STORE_ADDRESS"
	channelEnv = "FAQBOT_STORE_CHANNEL"
)

// TestMain runs the tests, or as one of the processes that they start does what that is for.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(childEnv) {
	case "open":
		err = openTogether(os.Getenv(addressEnv))
	case "write":
		err = writeOn(os.Getenv(addressEnv), os.Getenv(channelEnv))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func background() context.Context { return context.Background() }

// child is this test binary as another process.
func child(t *testing.T, task, address string) *process.Cmd {
	t.Helper()
	self, err := os.Executable()
	ok(t, err)
	cmd := process.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+task, addressEnv+"="+address)
	return cmd
}

// kills is how often a process is killed.
func kills() int {
	if os.Getenv("FAQBOT_TEST_ALL") != "" {
		return 200
	}
	return 3
}

// writeOn pins cards and counts until it is killed, and says what it has done. The channel is a file of a line for each message: what
// Discord keeps, whatever happens to the bot.
func writeOn(address, channel string) error {
	ctx := background()
	s, err := Open(ctx, address)
	if err != nil {
		return err
	}
	found, err := s.Pins(ctx, guild)
	if err != nil {
		return err
	}
	for _, pin := range found {
		if pin.State == PinPending {
			if err := finishPin(s, pin, channel); err != nil {
				return err
			}
		}
	}
	for n := len(found); ; n++ {
		pin, created, err := s.BeginPin(ctx, guild, "5", fmt.Sprintf("card/%d", n), noon)
		if err == nil && !created {
			err = errors.New("a pin was made twice")
		}
		if err == nil {
			err = finishPin(s, pin, channel)
		}
		if err == nil {
			fmt.Println("pin", pin.Card)
			err = s.Count(ctx, guild, "answer", "", noon)
		}
		if err != nil {
			return err
		}
		fmt.Println("count")
	}
}

// finishPin posts a pin's message unless it is in the channel, and keeps its id.
func finishPin(s *Store, pin Pin, channel string) error {
	messages, err := posted(channel)
	if err != nil {
		return err
	}
	message := messages[pin.Card]
	if message == "" {
		message = fmt.Sprint(1000 + len(messages))
		f, err := os.OpenFile(channel, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f, "%s %s\n", pin.Card, message)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	won, err := s.SetPinMessage(background(), pin, message, "af", noon)
	if err == nil && !won {
		err = errors.New("another process has set the message, and there is none")
	}
	return err
}

// posted are the messages of a channel, by card; a card that was posted twice is an error.
func posted(channel string) (map[string]string, error) {
	text, err := os.ReadFile(channel)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	messages := map[string]string{}
	for line := range strings.Lines(string(text)) {
		card, message, _ := strings.Cut(strings.TrimSpace(line), " ")
		if messages[card] != "" {
			return nil, errors.New(card + " was posted twice")
		}
		messages[card] = message
	}
	return messages, nil
}

// TestKill kills a writing process at any moment, opening included, and checks after each time that nothing it had said was done is
// lost, and nothing is doubled.
func TestKill(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		channel := filepath.Join(t.TempDir(), "channel")
		pins, counts := map[string]bool{}, int64(0)
		for i := range kills() {
			cmd := child(t, "write", address)
			cmd.Env = append(cmd.Env, channelEnv+"="+channel)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			ok(t, err, cmd.Start())
			killSoon := func() {
				time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
			if i%2 == 1 {
				killSoon() // perhaps before it has opened the database
			}
			n := read(out, pins, sync.OnceFunc(killSoon))
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() > 0 {
				t.Fatalf("kill %d: the process ended by itself: %v", i, err)
			}
			counts = checkKilled(t, address, channel, pins, counts+n)
		}
		if counts == 0 {
			t.Error("nothing was written")
		}
		t.Logf("%d pins and %d counts in %d lives", len(pins), counts, kills())
	})
}

// read notes the pins that a process says it has made, and returns how often it says it has counted.
func read(out io.Reader, pins map[string]bool, alive func()) (counts int64) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		alive()
		if card, isPin := strings.CutPrefix(lines.Text(), "pin "); isPin {
			pins[card] = true
		} else if lines.Text() == "count" {
			counts++
		}
	}
	return counts
}

// checkKilled returns the count, which may be one above what was said.
func checkKilled(t *testing.T, address, channel string, said map[string]bool, counts int64) int64 {
	t.Helper()
	ctx := t.Context()
	s, err := Open(ctx, address)
	ok(t, err)
	defer func() { ok(t, s.Close()) }()
	if s.kind == KindSQLite {
		var result string
		ok(t, s.writer.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&result))
		is(t, "ok")(result, nil)
	}
	is(t, []int64{0, 1, 2, 3})(versions(t, s), nil)
	messages, err := posted(channel)
	ok(t, err)
	found, err := s.Pins(ctx, "")
	ok(t, err)
	kept, unfinished := map[string]bool{}, 0
	for _, pin := range found {
		kept[pin.Card] = true
		if pin.Message == "" {
			unfinished++
		} else if messages[pin.Card] != pin.Message {
			t.Errorf("%s has message %q, and the channel %q", pin.Card, pin.Message, messages[pin.Card])
		}
	}
	for card := range said {
		if !kept[card] {
			t.Errorf("%s is lost", card)
		}
	}
	if unfinished > 1 {
		t.Errorf("%d pins are unfinished at once", unfinished)
	}
	all, err := s.Counts(ctx, guild, noon, noon)
	ok(t, err)
	var n int64
	if len(all) == 1 {
		n = all[0].N
	}
	if n != counts && n != counts+1 {
		t.Errorf("counted %d, want %d or one more", n, counts)
	}
	return n
}
