package pins

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

const (
	sleepCard = "symptom/insomnia"
	moderator = "4711"
	allBits   = permissionView | permissionSend | permissionEmbed | permissionHistory | permissionPin
)

var (
	contentOnce = sync.OnceValues(func() (*answer.Bot, error) { return load(nil) })
	changedOnce = sync.OnceValues(func() (*answer.Bot, error) {
		return load(strings.NewReplacer("Lying awake is common at first.", "Lying awake is very common at first."))
	})
	withoutOnce = sync.OnceValues(func() (*answer.Bot, error) {
		return load(strings.NewReplacer("id: symptom/insomnia", "id: symptom/awake", "[symptom/sleepless]", "[symptom/sleepless]",
			"symptom/insomnia,", "symptom/awake,"))
	})
	renamedOnce = sync.OnceValues(func() (*answer.Bot, error) {
		return load(strings.NewReplacer("id: symptom/insomnia", "id: symptom/awake", "[symptom/sleepless]", "[symptom/insomnia, symptom/sleepless]",
			"symptom/insomnia,", "symptom/awake,"))
	})
)

// load reads the content of the adapter's tests, changed.
func load(change *strings.Replacer) (*answer.Bot, error) {
	root := os.DirFS("../testdata/content")
	files := fstest.MapFS{}
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, path)
		if change != nil {
			data = []byte(change.Replace(string(data)))
		}
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		return nil, err
	}
	lib, err := content.Load(files, "en")
	if err != nil {
		return nil, err
	}
	return answer.NewCards(lib), nil
}

func loaded(t testing.TB, once func() (*answer.Bot, error)) *answer.Bot {
	t.Helper()
	bot, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

// bench is a fake Discord and a store, and a bot between them.
type bench struct {
	*testing.T

	fake  *discordtest.Server
	store *store.Store
	log   *lab.Log
	clock *clock

	channel string          // where commands are used
	ctx     context.Context // ends with the bot, where start has run one
}

// clock is the real time and what was added to it: the fake's ids are of the real time. Each look at it is a millisecond later, as exactly as
// instants are stored, so that notes keep their order.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += time.Millisecond
	return time.Now().Add(c.ahead)
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// emptyStore is a database without rows: to copy it is many times faster than to make its tables.
var emptyStore = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "pins")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "empty.db")
	s, err := store.Open(context.Background(), file)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// quickDir is a folder in memory where there is such a thing: each commit waits for its disk, and these tests make thousands.
func quickDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "pins")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchWith(t, openapi.Validator(t))
}

func newBenchWith(t *testing.T, validate func(*http.Request, []byte) error) *bench {
	t.Helper()
	file := filepath.Join(quickDir(t), "pins.db")
	empty, err := emptyStore()
	if err == nil {
		err = os.WriteFile(file, empty, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	fake := discordtest.New(discordtest.Options{Quiet: true, Validate: validate})
	b := &bench{t, fake, s, &lab.Log{}, &clock{}, fake.ChannelID, t.Context()}
	t.Cleanup(func() {
		for _, problem := range fake.Problems() {
			t.Errorf("problem: %v", problem)
		}
		if strings.Contains(b.log.String(), fake.Token) {
			t.Error("the log holds the token")
		}
		fake.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// callsOf makes calls of a server at an origin.
func (b *bench) callsOf(origin string) *api.Client {
	b.Helper()
	c, err := rest.New(rest.Config{
		API: origin, Token: b.fake.Token, ProjectURL: "https://example.org/bot", Version: "1", Log: b.logger(),
		Jitter: func() float64 { return 0 },
	})
	if err != nil {
		b.Fatal(err)
	}
	return &api.Client{Rest: c}
}

func (b *bench) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b.log, nil)) }

// process is a bot as it is after a start.
func (b *bench) process() *Pins {
	b.Helper()
	p := New(Config{
		Store: b.store, Bot: loaded(b, contentOnce), Calls: b.callsOf(b.fake.URL()), Log: b.logger(), Now: b.clock.now,
	})
	p.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return p
}

// knowing is a bot with other content.
func (b *bench) knowing(once func() (*answer.Bot, error)) *Pins {
	b.Helper()
	p := b.process()
	bot := loaded(b, once)
	p.bot = func() *answer.Bot { return bot }
	return p
}

// request is a moderator's command in the default channel.
func (b *bench) request(sub, entry string) interact.Request {
	return interact.Request{
		ID: "1", Guild: b.fake.GuildID, Channel: b.channel, User: moderator, Sub: sub, Options: map[string]string{"entry": entry},
		Permissions: interact.PermissionManageGuild, BotPermissions: allBits,
	}
}

// ask runs a command to its end and returns what the member reads.
func (b *bench) ask(p *Pins, r interact.Request) string {
	b.Helper()
	return b.askIn(b.Context(), p, r)
}

func (b *bench) askIn(ctx context.Context, p *Pins, r interact.Request) string {
	b.Helper()
	out, err := p.Tool().Commands[0].Handle(ctx, r)
	if err != nil {
		b.Fatal(err)
	}
	if out.Later != nil {
		out.Body = out.Later(ctx)
	}
	if out.Body.Content == "" {
		b.Error("a response without a word")
	}
	return out.Body.Content
}

// begin reserves the place of a card, as a process does that is killed before it posts anything.
func (b *bench) begin() {
	b.Helper()
	if _, _, err := b.store.BeginPin(b.Context(), b.fake.GuildID, b.channel, sleepCard, b.clock.now()); err != nil {
		b.Fatal(err)
	}
}

// round looks at all pins once.
func (b *bench) round(p *Pins) {
	b.Helper()
	if err := p.round(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// message is what the fake keeps of one.
type message struct {
	ID      string
	Type    int
	Content string
	Pinned  bool
	Flags   int
	Author  struct{ ID string }
	Edited  *string `json:"edited_timestamp"`
	Embeds  []struct {
		Title, Description string
		Footer             struct{ Text string }
	}
	Components []struct {
		Components []struct {
			CustomID string `json:"custom_id"`
			Label    string
			Options  []struct{ Value string }
		}
	}
}

// cards lists the bot's cards of a channel.
func (b *bench) cards(channel string) []message {
	b.Helper()
	var out []message
	for _, raw := range b.fake.Messages(channel) {
		var m message
		if err := json.Unmarshal(raw, &m); err != nil {
			b.Fatal(err)
		}
		if m.Type == 0 && m.Author.ID == b.fake.BotID {
			out = append(out, m)
		}
	}
	return out
}

// one is the only card of the default channel.
func (b *bench) one() message {
	b.Helper()
	all := b.cards(b.channel)
	if len(all) != 1 {
		b.Fatalf("%d cards, want one\n%s", len(all), b.log)
	}
	return all[0]
}

// rows lists what the store knows.
func (b *bench) rows() []store.Pin {
	b.Helper()
	pins, err := b.store.Pins(b.Context(), b.fake.GuildID)
	if err != nil {
		b.Fatal(err)
	}
	return pins
}

// state wants the only pin to be in a state, and returns it.
func (b *bench) state(want store.PinState) store.Pin {
	b.Helper()
	rows := b.rows()
	if len(rows) != 1 || rows[0].State != want {
		b.Fatalf("the store knows %+v, want one pin that is %s\n%s", rows, want, b.log)
	}
	return rows[0]
}

// actions lists what was noted, the oldest first.
func (b *bench) actions() []string {
	b.Helper()
	notes, err := b.store.Audits(b.Context(), b.fake.GuildID, 100)
	if err != nil {
		b.Fatal(err)
	}
	var out []string
	for _, n := range slices.Backward(notes) {
		out = append(out, string(n.Action)+" "+n.Target+" "+n.Actor)
	}
	return out
}

func (b *bench) wantActions(want ...string) {
	b.Helper()
	if got := b.actions(); !slices.Equal(got, want) {
		b.Errorf("noted %q, want %q", got, want)
	}
}

// says wants a text to begin as a constant does, up to its first verb.
func (b *bench) says(got, want string) {
	b.Helper()
	start, _, _ := strings.Cut(want, "%")
	if !strings.HasPrefix(got, start) {
		b.Errorf("said %q, want %q", got, want)
	}
}

// refuse makes the fake refuse the next such call, or all for a negative number.
func (b *bench) refuse(method, below string, times, status, code int) {
	b.fake.Inject(discordtest.Rule{
		Method: method, Prefix: "/channels/" + b.channel + "/messages" + below, Times: times,
		Answer: discordtest.Failure(status, code, "no"),
	})
}

// sent counts calls of a kind.
func (b *bench) sent(method, path string) int {
	n := 0
	for _, r := range b.fake.Requests() {
		if discordtest.Is(method, path)(r) {
			n++
		}
	}
	return n
}

// newMessage is a card as another process would post it.
func newMessage(d drawing, nonce string) api.NewMessage {
	return api.NewMessage{Body: d.body, Nonce: nonce}
}
