package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"faqbot/internal/answer/answertest"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/toolbox"
	"faqbot/internal/store"
)

// wireContent is the adapter's test content.
const wireContent = "../../internal/discord/testdata/content"

// stage is the bot with all of its tools, as it runs, on a fake Discord.
type stage struct {
	*testing.T

	ctx   context.Context //nolint:containedctx // of the one test
	fake  *discordtest.Server
	store *store.Store
	log   lab.Log
	stop  func()

	listening string   // a channel where the bot answers unasked
	alerts    string   // the moderators' channel
	paths     []string // first words of the tools' paths
	played    *lab.Coverage
	has       func(feature string) // hears of all that there is to be played
	requests  int                  // so many are accounted for
	since     int                  // so much of the log is
	acted     bool                 // faults are those of a step that is over

	seen    bytes.Buffer // what people read, a part for each step
	from    discordtest.From
	people  map[string]string          // ids by name
	target  discordtest.Object         // the member's message
	current json.RawMessage            // what is pressed on
	kept    map[string]json.RawMessage // messages by name
	form    string                     // path of the form that is open
	field   string
	on      json.RawMessage // the message whose button has opened it
	typed   []string        // which may stand in no log, and nowhere else
	gave    bool            // somebody gave their words away
}

func newStage(t *testing.T) *stage {
	t.Helper()
	answertest.Learnt(t, wireContent) // before the time counts
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	s := &stage{
		T: t, ctx: ctx, people: map[string]string{}, kept: map[string]json.RawMessage{}, played: &lab.Coverage{}, has: func(string) {},
	}
	var err error
	if s.store, err = store.Open(ctx, filepath.Join(t.TempDir(), "faqbot.db")); err != nil {
		t.Fatal(err)
	}
	s.fake = discordtest.New(discordtest.Options{Validate: openapi.Validator(t)})
	s.listening, s.alerts = s.fake.NewID(), s.fake.NewID()
	s.fake.SelectChannels(discordtest.From{ChannelID: s.fake.NewID()}, nil, "settings", s.listening, s.alerts) // so that the fake knows them
	settings := store.Settings{
		Guild: s.fake.GuildID, UnaskedChannels: []string{s.listening}, AlertChannel: s.alerts, AlertsOn: true, Retention: store.DefaultRetention,
	}
	if err := s.store.SaveSettings(ctx, settings, store.Audit{Action: store.ActionSettings, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	s.launch()
	t.Cleanup(func() {
		s.stop()
		cancel()
		_ = s.store.Close()
		s.fake.Close()
		for _, problem := range s.fake.Problems() {
			t.Errorf("problem: %v", problem)
		}
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// launch starts the bot, and waits until it is connected.
func (s *stage) launch() {
	s.Helper()
	bot := answertest.Learnt(s, wireContent)
	log := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := discord.Config{
		Bot: bot, Token: s.fake.Token, API: s.fake.URL(), Version: "test", ProjectURL: "https://example.org/bot", Log: log, Overhear: true,
	}
	toolbox.New(s.store, bot, log).Into(&c)
	all := c.Tools
	c.Tools = func(calls *api.Client) []interact.Tool {
		list := all(calls)
		s.paths = nil
		for _, t := range list {
			for path := range t.Paths {
				s.paths = append(s.paths, path)
			}
		}
		return list
	}
	running, stop := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	before := s.fake.Gateway.Stats().Ready
	go func() { ended <- discord.Run(running, c) }()
	s.stop = func() {
		stop()
		if err := <-ended; err != nil {
			s.Error(err)
		}
	}
	if _, err := s.fake.Gateway.Wait(s.ctx, func(st discordtest.Stats) bool { return st.Ready > before }); err != nil {
		s.Fatal(err, s.log.String())
	}
	s.requests = len(s.fake.Requests())
}

// person is the id of somebody by a name.
func (s *stage) person(name string) string {
	if name == "member" {
		return s.fake.UserID
	}
	if s.people[name] == "" {
		s.people[name] = s.fake.NewID()
	}
	return s.people[name]
}

// do sends an interaction, waits until the bot is done with it, and takes what comes of it for the current message.
func (s *stage) do(in discordtest.Interaction) {
	s.Helper()
	s.begin()
	if err := s.fake.Gateway.Dispatch("INTERACTION_CREATE", in); err != nil {
		s.Fatal(err)
	}
	answered := s.finished("interaction_id="+in.ID, in.Feature())
	if !answered {
		fmt.Fprintln(&s.seen, "  (no answer)")
		return
	}
	r, err := s.fake.Response(s.ctx, in)
	if err != nil {
		s.Fatal(err, s.log.String())
	}
	const choices, modal = 8, 9
	switch r.Type {
	case choices:
		s.offers(r.Data)
		return
	case modal:
		s.opens(r.Data)
		return
	}
	if m, ok := s.fake.Original(in); ok {
		s.current = m
		fmt.Fprintln(&s.seen, s.readable(m))
	}
	for _, file := range s.files(r, in) {
		fmt.Fprintln(&s.seen, "  (with", regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}`).ReplaceAllString(file.Name, "{day}")+")")
	}
}

// files are what was uploaded with an answer, at once or in the end.
func (s *stage) files(r discordtest.Response, in discordtest.Interaction) []discordtest.File {
	all := r.Files
	for _, c := range s.fake.Changes(in) {
		all = append(all, c.Files...)
	}
	return all
}

// begin begins a step that does something, or the faults for one: those of the last step are over.
func (s *stage) begin() {
	if s.acted {
		s.fake.ClearRules()
	}
	s.acted = false
}

// finished waits until the bot has logged that an event was answered, or that it could not be, and notes how it went.
func (s *stage) finished(id, feature string) bool {
	s.Helper()
	line := regexp.MustCompile(`msg=("[^"]*not answered[^"]*"|answered) .*` + id + `\b`)
	var found string
	if err := s.log.Until(s.ctx, id, func(so string) bool {
		found = line.FindString(so[s.since:])
		return found != ""
	}); err != nil {
		s.Fatal(err)
	}
	s.account(feature)
	return strings.HasPrefix(found, "msg=answered")
}

// account notes a feature as played well, or as refused where any request since the last was.
func (s *stage) account(feature string) {
	s.Helper()
	refused := false
	all := s.fake.Requests()
	for _, r := range all[min(s.requests, len(all)):] {
		refused = refused || r.Status >= http.StatusBadRequest || r.Status == 0
		if bytes.HasPrefix(r.Body, []byte(`{"type":9,`)) {
			continue // a form: opens notes it
		}
		for _, m := range regexp.MustCompile(`"custom_id":"([a-z-]+)[/"]`).FindAllSubmatch(r.Body, -1) {
			s.has("component " + string(m[1]))
		}
	}
	s.requests, s.acted = len(all), true
	s.played.Note(feature, refused)
}

// offers writes what a completion offers.
func (s *stage) offers(data json.RawMessage) {
	s.Helper()
	var list struct {
		Choices []struct{ Name, Value string }
	}
	s.unmarshal(data, &list)
	fmt.Fprintf(&s.seen, "  (%d offers)\n", len(list.Choices))
	for _, c := range list.Choices[:min(len(list.Choices), 2)] {
		fmt.Fprintln(&s.seen, " ", c.Name, "=", c.Value)
	}
}

// opens keeps a form, to be filled in.
func (s *stage) opens(data json.RawMessage) {
	s.Helper()
	var form struct {
		Path  string `json:"custom_id"`
		Title string
	}
	s.unmarshal(data, &form)
	field := regexp.MustCompile(`"custom_id":"([a-z]+)"`).FindSubmatch(data[bytes.Index(data, []byte("components")):])
	if field == nil {
		s.Fatalf("a form without a field: %s", data)
	}
	s.has("form " + strings.Split(form.Path, "/")[0])
	s.gave = s.gave || strings.HasPrefix(form.Path, "donate/")
	s.form, s.field, s.on = form.Path, string(field[1]), s.current
	fmt.Fprintln(&s.seen, "  (a form: "+form.Title+")")
}

// shown is a message as people see it.
type shown struct {
	ID, Content string
	Channel     string `json:"channel_id"`
	Flags       int
	Author      struct{ ID string }
	Embeds      []struct{ Title, Description string }
	Reference   struct {
		ID string `json:"message_id"`
	} `json:"message_reference"`
	Components []struct {
		Components []control
	}
}

// control is a button or a menu.
type control struct {
	Type                    int
	Label, URL, Placeholder string
	Path                    string `json:"custom_id"`
	Disabled                bool
	Options                 []struct {
		Label, Value string
		Default      bool
	}
}

func (s *stage) read(raw json.RawMessage) (m shown) {
	s.Helper()
	s.unmarshal(raw, &m)
	return m
}

// controls are those of the current message.
func (s *stage) controls() []control {
	s.Helper()
	var out []control
	for _, row := range s.read(s.current).Components {
		out = append(out, row.Components...)
	}
	return out
}

// readable writes a message: who sees it, its texts, and its controls. Long texts are cut.
func (s *stage) readable(raw json.RawMessage) string {
	s.Helper()
	m := s.read(raw)
	who := "everybody"
	switch {
	case m.Flags&64 != 0:
		who = "only the one who asked"
	case m.Channel == s.fake.DMID:
		who = "the member, as a direct message"
	}
	parts := []string{"  (for " + who + ")", m.Content}
	for _, e := range m.Embeds {
		first, _, _ := strings.Cut(e.Description, "\n")
		parts = append(parts, "# "+e.Title, first)
	}
	for _, row := range m.Components {
		parts = append(parts, labels(row.Components))
	}
	out := strings.Join(parts, "\n")
	out = strings.NewReplacer(s.fake.GuildID, "{server}", s.fake.ChannelID, "{channel}", s.alerts, "{alerts}", s.listening, "{listening}").Replace(out)
	out = regexp.MustCompile(`<t:[0-9]+:|from [0-9-]+ to [0-9-]+`).ReplaceAllString(ids().ReplaceAllString(out, "{id}"), "{time}")
	return strings.ReplaceAll(out, "\n", "\n  ")
}

// labels writes a row of controls; of a long menu its first options and its chosen one.
func labels(row []control) string {
	const most = 5
	var out []string
	for _, c := range row {
		for i, o := range c.Options {
			if i < most || o.Default {
				out = append(out, map[bool]string{true: "<*", false: "<"}[o.Default]+o.Label+">")
			}
		}
		if len(c.Options) == 0 && c.Placeholder != "" {
			out = append(out, "<"+c.Placeholder+">")
		}
		if c.Label != "" {
			out = append(out, map[bool]string{true: "(", false: "["}[c.Disabled]+c.Label+map[bool]string{true: ")", false: "]"}[c.Disabled])
		}
	}
	return strings.Join(out, " ")
}

// ids are Discord's.
func ids() *regexp.Regexp { return regexp.MustCompile(`[0-9]{17,20}`) }

// posted are the bot's messages in a channel that all there see.
func (s *stage) posted(channel string) []json.RawMessage {
	s.Helper()
	var out []json.RawMessage
	for _, raw := range s.fake.Messages(channel) {
		if m := s.read(raw); m.Author.ID == s.fake.BotID && m.Flags&64 == 0 {
			out = append(out, raw)
		}
	}
	return out
}

func (s *stage) unmarshal(raw json.RawMessage, to any) {
	s.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		s.Fatal(err)
	}
}

// place is a channel by its name in a scenario.
func (s *stage) place(name string) (id string, ok bool) {
	id, ok = map[string]string{"channel": s.fake.ChannelID, "direct": s.fake.DMID, "alerts": s.alerts, "listening": s.listening}[name]
	return id, ok
}
