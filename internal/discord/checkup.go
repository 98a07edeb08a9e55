package discord

import (
	"context"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/rest"
)

// Calls returns the calls that Run makes with a Config. It makes none.
func Calls(c Config) (*api.Client, error) {
	client, err := rest.New(rest.Config{
		API: c.API, Token: bareToken(c.Token), ProjectURL: c.ProjectURL, Version: c.Version, Log: c.Log, Jitter: c.jitter,
	})
	if err != nil {
		return nil, err
	}
	return &api.Client{Rest: client}, nil
}

// Registered reports whether the commands of an application are registered as Run would register them.
func Registered(ctx context.Context, c Config, calls *api.Client, application string) (bool, error) {
	have, err := calls.GetCommands(ctx, application, c.Guild)
	if err != nil {
		return false, err
	}
	var tools []interact.Tool
	if c.Tools != nil {
		tools = c.Tools(calls)
	}
	return api.SameCommands(have, c.commands(tools)), nil
}
