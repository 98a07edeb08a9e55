package discord

import (
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/rest"
)

// Figures are told what happens, for health checks and metrics: nothing of a member, a server or a word. A nil field is for nobody to
// tell. All are called concurrently, while members wait: they must be quick.
type Figures struct {
	// Connecting is called once, before the gateway connects, with where its figures and those of the calls are found from then on.
	Connecting func(connection func() gateway.Stats, calls func() rest.Stats)
	// Served is called for each event that the bot had to answer, with what it was (command, component, form, autocomplete, message or
	// unknown), the time from its receipt to the end of the calls for it, and whether it was answered.
	Served func(event string, took time.Duration, ok bool)
	// Replied is called with each reply of the core to a question.
	Replied func(answer.Reply)
}

func (f Figures) connecting(connection *gateway.Gateway, calls *rest.Client) {
	if f.Connecting != nil {
		f.Connecting(connection.Stats, calls.Stats)
	}
}

func (f Figures) served(event string, received time.Time, err error) {
	if f.Served != nil {
		f.Served(event, time.Since(received), err == nil)
	}
}

// counting tells of the core's replies.
func (f Figures) counting(core func(answer.Question) answer.Outcome) func(answer.Question) answer.Outcome {
	if f.Replied == nil {
		return core
	}
	return func(q answer.Question) answer.Outcome {
		out := core(q)
		f.Replied(out.Reply)
		return out
	}
}
