package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"faqbot/internal/answer"
	"faqbot/internal/match"
	"faqbot/internal/store"
)

// The program runs as a process of its own where a terminal or a crash is needed; every other command of a script runs in this process, so
// that content is loaded once.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"faqbot-process": main, "faqbot-poisoned": poisoned})
}

// testContent is a small content folder that is learnt in a second.
func testContent(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("testdata/faq")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// filledCache is a cache folder that holds the model of the test content.
func filledCache(t *testing.T) string {
	t.Helper()
	cache := t.TempDir()
	var model match.Model
	if err := model.UnmarshalBinary(learnt(t)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cacheFile(cache, model.Hash), learnt(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return cache
}

// shared opens some folders once, and all others anew.
type shared struct {
	mu   sync.Mutex
	dirs []string
	bots map[opened]*answer.Bot
}

// opened is what a bot was opened with.
type opened struct {
	contentFlags
	modelFlags
}

func newShared(dirs ...string) *shared {
	return &shared{dirs: dirs, bots: make(map[opened]*answer.Bot)}
}

func (s *shared) open(p *program, f contentFlags, m modelFlags) (*answer.Bot, error) {
	if !slices.Contains(s.dirs, f.FAQ) {
		return openBot(p, f, m)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if bot := s.bots[opened{f, m}]; bot != nil {
		return bot, nil
	}
	bot, err := openBot(p, f, m)
	if err == nil {
		s.bots[opened{f, m}] = bot
	}
	return bot, err
}

func TestScripts(t *testing.T) {
	t.Parallel()
	content := testContent(t)
	cache := filledCache(t)
	bots := newShared(content)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("FAQ", content)
			env.Setenv("FAQBOT_CACHE", cache)
			env.Setenv("FAQBOT_NO_ENCODER", "true") // learning is faster by words alone
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"faqbot": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg {
					ts.Fatalf("say which exit code: exits CODE ARGS…")
				}
				runCommand(ts, bots.open, exitGood, args)
			},
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				code, err := strconv.Atoi(args[0])
				if neg || err != nil {
					ts.Fatalf("usage: exits CODE ARGS…")
				}
				runCommand(ts, bots.open, code, args[1:])
			},
			"database": prepareDatabase,
			"field":    field,
			"lines":    countLines,
			"give":     give,
		},
	})
}

// runCommand runs the program in this process and insists on an exit code. A last argument <FILE gives its standard input.
func runCommand(ts *testscript.TestScript, open opener, want int, args []string) {
	stdin := ""
	if last := len(args) - 1; last >= 0 && strings.HasPrefix(args[last], "<") {
		stdin, args = ts.ReadFile(args[last][1:]), args[:last]
	}
	p := &program{
		ctx: context.Background(), getenv: ts.Getenv, open: open,
		stdin: strings.NewReader(stdin), stdout: ts.Stdout(), stderr: ts.Stderr(),
	}
	if got := p.run(args); got != want {
		ts.Fatalf("faqbot %q exits with %d, not %d", args, got, want)
	}
}

// prepareDatabase makes a database with something in it, or an old one of an older schema: database FILE [old].
func prepareDatabase(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: database FILE [old]")
	}
	ctx, file := context.Background(), ts.MkAbs(args[0])
	st, err := store.Open(ctx, file)
	ts.Check(err)
	ts.Check(st.SaveCountry(ctx, "123", "GB", time.Now()))
	ts.Check(st.Close())
	if len(args) > 1 {
		db, err := sql.Open("sqlite", file)
		ts.Check(err)
		_, err = db.ExecContext(ctx, "DELETE FROM goose_db_version WHERE version_id > 1")
		ts.Check(errors.Join(err, db.Close()))
	}
}

// field checks fields of the objects in a file of JSON lines: field FILE NAME VALUE…, a value a line. Values other than text stand as
// JSON writes them.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: field FILE NAME VALUE…")
	}
	var got []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var o map[string]json.RawMessage
		ts.Check(json.Unmarshal([]byte(line), &o))
		var s string
		if json.Unmarshal(o[args[1]], &s) != nil {
			s = string(o[args[1]])
		}
		got = append(got, s)
	}
	if want := args[2:]; strings.Join(got, "\x00") != strings.Join(want, "\x00") {
		ts.Fatalf("%s is %q, not %q", args[1], got, want)
	}
}

// give stores each line of a file as a donation, in a new database: give DATABASE GUILD FILE.
func give(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: give DATABASE GUILD FILE")
	}
	s, err := store.Open(context.Background(), args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[2])) {
		ts.Check(s.Donate(context.Background(), args[1], strings.TrimSpace(line), time.Unix(0, 0)))
	}
	ts.Check(s.Close())
}

// countLines checks how many lines a file has: lines FILE COUNT.
func countLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines FILE COUNT")
	}
	if n := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%s has %d lines, not %s", args[0], n, args[1])
	}
}

// runHere runs the program with an environment and returns what it wrote.
func runHere(env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), args, func(k string) string { return env[k] }, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// copyContent copies the test content to a folder of its own.
func copyContent(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(testContent(t))); err != nil {
		t.Fatal(err)
	}
	return dir
}
