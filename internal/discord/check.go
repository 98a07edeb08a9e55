package discord

import (
	"errors"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
)

// Payload returns what Discord would get for a reply: the data of an interaction's response, ready for JSON.
func Payload(r answer.Reply, countries []answer.Option) (any, error) {
	m, err := render(r, view{share: true}, countries)
	if err != nil {
		return nil, err
	}
	m.Flags = discordgo.MessageFlagsEphemeral
	return m.Create(), nil
}

// CheckReply draws a reply for every kind of place and reports each of Discord's limits that it breaks, once.
func CheckReply(r answer.Reply, countries []answer.Option) error {
	const someone, asked = "12345678901234567890.0123456789abcdef", "12345678901234567890"
	var errs []error
	seen := map[string]bool{}
	for _, v := range []view{{}, {share: true, card: asked}, {public: true, owner: someone, card: asked}} {
		m, err := render(r, v, countries)
		found := []error{err}
		if err == nil {
			found = api.Check(m)
		}
		for _, err := range found {
			if !seen[err.Error()] {
				seen[err.Error()] = true
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
