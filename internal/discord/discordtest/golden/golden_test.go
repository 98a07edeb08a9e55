package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"faqbot/internal/discord/discordtest/golden"
)

const scenario = "What it is.\n-- events --\ngo\n-- seen --\nsome\n-- log --\nthing\n"

// recorder is a test that may fail.
type recorder struct {
	testing.TB

	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func written(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "it.txtar")
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPlay(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "")
	for _, c := range []struct{ seen, log, says string }{{"some\n", "thing\n", ""}, {"more\n", "thing\n", "seen"}, {"some\n", "", "log"}} {
		r := &recorder{TB: t}
		golden.Play(r, written(t), func(events string) []golden.Section {
			if events != "go\n" {
				t.Errorf("played %q", events)
			}
			return []golden.Section{{Name: "seen", Text: c.seen}, {Name: "log", Text: c.log}}
		})
		if said := strings.Join(r.failures, ""); !strings.HasPrefix(said, c.says) || (said == "") != (c.says == "") {
			t.Errorf("%+v: said %q", c, said)
		}
	}
}

func TestUpdate(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "1")
	file := written(t)
	golden.Play(t, file, func(string) []golden.Section { return []golden.Section{{Name: "seen", Text: "more\n"}, {Name: "log"}} })
	got, err := os.ReadFile(file)
	if want := "What it is.\n-- events --\ngo\n-- seen --\nmore\n"; string(got) != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
