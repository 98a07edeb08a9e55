package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	guild, other = "100", "200"
	moderator    = "900"
)

// noon is a day's middle, so that no time zone moves it to another.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// by is a note of an action.
func by(action Action) Audit {
	return Audit{Guild: guild, Actor: moderator, Action: action, Target: "cooldown", At: noon}
}

// both runs a test on an empty database of each kind.
func both(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run(KindSQLite, func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "faq bot?#%.db"))
	})
	t.Run(KindPostgreSQL, func(t *testing.T) {
		t.Parallel()
		test(t, newSchema(t))
	})
}

// newSchema is the address of a PostgreSQL schema of the test's own.
func newSchema(t *testing.T) string {
	t.Helper()
	address := os.Getenv("FAQBOT_TEST_POSTGRES")
	if address == "" {
		t.Skip("not run on PostgreSQL: set FAQBOT_TEST_POSTGRES to the URL of a database to create schemas in")
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal("FAQBOT_TEST_POSTGRES is no URL of PostgreSQL")
	}
	db := stdlib.OpenDB(*config)
	schema := "test_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String()
}

// open opens a store until the test ends.
func open(t *testing.T, address string) *Store {
	t.Helper()
	s, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ok fails the test for the first error.
func ok(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// is fails the test unless a call went well and brought what it should.
func is[T any](t *testing.T, want T) func(T, error) {
	t.Helper()
	return func(got T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

// says fails the test unless an error has all these words in it.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
}

// raw runs a statement past the package's methods.
func raw(t *testing.T, s *Store, statement string, args ...any) {
	t.Helper()
	if _, err := s.writer.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		is(t, Settings{Guild: guild, Cooldown: 10 * time.Second, Retention: 90})(s.Settings(ctx, guild))
		want := Settings{
			Guild: guild, ModeratorRoles: []string{"2", "10", "2"}, AlertChannel: "3", AlertsOn: true, AskChannels: []string{"4"},
			AskRoles: []string{"5"}, UnaskedChannels: []string{"7", "6"}, Country: "GB", Locale: "en-GB",
			Cooldown: 1500 * time.Millisecond, Retention: 7,
		}
		ok(t, s.SaveSettings(ctx, want, by(ActionSettings)), s.SaveSettings(ctx, want, by(ActionSettings)))
		want.ModeratorRoles, want.UnaskedChannels = []string{"10", "2"}, []string{"6", "7"}
		is(t, want)(s.Settings(ctx, guild))
		is(t, Settings{Guild: other, Cooldown: 10 * time.Second, Retention: 90})(s.Settings(ctx, other))

		less := Settings{Guild: guild, Retention: 365}
		ok(t, s.SaveSettings(ctx, less, Audit{Action: ActionSettings, At: noon.Add(time.Hour)}))
		is(t, less)(s.Settings(ctx, guild))
		is(t, []Audit{
			{Guild: guild, Action: ActionSettings, At: noon.Add(time.Hour)}, by(ActionSettings), by(ActionSettings),
		})(s.Audits(ctx, guild, 10))
		is(t, []Audit{{Guild: guild, Action: ActionSettings, At: noon.Add(time.Hour)}})(s.Audits(ctx, guild, 1))
	})
}

// TestChangeSettings: of what many change at once through two pools, as two processes have, nothing is lost, and what is refused changes
// nothing.
func TestChangeSettings(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		const changers = 40
		ctx, stores := t.Context(), []*Store{open(t, address), open(t, address)}
		errs := make(chan error, changers)
		var want []string
		for i := range changers {
			id := strconv.Itoa(100 + i)
			want = append(want, id)
			go func() {
				after, err := stores[i%2].ChangeSettings(ctx, guild, func(s *Settings) { s.AskChannels = append(s.AskChannels, id) }, by(ActionSettings))
				if err == nil && !slices.Contains(after.AskChannels, id) {
					err = fmt.Errorf("%s was stored as %q", id, after.AskChannels)
				}
				errs <- err
			}()
		}
		for range changers {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		stored := Settings{Guild: guild, AskChannels: want, Cooldown: DefaultCooldown, Retention: DefaultRetention}
		is(t, stored)(stores[0].Settings(ctx, guild))

		_, err := stores[1].ChangeSettings(ctx, guild, func(s *Settings) { s.AskChannels, s.Country = nil, "nowhere" }, by(ActionSettings))
		says(t, err, "change settings", "country")
		is(t, stored)(stores[0].Settings(ctx, guild))
		is(t, changers)(len(all(t, stores[0], "audit")), nil)
	})
}

// TestRefusals shows that nothing gets in that is none of the names and ids which the database is for, and that no error repeats it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		const text = "i can not sleep since i stopped"
		good := Settings{Guild: guild, Retention: 90}
		settings := func(change func(*Settings)) error {
			one := good
			change(&one)
			return s.SaveSettings(ctx, one, by(ActionSettings))
		}
		override := func(change func(*Override)) error {
			one := Override{Guild: guild, Line: "gb/samaritans", Name: "Samaritans", Phone: "116 123", URL: "https://example.org", By: moderator}
			change(&one)
			return s.SetOverride(ctx, one, by(ActionOverride))
		}
		_, _, beginError := s.BeginPin(ctx, guild, "1", text, noon)
		_, messageError := s.SetPinMessage(ctx, Pin{}, text, "", noon)
		for what, err := range map[string]error{
			"server":              settings(func(s *Settings) { s.Guild = text }),
			"alert channel":       settings(func(s *Settings) { s.AlertChannel = text }),
			"role":                settings(func(s *Settings) { s.AskRoles = []string{text} }),
			"roles":               settings(func(s *Settings) { s.ModeratorRoles = make([]string, 101) }),
			"country":             settings(func(s *Settings) { s.Country = "gb" }),
			"locale":              settings(func(s *Settings) { s.Locale = text }),
			"cooldown":            settings(func(s *Settings) { s.Cooldown = -1 }),
			"long cooldown":       settings(func(s *Settings) { s.Cooldown = 2 * time.Hour }),
			"retention":           settings(func(s *Settings) { s.Retention = 6 }),
			"long retention":      settings(func(s *Settings) { s.Retention = 366 }),
			"action":              s.SaveSettings(ctx, good, by(text)),
			"audit's server":      s.AddAudit(ctx, Audit{Action: ActionPin}),
			"actor":               s.AddAudit(ctx, Audit{Guild: guild, Actor: text, Action: ActionPin}),
			"target":              s.AddAudit(ctx, Audit{Guild: guild, Action: ActionPin, Target: text}),
			"card":                beginError,
			"message":             messageError,
			"pin state":           s.SetPinState(ctx, "1", "card/help", text, noon),
			"kind":                s.Count(ctx, guild, text, "", noon),
			"entry":               s.Count(ctx, guild, "answer", text, noon),
			"long entry":          s.Count(ctx, guild, "answer", strings.Repeat("a", 101), noon),
			"vote":                s.Vote(ctx, guild, text, true, noon),
			"topic":               s.CountTopic(ctx, guild, text, noon),
			"topic's state":       s.SetTopicState(ctx, guild, "sleep/insomnia", text, by(ActionTopic)),
			"helpline":            override(func(o *Override) { o.Line = text }),
			"helpline's name":     override(func(o *Override) { o.Name = " " }),
			"long name":           override(func(o *Override) { o.Name = strings.Repeat("ä", 101) }),
			"phone":               override(func(o *Override) { o.Phone = strings.Repeat("1", 41) }),
			"no way to call":      override(func(o *Override) { o.Phone, o.URL = "", "" }),
			"URL":                 override(func(o *Override) { o.URL = "http://example.org" }),
			"empty donation":      s.Donate(ctx, guild, " \n", noon),
			"long donation":       s.Donate(ctx, guild, strings.Repeat("ä", 2001), noon),
			"donation of nowhere": s.Donate(ctx, "", text, noon),
			"binary donation":     s.Donate(ctx, guild, "a\x00b", noon),
			"broken donation":     s.Donate(ctx, guild, "a\xffb", noon),
			"member":              s.SaveCountry(ctx, text, "GB", noon),
			"forgotten member":    s.ForgetMember(ctx, ""),
			"forgotten server":    s.ForgetGuild(ctx, ""),
		} {
			if err == nil {
				t.Errorf("%s: no error", what)
			} else if strings.Contains(err.Error(), text) {
				t.Errorf("%s: the error repeats the text: %v", what, err)
			}
		}
		for _, one := range tables() {
			if rows := all(t, s, one.name); len(rows) > 0 {
				t.Errorf("%s has %q", one.name, rows)
			}
		}
	})
}

// all returns the rows of a table as text, sorted.
func all(t *testing.T, s *Store, name string) []string {
	t.Helper()
	i := slices.IndexFunc(tables(), func(one table) bool { return one.name == name })
	columns := tables()[i].columns()
	rows, err := list(t.Context(), s.reader, func(rows *sql.Rows, row *string) error {
		cells, places := make([]string, len(columns)), make([]any, len(columns))
		for i := range cells {
			places[i] = &cells[i]
		}
		err := rows.Scan(places...)
		*row = strings.Join(cells, "|")
		return err
	}, tables()[i].selectAll())
	ok(t, err)
	slices.Sort(rows)
	return rows
}

func TestCounts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		late := time.Date(2026, 3, 10, 23, 30, 0, 0, time.FixedZone("", -3600)) // the 11th in UTC
		ok(t,
			s.Count(ctx, guild, "answer", "sleep/insomnia", noon), s.Count(ctx, guild, "answer", "sleep/insomnia", noon),
			s.Count(ctx, guild, "answer", "sleep/dreams", noon), s.Count(ctx, guild, "urgent", "", late),
			s.Count(ctx, "", "answer", "sleep/dreams", noon), s.Count(ctx, other, "answer", "sleep/dreams", noon),
		)
		is(t, []Count{
			{"2026-03-10", "answer", "sleep/dreams", 1}, {"2026-03-10", "answer", "sleep/insomnia", 2}, {"2026-03-11", "urgent", "", 1},
		})(s.Counts(ctx, guild, noon, late))
		is(t, []Count{{"2026-03-11", "urgent", "", 1}})(s.Counts(ctx, guild, late, late))
		is(t, []Count{{"2026-03-10", "answer", "sleep/dreams", 1}})(s.Counts(ctx, "", noon, noon))

		ok(t, s.Vote(ctx, guild, "sleep/dreams", true, noon), s.Vote(ctx, guild, "sleep/dreams", true, noon),
			s.Vote(ctx, guild, "sleep/dreams", false, noon), s.Vote(ctx, guild, "about/ketamine", false, noon), s.Vote(ctx, other, "a", true, noon))
		is(t, []Votes{
			{"2026-03-10", "about/ketamine", 0, 1}, {"2026-03-10", "sleep/dreams", 2, 1},
		})(s.Votes(ctx, guild, noon, late))

		ok(t, s.CountTopic(ctx, guild, "a", noon), s.CountTopic(ctx, guild, "b", noon), s.CountTopic(ctx, guild, "b", late),
			s.CountTopic(ctx, guild, "c", late), s.CountTopic(ctx, other, "c", late),
			s.SetTopicState(ctx, guild, "b", TopicDone, by(ActionTopic)), s.SetTopicState(ctx, guild, "b", TopicPending, by(ActionTopic)))
		is(t, []Topic{{"b", 2, TopicPending}, {"a", 1, TopicNew}, {"c", 1, TopicNew}})(s.Topics(ctx, guild, noon, late))
		is(t, []Topic{{"b", 1, TopicPending}, {"c", 1, TopicNew}})(s.Topics(ctx, guild, late, late))
		is(t, 2)(len(all(t, s, "audit")), nil)
	})
}

func TestPins(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		want := Pin{Guild: guild, Channel: "5", Card: "card/help", State: PinPending, Checked: noon}
		for i := range 2 {
			pin, created, err := s.BeginPin(ctx, guild, "5", "card/help", noon)
			is(t, want)(pin, err)
			is(t, i == 0)(created, nil)
		}
		later := noon.Add(time.Minute)
		for range 2 {
			is(t, true)(s.SetPinMessage(ctx, want, "77", "0af", later))
		}
		is(t, false)(s.SetPinMessage(ctx, want, "78", "0af", later)) // who read it before 77 was set is too late
		want.Message, want.Hash, want.State, want.Checked = "77", "0af", PinLive, later
		is(t, []Pin{want})(s.Pins(ctx, guild))
		is(t, true)(s.SetPinMessage(ctx, want, "79", "1af", later)) // posted anew
		ok(t, s.SetPinState(ctx, "5", "card/help", PinDrifted, noon), s.SetPinState(ctx, "6", "card/help", PinDrifted, noon))
		want.Message, want.Hash, want.State, want.Checked = "79", "1af", PinDrifted, noon

		second := Pin{Guild: other, Channel: "4", Card: "card/help", State: PinPending, Checked: noon}
		_, _, err := s.BeginPin(ctx, other, "4", "card/help", noon)
		ok(t, err)
		is(t, []Pin{second, want})(s.Pins(ctx, ""))
		is(t, []Pin{second})(s.Pins(ctx, other))
		ok(t, s.DeletePin(ctx, "5", "card/help"), s.DeletePin(ctx, "5", "card/help"))
		is(t, []Pin{second})(s.Pins(ctx, ""))
		is(t, false)(s.SetPinMessage(ctx, want, "80", "", noon))
	})
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		first := Override{guild, "gb/samaritans", "Samaritans", "116 123", "", noon.Add(time.Hour), moderator}
		second := Override{guild, "gb/frank", "Frank", "", "https://example.org/frank", noon.Add(time.Minute), ""}
		ok(t, s.SetOverride(ctx, first, by(ActionOverride)), s.SetOverride(ctx, second, by(ActionOverride)))
		first.Name = "The Samaritans"
		ok(t, s.SetOverride(ctx, first, by(ActionOverride)))
		is(t, []Override{second, first})(s.Overrides(ctx, guild, noon))
		is(t, []Override{first})(s.Overrides(ctx, guild, noon.Add(time.Minute)))
		is[[]Override](t, nil)(s.Overrides(ctx, other, noon))
		ok(t, s.DeleteOverride(ctx, guild, first.Line, by(ActionDeleteOverride)), s.DeleteOverride(ctx, guild, first.Line, by(ActionDeleteOverride)))
		is(t, []Override{second})(s.Overrides(ctx, guild, noon))
		is(t, 5)(len(all(t, s, "audit")), nil)
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		s := open(t, address)
		ok(t, s.Ping(t.Context()), s.Ping(t.Context()))
		is(t, strings.HasPrefix(address, "postgres"))(s.Kind() == KindPostgreSQL, nil)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Ping(gone); err == nil {
			t.Error("no error for a context that has ended")
		}
		ok(t, s.Ping(t.Context()))
	})
}
