package main

import (
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"faqbot/internal/discord/discordtest/golden"
	"faqbot/internal/discord/discordtest/lab"
)

// TestWire plays each testdata/wire/*.txtar with the whole bot. The section "events" holds the steps (stage.step lists them), "seen" what people
// read after each, "log" the messages of level warn and error. UPDATE_GOLDEN=1 writes the last two anew. Every request is checked by the fake
// and against Discord's description. When all have been played, every command, completion, component and form of the bot must have been
// used in success, and in a refusal of Discord's.
func TestWire(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	var played lab.Coverage
	var there sync.Map
	if !strings.Contains(flag.Lookup("test.run").Value.String(), "/") { // else some are left out
		t.Cleanup(func() {
			var all []string
			there.Range(func(feature, _ any) bool {
				all = append(all, fmt.Sprint(feature))
				return true
			})
			slices.Sort(all)
			for _, lack := range played.Lacks(all) {
				t.Error(lack)
			}
		})
	}
	for _, feature := range messageFeatures() {
		there.Store(feature, true)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.played, s.has = &played, func(feature string) { there.Store(feature, true) }
			s.registered()
			s.play(file)
		})
	}
}

// play plays a file.
func (s *stage) play(file string) {
	s.Helper()
	golden.Play(s, file, func(events string) []golden.Section {
		for line := range strings.Lines(events) {
			line = strings.TrimSpace(line)
			fmt.Fprintln(&s.seen, ">", line)
			s.step(line)
		}
		s.stop()
		s.stop = func() {}
		s.keepsQuiet()
		// How often a call is tried depends on the time.
		return []golden.Section{{Name: "seen", Text: s.seen.String()}, {Name: "log", Text: s.log.Warned("discord call failed")}}
	})
}

// messageFeatures are what the bot does without a command or a press.
func messageFeatures() []string {
	return []string{"mention", "direct message", "unasked", "edited", "deleted"}
}

// registered notes what there is to be used: the commands as Discord has them, and the paths of tools. Those of the adapter are noted when
// they are drawn.
func (s *stage) registered() {
	s.Helper()
	for _, raw := range s.fake.Commands("") {
		var c offered
		s.unmarshal(raw, &c)
		s.offered(c.Name, c.Options)
	}
	for _, path := range s.paths {
		s.has("component " + path)
	}
}

func (s *stage) offered(name string, options []offered) {
	below := false
	for _, o := range options {
		if o.Type == subcommand || o.Type == subcommandGroup {
			s.offered(name+" "+o.Name, o.Options)
			below = true
		}
		if o.Autocomplete {
			s.has("completion " + name)
		}
	}
	if !below {
		s.has("command " + name)
	}
}

// keepsQuiet looks for a word of the message or of a search where none may be: in the log, and in what the bot sent; and for what a public
// button may not tell. What somebody gives away stands in their own form.
func (s *stage) keepsQuiet() {
	s.Helper()
	said := s.log.String()
	for _, r := range s.fake.Requests() {
		if !s.gave {
			said += "\n" + string(r.Body)
		}
	}
	for _, words := range s.typed {
		if words != "" && strings.Contains(said, words) {
			s.Errorf("%q is repeated", words)
		}
	}
	takes := regexp.MustCompile(`^take/[0-9]+\.[0-9a-f]{16}/[0-9]+\.[0-9a-f]{16}$`)
	for _, path := range s.publicPaths() {
		for _, id := range slices.Concat(slices.Collect(maps.Values(s.people)), []string{s.fake.UserID}) {
			if strings.Contains(path, id) {
				s.Errorf("a public button names somebody: %s", path)
			}
		}
		if strings.HasPrefix(path, "take/") && !takes.MatchString(path) {
			s.Errorf("a public button tells of a card: %s", path)
		}
	}
}

// publicPaths are those of the buttons that everybody in the channel sees.
func (s *stage) publicPaths() []string {
	s.Helper()
	var out []string
	for _, raw := range s.posted(s.fake.ChannelID) {
		for _, row := range s.read(raw).Components {
			for _, c := range row.Components {
				out = append(out, c.Path)
			}
		}
	}
	return out
}
