package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/interact"
	"faqbot/internal/text"
)

// withFeedback makes the bot ask members about answers, and hand these to a channel.
func withFeedback(p *player, reports chan Asked) {
	p.config = func(c *Config) {
		c.Asked = func(_ context.Context, q Asked) { reports <- q }
		c.Tools = func(*api.Client) []interact.Tool {
			thanks := func(context.Context, interact.Request) (interact.Response, error) {
				return interact.Response{Body: api.Body{Content: "Thank you."}}, nil
			}
			return []interact.Tool{{Paths: map[string]interact.Handler{PathVote: thanks, PathWrong: thanks, PathDonate: thanks}}}
		}
	}
}

// TestAskedReports: each answer is reported once it is out, a question with its words, an opened entry and "none of these" without.
func TestAskedReports(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	reports := make(chan Asked, 10)
	withFeedback(p, reports)
	p.play(`/ask question: how long does withdrawal last
/faq topic: faq/duration
/about
mention how long does withdrawal last
mention
/ask question: tell me of the kettle
press None of these`)
	close(reports)
	cards := map[string][]string{} // by kind
	var got []string
	for q := range reports {
		if q.User != p.fake.UserID || q.Guild != p.fake.GuildID || q.Channel != p.fake.ChannelID || q.At.IsZero() || q.Card == "" {
			t.Errorf("%+v", q)
		}
		kind := fmt.Sprintf("%T", q.Outcome.Reply)
		cards[kind] = append(cards[kind], q.Card)
		got = append(got, kind+" "+q.Words.String())
	}
	slices.Sort(got) // two goroutines may report at a time
	want := "answer.Answer [0 words]\nanswer.Answer [5 words]\nanswer.Answer [5 words]\nanswer.Choose [5 words]\nanswer.NoAnswer [0 words]"
	if all := strings.Join(got, "\n"); all != want {
		t.Errorf("reported\n%s\nwant\n%s", all, want)
	}
	if !slices.Equal(cards["answer.Choose"], cards["answer.NoAnswer"]) {
		t.Errorf("none of these is not about the choice: %v", cards)
	}
}

// TestAskedNotOut: what Discord did not take was no answer.
func TestAskedNotOut(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	reports := make(chan Asked, 10)
	withFeedback(p, reports)
	p.play("late /ask question: how long does withdrawal last")
	if len(reports) > 0 {
		t.Error("an answer that nobody got was reported")
	}
}

// TestAskedBounded: where the hook is stuck, answers are dropped with a warning that counts them, and one that panics harms nothing.
func TestAskedBounded(t *testing.T) {
	t.Parallel()
	var log lab.Log
	stuck := make(chan struct{})
	a := &adapter{log: slog.New(slog.NewTextHandler(&log, nil)), reporting: make(chan struct{}, 2), asked: func(ctx context.Context, q Asked) {
		<-stuck
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the hook has all the time of the world")
		}
		panic(q.Words)
	}}
	q := &Asked{Words: text.New("canary words")}
	for range 4 {
		a.report(t.Context(), q)
	}
	a.report(t.Context(), nil)
	close(stuck)
	a.working.Wait()
	if n := strings.Count(log.String(), "one was not reported"); n != 2 || !strings.Contains(log.String(), "unreported=2") {
		t.Errorf("%d were dropped:\n%s", n, log.String())
	}
	if strings.Contains(log.String(), "canary") || strings.Count(log.String(), "panic in the adapter") != 2 {
		t.Error(log.String())
	}
	(&adapter{}).report(t.Context(), q) // nobody listens
}

// TestOpinions: members are asked about answers, declines and no-answers where a tool listens, and never about danger.
func TestOpinions(t *testing.T) {
	t.Parallel()
	bot := fixtureBot(t)
	q := answer.Question{At: time.Unix(0, 0)}
	entry, _ := bot.Entry("faq/duration", q)
	none, _ := bot.Fixed(content.CardNoAnswer, q)
	urgent, _ := bot.Urgent("C2", q)
	check, _ := bot.Fixed(content.CardCheckIn, q)
	for _, c := range []struct {
		name        string
		reply       answer.Reply
		vote, gives bool
	}{
		{"answer", entry.Reply, true, false},
		{"no answer", answer.NoAnswer{Card: none}, true, true},
		{"no answer in doubt", answer.NoAnswer{Card: none, Notice: answer.NoticeCheckIn}, true, false},
		{"urgent", urgent, false, false},
		{"check-in", answer.CheckIn{Card: check}, false, false},
	} {
		for _, v := range []view{{}, {card: "7"}, {card: "7", public: true, owner: "1.a"}} {
			m, err := render(c.reply, v, bot.Countries())
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range api.Check(m) {
				t.Error(c.name, err)
			}
			drawn, err := json.Marshal(m.Components)
			if err != nil {
				t.Fatal(err)
			}
			vote, gives := bytes.Contains(drawn, []byte(`"vote/yes/`)), bytes.Contains(drawn, []byte(`"donate/7"`))
			if vote != (c.vote && v.card != "") || gives != (c.gives && v.card != "") {
				t.Errorf("%s, %+v: votes %t, donation %t", c.name, v, vote, gives)
			}
		}
	}
}
