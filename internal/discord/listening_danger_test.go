package discord

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/manners"
)

// bell collects what moderators are told.
type bell struct {
	mu   sync.Mutex
	rung []Alert
}

func (b *bell) ring(_ context.Context, a Alert) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rung = append(b.rung, a)
	return nil
}

// wait waits for so many alerts.
func (b *bell) wait(t *testing.T, n int) []Alert {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		got := slices.Clone(b.rung)
		b.mu.Unlock()
		if len(got) >= n {
			return got
		}
		if time.Now().After(end) {
			t.Fatalf("moderators were told %+v, want %d", got, n)
		}
	}
}

// here lets the bot answer unasked in the fake's channel.
func here(s *discordtest.Server, c *Config, change func(*manners.Rules)) {
	rules := manners.Rules{UnaskedChannels: []string{s.ChannelID}}
	change(&rules)
	c.Overhear = true
	c.Rules = func(context.Context, string) manners.Rules { return rules }
}

func asTheyAre(*manners.Rules) {}

// TestAlarmWithoutReply: where the bot may not write, moderators hear of danger all the same, and each time a reply is tried; to anything else
// none is, for a while.
func TestAlarmWithoutReply(t *testing.T) {
	t.Parallel()
	var told bell
	s := listen(t, func(s *discordtest.Server, c *Config) {
		here(s, c, asTheyAre)
		c.Alarm = told.ring
	}, func(s *discordtest.Server) {
		s.Inject(discordtest.Rule{
			Method: http.MethodPost, Prefix: "/channels/" + s.ChannelID, Times: -1, Answer: discordtest.Failure(http.StatusForbidden, 50001, "Missing Access"),
		})
		post(t, s, discordtest.Post{Content: danger, Mentions: true})
		told.wait(t, 1)
		post(t, s, discordtest.Post{Content: danger, Mentions: true})
		told.wait(t, 2)
		post(t, s, discordtest.Post{Content: danger})
		if got := told.wait(t, 3); got[0].Member != s.UserID || got[0].Message == "" || got[0].Message == got[1].Message {
			t.Errorf("told %+v", got)
		}
		post(t, s, discordtest.Post{Content: "how long will this last", Mentions: true})
	})
	tried := 0
	for _, r := range s.Requests() {
		if r.Method == http.MethodPost && strings.HasPrefix(r.Path, "/channels/"+s.ChannelID) {
			tried++
		}
	}
	if tried != 3 {
		t.Errorf("%d calls in a channel that refuses them", tried)
	}
}

// TestOverheardDanger: danger in a reply to another member, and danger that comes with an edit, get the neutral line, once.
func TestOverheardDanger(t *testing.T) {
	t.Parallel()
	s := listen(t, func(s *discordtest.Server, c *Config) { here(s, c, asTheyAre) }, func(s *discordtest.Server) {
		post(t, s, discordtest.Post{Content: danger, ReplyTo: s.MessageCreate(discordtest.Post{Content: "hm"})})
		eventually(t, s, s.ChannelID, 1)
		chat := post(t, s, discordtest.Post{Content: "good morning"})
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(chat, danger))
		eventually(t, s, s.ChannelID, 2)
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(chat, danger+" please"))
		asked := post(t, s, discordtest.Post{Content: certain})
		eventually(t, s, s.ChannelID, 3)
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(asked, danger))
		eventually(t, s, s.ChannelID, 4)
		other := s.MessageCreate(discordtest.Post{From: discordtest.From{ChannelID: s.NewID()}, Content: "good morning"})
		send(t, s, "MESSAGE_CREATE", other)
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(other, danger))
	})
	got := said(s, s.ChannelID)
	for i, want := range []string{"This is for a person", "This is for a person", "How long it lasts", "This is for a person"} {
		if i >= len(got) || !strings.Contains(got[i], want) {
			t.Fatalf("said %q", got)
		}
	}
	if len(got) != 4 {
		t.Errorf("said %q", got)
	}
}

// TestOverheardToSomebody: what is said to another member or a role is no question to nobody, nor is what a role may not ask.
func TestOverheardToSomebody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules func(*manners.Rules)
		post  func(discordtest.Object)
	}{
		"a member": {asTheyAre, func(m discordtest.Object) {
			m["mentions"] = []discordtest.Object{{"id": "123", "username": "jo", "discriminator": "0", "avatar": nil}}
		}},
		"a role":       {asTheyAre, func(m discordtest.Object) { m["mention_roles"] = []string{"123"} }},
		"another role": {func(r *manners.Rules) { r.AskRoles = []string{"9"} }, func(discordtest.Object) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, func(s *discordtest.Server, config *Config) { here(s, config, c.rules) }, func(s *discordtest.Server) {
				m := s.MessageCreate(discordtest.Post{Content: certain})
				c.post(m)
				send(t, s, "MESSAGE_CREATE", m)
			})
			if got := said(s, s.ChannelID); len(got) > 0 {
				t.Errorf("said %q", got)
			}
		})
	}
}

// TestOverheardInThread: a thread that was chosen itself gets one answer too, and who asks there again has lost no turn elsewhere.
func TestOverheardInThread(t *testing.T) {
	t.Parallel()
	s := listen(t, func(s *discordtest.Server, c *Config) {
		here(s, c, func(r *manners.Rules) { r.Cooldown = time.Hour })
		s.Inject(discordtest.Rule{Method: http.MethodGet, Prefix: "/channels/", Times: -1, Answer: discordtest.Answer{
			Status: http.StatusOK, Body: `{"id":"` + s.ChannelID + `","type":11,"parent_id":"77"}`,
		}})
	}, func(s *discordtest.Server) {
		post(t, s, discordtest.Post{Content: certain})
		eventually(t, s, s.ChannelID, 1)
		post(t, s, discordtest.Post{From: discordtest.From{UserID: "42"}, Content: certain})
		post(t, s, discordtest.Post{From: discordtest.From{UserID: "42"}, Content: danger})
		eventually(t, s, s.ChannelID, 2) // what stands before has been read by now, or is read at the same time
		in := s.Command(discordtest.From{UserID: "42"}, "ask", discordtest.Arg{Name: "question", Value: certain})
		send(t, s, "INTERACTION_CREATE", in)
		if got, err := s.Response(t.Context(), in); err != nil || strings.Contains(string(got.Data), "One moment") {
			t.Errorf("%s, %v", got.Data, err)
		}
	})
	if got := said(s, s.ChannelID); len(got) != 2 || !strings.Contains(got[1], "This is for a person") {
		t.Errorf("said %q", got)
	}
}

// TestDeletedBoth: with a question go its answer and the card that came when it was edited.
func TestDeletedBoth(t *testing.T) {
	t.Parallel()
	s := listen(t, func(*discordtest.Server, *Config) {}, func(s *discordtest.Server) {
		m := post(t, s, discordtest.Post{Content: certain, Mentions: true})
		eventually(t, s, s.ChannelID, 1)
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(m, "<@"+s.BotID+"> "+danger))
		eventually(t, s, s.ChannelID, 2)
		send(t, s, "MESSAGE_DELETE", s.MessageDelete(m))
		for end := time.Now().Add(10 * time.Second); len(said(s, s.ChannelID)) > 0 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
	})
	if got := said(s, s.ChannelID); len(got) > 0 {
		t.Errorf("left is %q", got)
	}
}

// TestDeletedRefused: where Discord does not let a reply go, it stays, the log says so, and who asks next is answered.
func TestDeletedRefused(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]discordtest.Answer{
		"forbidden": discordtest.Failure(http.StatusForbidden, 50013, "Missing Permissions"), "gone": discordtest.Failure(http.StatusNotFound, 10008, "Unknown Message"),
		"down": discordtest.Unavailable(http.StatusServiceUnavailable),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log lab.Log
			listen(t, func(_ *discordtest.Server, c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }, func(s *discordtest.Server) {
				one := post(t, s, discordtest.Post{Content: certain, Mentions: true})
				eventually(t, s, s.ChannelID, 1)
				s.Inject(discordtest.Rule{Method: http.MethodDelete, Prefix: "/channels/", Times: -1, Answer: refusal})
				send(t, s, "MESSAGE_DELETE", s.MessageDelete(one))
				if name != "gone" {
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					if err := log.Wait(ctx, "a reply to a deleted message stays"); err != nil {
						t.Error(err)
					}
				}
				post(t, s, discordtest.Post{Content: certain, Mentions: true})
				eventually(t, s, s.ChannelID, 2)
			})
		})
	}
}

// TestDeletedInBulk: a moderator's deletion of many questions does not take the slots of those who ask meanwhile.
func TestDeletedInBulk(t *testing.T) {
	t.Parallel()
	const many = maxPrivate + 6
	listen(t, func(*discordtest.Server, *Config) {}, func(s *discordtest.Server) {
		var ids []string
		for i := range many {
			m := post(t, s, discordtest.Post{From: discordtest.From{UserID: strconv.Itoa(i + 1)}, Content: certain, Mentions: true})
			ids = append(ids, m["id"].(string))
			eventually(t, s, s.ChannelID, i+1)
		}
		s.Inject(discordtest.Rule{Method: http.MethodDelete, Prefix: "/channels/", Times: -1, Delay: 10 * time.Second})
		send(t, s, "MESSAGE_DELETE_BULK", discordtest.Object{"ids": ids, "channel_id": s.ChannelID, "guild_id": s.GuildID})
		in := s.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: danger})
		send(t, s, "INTERACTION_CREATE", in)
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second) // while the first deletions still wait
		defer cancel()
		if _, err := s.Response(ctx, in); err != nil {
			t.Errorf("danger waits for deletions: %v", err)
		}
		s.ClearRules()
	})
}
