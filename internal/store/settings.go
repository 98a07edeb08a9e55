package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// The limits of settings, and what holds where a server sets nothing else. Retentions are days; MaxListed bounds each list.
const (
	DefaultCooldown  = 10 * time.Second
	MaxCooldown      = time.Hour
	DefaultRetention = 90
	MinRetention     = 7
	MaxRetention     = 365
	MaxListed        = 100
)

// Settings are what the moderators of a server have set. Lists are sets: they come back sorted, each id once.
type Settings struct {
	Guild           string
	ModeratorRoles  []string      // beside those that Discord's own permission makes moderators
	AlertChannel    string        // empty for none
	AlertsOn        bool          // alerts of public urgent messages without a member's asking
	AskChannels     []string      // where commands and mentions are answered; empty for everywhere
	AskRoles        []string      // who is answered; empty for everybody
	UnaskedChannels []string      // where questions to nobody are answered; empty for nowhere
	Country         string        // ISO 3166-1 alpha-2; empty for unknown
	Locale          string        // BCP 47; empty for the platform's
	Cooldown        time.Duration // to the millisecond
	Retention       int           // days
}

// lists names the lists as the database does.
func (s *Settings) lists() map[string]*[]string {
	return map[string]*[]string{
		"moderator-roles": &s.ModeratorRoles, "ask-channels": &s.AskChannels,
		"ask-roles": &s.AskRoles, "unasked-channels": &s.UnaskedChannels,
	}
}

func (s *Settings) problems() []error {
	problems := []error{
		snowflake("server", s.Guild), maybe(snowflake, "alert channel", s.AlertChannel),
		maybe(country, "country", s.Country), maybe(locale, "locale", s.Locale),
	}
	for list, ids := range s.lists() {
		if len(*ids) > MaxListed {
			problems = append(problems, fmt.Errorf("%s has more than %d ids", list, MaxListed))
		}
		for _, id := range *ids {
			problems = append(problems, snowflake("id in "+list, id))
		}
	}
	if s.Cooldown < 0 || s.Cooldown > MaxCooldown {
		problems = append(problems, fmt.Errorf("the cooldown is not between 0 and %s", MaxCooldown))
	}
	if s.Retention < MinRetention || s.Retention > MaxRetention {
		problems = append(problems, fmt.Errorf("the retention is not between %d and %d days", MinRetention, MaxRetention))
	}
	return problems
}

// Settings returns a server's settings, or the defaults where none are stored.
func (s *Store) Settings(ctx context.Context, guild string) (Settings, error) {
	found, err := readSettings(ctx, s.rows(), guild)
	return found, s.explain("read settings", err)
}

// Defaults are the settings of a server that has set nothing.
func Defaults(guild string) Settings {
	return Settings{Guild: guild, Cooldown: DefaultCooldown, Retention: DefaultRetention}
}

func readSettings(ctx context.Context, from source, guild string) (Settings, error) {
	found := Defaults(guild)
	lists := found.lists()
	// One statement, so that no change comes between settings and lists.
	_, err := list(ctx, from, func(rows *sql.Rows, _ *struct{}) error {
		var on, cooldown int64
		var kind, id sql.NullString
		err := rows.Scan(&found.AlertChannel, &on, &found.Country, &found.Locale, &cooldown, &found.Retention, &kind, &id)
		found.AlertsOn, found.Cooldown = on == 1, time.Duration(cooldown)*time.Millisecond
		if ids := lists[kind.String]; ids != nil {
			*ids = append(*ids, id.String)
		}
		return err //nolint:wrapcheck // explain says what it was for
	}, `SELECT s.alert_channel, s.alerts_on, s.country, s.locale, s.cooldown_ms, s.retention_days, i.list, i.id
		FROM settings s LEFT JOIN settings_ids i ON i.guild = s.guild WHERE s.guild = $1`, guild)
	for _, ids := range lists {
		slices.Sort(*ids)
	}
	return found, err
}

// SaveSettings replaces all settings of a server, whatever others have set. Who means to change one of them calls ChangeSettings.
func (s *Store) SaveSettings(ctx context.Context, settings Settings, by Audit) error {
	_, err := s.ChangeSettings(ctx, settings.Guild, func(stored *Settings) { *stored = settings }, by)
	return err
}

// ChangeSettings gives what a server has set to a function that changes it, stores and returns that, and notes who did it; the note's server
// is this one. Nobody else changes them meanwhile, whatever the process, so of changes at once none is lost. The function must return at
// once: others wait for it.
func (s *Store) ChangeSettings(ctx context.Context, guild string, change func(*Settings), by Audit) (Settings, error) {
	const verb = "change settings"
	by.Guild = guild
	if err := by.check(); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", verb, err)
	}
	after := Defaults(guild)
	err := s.write(ctx, verb, func(tx *sql.Tx) error {
		// A write that changes nothing: it holds the row until the transaction ends, as a read would not.
		if _, err := run(ctx, tx, after.save("guild = excluded.guild")); err != nil {
			return err
		}
		stored, err := readSettings(ctx, tx, guild)
		if err != nil {
			return err
		}
		change(&stored)
		if err := errors.Join(stored.problems()...); err != nil {
			return err
		}
		if _, err := run(ctx, tx, append(stored.changes(), by.change())...); err != nil {
			return err
		}
		after, err = readSettings(ctx, tx, guild)
		return err
	})
	if err != nil {
		return Settings{}, err
	}
	return after, nil
}

// changes are what stores settings and their lists in place of what is there.
func (s *Settings) changes() []change {
	changes := []change{
		s.save(`alert_channel = excluded.alert_channel, alerts_on = excluded.alerts_on, country = excluded.country,
			locale = excluded.locale, cooldown_ms = excluded.cooldown_ms, retention_days = excluded.retention_days`),
		to(`DELETE FROM settings_ids WHERE guild = $1`, s.Guild),
	}
	for kind, ids := range s.lists() {
		for _, id := range *ids {
			changes = append(changes, to(`INSERT INTO settings_ids (guild, list, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, s.Guild, kind, id))
		}
	}
	return changes
}

// save adds settings without their lists, or where the server has some already, sets what is named.
func (s *Settings) save(set string) change {
	return to(`INSERT INTO settings (guild, alert_channel, alerts_on, country, locale, cooldown_ms, retention_days)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (guild) DO UPDATE SET `+set,
		s.Guild, s.AlertChannel, number(s.AlertsOn), s.Country, s.Locale, s.Cooldown.Milliseconds(), s.Retention)
}

// Override is what a server's moderators put in a helpline's place for a time.
type Override struct {
	Guild   string
	Line    string // the helpline's id
	Name    string
	Phone   string // may be empty where there is a URL
	URL     string // https; may be empty where there is a phone
	Expires time.Time
	By      string // the moderator; empty once forgotten
}

func (o Override) problems() []error {
	problems := []error{
		snowflake("server", o.Guild), name("helpline", o.Line), words("helpline's name", o.Name, 100), maybe(snowflake, "moderator", o.By),
	}
	if o.Phone != "" || o.URL == "" {
		problems = append(problems, words("phone", o.Phone, 40))
	}
	if o.URL != "" {
		problems = append(problems, words("URL", o.URL, 300))
		if address, err := url.Parse(o.URL); err != nil || address.Scheme != "https" || address.Host == "" {
			problems = append(problems, errors.New("the URL does not begin with https://"))
		}
	}
	return problems
}

// SetOverride adds an override, or replaces that of the same helpline.
func (s *Store) SetOverride(ctx context.Context, o Override, by Audit) error {
	by.Guild = o.Guild
	_, err := s.commit(ctx, "set override", append(o.problems(), by.check()),
		to(`INSERT INTO overrides (guild, line, name, phone, url, expires, by_user) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (guild, line) DO UPDATE SET name = excluded.name, phone = excluded.phone, url = excluded.url,
		expires = excluded.expires, by_user = excluded.by_user`,
			o.Guild, o.Line, o.Name, o.Phone, o.URL, o.Expires.UnixMilli(), o.By), by.change())
	return err
}

// Overrides returns a server's overrides that hold at an instant, by helpline.
func (s *Store) Overrides(ctx context.Context, guild string, at time.Time) ([]Override, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, o *Override) error {
		return rows.Scan(&o.Guild, &o.Line, &o.Name, &o.Phone, &o.URL, (*instant)(&o.Expires), &o.By)
	}, `SELECT guild, line, name, phone, url, expires, by_user FROM overrides WHERE guild = $1 AND expires > $2`, guild, at.UnixMilli())
	slices.SortFunc(found, func(a, b Override) int { return cmp.Compare(a.Line, b.Line) })
	return found, s.explain("read overrides", err)
}

// DeleteOverride brings the helpline itself back. It does nothing but note it where there is no override.
func (s *Store) DeleteOverride(ctx context.Context, guild, line string, by Audit) error {
	by.Guild = guild
	_, err := s.commit(ctx, "delete override", []error{by.check()},
		to(`DELETE FROM overrides WHERE guild = $1 AND line = $2`, guild, line), by.change())
	return err
}
