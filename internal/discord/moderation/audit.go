package moderation

import (
	"context"
	"fmt"
	"strings"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

const (
	labelAudit  = "What moderators did, newest first"
	textNoAudit = "Nothing has been noted yet."
	textAudit   = "The last notes of this server. They are kept for a year and hold ids only."
	textUnknown = "the bot, or somebody who asked to be forgotten"
	auditAbout  = "The last changes that moderators made."
	auditName   = "audit"
	maxNotes    = 25
)

func (d *Desk) auditCommand() interact.Command {
	return interact.Command{Command: inServers(api.Command{Name: auditName, Description: auditAbout}), Handle: d.showAudit}
}

// inServers completes a command that members find only in servers that installed the bot. It is offered to all, because Discord knows
// nothing of moderators by role; who is none is told so.
func inServers(c api.Command) api.Command {
	c.Type, c.Contexts, c.IntegrationTypes = slashCommand, []int{inServer}, []int{installedByServer}
	return c
}

func (d *Desk) showAudit(ctx context.Context, r interact.Request) (interact.Response, error) {
	if no := d.Moderator(ctx, r); no != "" {
		return say(no)
	}
	reading, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	notes, err := d.Store.Audits(reading, r.Guild, maxNotes)
	if err != nil {
		return d.failed(ctx, r, err)
	}
	if len(notes) == 0 {
		return say(textNoAudit)
	}
	var lines []string
	for _, n := range notes {
		lines = append(lines, auditLine(n))
	}
	return interact.Response{Body: api.Body{Content: textAudit, Embeds: api.TextEmbed(labelAudit, strings.Join(lines, "\n"))}}, nil
}

// PutAway notes that a moderator puts somebody else's card away. It is discord.Config's PutAway; a database that fails is logged alone.
func (d *Desk) PutAway(ctx context.Context, r interact.Request) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if err := d.Store.AddAudit(ctx, d.note(r, store.ActionDismiss, r.Channel)); err != nil {
		d.Log.ErrorContext(ctx, "what a moderator put away was not noted", "guild_id", r.Guild, "error", err)
	}
}

// auditLine writes a note. Its target is an id of Discord's or a short name.
func auditLine(n store.Audit) string {
	who, target := textUnknown, ""
	if n.Actor != "" {
		who = "<@" + n.Actor + ">"
	}
	switch {
	case n.Target == "":
	case strings.Trim(n.Target, "0123456789") == "":
		target = " <#" + n.Target + ">"
	default:
		target = " `" + n.Target + "`"
	}
	return fmt.Sprintf("<t:%d:f> %s: %s%s", n.At.Unix(), who, n.Action, target)
}
