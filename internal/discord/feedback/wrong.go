package feedback

import (
	"context"
	"errors"
	"fmt"

	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
)

var errNoChannel = errors.New("no channel is set")

// wrong tells the server's moderators which card may be wrong. The member reads what really happened.
func (f *Feedback) wrong(ctx context.Context, r interact.Request) (interact.Response, error) {
	said := func(words string) (interact.Response, error) { return say(r, words, discord.PathWrong), nil }
	title, known := f.title(r.Arg, r)
	switch {
	case !known:
		return said(textStale)
	case r.Guild == "":
		return said(textNoServer)
	case !f.done.add(discord.PathWrong, r.User, r.Message, r.Arg):
		return said(textReportedAlready)
	}
	err := f.report(ctx, r, title)
	if err == nil {
		return said(textReported)
	}
	f.done.forget(discord.PathWrong, r.User, r.Message, r.Arg)
	if errors.Is(err, errNoChannel) {
		return said(textNoChannel)
	}
	f.Log.WarnContext(ctx, "a report of a card did not reach the moderators", "interaction_id", r.ID, "error", err)
	return said(textNotReported)
}

// report posts into the alert channel. The nonce is the interaction's, which two replicas share.
func (f *Feedback) report(ctx context.Context, r interact.Request, title string) error {
	settings, err := f.Store.Settings(ctx, r.Guild)
	if err != nil {
		return fmt.Errorf("read the alert channel: %w", err)
	}
	if settings.AlertChannel == "" {
		return errNoChannel
	}
	body := api.Body{Content: fmt.Sprintf(alertWrong, title, r.Arg)}
	if _, err := f.Calls.CreateMessage(ctx, settings.AlertChannel, api.NewMessage{Body: body, Nonce: r.ID}); err != nil {
		return fmt.Errorf("post the report: %w", err)
	}
	return nil
}
