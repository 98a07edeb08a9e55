package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/manners"
)

// listen runs the bot with a configuration while f speaks to it, and returns the fake when all that f caused is over.
func listen(t *testing.T, change func(*discordtest.Server, *Config), f func(*discordtest.Server)) *discordtest.Server {
	t.Helper()
	s := discordtest.New(discordtest.Options{Quiet: true, Validate: openapi.Validator(t)})
	t.Cleanup(func() { // also where f gives up, which a refused request may be the reason of
		s.Close()
		for _, problem := range s.Problems() {
			t.Errorf("fake Discord: %v", problem)
		}
	})
	c := Config{
		Bot: fixtureBot(t), Token: s.Token, API: s.URL(), Version: "1", ProjectURL: "https://example.org/bot", Log: slog.New(slog.DiscardHandler),
	}
	change(s, &c)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- Run(ctx, c) }()
	if err := s.Gateway.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	f(s)
	// What was sent before is handled before this, or at the same time.
	last := s.MessageCreate(discordtest.Post{From: discordtest.From{Place: discordtest.InDM}, Content: "hello"})
	send(t, s, "MESSAGE_CREATE", last)
	eventually(t, s, s.DMID, 1)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return s
}

func send(t *testing.T, s *discordtest.Server, event string, payload any) {
	t.Helper()
	if err := s.Gateway.Dispatch(event, payload); err != nil {
		t.Fatal(err)
	}
}

// post sends a member's message and returns it.
func post(t *testing.T, s *discordtest.Server, p discordtest.Post) discordtest.Object {
	t.Helper()
	m := s.MessageCreate(p)
	send(t, s, "MESSAGE_CREATE", m)
	return m
}

// said lists the texts of the bot's messages in a channel.
func said(s *discordtest.Server, channel string) []string {
	var out []string
	for _, raw := range s.Messages(channel) {
		var m struct {
			Content string
			Flags   int
			Author  struct{ ID string }
			Embeds  []struct{ Title string }
		}
		if json.Unmarshal(raw, &m) == nil && m.Author.ID == s.BotID && m.Flags&64 == 0 { // what all can see
			for _, e := range m.Embeds {
				m.Content += " / " + e.Title
			}
			out = append(out, m.Content)
		}
	}
	return out
}

// eventually waits for the bot to have said a number of things in a channel.
func eventually(t *testing.T, s *discordtest.Server, channel string, n int) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); len(said(s, channel)) < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("said %q, want %d", said(s, channel), n)
		}
	}
}

const (
	certain = "how long does withdrawal last?"
	danger  = "he is not breathing"
)

// TestOverheard: in the channels that moderators chose a certain answer goes out once a thread, danger by a neutral line, and nothing else.
func TestOverheard(t *testing.T) {
	t.Parallel()
	rules := func(s *discordtest.Server, c *Config) {
		c.Overhear = true
		c.Rules = func(context.Context, string) manners.Rules {
			return manners.Rules{UnaskedChannels: []string{s.ChannelID}}
		}
	}
	for name, c := range map[string]struct {
		posts func(s *discordtest.Server) []discordtest.Post
		want  []string
	}{
		"question": {func(*discordtest.Server) []discordtest.Post { return []discordtest.Post{{Content: certain}} }, []string{"How long it lasts"}},
		"statement": {func(*discordtest.Server) []discordtest.Post {
			return []discordtest.Post{{Content: strings.TrimSuffix("withdrawal lasts a long time", "?")}}
		}, nil},
		"danger": {func(*discordtest.Server) []discordtest.Post { return []discordtest.Post{{Content: danger}} }, []string{"This is for a person"}},
		"bot":    {func(*discordtest.Server) []discordtest.Post { return []discordtest.Post{{Content: certain, Bot: true}} }, nil},
		"webhook": {func(*discordtest.Server) []discordtest.Post {
			return []discordtest.Post{{Content: certain, Webhook: true}}
		}, nil},
		"reply among members": {func(s *discordtest.Server) []discordtest.Post {
			return []discordtest.Post{{Content: certain, ReplyTo: s.MessageCreate(discordtest.Post{Content: "hm"})}}
		}, nil},
		"unsure": {func(*discordtest.Server) []discordtest.Post {
			return []discordtest.Post{{Content: "what about the kettle?"}}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, rules, func(s *discordtest.Server) {
				for _, p := range c.posts(s) {
					post(t, s, p)
				}
				if len(c.want) > 0 {
					eventually(t, s, s.ChannelID, len(c.want))
				}
			})
			got := said(s, s.ChannelID)
			if len(got) != len(c.want) {
				t.Fatalf("said %q", got)
			}
			for i, w := range c.want {
				if !strings.Contains(got[i], w) {
					t.Errorf("said %q, want %q", got[i], w)
				}
			}
		})
	}
}

// TestNotOverheard: nothing is read elsewhere, nor where the operator does not let it.
func TestNotOverheard(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*discordtest.Server, *Config){
		"another channel": func(_ *discordtest.Server, c *Config) {
			c.Overhear = true
			c.Rules = func(context.Context, string) manners.Rules { return manners.Rules{UnaskedChannels: []string{"1"}} }
		},
		"no channel": func(_ *discordtest.Server, c *Config) {
			c.Overhear = true
			c.Rules = func(context.Context, string) manners.Rules { return manners.Rules{} }
		},
		"no settings": func(_ *discordtest.Server, c *Config) { c.Overhear = true },
		"not allowed": func(s *discordtest.Server, c *Config) {
			c.Rules = func(context.Context, string) manners.Rules {
				return manners.Rules{UnaskedChannels: []string{s.ChannelID}}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, change, func(s *discordtest.Server) {
				post(t, s, discordtest.Post{Content: certain})
				post(t, s, discordtest.Post{Content: danger})
			})
			if got := said(s, s.ChannelID); len(got) > 0 {
				t.Errorf("said %q", got)
			}
		})
	}
}

// TestOverheardBelow: of the threads of a chosen channel each gets one answer; the channels of a category are not its threads.
func TestOverheardBelow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, want int }{"thread": {11, 1}, "channel of a category": {0, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, func(s *discordtest.Server, config *Config) {
				config.Overhear = true
				config.Rules = func(context.Context, string) manners.Rules { return manners.Rules{UnaskedChannels: []string{"77"}} }
				s.Inject(discordtest.Rule{Method: "GET", Prefix: "/channels/", Times: -1, Answer: discordtest.Answer{
					Status: 200, Body: fmt.Sprintf(`{"id":%q,"type":%d,"parent_id":"77"}`, s.ChannelID, c.kind),
				}})
			}, func(s *discordtest.Server) {
				for range 3 {
					post(t, s, discordtest.Post{Content: certain})
				}
				eventually(t, s, s.ChannelID, c.want)
			})
			if got := said(s, s.ChannelID); len(got) != c.want {
				t.Errorf("said %q", got)
			}
		})
	}
}

// TestChatter: two hundred lines of talk in a channel where it answers unasked get no reply.
func TestChatter(t *testing.T) {
	t.Parallel()
	topics := []string{"the match", "my bus", "this film", "our cat", "that song", "the weather", "my sister", "this game", "the new phone", "lunch"}
	talk := []string{
		"did you see %s yesterday", "%s was so late again lol", "i love %s", "anyone up for %s later?", "what do you think of %s?", "%s, honestly", "lol %s",
		"who is bringing %s on saturday?", "good morning all, %s is here", "nobody talks about %s any more", "is %s any good?", "ok so %s again",
		"tell me about %s", "%s made my day", "brb, %s", "how was %s?", "i cannot believe %s", "why is %s so loud?", "%s for the win", "thanks for %s",
	}
	s := listen(t, func(s *discordtest.Server, c *Config) {
		c.Overhear = true
		c.Rules = func(context.Context, string) manners.Rules {
			return manners.Rules{UnaskedChannels: []string{s.ChannelID}}
		}
	}, func(s *discordtest.Server) {
		for _, line := range talk {
			for _, topic := range topics {
				post(t, s, discordtest.Post{Content: fmt.Sprintf(line, topic)})
			}
		}
	})
	if got := said(s, s.ChannelID); len(got) > 0 {
		t.Errorf("said %q", got)
	}
}

// TestRules: where and for whom moderators do not want answers there are none, but for danger; and a member who asks too often waits.
func TestRules(t *testing.T) {
	t.Parallel()
	elsewhere := func(_ *discordtest.Server, c *Config) {
		c.Rules = func(context.Context, string) manners.Rules { return manners.Rules{AskChannels: []string{"1"}} }
	}
	s := listen(t, elsewhere, func(s *discordtest.Server) {
		post(t, s, discordtest.Post{Content: certain, Mentions: true})
		post(t, s, discordtest.Post{Content: danger, Mentions: true})
		eventually(t, s, s.ChannelID, 1)
		if got := ask(t, s, certain); got != textElsewhere {
			t.Errorf("a command elsewhere gets %q", got)
		}
		if got := ask(t, s, danger); !strings.Contains(got, "emergency") {
			t.Errorf("danger by command gets %q", got)
		}
	})
	if got := said(s, s.ChannelID); len(got) != 1 || !strings.Contains(got[0], "emergency") {
		t.Errorf("said %q", got)
	}
	listen(t, func(_ *discordtest.Server, c *Config) {
		c.Rules = func(context.Context, string) manners.Rules { return manners.Rules{Cooldown: time.Hour} }
	}, func(s *discordtest.Server) {
		if got := ask(t, s, certain); strings.Contains(got, "One moment") {
			t.Errorf("the first question gets %q", got)
		}
		if got := ask(t, s, certain); !strings.Contains(got, "One moment, please: you can ask again in") {
			t.Errorf("the second question gets %q", got)
		}
		if got := ask(t, s, danger); !strings.Contains(got, "emergency") {
			t.Errorf("danger in the pause gets %q", got)
		}
	})
}

// TestRulesOfCommands: what opens a card or a list by command keeps to the places and roles that moderators chose, as a question does. Danger,
// ways to get help and what the bot says of itself are for everybody, everywhere.
func TestRulesOfCommands(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]manners.Rules{
		"another channel": {AskChannels: []string{"1"}}, "another role": {AskRoles: []string{"1"}}, "no rules": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listen(t, func(_ *discordtest.Server, c *Config) {
				c.Rules = func(context.Context, string) manners.Rules { return rules }
			}, func(s *discordtest.Server) {
				for _, c := range []struct {
					command, option, value string
					always                 bool
				}{
					{"ask", "question", certain, false},
					{"faq", "topic", "faq/duration", false},
					{"faq", "topic", certain, false},
					{"symptom", "name", "symptom/insomnia", false},
					{"symptoms", "", "", false},
					{"symptoms", "group", "symptoms/sleep", false},
					{"symptoms", "group", "symptom/cravings", false},
					{"coping", "", "", false},
					{"coping", "topic", "coping/walking", false},
					{"ask", "question", danger, true},
					{"faq", "topic", danger, true},
					{"symptom", "name", danger, true},
					{"coping", "topic", danger, true},
					{"faq", "topic", "support/helplines", true},
					{"help-now", "", "", true},
					{"help-now", "country", "GB", true},
					{"privacy", "", "", true},
					{"about", "", "", true},
				} {
					var args []discordtest.Arg
					if c.option != "" {
						args = append(args, discordtest.Arg{Name: c.option, Value: c.value})
					}
					refused := told(t, s, s.Command(discordtest.From{}, c.command, args...)) == textElsewhere
					if want := !c.always && name != "no rules"; refused != want {
						t.Errorf("/%s %s: refused %t", c.command, c.value, refused)
					}
				}
			})
		})
	}
}

// TestShareElsewhere: a card is not shared where, or by whom, moderators do not want answers; a thread of a chosen channel is one.
func TestShareElsewhere(t *testing.T) {
	t.Parallel()
	here := "the channel"
	for name, c := range map[string]struct {
		rules manners.Rules
		kind  int // of the channel, which is below channel 77
		want  bool
	}{
		"chosen channel":           {manners.Rules{AskChannels: []string{here}}, 0, true},
		"thread of a chosen one":   {manners.Rules{AskChannels: []string{"77"}}, 11, true},
		"another channel":          {manners.Rules{AskChannels: []string{"77"}}, 0, false},
		"members without the role": {manners.Rules{AskRoles: []string{"88"}}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, func(s *discordtest.Server, config *Config) {
				rules := c.rules
				if slices.Equal(rules.AskChannels, []string{here}) {
					rules.AskChannels = []string{s.ChannelID}
				}
				config.Rules = func(context.Context, string) manners.Rules { return rules }
				s.Inject(discordtest.Rule{Method: "GET", Prefix: "/channels/", Times: -1, Answer: discordtest.Answer{
					Status: 200, Body: fmt.Sprintf(`{"id":%q,"type":%d,"parent_id":"77"}`, s.ChannelID, c.kind),
				}})
			}, func(s *discordtest.Server) {
				private := json.RawMessage(`{"flags":64}`)
				for path, asks := range map[string]string{"share/faq/duration": textShare, "publish/faq/duration": textShared} {
					in := s.Button(discordtest.From{}, private, path)
					want := textNotHere
					if c.want {
						want = asks
					}
					if got := told(t, s, in); got != want {
						t.Errorf("%s gets %q", path, got)
					}
				}
			})
			if got := said(s, s.ChannelID); (len(got) == 1) != c.want {
				t.Errorf("said %q", got)
			}
		})
	}
}

// ask uses the command and returns the text of the response.
func ask(t *testing.T, s *discordtest.Server, words string) string {
	t.Helper()
	in := s.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: words})
	return told(t, s, in)
}

// told sends an interaction and returns the text of the response.
func told(t *testing.T, s *discordtest.Server, in discordtest.Interaction) string {
	t.Helper()
	send(t, s, "INTERACTION_CREATE", in)
	got, err := s.Response(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Content string }
	if err := json.Unmarshal(got.Data, &m); err != nil {
		t.Fatal(err)
	}
	return m.Content
}

// TestDeleted: the reply to a question that is deleted goes.
func TestDeleted(t *testing.T) {
	t.Parallel()
	s := listen(t, func(*discordtest.Server, *Config) {}, func(s *discordtest.Server) {
		one := post(t, s, discordtest.Post{Content: certain, Mentions: true})
		post(t, s, discordtest.Post{Content: "what helps with bad dreams", Mentions: true})
		eventually(t, s, s.ChannelID, 2)
		send(t, s, "MESSAGE_DELETE", s.MessageDelete(one))
		send(t, s, "MESSAGE_DELETE", s.MessageDelete(s.MessageCreate(discordtest.Post{Content: "of somebody else"})))
		for end := time.Now().Add(20 * time.Second); len(said(s, s.ChannelID)) > 1 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
	})
	if got := said(s, s.ChannelID); len(got) != 1 || strings.Contains(got[0], "How long") {
		t.Errorf("left is %q", got)
	}
}

// TestEdited: a question that is changed is not answered twice, but danger in it is, once; a preview is no change.
func TestEdited(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var alarms []Alert
	var alarmed sync.WaitGroup
	alarmed.Add(1)
	s := listen(t, func(_ *discordtest.Server, c *Config) {
		c.Alarm = func(_ context.Context, a Alert) error {
			mu.Lock()
			defer mu.Unlock()
			if alarms = append(alarms, a); len(alarms) == 1 {
				alarmed.Done()
			}
			return nil
		}
	}, func(s *discordtest.Server) {
		m := post(t, s, discordtest.Post{Content: certain, Mentions: true})
		eventually(t, s, s.ChannelID, 1)
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(m, m["content"].(string)))
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(m, "<@"+s.BotID+"> how long does it take"))
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(s.MessageCreate(discordtest.Post{Content: "among members"}), danger))
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(m, "<@"+s.BotID+"> "+danger))
		alarmed.Wait() // which comes after the reply is known
		send(t, s, "MESSAGE_UPDATE", s.MessageUpdate(m, "<@"+s.BotID+"> "+danger+" please"))
	})
	if got := said(s, s.ChannelID); len(got) != 2 || !strings.Contains(got[1], "emergency") {
		t.Errorf("said %q", got)
	}
	if len(alarms) != 1 || alarms[0].Guild != s.GuildID || !slices.Contains(alarms[0].Categories, "C4") {
		t.Errorf("alarms %+v", alarms)
	}
}

// TestLeft: a server that the bot was put out of is told, one with an outage is not.
func TestLeft(t *testing.T) {
	t.Parallel()
	left := make(chan string, 2)
	listen(t, func(_ *discordtest.Server, c *Config) {
		c.Left = func(_ context.Context, guild string) { left <- guild }
	}, func(s *discordtest.Server) {
		send(t, s, "GUILD_DELETE", s.GuildDelete("11", true))
		send(t, s, "GUILD_DELETE", s.GuildDelete("12", false))
		select {
		case got := <-left:
			if got != "12" {
				t.Errorf("left %s", got)
			}
		case <-time.After(20 * time.Second):
			t.Error("nobody is told")
		}
	})
	if len(left) > 0 {
		t.Error("told twice")
	}
}
