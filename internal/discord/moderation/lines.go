package moderation

import (
	"context"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

func findLine(lib *content.Library, id string) (answer.Line, bool) {
	for _, l := range answer.Lines(lib) {
		if l.ID == id {
			return l, true
		}
	}
	return answer.Line{}, false
}

// Overrides returns what holds in a server in place of helplines, by answer.Line.ID, at most cacheFor old for what other processes set; nothing
// of it has expired. Who set it is left out. Nil is for none, also where the database failed and nothing was known: the reviewed lines
// are right then. The caller must not change it.
func (d *Desk) Overrides(ctx context.Context, guild string) []store.Override {
	if guild == "" {
		return nil
	}
	all, _, _ := d.overrides.get(ctx, guild)
	var out []store.Override
	for _, o := range all {
		if o.Expires.After(d.Now()) {
			out = append(out, o)
		}
	}
	return out
}

// Replaced returns the same as Overrides, for discord.Config's Lines.
func (d *Desk) Replaced(ctx context.Context, guild string) map[string]answer.Replacement {
	var out map[string]answer.Replacement
	for _, o := range d.Overrides(ctx, guild) {
		if out == nil {
			out = map[string]answer.Replacement{}
		}
		out[o.Line] = replacement(o)
	}
	return out
}

func replacement(o store.Override) answer.Replacement {
	return answer.Replacement{Name: o.Name, Phone: o.Phone, URL: o.URL, Until: o.Expires}
}

func (d *Desk) readOverrides(ctx context.Context, guild string) ([]store.Override, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	all, err := d.Store.Overrides(ctx, guild, d.Now())
	if err != nil {
		d.Log.ErrorContext(ctx, "overrides could not be read, the last known hold", "guild_id", guild, "error", err)
	}
	for i := range all {
		all[i].By = "" // so that /privacy delete need not look for it here
	}
	return all, err //nolint:wrapcheck // the store says what it was for
}

// completeLine offers lines to moderators: all but emergency numbers to replace, the replaced ones to lift.
func (d *Desk) completeLine(ctx context.Context, r interact.Request, option, typed string) []api.Choice {
	if option != optionLine || d.Moderator(ctx, r) != "" {
		return nil
	}
	lines := answer.Lines(d.Bot.Library())
	wanted := func(l answer.Line) bool { return l.Role != content.RoleEmergency }
	if r.Sub == subLift {
		replaced := map[string]bool{}
		for _, o := range d.Overrides(ctx, r.Guild) {
			replaced[o.Line] = true
			if _, ok := findLine(d.Bot.Library(), o.Line); !ok { // the content has changed since
				lines = append(lines, answer.Line{ID: o.Line, Land: o.Line, Helpline: content.Helpline{Name: o.Name}})
			}
		}
		wanted = func(l answer.Line) bool { return replaced[l.ID] }
	}
	var out []api.Choice
	for _, l := range lines {
		label := l.Land + ": " + l.Name
		if wanted(l) && matches(label+" "+l.ID, typed) && len(out) < api.MaxChoices {
			out = append(out, api.Choice{Name: api.Cut(label, api.MaxChoiceRunes), Value: l.ID})
		}
	}
	return out
}

// matches reports whether each word that was typed stands in a text.
func matches(text, typed string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(typed)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
