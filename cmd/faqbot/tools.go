package main

import (
	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// tools makes what the bot can do on Discord besides answering; nil for nothing. The store is nil where no database could be opened: then
// only tools that need none may be among them. Making them does nothing yet: doctor makes them too, to compare their commands.
func (*program) tools(_ *store.Store, _ *answer.Bot) func(*api.Client) []interact.Tool {
	return nil
}
