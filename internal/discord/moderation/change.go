package moderation

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// Names of settings, in custom ids and in the audit.
const (
	settingRoles     = "moderator-roles"
	settingAlert     = "alert-channel"
	settingAutomatic = "automatic-alerts"
	settingAsk       = "ask-channels"
	settingAskRoles  = "ask-roles"
	settingUnasked   = "unasked-channels"
	settingCountry   = "country"
	settingLocale    = "locale"
	settingCooldown  = "cooldown"
	settingRetention = "retention"
)

// pageOf is the page that a setting stands on.
func pageOf(setting string) string {
	switch setting {
	case settingAsk, settingAskRoles, settingUnasked:
		return pagePlaces
	case settingCountry, settingLocale, settingCooldown, settingRetention:
		return pageLimits
	}
	return pageModerators
}

// cooldowns and retentions are what can be picked.
func cooldowns() []time.Duration {
	return []time.Duration{
		0, 5 * time.Second, store.DefaultCooldown, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, store.MaxCooldown,
	}
}

func retentions() []int {
	return []int{store.MinRetention, 14, 30, 60, store.DefaultRetention, 180, store.MaxRetention}
}

// change changes one setting for the one who picked, saves it, and draws its page as it then is.
func (d *Desk) change(ctx context.Context, r interact.Request, name string) (interact.Response, error) {
	select { // what is remembered here last must be what was saved last
	case d.saving <- struct{}{}:
		defer func() { <-d.saving }()
	case <-ctx.Done():
		return d.failed(ctx, r, ctx.Err())
	}
	before, err := d.freshSettings(ctx, r.Guild)
	if err != nil {
		return d.failed(ctx, r, err)
	}
	var picked store.Settings
	if !d.apply(&picked, name, r.Values) {
		return d.page(pageOf(name), before, noteBadValue)
	}
	if picked.AlertChannel != "" {
		if wrong := d.checkChannel(ctx, r.Guild, picked.AlertChannel); wrong != "" {
			return d.page(pageOf(name), before, wrong)
		}
	}
	saving, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	// Of what others have set since, another process too, nothing may be lost: this one setting is changed in what is stored.
	change := func(s *store.Settings) { d.apply(s, name, r.Values) }
	after, err := d.Store.ChangeSettings(saving, r.Guild, change, d.note(r, store.ActionSettings, name))
	if err != nil {
		d.Log.ErrorContext(ctx, "settings were not saved", "guild_id", r.Guild, "interaction_id", r.ID, "error", err)
		d.settings.expire(r.Guild)
		return d.page(pageOf(name), before, noteNotSaved)
	}
	d.settings.put(r.Guild, after)
	return d.page(pageOf(name), after, noteSaved)
}

// checkChannel says why alerts cannot go to a channel; empty when they can, as far as is seen. Nothing of a server may be told in another.
func (d *Desk) checkChannel(ctx context.Context, guild, channel string) string {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	of, err := d.Calls.GuildOf(ctx, channel)
	switch {
	case err == nil && of == guild:
		return ""
	case err == nil:
		return noteBadValue
	case troubleOf(err) == troubleForbidden:
		return noteUnseen
	}
	d.Log.WarnContext(ctx, "a channel for alerts could not be checked", "guild_id", guild, "channel_id", channel, "error", err)
	return noteUnchecked
}

// apply sets what was picked; false, and nothing is set, for what no menu offers.
func (d *Desk) apply(s *store.Settings, name string, values []string) bool {
	switch name {
	case settingRoles, settingAsk, settingAskRoles, settingUnasked:
		return applyList(s, name, values)
	case settingAlert:
		if !areIDs(values) || len(values) > 1 {
			return false
		}
		s.AlertChannel = strings.Join(values, "")
		return true
	}
	if len(values) != 1 {
		return false
	}
	return d.applyChoice(s, name, values[0])
}

// applyList sets a list of ids.
func applyList(s *store.Settings, name string, values []string) bool {
	if !areIDs(values) || len(values) > api.MaxPicked {
		return false
	}
	ids := slices.Compact(slices.Sorted(slices.Values(values)))
	switch name {
	case settingRoles:
		s.ModeratorRoles = ids
	case settingAsk:
		s.AskChannels = ids
	case settingAskRoles:
		s.AskRoles = ids
	case settingUnasked:
		s.UnaskedChannels = ids
	}
	return true
}

// applyChoice sets one of the values that a menu offers.
func (d *Desk) applyChoice(s *store.Settings, name, value string) bool {
	n, err := strconv.Atoi(value)
	offered := func(list []api.MenuOption) bool {
		return slices.ContainsFunc(list, func(o api.MenuOption) bool { return o.Value == value })
	}
	switch {
	case name == settingAutomatic && (value == wordOn || value == wordOff):
		s.AlertsOn = value == wordOn
	case name == settingCountry && offered(d.countries()):
		s.Country = strings.TrimPrefix(value, valueNone)
	case name == settingLocale && offered(d.locales()):
		s.Locale = strings.TrimPrefix(value, valueNone)
	case name == settingCooldown && err == nil && slices.Contains(cooldowns(), time.Duration(n)*time.Second):
		s.Cooldown = time.Duration(n) * time.Second
	case name == settingRetention && err == nil && slices.Contains(retentions(), n):
		s.Retention = n
	default:
		return false
	}
	return true
}

// areIDs reports whether all values have the form of Discord's ids.
func areIDs(values []string) bool {
	const digits = 20
	return !slices.ContainsFunc(values, func(v string) bool {
		return v == "" || len(v) > digits || strings.Trim(v, "0123456789") != ""
	})
}
