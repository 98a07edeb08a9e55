package feedback

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

const (
	answered   = "how long does withdrawal last"
	unanswered = "what is the wifi password"
	choice     = "tell me of the kettle"
	danger     = "i am going to kill myself tonight"
)

// TestCounts: every answer counts once, what had none counts for the nearest entry, and of danger only the kind is kept.
func TestCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	s.ask(discordtest.From{}, answered)
	s.mention(answered)
	s.ask(discordtest.From{}, unanswered)
	s.ask(discordtest.From{}, danger)
	s.ask(discordtest.From{Place: discordtest.InDM}, answered)
	s.press(discordtest.From{}, s.ask(discordtest.From{}, choice), "choose/faq/grey-kettle")
	s.counted()
	s.press(discordtest.From{}, s.ask(discordtest.From{}, choice), "none/")
	s.counted()
	now := time.Now()
	got := []string{}
	for _, guild := range []string{s.fake.GuildID, ""} {
		for _, c := range must(s.store.Counts(s.ctx, guild, now.AddDate(0, 0, -1), now))(t) {
			got = append(got, fmt.Sprintf("%s %s %d", c.Kind, c.Entry, c.N))
		}
	}
	want := []string{
		"answer faq/duration 2", "choose  2", "entry faq/grey-kettle 1", "no-answer  1", "none-of-these  1", "urgent  1", "answer faq/duration 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("counted %q, want %q", got, want)
	}
	topics := must(s.store.Topics(s.ctx, s.fake.GuildID, now.AddDate(0, 0, -1), now))(t)
	n := int64(0)
	for _, topic := range topics {
		n += topic.Count
	}
	if n != 2 || !slices.ContainsFunc(topics, func(t store.Topic) bool { return strings.HasSuffix(t.Entry, "-kettle") }) {
		t.Errorf("unanswered: %+v", topics)
	}
}

// TestSent: what moderators send is among what was shown, under a kind of its own; of danger nothing but that is kept.
func TestSent(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	bot, now := fixtureBot(t), time.Now()
	out, _ := bot.Entry("faq/duration", answer.Question{})
	f := New(Config{Store: s.store, Bot: bot, Log: slog.New(slog.NewTextHandler(&s.log, nil)), Now: func() time.Time { return now }})
	for _, card := range []answer.Reply{out.Reply, out.Reply, answer.Urgent{}, answer.CheckIn{}, answer.Decline{}} {
		f.Sent(s.ctx, s.fake.GuildID, card)
	}
	counts := must(s.store.Counts(s.ctx, s.fake.GuildID, now, now))(t)
	today := now.UTC().Format(time.DateOnly)
	want := []store.Count{{Day: today, Kind: "sent", N: 3}, {Day: today, Kind: "sent", Entry: "faq/duration", N: 2}}
	if !slices.Equal(counts, want) {
		t.Errorf("counted %v, want %v", counts, want)
	}
	got := &figures{}
	got.count(counts)
	if !slices.Equal(got.kinds, []tally{{"sent", 5}}) || !slices.Equal(got.asked, []tally{{"faq/duration", 2}}) {
		t.Errorf("figures %+v", got)
	}
	if text := strings.Join(got.parts(), ""); !strings.Contains(text, "Cards that moderators sent: 5") {
		t.Errorf("shown %s", text)
	}
	_ = s.store.Close()
	f.Sent(s.ctx, s.fake.GuildID, out.Reply)
	if !strings.Contains(s.log.String(), "was not counted") {
		t.Error("a failure is not logged")
	}
}

// TestKinds: each reply has a kind.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reply answer.Reply
		want  string
	}{
		{answer.Decline{}, kindDecline},
		{answer.CheckIn{}, kindCheckIn},
		{answer.Urgent{}, kindUrgent},
		{answer.Silence{}, "silence"},
		{answer.Choose{}, kindChoose},
		{answer.NoAnswer{}, kindNone},
		{answer.Answer{}, kindEntry},
	} {
		if kind, entry := kindOf(discord.Asked{Outcome: answer.Outcome{Reply: c.reply}}); kind != c.want || entry != "" {
			t.Errorf("%T is %s %s", c.reply, kind, entry)
		}
	}
	for _, words := range []string{
		textThanks, textVotedAlready, textNotCounted, textStale, textReported, textReportedAlready, textNotReported, textNoChannel, textNoServer,
		textDonatedAlready, textNothingLeft, textNotDonated, textNotRead, textDonateServer,
	} {
		if n := utf8.RuneCountInString(words); n > api.MaxButtonLabelRunes {
			t.Errorf("%q has %d letters", words, n)
		}
	}
	for _, words := range []string{formTitle, formLabel} {
		if n := utf8.RuneCountInString(words); n > api.MaxModalLabelRunes {
			t.Errorf("%q has %d letters", words, n)
		}
	}
	if n := utf8.RuneCountInString(formHint); n > api.MaxModalHintRunes {
		t.Errorf("%q has %d letters", formHint, n)
	}
}

// TestVotePrivate: thanks stand in the place of the buttons, the card stays as it is, and a second press does not count.
func TestVotePrivate(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card := s.ask(discordtest.From{}, answered)
	got := s.press(discordtest.From{}, card, "vote/yes/faq/duration")
	wants(t, got, textThanks)
	if got.has("vote/") || !got.has("wrong/") || !got.has("share/") || !got.has("dismiss") || got.Content != card.Content || len(got.Embeds) != 1 {
		t.Errorf("%s", got.raw)
	}
	wants(t, s.press(discordtest.From{}, card, "vote/no/faq/duration"), textVotedAlready)
	wants(t, s.press(discordtest.From{}, s.ask(discordtest.From{}, unanswered), "vote/no/card/no-answer"), textThanks)
	wants(t, s.press(discordtest.From{}, s.ask(discordtest.From{}, "how much ket should i take"), "vote/no/decline/amounts"), textThanks)
	s.sameVotes("card/no-answer 0 1", "decline/amounts 0 1", "faq/duration 1 0")
}

// sameVotes compares the votes of today.
func (s *stage) sameVotes(want ...string) {
	s.Helper()
	got := []string{}
	now := time.Now()
	for _, v := range must(s.store.Votes(s.ctx, s.fake.GuildID, now.AddDate(0, 0, -1), now))(s.T) {
		got = append(got, fmt.Sprintf("%s %d %d", v.Entry, v.Helpful, v.Unhelpful))
	}
	if !slices.Equal(got, want) {
		s.Errorf("votes %q, want %q", got, want)
	}
}

// TestVoteEach: a private message shows one card after another, and each can be voted on and reported.
func TestVoteEach(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card := s.ask(discordtest.From{}, answered)
	for _, path := range []string{"vote/yes/faq/duration", "vote/no/symptom/insomnia"} {
		wants(t, s.shown(s.sent(s.fake.Button(discordtest.From{}, card.raw, path))), textThanks)
		wants(t, s.shown(s.sent(s.fake.Button(discordtest.From{}, card.raw, path))), textVotedAlready)
	}
	s.sameVotes("faq/duration 1 0", "symptom/insomnia 0 1")
	settings := must(s.store.Settings(s.ctx, s.fake.GuildID))(t)
	settings.AlertChannel = s.fake.NewID()
	if err := s.store.SaveSettings(s.ctx, settings, store.Audit{Action: store.ActionSettings, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"wrong/faq/duration", "wrong/symptom/insomnia"} {
		wants(t, s.shown(s.sent(s.fake.Button(discordtest.From{}, card.raw, path))), textReported)
		wants(t, s.shown(s.sent(s.fake.Button(discordtest.From{}, card.raw, path))), textReportedAlready)
	}
}

// TestVotePublic: everyone may vote on a public card once, and is answered in private.
func TestVotePublic(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card := s.mention(answered)
	other := discordtest.From{UserID: s.fake.NewID()}
	for _, from := range []discordtest.From{{}, other} {
		got := s.press(from, card, "vote/yes/")
		if got.Content != textThanks || got.Flags&64 == 0 {
			t.Errorf("%s", got.raw)
		}
		wants(t, s.press(from, card, "vote/yes/"), textVotedAlready)
	}
	wants(t, s.shown(s.sent(s.fake.Button(other, card.raw, "vote/yes/no/such-entry"))), textStale)
	wants(t, s.shown(s.sent(s.fake.Button(other, card.raw, "vote/maybe/faq/duration"))), textStale)
	wants(t, s.shown(s.sent(s.fake.Button(other, card.raw, "wrong/no/such-entry"))), textStale)
	s.sameVotes("faq/duration 2 0")
}

// sent sends an interaction and returns it.
func (s *stage) sent(in discordtest.Interaction) discordtest.Interaction {
	s.Helper()
	s.send(in)
	return in
}

// TestNoVotes: nobody is asked about a card that is about danger.
func TestNoVotes(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	for _, words := range []string{danger, "i cant do this anymore"} {
		if m := s.ask(discordtest.From{}, words); m.has("vote/") || m.has("wrong/") || m.has("donate/") {
			t.Errorf("%s", m.raw)
		}
	}
}

// TestDatabaseGone: whatever the database does, members are answered, and told what did not work.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card, open := s.ask(discordtest.From{}, answered), s.mention(unanswered)
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	wants(t, s.press(discordtest.From{}, card, "vote/yes/"), textNotCounted)
	wants(t, s.press(discordtest.From{}, card, "wrong/"), textNotReported)
	form := s.fake.ModalSubmit(discordtest.From{}, "donate/1", false, discordtest.Field{CustomID: fieldWords, Value: unanswered})
	wants(t, s.shown(s.sent(form)), textNotDonated)
	wants(t, s.shown(s.sent(s.fake.Button(discordtest.From{}, open.raw, "vote/yes/card/no-answer"))), textNotCounted)
	if m := s.ask(discordtest.From{}, answered); !strings.Contains(m.Embeds[0].Title, "How long") {
		t.Errorf("%s", m.raw)
	}
	if m, _ := s.later(s.fake.Command(admin(), "stats")); m.Content != textNoFigures {
		t.Errorf("%s", m.raw)
	}
	wants(t, s.shown(s.sent(s.fake.Command(discordtest.From{}, "stats"))), textNoFigures)
	wants(t, s.shown(s.sent(s.fake.Select(admin(), nil, "stats/state/faq/duration", "done"))), textNotSaved)
	for _, path := range []string{"stats/csv", "stats/donations"} {
		if m, files := s.later(s.fake.Button(admin(), nil, path)); len(files) > 0 || m.Content != textNoFigures {
			t.Errorf("%s: %s", path, m.raw)
		}
	}
}

// TestWrong: the moderators hear which card it is, and the member what really happened.
func TestWrong(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	press := func(from discordtest.From) message { return s.press(from, s.ask(from, answered), "wrong/") }
	wants(t, press(discordtest.From{}), textNoChannel)
	wants(t, press(discordtest.From{Place: discordtest.InDM}), textNoServer)
	channel := s.fake.NewID()
	settings := must(s.store.Settings(s.ctx, s.fake.GuildID))(t)
	settings.AlertChannel = channel
	by := store.Audit{Actor: s.fake.UserID, Action: store.ActionSettings, At: time.Now()}
	if err := s.store.SaveSettings(s.ctx, settings, by); err != nil {
		t.Fatal(err)
	}
	card := s.ask(discordtest.From{}, answered)
	for _, rule := range []discordtest.Rule{
		{Answer: discordtest.Failure(http.StatusForbidden, 50001, "Missing Access")},
		{Answer: discordtest.Failure(http.StatusNotFound, 10003, "Unknown Channel")},
		{Answer: discordtest.Failure(http.StatusBadRequest, 200000, "Message was blocked by automatic moderation")},
		{Answer: discordtest.Unavailable(http.StatusServiceUnavailable), Times: -1},
	} {
		rule.Method, rule.Prefix = http.MethodPost, "/channels/"+channel
		s.fake.Inject(rule)
		wants(t, s.press(discordtest.From{}, card, "wrong/"), textNotReported)
		s.fake.ClearRules()
	}
	got := s.press(discordtest.From{}, card, "wrong/")
	wants(t, got, textReported)
	if !got.has("vote/") {
		t.Errorf("%s", got.raw)
	}
	wants(t, s.press(discordtest.From{}, card, "wrong/"), textReportedAlready)
	told := s.fake.Messages(channel)
	if len(told) != 1 || !strings.Contains(string(told[0]), "faq/duration") || strings.Contains(string(told[0]), s.fake.UserID) {
		t.Errorf("%s", told)
	}
}

// TestNew: the clock may be left out.
func TestNew(t *testing.T) {
	t.Parallel()
	f := New(Config{Bot: fixtureBot(t)})
	if f.Now().IsZero() || len(f.Tool().Commands) != 1 || len(f.Tool().Paths) != 4 {
		t.Errorf("%+v", f.Tool())
	}
	r, err := f.vote(context.Background(), interact.Request{Arg: "yes"})
	if err != nil || r.Body.Content != textStale {
		t.Errorf("%+v %v", r, err)
	}
}
