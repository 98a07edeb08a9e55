package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/store"
)

// lateDatabase is a bot whose database is away when it starts, in a server that has an alert channel.
type lateDatabase struct {
	*testing.T

	database

	ctx    context.Context //nolint:containedctx // of the one test
	fake   *discordtest.Server
	alerts string // a channel
	log    *lines
}

func newLateDatabase(t *testing.T, db database) *lateDatabase {
	t.Helper()
	fake := discordtest.New(discordtest.Options{Validate: openapi.Validator(t)})
	t.Cleanup(fake.Close)
	d := &lateDatabase{T: t, database: db, fake: fake, alerts: fake.NewID()}
	st, err := store.Open(t.Context(), d.address)
	if err != nil {
		t.Fatal(err)
	}
	settings := store.Defaults(fake.GuildID)
	settings.AlertChannel = d.alerts
	by := store.Audit{Actor: fake.UserID, Action: store.ActionSettings, At: time.Now()}
	if err := errors.Join(st.SaveSettings(t.Context(), settings, by), st.Close()); err != nil {
		t.Fatal(err)
	}
	return d
}

// folderDatabase is a file in a folder of its own, such as one that is mounted. Lost, the folder is elsewhere.
func folderDatabase(t *testing.T, root string) database {
	t.Helper()
	folder := filepath.Join(root, "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return database{address: filepath.Join(folder, "faqbot.db"), lose: func(away bool) {
		from, to := folder, folder+".away"
		if !away {
			from, to = to, from
		}
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}}
}

// run runs the bot, and does something once it is connected.
func (d *lateDatabase) run(connected func()) {
	d.Helper()
	runAgainst(d.T, d.fake, map[string]string{"FAQBOT_DATABASE": d.address}, func(ctx context.Context, log *lines) {
		d.ctx, d.log = ctx, log
		connected()
	})
}

// send sends an interaction, and returns what is read in the end and the message that it stands in.
func (d *lateDatabase) send(in discordtest.Interaction) (said string, message any) {
	d.Helper()
	first, err := d.fake.Send(d.ctx, in)
	if err != nil {
		d.Fatal(err, d.log)
	}
	original, _ := d.fake.Original(in)
	const deferred = 5
	if first.Type != deferred {
		return string(first.Data), original
	}
	change, err := d.fake.Change(d.ctx, in, 0)
	if err != nil {
		d.Fatal(err, d.log)
	}
	return string(change.Data), original
}

// commands are what a moderator uses, and what is read without and with the database.
func (d *lateDatabase) commands(open bool) {
	d.Helper()
	const trouble = "The bot's database did not answer just now"
	for _, c := range []struct{ name, sub, without, with string }{
		{"audit", "", trouble, "The last notes of this server."},
		{"helpline", "list", trouble, "No help line is replaced"},
		{"resource", "list", trouble, "No cards are pinned in this server yet."},
		{"resource", "refresh", trouble, "No cards are pinned in this server yet."},
		{"stats", "", "The figures cannot be read just now.", "Here are the figures"},
	} {
		var args []discordtest.Arg
		if c.sub != "" {
			args = []discordtest.Arg{{Name: c.sub, Type: subcommand}}
		}
		want := c.without
		if open {
			want = c.with
		}
		if said, _ := d.send(d.fake.Command(discordtest.From{Permissions: "32"}, c.name, args...)); !strings.Contains(said, want) {
			d.Errorf("/%s %s says %s, not %q", c.name, c.sub, said, want)
		}
	}
}

// askModerator asks for one from an urgent card, and returns what the member reads.
func (d *lateDatabase) askModerator() string {
	d.Helper()
	card, message := d.send(d.fake.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: "I'm going to kill myself"}))
	path := regexp.MustCompile(`"custom_id":"(alert/[^"]*)"`).FindStringSubmatch(card)
	if path == nil {
		d.Fatalf("no button for a moderator on %s", card)
	}
	said, _ := d.send(d.fake.Button(discordtest.From{}, message, path[1]))
	return said
}

// TestDatabaseComesLater: a start while the database is away answers at once and leaves every command as it is registered. What needs the
// database says so, and works as soon as that is back.
func TestDatabaseComesLater(t *testing.T) {
	t.Parallel()
	for kind, prepare := range map[string]func(*testing.T, string) database{store.KindSQLite: folderDatabase, store.KindPostgreSQL: serverDatabase} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := newLateDatabase(t, prepare(t, t.TempDir()))
			d.run(func() { d.commands(true) })
			registered := d.fake.Commands("")
			d.lose(true)
			d.run(func() {
				if now := d.fake.Commands(""); len(registered) < 13 || !slices.EqualFunc(now, registered, slices.Equal) {
					t.Errorf("registered are\n%s\nnot\n%s", now, registered)
				}
				d.whileAway()
				d.lose(false)
				d.log.wait(d.ctx, t, `msg="database opened" kind=`+kind)
				d.log.wait(d.ctx, t, `msg="what is too old was deleted"`)
				d.commands(true)
				if said := d.askModerator(); !strings.Contains(said, "have been told") || len(d.fake.Messages(d.alerts)) != 1 {
					t.Errorf("who asks for a moderator reads %s, and moderators read %s", said, d.fake.Messages(d.alerts))
				}
			})
			for _, problem := range d.fake.Problems() {
				t.Error(problem)
			}
		})
	}
}

// whileAway looks at what the bot does without a database.
func (d *lateDatabase) whileAway() {
	d.Helper()
	answers(d.T, d.fake)(d.ctx, d.log)
	d.commands(false)
	if said := d.askModerator(); !strings.Contains(said, "nobody has been told") {
		d.Errorf("who asks for a moderator reads %s", said)
	}
	d.log.wait(d.ctx, d.T, "no database: answers and urgent cards go on")
	code, ready, _ := runHere(map[string]string{"FAQBOT_HTTP": served(d.ctx, d.T, d.log)}, "health")
	if code != exitGood || !strings.Contains(ready, `"database":"degraded"`) {
		d.Errorf("/readyz says %d: %s", code, ready)
	}
}

// TestDatabaseThatHangs: a server that takes the connection and says nothing holds up neither the start nor the end.
func TestDatabaseThatHangs(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	var listening net.ListenConfig
	silent, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	address := "postgres://bot@" + silent.Addr().String() + "/bot?sslmode=disable"
	runAgainst(t, fake, map[string]string{"FAQBOT_DATABASE": address}, func(ctx context.Context, log *lines) {
		answers(t, fake)(ctx, log)
		if strings.Contains(log.String(), "no database") {
			t.Errorf("the start has waited for the end of the first try:\n%s", log)
		}
	})
}

// TestDatabaseIsTriedAgain: soon at first and seldom later, until it opens; the log has the reason at once, and then every ten minutes.
func TestDatabaseIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		start, last, tries := time.Now(), time.Time{}, 0
		open := func(ctx context.Context) error {
			tries++
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("a database that hangs ends the tries")
			}
			if pause := time.Since(last); tries > 1 && pause > tryEvery {
				t.Errorf("a pause of %s", pause)
			}
			last = time.Now()
			switch after := time.Since(start); {
			case tries == logEvery+1:
				panic("out of order")
			case after < 12*time.Hour:
				return errors.New("it is away")
			case after < 24*time.Hour:
				return errors.New("it is locked")
			}
			return nil
		}
		if !tryToOpen(t.Context(), open, slog.New(slog.NewTextHandler(&log, nil))) {
			t.Error("it gave up")
		}
		lines := strings.Count(log.String(), "\n")
		if took := time.Since(start); took > 24*time.Hour+tryEvery || tries < 2000 || lines < 24*5 || lines > 24*7 {
			t.Errorf("%d tries in %s, and %d lines:\n%s", tries, took, lines, log.String())
		}
		for _, reason := range []string{"it is away", "it panicked: out of order", "it is locked"} {
			if !strings.Contains(log.String(), reason) {
				t.Errorf("the log does not say %s:\n%s", reason, log.String())
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		if tryToOpen(ctx, func(context.Context) error { return errors.New("it is away") }, slog.New(slog.DiscardHandler)) {
			t.Error("it opened")
		}
	})
}
