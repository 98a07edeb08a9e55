package suggest

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
)

// ids are Discord's.
var ids = regexp.MustCompile(`[0-9]{17,20}`)

// takes is an offer's path: the message's id and two hashes.
var takes = regexp.MustCompile(`^take/[0-9]+\.[0-9a-f]{16}/[0-9]+\.[0-9a-f]{16}$`)

// TestWire plays each testdata/*.txtar with the whole bot. The section "events" holds the steps (stage.step lists them), "seen" what people
// read after each, "log" the messages of level warn and error. UPDATE_GOLDEN=1 writes the last two anew. Every request is checked by the fake
// and against Discord's description.
func TestWire(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			playFile(t, file)
		})
	}
}

// TestRegistered: Discord takes the command, and shows it to moderators, in servers alone.
func TestRegistered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	put, err := s.fake.WaitFor(s.ctx, discordtest.Is(http.MethodPut, "/applications/*/commands"))
	if err != nil {
		t.Fatal(err)
	}
	var all []api.Command
	s.unmarshal(put.Body, &all)
	at := slices.IndexFunc(all, func(c api.Command) bool { return c.Name == commandName })
	if at < 0 || all[at].Type != 3 || all[at].Permissions != "8192" || all[at].Description != "" ||
		!slices.Equal(all[at].Contexts, []int{0}) || !slices.Equal(all[at].IntegrationTypes, []int{0}) {
		t.Errorf("registered %s", put.Body)
	}
	s.write(discordtest.Post{Content: "how long will this last"})
	s.from = discordtest.From{Place: discordtest.InDM}
	s.use()
	if !strings.Contains(s.seen.String(), "in a server only") {
		t.Errorf("in a direct message: %s", s.seen.String())
	}
}

func playFile(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(raw)
	section := map[string]string{}
	for _, f := range archive.Files {
		section[f.Name] = string(f.Data)
	}
	s := newStage(t)
	for line := range strings.Lines(section["events"]) {
		line = strings.TrimSpace(line)
		fmt.Fprintln(&s.seen, ">", line)
		s.step(line)
	}
	s.stop()
	s.stop = func() {}
	s.keepsQuiet()
	seen, logged := s.seen.String(), s.logged()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		archive.Files = []txtar.File{{Name: "events", Data: []byte(section["events"])}, {Name: "seen", Data: []byte(seen)}}
		if logged != "" {
			archive.Files = append(archive.Files, txtar.File{Name: "log", Data: []byte(logged)})
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(section["seen"], seen); diff != "" {
		t.Errorf("seen (-want +got), UPDATE_GOLDEN=1 rewrites it:\n%s", diff)
	}
	if diff := gocmp.Diff(section["log"], logged); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// step plays one line.
func (s *stage) step(line string) {
	s.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	steps := map[string]func(string){
		"write": func(words string) { s.write(discordtest.Post{Content: words}) },
		"robot": func(words string) { s.write(discordtest.Post{Content: words, Bot: true}) },
		"as":    s.as,
		"use":   func(string) { s.use() },
		"press": func(label string) { s.press(label) },
		"pick":  s.pick,
		"search": func(words string) {
			s.typed = append(s.typed, words)
			s.search(words)
		},
		"refuse":   s.refuse,
		"restart":  func(string) { s.stop(); s.launch() },
		"preview":  func(string) { s.current = s.preview },
		"channel":  func(string) { s.list(s.fake.ChannelID) },
		"direct":   func(string) { s.list(s.fake.DMID) },
		"audit":    func(string) { s.audit() },
		"counts":   func(string) { s.counts() },
		"delete":   func(string) { s.delete() },
		"database": func(string) { _ = s.store.Close() },
	}
	play, ok := steps[verb]
	if !ok {
		s.Fatalf("unknown step %q", line)
	}
	play(rest)
}

// write makes a member's message the target.
func (s *stage) write(p discordtest.Post) {
	s.Helper()
	s.typed = append(s.typed, p.Content)
	s.target = s.fake.MessageCreate(p)
	if err := s.fake.Gateway.Dispatch("MESSAGE_CREATE", s.target); err != nil {
		s.Fatal(err)
	}
}

// as changes who acts: the member who wrote, a moderator, or anybody else.
func (s *stage) as(who string) {
	s.from = discordtest.From{}
	if who != "member" {
		s.from.UserID = s.person(who)
	}
	if who == "moderator" {
		s.from.Permissions = "8192"
	}
}

// use uses the command on the target.
func (s *stage) use() {
	s.Helper()
	s.do(s.fake.MessageCommand(s.from, commandName, s.target))
	s.preview = s.current
}

func (s *stage) press(label string) discordtest.Response {
	s.Helper()
	for _, row := range s.read(s.current).Components {
		for _, c := range row.Components {
			if c.Label == label {
				return s.do(s.fake.Button(s.from, s.current, c.Path))
			}
		}
	}
	s.Fatalf("no button %q on %s", label, s.current)
	panic("unreachable")
}

func (s *stage) pick(label string) {
	s.Helper()
	for _, row := range s.read(s.current).Components {
		for _, c := range row.Components {
			for _, o := range c.Options {
				if o.Label == label {
					s.do(s.fake.Select(s.from, s.current, c.Path, o.Value))
					s.preview = s.current
					return
				}
			}
		}
	}
	s.Fatalf("no option %q on %s", label, s.current)
}

// search opens the form and sends it.
func (s *stage) search(words string) {
	s.Helper()
	var form struct {
		Path string `json:"custom_id"`
	}
	opened := s.press(labelSearch)
	s.unmarshal(opened.Data, &form)
	in := s.fake.ModalSubmit(s.from, form.Path, false, discordtest.Field{CustomID: fieldWords, Value: words})
	var on discordtest.Object
	s.unmarshal(s.preview, &on)
	in.Payload["message"] = on
	s.do(in)
	s.preview = s.current
}

// refuse reads "STATUS CODE [TIMES]" for messages in the channel, or "direct STATUS CODE" for direct ones.
func (s *stage) refuse(how string) {
	s.Helper()
	prefix := "/channels/" + s.fake.ChannelID
	if rest, ok := strings.CutPrefix(how, "direct "); ok {
		prefix, how = "/channels/"+s.fake.DMID, rest
	}
	var numbers []int
	for f := range strings.FieldsSeq(how) {
		n, err := strconv.Atoi(f)
		if err != nil {
			s.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	rule := discordtest.Rule{Method: http.MethodPost, Prefix: prefix, Answer: discordtest.Failure(numbers[0], numbers[1], "no")}
	if numbers[0] == http.StatusTooManyRequests {
		rule.Answer = discordtest.RateLimited(time.Minute, "user")
	}
	if len(numbers) > 2 {
		rule.Times = numbers[2]
	}
	s.fake.Inject(rule)
}

// list writes what the bot has posted, and makes the latest the current message.
func (s *stage) list(channel string) {
	s.Helper()
	id, _ := s.target["id"].(string)
	for _, raw := range s.posted(channel) {
		s.current = raw
		if s.read(raw).Reference.ID == id {
			fmt.Fprintln(&s.seen, "  (in reply to the message)")
		}
		fmt.Fprintln(&s.seen, s.readable(raw))
	}
}

func (s *stage) audit() {
	s.Helper()
	notes, err := s.store.Audits(s.ctx, s.fake.GuildID, 10)
	if err != nil {
		s.Fatal(err)
	}
	names := map[string]string{}
	for name, id := range s.people {
		names[id] = name
	}
	for _, n := range notes {
		fmt.Fprintln(&s.seen, " ", names[n.Actor], n.Action, n.Target)
	}
}

// counts stops the bot, which then has counted all, tells what, and starts it anew.
func (s *stage) counts() {
	s.Helper()
	s.stop()
	all, err := s.store.Counts(s.ctx, s.fake.GuildID, time.Now().AddDate(0, 0, -1), time.Now())
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range all {
		fmt.Fprintln(&s.seen, " ", c.Kind, c.Entry, c.N)
	}
	s.launch()
}

// delete deletes the target, and waits until the bot has taken back what it posted.
func (s *stage) delete() {
	s.Helper()
	posted := s.posted(s.fake.ChannelID)
	if err := s.fake.Gateway.Dispatch("MESSAGE_DELETE", s.fake.MessageDelete(s.target)); err != nil {
		s.Fatal(err)
	}
	for _, raw := range posted {
		path := "/channels/" + s.fake.ChannelID + "/messages/" + s.read(raw).ID
		if _, err := s.fake.WaitFor(s.ctx, discordtest.Is(http.MethodDelete, path)); err != nil {
			s.Fatal(err, s.log.String())
		}
	}
}

// keepsQuiet looks for a word of the message or of a search where none may be: in the log, and in what the bot sent; and for what a public
// button may not tell.
func (s *stage) keepsQuiet() {
	s.Helper()
	said := s.log.String()
	for _, r := range s.fake.Requests() {
		said += "\n" + string(r.Body)
	}
	for _, words := range s.typed {
		if words != "" && strings.Contains(said, words) {
			s.Errorf("%q is repeated", words)
		}
	}
	for _, path := range s.publicPaths() {
		if strings.Contains(path, s.person("moderator")) || strings.Contains(path, s.fake.UserID) {
			s.Errorf("a public button names somebody: %s", path)
		}
		if strings.HasPrefix(path, pathTake) && !takes.MatchString(path) {
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

// logged counts what the bot warned of, in alphabetical order.
func (s *stage) logged() string {
	count := map[string]int{}
	for _, m := range regexp.MustCompile(`level=(WARN|ERROR) msg="([^"]*)"`).FindAllStringSubmatch(s.log.String(), -1) {
		if m[2] != "discord call failed" { // how often depends on the time
			count[m[1]+" "+m[2]]++
		}
	}
	var out strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&out, "%d %s\n", count[line], line)
	}
	return out.String()
}
