package moderation

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/store"
)

// What the pages of /settings say.
const (
	textNone    = "nobody else"
	textNowhere = "nowhere"
	textAnyone  = "everybody"
	textAnyroom = "everywhere"
	textMore    = " and %d more"

	lineRoles     = "1. Moderators, beside everybody who may manage this server: %s"
	lineAlert     = "2. Alert channel, where moderators read that a member asks for one: %s"
	lineAutomatic = "3. Alerts without a member's asking, of messages in public that may mean danger: %s"
	lineAsk       = "1. Channels where commands and mentions are answered: %s"
	lineAskRoles  = "2. Roles that are answered: %s"
	lineUnasked   = "3. Channels where the bot answers without being asked, when it is sure: %s"
	lineUrgent    = "Whatever is set here, a message that may mean danger gets its card."
	lineCountry   = "1. Country that stands first where help lines are shown: %s"
	lineLocale    = "2. Language of the answers: %s"
	lineCooldown  = "3. Pause between two answers to the same member: %s. Urgent cards never wait."
	lineRetention = "4. How long counts and given questions are kept: %d days"

	warnNobody = "⚠ There is no alert channel: members who ask for a moderator are told that nobody could be reached."
	warnMark   = "⚠ "

	labelRoles     = "Moderators' roles"
	labelAlert     = "Alert channel"
	labelOn        = "Automatic alerts: on"
	labelOff       = "Automatic alerts: off"
	labelTest      = "Send a test alert"
	labelAsk       = "Channels with answers: everywhere"
	labelAskRoles  = "Roles that are answered: everybody"
	labelUnasked   = "Channels with answers unasked: nowhere"
	labelAnyLand   = "No country first"
	labelAnyLocale = "Each member's own, where there is one"
	labelCooldown  = "Pause: %s"
	labelRetention = "Keep for %d days"

	wordOn      = "on"
	wordOff     = "off"
	wordNoPause = "none"
)

// valueNone is a menu's value for nothing set: Discord takes no empty one.
const valueNone = "-"

// moderatorsPage says who is told.
func (d *Desk) moderatorsPage(s store.Settings) api.Body {
	var alert []string
	if s.AlertChannel != "" {
		alert = []string{s.AlertChannel}
	}
	lines := []string{
		fmt.Sprintf(lineRoles, mentions(s.ModeratorRoles, "@&", textNone)),
		fmt.Sprintf(lineAlert, mentions(alert, "#", textNowhere)),
		fmt.Sprintf(lineAutomatic, onOff(s.AlertsOn)),
	}
	body := api.Body{Components: api.Rows(
		api.RoleMenu(setPath(settingRoles), labelRoles, s.ModeratorRoles, api.MaxPicked),
		// Not where announcements go out to other servers.
		api.ChannelMenu(setPath(settingAlert), labelAlert, alert, 1, channelText, channelPublicThread, channelPrivateThread),
		api.Menu(setPath(settingAutomatic), labelOff, marked(onOff(s.AlertsOn), []api.MenuOption{
			{Label: labelOn, Value: wordOn}, {Label: labelOff, Value: wordOff},
		})),
	)}
	if s.AlertChannel == "" {
		lines = append(lines, warnNobody)
	} else {
		body.Components = append(body.Components, api.Rows(api.Buttons(api.Button(labelTest, pathSettings+"/"+argTest, secondary)))...)
		if wrong := d.troubled(s.Guild, s.AlertChannel); wrong != "" {
			lines = append(lines, warnMark+wrong)
		}
	}
	body.Content = strings.Join(lines, "\n")
	return body
}

// placesPage says where the bot answers, and whom.
func placesPage(s store.Settings) api.Body {
	lines := []string{
		fmt.Sprintf(lineAsk, mentions(s.AskChannels, "#", textAnyroom)),
		fmt.Sprintf(lineAskRoles, mentions(s.AskRoles, "@&", textAnyone)),
		fmt.Sprintf(lineUnasked, mentions(s.UnaskedChannels, "#", textNowhere)),
		lineUrgent,
	}
	return api.Body{Content: strings.Join(lines, "\n"), Components: api.Rows(
		api.ChannelMenu(setPath(settingAsk), labelAsk, s.AskChannels, api.MaxPicked,
			channelText, channelNews, channelForum, channelVoice, channelPublicThread, channelPrivateThread),
		api.RoleMenu(setPath(settingAskRoles), labelAskRoles, s.AskRoles, api.MaxPicked),
		api.ChannelMenu(setPath(settingUnasked), labelUnasked, s.UnaskedChannels, api.MaxPicked,
			channelText, channelForum, channelPublicThread, channelPrivateThread),
	)}
}

// limitsPage says in which words, how often and for how long.
func (d *Desk) limitsPage(s store.Settings) api.Body {
	countries := marked(cmp.Or(s.Country, valueNone), d.countries())
	locales := marked(cmp.Or(s.Locale, valueNone), d.locales())
	var pauses, days []api.MenuOption
	for _, c := range cooldowns() {
		pauses = append(pauses, api.MenuOption{Label: fmt.Sprintf(labelCooldown, pause(c)), Value: wholeSeconds(c)})
	}
	for _, n := range retentions() {
		days = append(days, api.MenuOption{Label: fmt.Sprintf(labelRetention, n), Value: strconv.Itoa(n)})
	}
	lines := []string{
		fmt.Sprintf(lineCountry, chosen(countries)), fmt.Sprintf(lineLocale, chosen(locales)),
		fmt.Sprintf(lineCooldown, pause(s.Cooldown)), fmt.Sprintf(lineRetention, s.Retention),
	}
	return api.Body{Content: strings.Join(lines, "\n"), Components: api.Rows(
		api.Menu(setPath(settingCountry), labelAnyLand, countries),
		api.Menu(setPath(settingLocale), labelAnyLocale, locales),
		api.Menu(setPath(settingCooldown), "", marked(wholeSeconds(s.Cooldown), pauses)),
		api.Menu(setPath(settingRetention), "", marked(strconv.Itoa(s.Retention), days)),
	)}
}

// countries are what may stand first.
func (d *Desk) countries() []api.MenuOption {
	list := []api.MenuOption{{Label: labelAnyLand, Value: valueNone}}
	for _, c := range d.Bot.Countries() {
		list = append(list, api.MenuOption{Label: c.Title, Value: c.ID})
	}
	return list[:min(len(list), api.MaxSelectOptions)]
}

// locales are the languages that there is content in.
func (d *Desk) locales() []api.MenuOption {
	l := d.Bot.Library().Locale()
	return []api.MenuOption{{Label: labelAnyLocale, Value: valueNone}, {Label: l.Name, Value: l.Code}}
}

// marked marks the option that is set; a value that is none of them is added.
func marked(set string, list []api.MenuOption) []api.MenuOption {
	found := false
	for i := range list {
		list[i].Chosen = list[i].Value == set
		found = found || list[i].Chosen
	}
	if !found {
		list = append(list[:min(len(list), api.MaxSelectOptions-1)], api.MenuOption{Label: set, Value: set, Chosen: true})
	}
	return list
}

// chosen is the label of the option that is set.
func chosen(list []api.MenuOption) string {
	for _, o := range list {
		if o.Chosen {
			return o.Label
		}
	}
	return ""
}

func setPath(setting string) string { return pathSettings + "/" + argSet + setting }

// mentions lists ids so that Discord shows their names. It pings nobody, as nothing that the bot sends.
func mentions(ids []string, mark, none string) string {
	const most = 10
	if len(ids) == 0 {
		return none
	}
	var out []string
	for _, id := range ids[:min(len(ids), most)] {
		out = append(out, "<"+mark+id+">")
	}
	text := strings.Join(out, ", ")
	if more := len(ids) - most; more > 0 {
		text += fmt.Sprintf(textMore, more)
	}
	return text
}

func onOff(on bool) string {
	if on {
		return wordOn
	}
	return wordOff
}

func wholeSeconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// pause writes a pause for people.
func pause(d time.Duration) string {
	switch {
	case d == 0:
		return wordNoPause
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%g s", d.Seconds())
}
