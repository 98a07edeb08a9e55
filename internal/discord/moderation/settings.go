package moderation

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// What /settings says; pages.go has what stands on its pages.
const (
	settingsAbout = "See and change how the bot works in this server."

	textPage   = "**Settings: %s**\n%s\n\nThe menus below, in their order:\n%s"
	textLimits = "A list holds up to 25; pick nothing to empty it. Each change counts at once and is noted in /audit."

	labelPages      = "Other settings"
	labelModerators = "Moderators and alerts"
	labelPlaces     = "Where it answers, and whom"
	labelLimits     = "Country, language and limits"

	noteSaved     = "Saved."
	noteNotSaved  = "⚠ It may not have been saved: the bot's database did not answer. Please look again in a minute."
	noteBadValue  = "⚠ That cannot be set. Nothing was changed."
	noteUnseen    = "⚠ The bot cannot see that channel, so nothing was changed. Please let it view the channel and send messages there, and pick it again."
	noteUnchecked = "⚠ Discord did not answer just now, so the channel could not be checked. Nothing was changed. Please try again in a minute."
	noteTestSent  = "The test alert is in the alert channel."
	noteTestFails = "⚠ The test alert did not get through."
)

const (
	pathSettings = "settings" // settings/page, settings/test, settings/set/{name of a setting}
	settingsName = "settings"
	argPage      = "page"
	argTest      = "test"
	argSet       = "set/"

	pageModerators = "moderators"
	pagePlaces     = "places"
	pageLimits     = "limits"
)

// settingsCommand is hidden from those who may not use it; a server can show it to others, who then are told so.
func (d *Desk) settingsCommand() interact.Command {
	c := inServers(api.Command{Name: settingsName, Description: settingsAbout})
	c.Permissions = strconv.FormatInt(interact.PermissionManageGuild, 10)
	return interact.Command{Command: c, Handle: d.showSettings}
}

// showSettings opens the first page.
func (d *Desk) showSettings(ctx context.Context, r interact.Request) (interact.Response, error) {
	if no := admin(r); no != "" {
		return say(no)
	}
	s, err := d.freshSettings(ctx, r.Guild)
	if err != nil {
		return d.failed(ctx, r, err)
	}
	return d.page(pageModerators, s, "")
}

// freshSettings reads what is stored, whatever is remembered.
func (d *Desk) freshSettings(ctx context.Context, guild string) (store.Settings, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	s, err := d.Store.Settings(ctx, guild)
	if err == nil {
		d.settings.put(guild, s)
	}
	return s, err //nolint:wrapcheck // the store says what it was for
}

// pressSettings turns a page, sends a test, or changes a setting.
func (d *Desk) pressSettings(ctx context.Context, r interact.Request) (interact.Response, error) {
	if no := admin(r); no != "" {
		return say(no)
	}
	if name, ok := strings.CutPrefix(r.Arg, argSet); ok {
		return d.change(ctx, r, name)
	}
	s, err := d.freshSettings(ctx, r.Guild)
	if err != nil {
		return d.failed(ctx, r, err)
	}
	if r.Arg == argTest {
		return d.page(pageModerators, s, d.test(ctx, r, s))
	}
	return d.page(strings.Join(r.Values, ""), s, "")
}

// test sends a test alert and says how that went.
func (d *Desk) test(ctx context.Context, r interact.Request, s store.Settings) string {
	if s.AlertChannel == "" ||
		d.post(ctx, r.Guild, s.AlertChannel, api.Nonce(argTest, r.ID), fmt.Sprintf(textTest, d.Now().Unix())) != nil {
		return noteTestFails
	}
	return noteTestSent
}

// page draws a page, the first for an unknown one.
func (d *Desk) page(name string, s store.Settings, note string) (interact.Response, error) {
	var body api.Body
	switch name {
	case pagePlaces:
		body = placesPage(s)
	case pageLimits:
		body = d.limitsPage(s)
	default:
		name, body = pageModerators, d.moderatorsPage(s)
	}
	if note == "" {
		note = textLimits
	}
	pages := marked(name, []api.MenuOption{
		{Label: labelModerators, Value: pageModerators}, {Label: labelPlaces, Value: pagePlaces}, {Label: labelLimits, Value: pageLimits},
	})
	body.Content = fmt.Sprintf(textPage, chosen(pages), note, body.Content)
	body.Components = append(body.Components, api.Rows(api.Menu(pathSettings+"/"+argPage, labelPages, pages))...)
	return interact.Response{Body: body}, nil
}
