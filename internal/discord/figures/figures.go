// Package figures tells health checks and metrics what the adapter does: of events and replies, and nothing of a member, a server or a word.
//
// It must not keep anything, nor know who listens.
package figures

import (
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/rest"
)

// Listeners are told what happens. A nil field is for nobody to tell. All are called concurrently, while members wait: they must be quick.
type Listeners struct {
	// Connecting is called once, before the gateway connects, with where its figures and those of the calls are found from then on.
	Connecting func(connection func() gateway.Stats, calls func() rest.Stats)
	// Served is called for each event that the bot had to answer, with what it was (command, component, form, autocomplete, message or
	// unknown), the time from its receipt to the end of the calls for it, and whether it was answered.
	Served func(event string, took time.Duration, ok bool)
	// Replied is called with each reply of the core to a question.
	Replied func(answer.Reply)
}

// Connect tells that the gateway is about to connect.
func (l Listeners) Connect(connection *gateway.Gateway, calls *rest.Client) {
	if l.Connecting != nil {
		l.Connecting(connection.Stats, calls.Stats)
	}
}

// Serve tells of an event that has been answered, or not.
func (l Listeners) Serve(event string, received time.Time, err error) {
	if l.Served != nil {
		l.Served(event, time.Since(received), err == nil)
	}
}

// Count returns the core, and tells of its replies.
func (l Listeners) Count(core func(answer.Question) answer.Outcome) func(answer.Question) answer.Outcome {
	if l.Replied == nil {
		return core
	}
	return func(q answer.Question) answer.Outcome {
		out := core(q)
		l.Replied(out.Reply)
		return out
	}
}
