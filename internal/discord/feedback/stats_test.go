package feedback

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/store"
)

// busy fills a server's figures: one entry often, one seldom, two topics, votes of both kinds.
func (s *stage) busy() {
	s.Helper()
	now := time.Now()
	var err error
	add := func(n int, count func() error) {
		for range n {
			err = errors.Join(err, count())
		}
	}
	guild := s.fake.GuildID
	add(7, func() error { return s.store.Count(s.ctx, guild, kindAnswer, "faq/duration", now) })
	add(2, func() error { return s.store.Count(s.ctx, guild, kindEntry, "faq/duration", now.AddDate(0, 0, -29)) })
	add(9, func() error { return s.store.Count(s.ctx, guild, kindAnswer, "faq/quit-alone", now.AddDate(0, 0, -30)) }) // too long ago
	add(3, func() error { return s.store.Count(s.ctx, guild, kindEntry, "coping/breathing", now) })
	add(6, func() error { return s.store.Count(s.ctx, guild, kindNoAnswer, "", now) })
	add(6, func() error { return s.store.CountTopic(s.ctx, guild, "faq/blue-kettle", now) })
	add(1, func() error { return s.store.CountTopic(s.ctx, guild, "faq/pink-kettle", now) })
	add(5, func() error { return s.store.Vote(s.ctx, guild, "faq/duration", true, now) })
	add(4, func() error { return s.store.Vote(s.ctx, guild, "faq/duration", false, now) })
	add(1, func() error { return s.store.Donate(s.ctx, guild, "=how long, if \"never\"", now) })
	if err != nil {
		s.Fatal(err)
	}
}

// TestStats: moderators see figures, none of them small enough to point at somebody, and a picture with a text in its place.
func TestStats(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *Config) {
		c.Pins = func(context.Context, string) ([]string, error) {
			return []string{"faq/duration has changed since"}, nil
		}
	})
	s.busy()
	m, files := s.later(s.byRole(s.fake.Command(discordtest.From{}, "stats")))
	want := `**What the bot did**
- Questions answered at once: 7
- Questions without an answer: 6
- Cards opened from a list or a button: 5

**Entries that were shown most**
- ` + "`faq/duration` 9\n- `coping/breathing` <5" + `

**Did it help? (yes, not really)**
- ` + "`faq/duration` 5, <5" + `

**Questions without an answer, by the nearest entry**
- ` + "`faq/blue-kettle` 6 (new)\n- `faq/pink-kettle` <5 (new)" + `

**Pinned cards**
- faq/duration has changed since

**Reviews that are past or due within 30 days**
- ` + strconv.Itoa(len(fixtureBot(t).Library().Entries())) + ` entries have not been clinically reviewed.

` + foot
	if diff := gocmp.Diff(want, m.Embeds[0].Description); diff != "" {
		t.Error(diff)
	}
	if m.Content != textFigures || !m.has("stats/csv") || m.has("stats/donations") || m.Flags&64 == 0 {
		t.Errorf("%s", m.raw)
	}
	requests := s.fake.Requests()
	if body := requests[len(requests)-1].Body; len(files) != 1 || !strings.Contains(string(body), `"description":"`+altBars+`faq/duration 9."`) {
		t.Fatalf("%d files, %s", len(files), body)
	}
	if _, err := png.Decode(bytes.NewReader(files[0].Data)); err != nil {
		t.Error(err)
	}
}

// TestStatsRefused: figures are for who may manage the server or has a moderators' role, and not for who may delete messages in a channel;
// that is checked on every use.
func TestStatsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	s.busy()
	for _, from := range []discordtest.From{{}, {Permissions: "8192"}, {Place: discordtest.InDM}} {
		wants(t, s.shown(s.sent(s.fake.Command(from, "stats"))), textModerators)
		for _, path := range []string{"stats/csv", "stats/donations", "stats/topic"} {
			wants(t, s.shown(s.sent(s.fake.Button(from, nil, path))), textModerators)
		}
	}
	wants(t, s.shown(s.sent(s.fake.Button(admin(), nil, "stats/what"))), textStale)
	wants(t, s.shown(s.sent(s.fake.Select(admin(), nil, "stats/state/no/topic", "done"))), textStale)
	wants(t, s.shown(s.sent(s.fake.Select(admin(), nil, "stats/topic", "words that somebody typed"))), textStale)
	wants(t, s.shown(s.sent(s.fake.Select(admin(), nil, "stats/state/faq/blue-kettle", "perhaps"))), textNotSaved)
	if m, _ := s.later(s.byRole(s.fake.Command(discordtest.From{}, "stats"))); m.Content != textFigures {
		t.Errorf("%s", m.raw)
	}
	wants(t, s.shown(s.sent(s.byRole(s.fake.Button(discordtest.From{}, nil, "stats/donations")))), textAdmins)
}

// TestTopicState: a moderator says what is done about a topic, and it is noted who.
func TestTopicState(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	s.busy()
	m, _ := s.later(s.fake.Command(admin(), "stats"))
	in := s.fake.Select(admin(), m.raw, "stats/topic", "faq/blue-kettle")
	m = s.shown(s.sent(in))
	if m.Content != "What about the topic `faq/blue-kettle`?" || len(m.all()[0].Options) != len(store.TopicStates()) {
		t.Errorf("%s", m.raw)
	}
	m = s.shown(s.sent(s.fake.Select(admin(), m.raw, m.all()[0].Path, "pending")))
	if m.Content != "The topic `faq/blue-kettle` is now marked pending." || m.all()[0].Options[0].Label != "faq/blue-kettle (pending)" {
		t.Errorf("%s", m.raw)
	}
	note := must(s.store.Audits(s.ctx, s.fake.GuildID, 1))(t)[0]
	if note.Action != store.ActionTopic || note.Target != "faq/blue-kettle" || note.Actor != s.fake.UserID {
		t.Errorf("%+v", note)
	}
}

// cells reads the one file of a message.
func cells(t *testing.T, files []discordtest.File) [][]string {
	t.Helper()
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	return must(csv.NewReader(bytes.NewReader(files[0].Data)).ReadAll())(t)
}

// TestFiles: what the card shows can be had as a file, and admins get donations; it is noted who had which.
func TestFiles(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	if m, _ := s.later(s.fake.Button(admin(), nil, "stats/donations")); m.Content != textNoGifts {
		t.Errorf("%s", m.raw)
	}
	s.busy()
	card, _ := s.later(s.fake.Command(admin(), "stats"))
	m, files := s.later(s.fake.Button(admin(), card.raw, card.path(t, "stats/csv")))
	want := [][]string{
		{"what", "name", "state", "figure"},
		{"replies", "answer", "", "7"},
		{"replies", "no-answer", "", "6"},
		{"replies", "entry", "", "5"},
		{"shown", "faq/duration", "", "9"},
		{"shown", "coping/breathing", "", "<5"},
		{"helped", "faq/duration", "", "5"},
		{"did not help", "faq/duration", "", "<5"},
		{"unanswered", "faq/blue-kettle", "new", "6"},
		{"unanswered", "faq/pink-kettle", "new", "<5"},
	}
	if diff := gocmp.Diff(want, cells(t, files)); diff != "" || m.Content != textFile || m.Flags&64 == 0 {
		t.Error(diff, m.Content)
	}
	noted := func(file string) {
		t.Helper()
		note := must(s.store.Audits(s.ctx, s.fake.GuildID, 1))(t)[0]
		if note.Action != store.ActionExport || note.Target != file || note.Actor != s.fake.UserID {
			t.Errorf("%+v", note)
		}
	}
	noted("figures")
	_, files = s.later(s.fake.Button(admin(), card.raw, card.path(t, "stats/donations")))
	rows := cells(t, files)
	if len(rows) != 2 || rows[1][1] != `'=how long, if "never"` {
		t.Errorf("%q", rows)
	}
	noted("donations")
}

// TestCard: lists are cut, empty parts say so, and what could not be found out is not passed over.
func TestCard(t *testing.T) {
	t.Parallel()
	f := &figures{pinsAsked: true, drafts: 2}
	for range 30 {
		f.asked = append(f.asked, tally{strings.Repeat("x", 100), 99})
		f.votes = append(f.votes, votes{strings.Repeat("y", 100), 1, 2})
		f.topics = append(f.topics, store.Topic{Entry: strings.Repeat("z", 100), State: store.TopicIgnored})
		f.reviews = append(f.reviews, review{strings.Repeat("r", 100), "2026-01-01", true}, review{"due", "2027-01-01", false})
	}
	all := strings.Join(f.parts(), "\n\n")
	if n := len([]rune(all)); n > api.MaxEmbedTextRunes {
		t.Errorf("%d letters", n)
	}
	for _, words := range []string{linePinsGone, lineNothing, "and 20 more in the file", "2 entries have not", "due on 2027-01-01"} {
		if !strings.Contains(all, words) {
			t.Errorf("%q is missing in\n%s", words, all)
		}
	}
	f.pinsSeen = true
	if !strings.Contains(strings.Join(f.parts(), ""), linePinsGood) || kindWords("other") != "other" {
		t.Error("all pins are well")
	}
}

// TestReviews: what is past comes first, and what is far away does not come.
func TestReviews(t *testing.T) {
	t.Parallel()
	f := &figures{to: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	f.review([]reviewed{{"a", true, "2026-12-23"}, {"b", true, "2026-12-24"}, {"c", true, "2026-11-22"}, {"d", false, ""}, {"e", true, "2026-11-23"}})
	want := []review{{"c", "2026-11-22", true}, {"e", "2026-11-23", false}, {"a", "2026-12-23", false}}
	if !slices.Equal(f.reviews, want) || f.drafts != 1 {
		t.Errorf("%+v, %d drafts", f.reviews, f.drafts)
	}
}

// TestStatsUploadRefused: where Discord takes no file, the moderator reads that something went wrong, and not that the file is there.
func TestStatsUploadRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	s.busy()
	for name, refusal := range map[string]discordtest.Answer{
		"bad":       discordtest.Failure(http.StatusBadRequest, 50035, "Invalid Form Body"),
		"forbidden": discordtest.Failure(http.StatusForbidden, 50013, "Missing Permissions"),
		"too large": discordtest.Failure(http.StatusRequestEntityTooLarge, 40005, "Request entity too large"),
	} {
		for _, path := range []string{"stats/csv", "stats/donations"} {
			s.fake.Inject(discordtest.Rule{Method: http.MethodPatch, Prefix: "/webhooks/", Answer: refusal})
			m, files := s.later(s.fake.Button(admin(), nil, path))
			if len(files) > 0 || m.Content == textFile || m.Content == "" {
				t.Errorf("%s, %s: %q with %d files", name, path, m.Content, len(files))
			}
			s.fake.ClearRules()
		}
	}
}
