package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// MaxDonation is the length of the longest donation, in letters.
const MaxDonation = 2000

// Donation is a question that a member gave for the bot to become better.
type Donation struct {
	Guild string
	Day   string // 2006-01-02
	Text  string
}

// Donate keeps words that a member gives on purpose. The caller has taken out of them what tells of a person; who gave them and at what
// time of the day is not kept.
func (s *Store) Donate(ctx context.Context, guild, text string, at time.Time) error {
	_, err := s.commit(ctx, "donate", []error{snowflake("server", guild), words("donation", text, MaxDonation)},
		to(`INSERT INTO donations (guild, day, words) VALUES ($1, $2, $3)`, guild, day(at), text))
	return err
}

// Donations returns what was given in a server, or in all for an empty guild, by server, day and text, which tells nothing of their order.
func (s *Store) Donations(ctx context.Context, guild string) ([]Donation, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, d *Donation) error {
		return rows.Scan(&d.Guild, &d.Day, &d.Text)
	}, `SELECT guild, day, words FROM donations WHERE guild = $1 OR $1 = ''`, guild)
	slices.SortFunc(found, func(a, b Donation) int {
		return cmp.Or(cmp.Compare(a.Guild, b.Guild), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Text, b.Text))
	})
	return found, s.explain("read donations", err)
}

// DeleteDonations deletes what was given in a server, and notes who did.
func (s *Store) DeleteDonations(ctx context.Context, guild string, by Audit) error {
	by.Guild = guild
	_, err := s.erase(ctx, "delete donations", []error{by.check()}, to(`DELETE FROM donations WHERE guild = $1`, guild), by.change())
	return err
}

// countryDays is how long a member's country is kept: whether the member is still on any server is not known.
const countryDays = 365

// SaveCountry keeps a member's country for a year, because the member asked for it; empty deletes it.
func (s *Store) SaveCountry(ctx context.Context, user, code string, at time.Time) error {
	if code == "" {
		_, err := s.erase(ctx, "delete country", nil, to(`DELETE FROM countries WHERE member = $1`, user))
		return err
	}
	_, err := s.commit(ctx, "save country", []error{snowflake("member", user), country("country", code)},
		to(`INSERT INTO countries (member, country, since) VALUES ($1, $2, $3)
		ON CONFLICT (member) DO UPDATE SET country = excluded.country, since = excluded.since`, user, code, day(at)))
	return err
}

// Country returns a member's country; empty where none is kept.
func (s *Store) Country(ctx context.Context, user string) (string, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, code *string) error {
		return rows.Scan(code)
	}, `SELECT country FROM countries WHERE member = $1`, user)
	return strings.Join(found, ""), s.explain("read country", err) // at most one
}

// erase makes changes, and then sees to it that what they removed is no longer in a file: the log beside it still holds the pages as they
// were. Where somebody reads just now, they stay until the next time.
func (s *Store) erase(ctx context.Context, verb string, problems []error, changes ...change) (int64, error) {
	n, err := s.commit(ctx, verb, problems, changes...)
	if err == nil && s.kind == KindSQLite {
		_, err = s.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		err = s.explain(verb, err)
	}
	return n, err
}

// ForgetMember removes everything that has a member's id: the country, and the name on notes and overrides, which stay. A PostgreSQL
// server overwrites what was removed after its next vacuum.
func (s *Store) ForgetMember(ctx context.Context, user string) error {
	_, err := s.erase(ctx, "forget member", []error{snowflake("member", user)},
		to(`DELETE FROM countries WHERE member = $1`, user),
		to(`UPDATE audit SET actor = '' WHERE actor = $1`, user),
		to(`UPDATE audit SET target = '' WHERE target = $1`, user),
		to(`UPDATE overrides SET by_user = '' WHERE by_user = $1`, user))
	return err
}

// ForgetGuild removes everything of a server, for when the bot has left it.
func (s *Store) ForgetGuild(ctx context.Context, guild string) error {
	var changes []change
	for _, t := range tablesWith("guild") {
		changes = append(changes, to(t.deleteGuild(), guild))
	}
	_, err := s.erase(ctx, "forget server", []error{snowflake("server", guild)}, changes...)
	return err
}

// Guilds returns the servers of which something is kept, by their ids.
func (s *Store) Guilds(ctx context.Context) ([]string, error) {
	var selects []string
	for _, t := range tablesWith("guild") {
		selects = append(selects, "SELECT guild FROM "+t.name+" WHERE guild <> ''")
	}
	guilds, err := list(ctx, s.rows(), func(rows *sql.Rows, guild *string) error { return rows.Scan(guild) },
		strings.Join(selects, " UNION ")+" ORDER BY guild")
	return guilds, s.explain("list servers", err)
}

// Prune deletes what is too old at an instant: figures and donations by each server's retention, notes and members' countries after a year,
// overrides that have expired. It returns how many rows went.
func (s *Store) Prune(ctx context.Context, at time.Time) (int64, error) {
	retentions, err := list(ctx, s.rows(), func(rows *sql.Rows, days *int) error { return rows.Scan(days) },
		`SELECT DISTINCT retention_days FROM settings`)
	if err != nil {
		return 0, s.explain("prune", err)
	}
	var changes []change
	for _, t := range tablesWith("day") {
		for _, days := range append(retentions, DefaultRetention) {
			changes = append(changes, to(t.prune(), day(at.AddDate(0, 0, -days)), days))
		}
	}
	return s.erase(ctx, "prune", nil, append(changes,
		to(`DELETE FROM topic_states WHERE NOT EXISTS
			(SELECT 1 FROM topics t WHERE t.guild = topic_states.guild AND t.entry = topic_states.entry)`),
		to(`DELETE FROM audit WHERE at < $1`, at.AddDate(0, 0, -auditDays).UnixMilli()),
		to(`DELETE FROM countries WHERE since < $1`, day(at.AddDate(0, 0, -countryDays))),
		to(`DELETE FROM overrides WHERE expires <= $1`, at.UnixMilli()))...)
}
