package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/store"
)

// Permission bits.
const (
	view, send, embed, history, threads = int64(1) << 10, int64(1) << 11, int64(1) << 14, int64(1) << 16, int64(1) << 38
	pin                                 = int64(1) << 51
	enough                              = view | send | embed | history | threads
)

// clinic is a fake Discord with a server that has roles and channels, a database with its settings, and a bot that all is well with.
type clinic struct {
	t    *testing.T
	fake *discordtest.Server
	env  map[string]string
	// What may be changed before the doctor comes:
	roles, channels []map[string]any
	application     map[string]any
	settings        store.Settings
	pins            []string // channels
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	fake := discordtest.New(discordtest.Options{})
	t.Cleanup(fake.Close)
	return &clinic{
		t: t, fake: fake,
		env: map[string]string{
			"FAQBOT_DISCORD_TOKEN": fake.Token, "FAQBOT_DISCORD_API": fake.URL(), "FAQBOT_FAQ": testContent(t), "FAQBOT_CACHE": filledCache(t),
			"FAQBOT_NO_ENCODER": "true", "FAQBOT_DATABASE": filepath.Join(t.TempDir(), "bot.db"), "FAQBOT_NOW": "2026-11-23",
		},
		roles:       []map[string]any{role(fake.GuildID, view), role("7", enough)},
		channels:    []map[string]any{channel("21", "ask")},
		application: map[string]any{"id": fake.AppID, "flags": 0, "interactions_endpoint_url": nil},
		settings:    store.Settings{Guild: fake.GuildID, Cooldown: store.DefaultCooldown, Retention: store.DefaultRetention},
	}
}

func role(id string, bits int64) map[string]any {
	return map[string]any{"id": id, "name": "r", "permissions": fmt.Sprint(bits)}
}

func channel(id, name string, overwrites ...map[string]any) map[string]any {
	if overwrites == nil {
		overwrites = []map[string]any{}
	}
	return map[string]any{"id": id, "name": name, "type": 0, "permission_overwrites": overwrites}
}

// thread makes a thread of a channel: Discord tells of it alone, in no list, and says of no permissions.
func (c *clinic) thread(id, parent string) {
	c.always("/channels/"+id, map[string]any{"id": id, "name": "quiet", "type": 11, "guild_id": c.fake.GuildID, "parent_id": parent})
}

func overwrite(id string, allow, deny int64) map[string]any {
	return map[string]any{"id": id, "type": 0, "allow": fmt.Sprint(allow), "deny": fmt.Sprint(deny)}
}

// always answers a route in the same way.
func (c *clinic) always(path string, v any) {
	c.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	c.fake.Inject(discordtest.Rule{Method: "GET", Prefix: path, Times: -1, Answer: discordtest.Answer{Status: http.StatusOK, Body: string(body)}})
}

// prepare sets up what the doctor will find.
func (c *clinic) prepare() {
	c.t.Helper()
	c.always("/users/@me/guilds", []map[string]any{{"id": c.fake.GuildID, "name": "Quiet\nPlace"}})
	c.always("/guilds/"+c.fake.GuildID+"/roles", c.roles)
	c.always("/guilds/"+c.fake.GuildID+"/members/"+c.fake.BotID, map[string]any{"roles": []string{"7"}})
	c.always("/guilds/"+c.fake.GuildID+"/channels", c.channels)
	c.always("/applications/@me", c.application)
	ctx := c.t.Context()
	st, err := store.Open(ctx, c.env["FAQBOT_DATABASE"])
	if err != nil {
		c.t.Fatal(err)
	}
	defer st.Close()
	if err := st.SaveSettings(ctx, c.settings, store.Audit{Actor: "1", Action: store.ActionSettings, At: time.Now()}); err != nil {
		c.t.Fatal(err)
	}
	for _, channel := range c.pins {
		if _, _, err := st.BeginPin(ctx, c.fake.GuildID, channel, "card/help", time.Now()); err != nil {
			c.t.Fatal(err)
		}
	}
}

// visit runs the doctor and returns what it says. No token gets out, whatever happens.
func (c *clinic) visit(args ...string) (code int, out string) {
	c.t.Helper()
	code, out, stderr := runHere(c.env, append([]string{"doctor"}, args...)...)
	if strings.Contains(out+stderr, c.env["FAQBOT_DISCORD_TOKEN"]) && c.env["FAQBOT_DISCORD_TOKEN"] != "" {
		c.t.Errorf("the token got out:\n%s%s", out, stderr)
	}
	if failed := strings.Contains(stderr, "checks failed"); failed != (code == exitFailed) || strings.Count(stderr, "\n") != code {
		c.t.Errorf("exit code %d with errors %q", code, stderr)
	}
	return code, strings.ReplaceAll(out, c.fake.GuildID, "GUILD")
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	// A start registers the commands, and makes the database.
	runAgainst(t, c.fake, c.env, func(context.Context, *lines) {})
	// Nobody needs more than is allowed here: in threads Send Messages has no effect, and an alert is plain text.
	c.settings.AskChannels, c.settings.AlertChannel, c.pins = []string{"21", "23"}, "24", []string{"21", "31"}
	c.channels = []map[string]any{
		channel("21", "ask", overwrite("7", pin, 0)), channel("22", "threads alone", overwrite("7", pin, send)),
		channel("23", "posts", overwrite("7", 0, send)), channel("24", "alerts", overwrite("7", 0, embed)),
	}
	c.channels[2]["type"] = 15
	c.thread("31", "22")
	c.prepare()
	code, out := c.visit()
	want := `ok    content: 6 entries, 2 countries with help lines
warn  reviews: drafts that no clinician has signed: 16. Have them read before members do (docs/reviewers.md)
warn  reviews: past their review: 1 (symptom/insomnia). Have them read again (docs/reviewers.md)
ok    help lines: all 5 were checked since 2026-10-01
ok    database: sqlite, schema 3, can be written
ok    token: Discord takes it
ok    interactions endpoint: none is set: commands and buttons come over the gateway
ok    FAQBOT_OVERHEAR: it is not set: the bot reads nothing that is not addressed to it
ok    Message Content Intent: it is off
ok    commands: registered as they are here
ok    server "Quiet\nPlace" (GUILD): the bot's roles allow what it needs
ok    clock: within 5s of Discord's
`
	if code != exitGood || out != want {
		t.Errorf("exit code %d, said\n%s", code, out)
	}
	for _, problem := range c.fake.Problems() {
		t.Error(problem)
	}

	code, out = c.visit("--json")
	if code != exitGood || strings.Count(out, "\n") != strings.Count(want, "\n") ||
		!strings.Contains(out, `{"level":"ok","subject":"clock","text":"within 5s of Discord's","mend":""}`+"\n") {
		t.Errorf("exit code %d, said\n%s", code, out)
	}
}

// TestDoctorKnowsCommandsWithoutADatabase: which commands are registered has nothing to do with one that is broken, old or not there yet.
func TestDoctorKnowsCommandsWithoutADatabase(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	runAgainst(t, c.fake, c.env, func(context.Context, *lines) {})
	c.prepare()
	old := c.env["FAQBOT_DATABASE"]
	db, err := sql.Open("sqlite", old) // the store has brought the driver
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id > 1")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for database, want := range map[string]string{
		filepath.Join(t.TempDir(), "new.db"): "ok    database: sqlite, none yet",
		testContent(t):                       "fail  database: open database",
		old:                                  "warn  database: its schema has version 1",
	} {
		c.env["FAQBOT_DATABASE"] = database
		if _, out := c.visit(); !strings.Contains(out, want) || !strings.Contains(out, "\nok    commands: registered as they are here\n") {
			t.Errorf("said\n%s\nwant %s, and that the commands are right", out, want)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(database), "new.db")); err == nil {
			t.Error("the doctor has made a database")
		}
	}
}

func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	discordSays := func(path string, status int) func(*clinic) {
		return func(c *clinic) {
			c.fake.Inject(discordtest.Rule{Prefix: path, Times: -1, Answer: discordtest.Failure(status, 0, "no")})
		}
	}
	ask := func(overwrites ...map[string]any) func(*clinic) {
		return func(c *clinic) {
			c.settings.AskChannels, c.channels = []string{"21"}, []map[string]any{channel("21", "ask", overwrites...)}
		}
	}
	hears := func(variable string, flags int, unasked ...string) func(*clinic) {
		return func(c *clinic) {
			c.env["FAQBOT_OVERHEAR"], c.application["flags"], c.settings.UnaskedChannels = variable, flags, unasked
		}
	}
	const everyone = "GUILD" // stands for the server's id
	for name, test := range map[string]struct {
		change func(*clinic)
		code   int
		want   string // a line begins so
	}{
		"no token":     {func(c *clinic) { c.env["FAQBOT_DISCORD_TOKEN"] = "" }, 1, "fail  token: there is no token"},
		"broken token": {func(c *clinic) { c.env["FAQBOT_DISCORD_TOKEN"] = "two words" }, 1, "fail  Discord: the Discord token is empty or has blanks"},
		"bad token":    {func(c *clinic) { c.env["FAQBOT_DISCORD_TOKEN"] = "wrong" }, 1, "fail  token: Discord refuses it. Copy a new one"},
		"no Discord":   {func(c *clinic) { c.fake.Close() }, 1, "fail  Discord: GET /users/@me: no answer"},
		"no clock":     {func(c *clinic) { c.fake.Close() }, 1, "warn  clock: not looked at"},
		"endpoint": {
			func(c *clinic) { c.application["interactions_endpoint_url"] = "https://example.org" }, 1, "fail  interactions endpoint: a URL is set",
		},
		"commands":     {func(*clinic) {}, 0, "warn  commands: what is registered is not what this program and its content have. Start the bot"},
		"no commands":  {discordSays("/applications/", 403), 1, "fail  application: "},
		"needless":     {hears("", 1<<19), 0, "warn  Message Content Intent: it is on, and no server's settings need it"},
		"intent is on": {hears("true", 1<<18, "21"), 0, "ok    FAQBOT_OVERHEAR: it is set\nok    Message Content Intent: it is on\n"},
		"intent": {
			hears("true", 0), 1,
			"fail  Message Content Intent: it is off, and FAQBOT_OVERHEAR asks for it: Discord refuses the connection (4014). Switch it on",
		},
		"needless overhearing": {
			hears("true", 1<<18), 0, "warn  Message Content Intent: it is on, and no server's settings need it. Unset FAQBOT_OVERHEAR, start the bot again, and",
		},
		"deaf": {
			hears("", 1<<18, "21"), 1,
			"fail  FAQBOT_OVERHEAR: it is not set, and the bot hears nothing in channels that the settings name to be answered in unasked: 1. Set it to true, ",
		},
		"administrator": {func(c *clinic) { c.roles[1] = role("7", 8) }, 0, `warn  server "Quiet\nPlace" (GUILD): the bot is an administrator`},
		"roles": {
			func(c *clinic) { c.roles[1] = role("7", enough&^embed&^threads) }, 0,
			`warn  server "Quiet\nPlace" (GUILD): the bot's roles lack Send Messages in Threads, Embed Links. Allow that`,
		},
		"roles unknown": {discordSays("/guilds/", 403), 1, `fail  server "Quiet\nPlace" (GUILD): GET /guilds/{guild}/roles: 403`},
		"channel": {
			ask(overwrite("7", 0, send|history)), 1,
			`fail  channel "ask" (21) of server "Quiet\nPlace" (GUILD): the bot lacks Send Messages, Read Message History. Allow that`,
		},
		"forum": {
			func(c *clinic) {
				forum := channel("21", "posts", overwrite("7", 0, send|threads))
				forum["type"] = 15
				c.settings.AskChannels, c.channels = []string{"21"}, []map[string]any{forum}
			}, 1, `fail  channel "posts" (21) of server "Quiet\nPlace" (GUILD): the bot lacks Send Messages in Threads. Allow that`,
		},
		"hidden channel": {ask(overwrite(everyone, 0, view)), 1, `fail  channel "ask" (21) of server "Quiet\nPlace" (GUILD): the bot lacks View Channels, Send Messages, Embed Links, Read`},
		"gone channel": {
			func(c *clinic) { c.settings.AskChannels = []string{"99"} }, 0,
			`warn  server "Quiet\nPlace" (GUILD): the settings or pins name the channel 99, which is no longer there. Choose the channels anew in /settings`,
		},
		"gone alerts": {
			func(c *clinic) { c.settings.AlertChannel = "99" }, 1,
			`fail  server "Quiet\nPlace" (GUILD): alerts go to the channel 99, which is no longer there. Choose another one in /settings`,
		},
		"thread": {
			func(c *clinic) {
				c.channels, c.settings.AlertChannel = []map[string]any{channel("21", "ask", overwrite("7", 0, threads))}, "31"
				c.thread("31", "21")
			}, 1, `fail  thread "quiet" (31) of server "Quiet\nPlace" (GUILD): the bot lacks Send Messages in Threads. Allow that for the bot's role in the settings of its channel`,
		},
		"hidden thread": {
			func(c *clinic) {
				c.settings.AlertChannel = "31"
				c.fake.Inject(discordtest.Rule{Prefix: "/channels/31", Times: -1, Answer: discordtest.Failure(403, api.CodeMissingAccess, "no")})
			}, 1, `fail  server "Quiet\nPlace" (GUILD): the settings or pins name the thread 31, which the bot cannot see. Allow View Channels`,
		},
		"channel unknown": {
			func(c *clinic) {
				c.pins = []string{"31"}
				discordSays("/channels/31", 400)(c)
			}, 1, `fail  server "Quiet\nPlace" (GUILD): the channel 31: GET /channels/{channel}: 400`,
		},
		"pins": {func(c *clinic) { c.pins = []string{"21"} }, 1, `fail  channel "ask" (21) of server "Quiet\nPlace" (GUILD): the bot lacks Pin Messages. Allow that`},
		"clock ahead": {
			func(c *clinic) {
				c.fake.Inject(discordtest.Rule{Prefix: "/", Times: -1, Answer: discordtest.Answer{
					Status: 401, Header: http.Header{"Date": {time.Now().Add(-30*time.Minute - 10*time.Second).UTC().Format(http.TimeFormat)}},
				}})
			}, 1, "warn  clock: it is 30m",
		},
		"database": {func(c *clinic) { c.env["FAQBOT_DATABASE"] = c.env["FAQBOT_FAQ"] }, 1, "fail  database: open database"},
		"no database": {
			func(c *clinic) { c.env["FAQBOT_DATABASE"] = filepath.Join(c.t.TempDir(), "new.db") }, 0, "ok    database: sqlite, none yet: the first start makes it\n",
		},
		"no content":  {func(c *clinic) { c.env["FAQBOT_FAQ"] = c.t.TempDir() }, 1, "fail  content: "},
		"no bot":      {func(c *clinic) { c.env["FAQBOT_FAQ"] = c.t.TempDir() }, 1, "warn  commands: not looked at while the content does not load"},
		"help lines":  {func(c *clinic) { c.env["FAQBOT_NOW"] = "2027-02-24" }, 0, "warn  help lines: last checked more than 92 days ago, the first on 2026-10-01: 5 of 5 (EU Emergency, "},
		"no server":   {func(c *clinic) { c.always("/users/@me/guilds", []any{}) }, 0, "warn  servers: the bot is in none. Open the install link"},
		"servers off": {discordSays("/users/@me/guilds", 403), 1, "fail  servers: GET /users/@me/guilds: 403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			database := c.env["FAQBOT_DATABASE"]
			test.change(c)
			changed := maps.Clone(c.env)
			c.env["FAQBOT_DATABASE"] = database
			for _, ch := range c.channels {
				for _, o := range ch["permission_overwrites"].([]map[string]any) {
					if o["id"] == everyone {
						o["id"] = c.fake.GuildID
					}
				}
			}
			c.prepare()
			c.env = changed
			code, out := c.visit()
			if code != test.code || !strings.Contains("\n"+out, "\n"+test.want) {
				t.Errorf("exit code %d, said\n%s\nwant %d and\n%s", code, out, test.code, test.want)
			}
		})
	}
}
