package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/store"
)

// canary stands in everything that the members of TestCanary type. Its words are in no other text.
const canary = "Quixomander flummeringo zyxtrabble"

// traces are what is left of each of its words, whatever their case and their endings.
func traces() []string { return []string{"quixoman", "flummering", "zyxtrabb"} }

// given is what one member gives away on purpose: it is found where donations are kept, which shows that the search finds.
const given = "wide awake and marmaladic"

// poisonFile, in the folder that the program runs in, makes its log panic.
const poisonFile = "poison"

// poisoned is the program, with a log that panics in the middle of a handler's work while there is a poisonFile: with what a member typed,
// as a handler's own panic may.
func poisoned() {
	p := &program{ctx: context.Background(), getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: poison{os.Stderr}, open: openBot}
	os.Exit(p.run(os.Args[1:]))
}

type poison struct{ io.Writer }

func (p poison) Write(line []byte) (int, error) {
	n, err := p.Writer.Write(line)
	within := bytes.Contains(line, []byte("level=WARN")) && bytes.Contains(line, []byte("interaction_id="))
	if within || bytes.Contains(line, []byte("msg=answered")) {
		if _, missing := os.Stat(poisonFile); missing == nil {
			panic(canary)
		}
	}
	return n, err
}

// TestCanary asks a sentence in every way that there is, through every fault, of the program as it runs, as a process of its own. Not a
// word of it is found afterwards: in the database and the files beside it, in a backup, in the log at debug level, in the metrics, in the
// crash's goroutines, in what the bot sent to Discord, or in any file that the process has left.
func TestCanary(t *testing.T) {
	t.Parallel()
	for kind, prepare := range map[string]func(*testing.T, string) database{store.KindSQLite: fileDatabase, store.KindPostgreSQL: serverDatabase} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			db := prepare(t, root)
			c := newCage(t, root, db.address)
			c.start()
			c.commands()
			c.messages()
			c.presses(discordtest.From{}, discordtest.From{Permissions: "8"})
			c.forms()
			c.look("while it runs")
			c.backup()
			c.refusals()
			if db.fill != nil {
				db.fill(true)
				c.without("free some space")
				c.look("while the disk is full")
				db.fill(false)
			}
			db.lose(true)
			c.without("an answer was not counted")
			c.panics()
			c.look("while the database is gone")
			db.lose(false)
			c.crash()
			c.look("after a crash")
			c.start()
			c.ask(discordtest.From{}, "ask", canary)
			c.stop(syscall.SIGTERM, exitGood)
			c.look("after its end")
		})
	}
}

// database is where the bot under test keeps what it keeps. It can be lost, and what it stands on can be full, each until it is told false.
type database struct {
	address    string
	lose, fill func(bool) // fill is nil where none can be full
}

// fileDatabase is a file on a small disk of its own, where one can be mounted. Lost, it is elsewhere.
func fileDatabase(t *testing.T, root string) database {
	t.Helper()
	disk := filepath.Join(root, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(disk, "filler")
	full := func(yes bool) {
		if !yes {
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
			return
		}
		if err := os.WriteFile(filler, make([]byte, 2*diskSize), 0o600); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal("the disk is not full: ", err)
		}
	}
	if err := mount(disk); err != nil {
		t.Log("no disk is full here, for none can be mounted: ", err)
		full = nil
	} else {
		t.Cleanup(func() {
			if err := unmount(disk); err != nil {
				t.Error(err)
			}
		})
	}
	address := filepath.Join(disk, "faqbot.db")
	return database{address, func(away bool) {
		from, to := address, address+".away"
		if !away {
			from, to = to, from
		}
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}, full}
}

// serverDatabase is a PostgreSQL schema of its own. Lost, it has another name; full, it says what a server says whose disk is full.
func serverDatabase(t *testing.T, _ string) database {
	t.Helper()
	u, err := url.Parse(os.Getenv("FAQBOT_TEST_POSTGRES"))
	if err != nil || u.Scheme == "" {
		t.Skip("not run on PostgreSQL: set FAQBOT_TEST_POSTGRES to the URL of a database to create schemas in")
	}
	db, err := sql.Open("pgx", u.String()) // the store has brought the driver
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strings.ToLower(rand.Text())
	run := func(statement string) {
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Error(err)
		}
	}
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() {
		run("DROP SCHEMA " + schema + " CASCADE")
		db.Close()
	})
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return database{u.String(), func(away bool) {
		from, to := schema, schema+"_away"
		if !away {
			from, to = to, from
		}
		run("ALTER SCHEMA " + from + " RENAME TO " + to)
	}, func(yes bool) {
		if !yes {
			run("DROP FUNCTION " + schema + ".full_disk CASCADE")
			return
		}
		run("CREATE FUNCTION " + schema + `.full_disk() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full'', MESSAGE = ''could not extend file''; END'`)
		run(`DO $$ DECLARE name text; BEGIN
			FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '` + schema + `' LOOP
				EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON ` + schema + `.%I EXECUTE FUNCTION ` + schema + `.full_disk()', name);
			END LOOP; END $$`)
	}}
}

// cage is all that a running bot can write to.
type cage struct {
	*testing.T

	ctx       context.Context //nolint:containedctx // of the one test
	fake      *discordtest.Server
	root      string // the only folder that the process knows of, beside content and cache
	address   string
	env       []string
	process   *exec.Cmd
	out       *lines // what all processes wrote so far
	listening string // a channel where the bot answers unasked
	refusing  bool   // Discord does not take every answer
}

func newCage(t *testing.T, root, address string) *cage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	c := &cage{T: t, ctx: ctx, root: root, address: address, out: new(lines), fake: discordtest.New(discordtest.Options{})}
	t.Cleanup(c.fake.Close)
	c.listening = c.fake.NewID()
	temporary := filepath.Join(root, "tmp")
	st, err := store.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	settings := store.Settings{
		Guild: c.fake.GuildID, UnaskedChannels: []string{c.listening}, AlertChannel: c.fake.ChannelID, AlertsOn: true, Retention: store.DefaultRetention,
	}
	by := store.Audit{Actor: c.fake.UserID, Action: store.ActionSettings, At: time.Now()}
	if err := errors.Join(st.SaveSettings(ctx, settings, by), st.Close(), os.Mkdir(temporary, 0o700)); err != nil {
		t.Fatal(err)
	}
	c.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + root, "TMPDIR=" + temporary, "GOTRACEBACK=all",
		"FAQBOT_DISCORD_TOKEN=" + c.fake.Token, "FAQBOT_DISCORD_API=" + c.fake.URL(), "FAQBOT_CACHE=" + filledCache(t), "FAQBOT_NO_ENCODER=true",
		"FAQBOT_FAQ=" + testContent(t), "FAQBOT_DATABASE=" + address, "FAQBOT_HTTP=127.0.0.1:0", "FAQBOT_LOG_LEVEL=debug", "FAQBOT_OVERHEAR=true",
	}
	return c
}

// start starts the bot and waits for its session.
func (c *cage) start() {
	c.Helper()
	c.out = new(lines)
	c.process = exec.CommandContext(c.ctx, "faqbot-poisoned", "run")
	c.process.Dir, c.process.Env = c.root, c.env
	c.process.Stdout, c.process.Stderr = c.out, c.out
	if err := c.process.Start(); err != nil {
		c.Fatal(err)
	}
	c.out.wait(c.ctx, c.T, "gateway session established")
}

// stop ends the bot by a signal, and insists on its exit code.
func (c *cage) stop(signal syscall.Signal, want int) {
	c.Helper()
	if err := c.process.Process.Signal(signal); err != nil {
		c.Fatal(err)
	}
	if _, exited := errors.AsType[*exec.ExitError](c.process.Wait()); c.process.ProcessState.ExitCode() != want || exited != (want != 0) {
		c.Errorf("%s ends the bot with %d:\n%s", signal, c.process.ProcessState.ExitCode(), c.out)
	}
}

// look searches all that there is for the canary.
func (c *cage) look(when string) {
	c.Helper()
	c.search(when+", in the log", []byte(c.out.String()), "level=DEBUG")
	if c.process.ProcessState == nil {
		at := served(c.ctx, c.T, c.out)
		for path, sure := range map[string]string{"/metrics": "faqbot_replies_total", "/readyz": "ready", "/healthz": ""} {
			c.search(when+", at "+path, c.get("http://"+at+path), sure)
		}
	}
	for _, r := range c.fake.Requests() {
		if bytes.HasPrefix(r.Body, []byte(`{"type":9,`)) {
			continue // a form, with the member's own question in it, for the member to send or not
		}
		sent, err := json.Marshal(r)
		if err != nil {
			c.Fatal(err)
		}
		c.search(when+", in "+r.Method+" "+r.Route, append(append(sent, r.Body...), r.Path...), "")
	}
	c.searchFiles(when)
}

// searchFiles searches every file that the process has made, and finds what was given on purpose.
func (c *cage) searchFiles(when string) {
	c.Helper()
	var all []byte
	err := filepath.WalkDir(c.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		c.search(when+", in "+path, content, "")
		all = append(all, content...)
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
	if c.process.ProcessState != nil && !bytes.Contains(all, []byte(given)) {
		c.Errorf("%s, what was given on purpose is not found: the search is blind", when)
	}
}

// search fails the test for every word of the canary, and where something that is sure to be there is not.
func (c *cage) search(where string, in []byte, sure string) {
	c.Helper()
	lower := bytes.ToLower(in)
	for _, trace := range traces() {
		if at := bytes.Index(lower, []byte(trace)); at >= 0 {
			c.Errorf("%s there is what a member typed: …%q…", where, in[max(0, at-200):min(len(in), at+100)])
		}
	}
	if !bytes.Contains(in, []byte(sure)) {
		c.Errorf("%s there is no %q:\n%s", where, sure, in)
	}
}

func (c *cage) get(address string) []byte {
	c.Helper()
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, address, nil)
	if err != nil {
		c.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	return body
}

// backup leaves a backup in the folder, which has what was given on purpose.
func (c *cage) backup() {
	c.Helper()
	file := filepath.Join(c.root, "backup")
	if code, _, stderr := runHere(map[string]string{"FAQBOT_DATABASE": c.address}, "backup", file); code != exitGood {
		c.Fatal(stderr)
	}
	content, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(content, []byte(given)) {
		c.Errorf("the backup has not what was given on purpose: %v", err)
	}
}

// send sends an interaction and waits for its answer, also for one that was promised. What is private can be put away.
func (c *cage) send(in discordtest.Interaction) discordtest.Response {
	c.Helper()
	c.dispatch("INTERACTION_CREATE", in)
	got, err := c.fake.Response(c.ctx, in)
	if err == nil && got.Type == 5 {
		_, err = c.fake.Change(c.ctx, in, 0)
	}
	if err != nil {
		c.Fatalf("%v\n%s", err, c.out)
	}
	if m, ok := c.fake.Original(in); ok && !c.refusing {
		if err := lab.Hideable(m); err != nil {
			c.Error(err)
		}
	}
	return got
}

func (c *cage) dispatch(event string, payload any) {
	c.Helper()
	if err := c.fake.Gateway.Dispatch(event, payload); err != nil {
		c.Fatal(err)
	}
}

// ask types a question, and returns the answer and the message that it stands in.
func (c *cage) ask(from discordtest.From, name, words string) (discordtest.Response, json.RawMessage) {
	c.Helper()
	in := c.fake.Command(from, name, discordtest.Arg{Name: map[string]string{"ask": "question", "faq": "topic"}[name], Value: words})
	got := c.send(in)
	message, _ := c.fake.Original(in)
	return got, message
}

// say posts a message, and waits for its reply.
func (c *cage) say(p discordtest.Post) (message discordtest.Object) {
	c.Helper()
	message = c.fake.MessageCreate(p)
	c.dispatch("MESSAGE_CREATE", message)
	c.replied(message)
	return message
}

// replied waits for a reply to a message.
func (c *cage) replied(message discordtest.Object) {
	c.Helper()
	id, _ := message["id"].(string)
	if _, err := c.fake.WaitFor(c.ctx, func(r discordtest.Request) bool {
		return r.Status == http.StatusOK && bytes.Contains(r.Body, []byte(`"message_id":"`+id+`"`))
	}); err != nil {
		c.Fatalf("%v\n%s", err, c.out)
	}
}

// pathTo finds a control of an answer by how its path begins.
func (c *cage) pathTo(start string, data []byte) string {
	c.Helper()
	found := regexp.MustCompile(`"custom_id":"(` + regexp.QuoteMeta(start) + `[^"]*)"`).FindSubmatch(data)
	if found == nil {
		c.Fatalf("no %s on %s", start, data)
	}
	return string(found[1])
}

// places are where somebody can be who asks, and who that is.
func places() []discordtest.From {
	return []discordtest.From{
		{}, {Permissions: "8"}, {Place: discordtest.InDM}, {Place: discordtest.UserInstall}, {Place: discordtest.InOtherDM},
	}
}

// sentences are what is typed: words that have an answer, danger, what is declined, and words that are nothing.
func sentences() []string {
	return []string{
		"how long will this last " + canary, "I'm going to kill myself " + canary, canary + " how much ket should i take", canary,
		strings.ToUpper(strings.ReplaceAll(canary, " ", "/")) + "?", strings.Repeat(canary+" ", 50),
	}
}
