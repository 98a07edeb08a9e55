package discord

import (
	"context"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
)

// localSetting reads a line as setting does: those about what a server and a member have set.
func (p *player) localSetting(line string) bool {
	type lines = func(context.Context, string) map[string]answer.Replacement
	type country = func(context.Context, string, string) (first, own string)
	hooks := func(l lines, c country) func() {
		return func() {
			p.config = func(config *Config) {
				config.Lines, config.Country = l, c
				config.Tools = func(*api.Client) []interact.Tool {
					none := func(context.Context, interact.Request) (interact.Response, error) { return interact.Response{}, nil }
					return []interact.Tool{{Paths: map[string]interact.Handler{"country-keep": none, "country-forget": none}}}
				}
			}
		}
	}
	set, ok := map[string]func(){
		"a line is replaced, and a country remembered": hooks(func(_ context.Context, guild string) map[string]answer.Replacement {
			if guild != p.fake.GuildID {
				return nil
			}
			until := time.Date(2099, 12, 31, 12, 0, 0, 0, time.UTC)
			return map[string]answer.Replacement{"gb/test-samaritans": {Name: "Moved line", Phone: "0800 111", URL: "https://example.org/moved", Until: until}}
		}, func(_ context.Context, guild, user string) (first, own string) {
			if guild != "" {
				first = "US"
			}
			if user != "" {
				own = "GB"
			}
			return first, own
		}),
		"what is set cannot be read": hooks(func(context.Context, string) map[string]answer.Replacement { panic("no database") }, func(context.Context, string, string) (first, own string) { panic("no database") }),
		"what is set comes too late": hooks(func(context.Context, string) map[string]answer.Replacement {
			time.Sleep(2 * local.Within)
			return map[string]answer.Replacement{}
		}, func(context.Context, string, string) (first, own string) { return "US", "" }),
		"it answers unasked, and asks members about it": func() {
			withFeedback(p, make(chan Asked, maxAsked))
			asking := p.config
			p.config = func(config *Config) {
				asking(config)
				here(p.fake, config, asTheyAre)
			}
		},
	}[line]
	if ok {
		set()
	}
	return ok
}
