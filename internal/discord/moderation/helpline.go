package moderation

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// What /helpline says.
const (
	helplineAbout = "Replace a help line for a time, where it has moved or closed."
	overrideAbout = "Replace a help line in this server, until it expires."
	liftAbout     = "Bring a help line back as it was reviewed."
	listAbout     = "The help lines that are replaced now."
	lineAbout     = "Which one: start typing a country or a name"
	nameAbout     = "Its name, as members read it"
	daysAbout     = "After how many days the reviewed line comes back"
	phoneAbout    = "Its number, as people dial it"
	urlAbout      = "Its page, beginning with https://"

	textOverridden = "Done: `%s` is replaced in this server until <t:%d:D>, and then comes back by itself.\nBefore: %s\nNow: %s\nPlease call it once " +
		"yourself, and tell those who look after the bot's content."
	textLifted       = "Done: `%s` is as it was reviewed again."
	textNotReplaced  = "No help line of that name is replaced now. /helpline list shows those that are."
	textNoOverrides  = "No help line is replaced in this server."
	textOverrides    = "Replaced in this server:"
	textOverrideLine = "`%s`: %s, until <t:%d:D>%s"
	textBy           = ", by <@%s>"
	textMoreLines    = "and %d more"
	textNoLine       = "There is no such help line. Please pick one from the list that comes up while you type."
	textEmergency    = "Emergency numbers cannot be replaced here. If one is wrong, please tell those who run the bot at once."
	textBadName      = "The name must be 1 to 100 letters, without line breaks, addresses and any of < > @ * _ ` [ ] | # ~ \\."
	textBadPhone     = "The number may hold digits, letters, blanks and + ( ) - . / only, at most 40, and needs two digits at least."
	textBadURL       = "The page must begin with https:// and name a site, in at most 200 letters and without blanks or < >."
	textNoReach      = "Please give a phone number, a page, or both: members need a way to reach it."
	textBadDays      = "The days must be between 1 and 30."
)

const (
	helplineName = "helpline"
	subOverride  = "override"
	subLift      = "lift"
	subList      = "list"
	optionLine   = "line"
	optionName   = "name"
	optionDays   = "days"
	optionPhone  = "phone"
	optionURL    = "url"

	minDays = 1
	// maxDays is the time by which the content itself can be mended and reviewed.
	maxDays   = 30
	maxLineID = 100
)

func (d *Desk) helplineCommand() interact.Command {
	least, most := minDays, maxDays
	line := &api.Option{
		Type: optionString, Name: optionLine, Description: lineAbout, Required: true, Autocomplete: true, MaxLength: maxLineID,
	}
	return interact.Command{
		Command: inServers(api.Command{Name: helplineName, Description: helplineAbout, Options: []*api.Option{
			{Type: optionSub, Name: subOverride, Description: overrideAbout, Options: []*api.Option{
				line,
				{Type: optionString, Name: optionName, Description: nameAbout, Required: true, MaxLength: answer.MaxReplacementName},
				{Type: optionInteger, Name: optionDays, Description: daysAbout, Required: true, MinValue: &least, MaxValue: &most},
				{Type: optionString, Name: optionPhone, Description: phoneAbout, MaxLength: answer.MaxReplacementPhone},
				{Type: optionString, Name: optionURL, Description: urlAbout, MaxLength: answer.MaxReplacementURL},
			}},
			{Type: optionSub, Name: subLift, Description: liftAbout, Options: []*api.Option{line}},
			{Type: optionSub, Name: subList, Description: listAbout},
		}}),
		Handle: d.helpline, Complete: d.completeLine,
	}
}

// helpline runs a subcommand for a moderator.
func (d *Desk) helpline(ctx context.Context, r interact.Request) (interact.Response, error) {
	if no := d.Moderator(ctx, r); no != "" {
		return say(no)
	}
	if r.Sub == subOverride {
		return d.override(ctx, r)
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	all, err := d.Store.Overrides(ctx, r.Guild, d.Now())
	switch {
	case err != nil:
		return d.failed(ctx, r, err)
	case r.Sub == subLift:
		return d.lift(ctx, r, all)
	}
	return say(overridesText(all))
}

// override replaces a line.
func (d *Desk) override(ctx context.Context, r interact.Request) (interact.Response, error) {
	line, ok := findLine(d.Bot.Library(), r.Options[optionLine])
	switch {
	case !ok:
		return say(textNoLine)
	case line.Role == content.RoleEmergency:
		return say(textEmergency)
	}
	o, wrong := readOverride(r.Options)
	if wrong != "" {
		return say(wrong)
	}
	days, err := strconv.Atoi(r.Options[optionDays])
	if err != nil || days < minDays || days > maxDays {
		return say(textBadDays)
	}
	o.Guild, o.Line, o.By, o.Expires = r.Guild, line.ID, r.User, d.Now().Add(time.Duration(days)*24*time.Hour)
	saving, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if err := d.Store.SetOverride(saving, o, d.note(r, store.ActionOverride, o.Line)); err != nil {
		return d.failed(ctx, r, err)
	}
	d.overrides.expire(r.Guild)
	before, now := reach(line.Name, strings.Join(line.Call, ", "), line.Site), reach(o.Name, o.Phone, o.URL)
	return say(fmt.Sprintf(textOverridden, o.Line, o.Expires.Unix(), before, now))
}

// lift brings a line back.
func (d *Desk) lift(ctx context.Context, r interact.Request, all []store.Override) (interact.Response, error) {
	for _, o := range all {
		if o.Line != r.Options[optionLine] {
			continue
		}
		if err := d.Store.DeleteOverride(ctx, r.Guild, o.Line, d.note(r, store.ActionDeleteOverride, o.Line)); err != nil {
			return d.failed(ctx, r, err)
		}
		d.overrides.expire(r.Guild)
		return say(fmt.Sprintf(textLifted, o.Line))
	}
	return say(textNotReplaced)
}

// overridesText lists overrides, as many as fit into a message.
func overridesText(all []store.Override) string {
	if len(all) == 0 {
		return textNoOverrides
	}
	text := textOverrides
	for i, o := range all {
		by := ""
		if o.By != "" {
			by = fmt.Sprintf(textBy, o.By)
		}
		line := "\n" + fmt.Sprintf(textOverrideLine, o.Line, reach(o.Name, o.Phone, o.URL), o.Expires.Unix(), by)
		if more := fmt.Sprintf("\n"+textMoreLines, len(all)-i); utf8.RuneCountInString(text+line+more) > api.MaxContentRunes {
			return text + more
		}
		text += line
	}
	return text
}

// reach writes a line's name and how to reach it. Angle brackets keep Discord from unfolding the page.
func reach(name, phone, page string) string {
	parts := []string{name}
	if phone != "" {
		parts = append(parts, phone)
	}
	if page != "" {
		parts = append(parts, "<"+page+">")
	}
	return strings.Join(parts, ", ")
}

// readOverride reads what a moderator typed, or says what is wrong with it.
func readOverride(given map[string]string) (o store.Override, wrong string) {
	o = store.Override{
		Name: strings.TrimSpace(given[optionName]), Phone: strings.TrimSpace(given[optionPhone]), URL: strings.TrimSpace(given[optionURL]),
	}
	err := replacement(o).Check()
	for _, c := range []struct {
		err  error
		says string
	}{
		{answer.ErrReplacementName, textBadName},
		{answer.ErrReplacementReach, textNoReach},
		{answer.ErrReplacementPhone, textBadPhone},
		{answer.ErrReplacementURL, textBadURL},
	} {
		if errors.Is(err, c.err) {
			return o, c.says
		}
	}
	return o, ""
}
