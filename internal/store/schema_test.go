package store

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"
)

// allowedColumns are all columns of all tables, each with the reason why it may be there: an id fits into a number as well as into a text.
func allowedColumns() map[string]string {
	const (
		id     = "an id of Discord's: Go refuses anything but digits"
		name   = "a name of the content's or the program's: Go refuses blanks and capitals"
		state  = "of a closed set"
		date   = "2026-03-10"
		locale = "a code: Go refuses anything else"
		shown  = "what moderators write for all members to see"
		count  = "how often, by server and day: of nobody"
		limit  = "a server's setting"
		pulse  = "what a look at the database writes: of nobody"
	)
	return map[string]string{
		"settings.guild": id, "settings.alert_channel": id, "settings.country": locale, "settings.locale": locale,
		"settings.alerts_on": limit, "settings.cooldown_ms": limit, "settings.retention_days": limit,
		"settings_ids.guild": id, "settings_ids.list": state, "settings_ids.id": id + "; a role's or channel's",
		"pins.channel": id, "pins.card": name, "pins.guild": id, "pins.message": id + "; of the bot's own", "pins.hash": name, "pins.state": state,
		"pins.checked": "when the bot looked at its own message",
		"counts.guild": id, "counts.day": date, "counts.kind": name, "counts.entry": name, "counts.n": count,
		"votes.guild": id, "votes.day": date, "votes.entry": name, "votes.helpful": count, "votes.unhelpful": count,
		"topics.guild": id, "topics.day": date, "topics.entry": name, "topics.n": count,
		"topic_states.guild": id, "topic_states.entry": name, "topic_states.state": state,
		"overrides.guild": id, "overrides.line": name, "overrides.name": shown, "overrides.phone": shown, "overrides.url": shown,
		"overrides.by_user": id + "; a moderator's, not a member's", "overrides.expires": "when a moderator's line ends",
		"donations.guild": id, "donations.day": date,
		"donations.words": "what a member gave on purpose, without anything that tells of a person",
		"audit.guild":     id, "audit.actor": id + "; a moderator's, not a member's", "audit.action": state, "audit.target": name,
		"audit.at":          "when a moderator did it",
		"countries.member":  id + "; on the member's request alone",
		"countries.country": locale, "countries.since": date,
		"pulse.id": pulse, "pulse.beats": pulse,
	}
}

// TestColumns shows that there is no column but those that are known to be needed, each for its reason, and that backups and forgetting know
// them all.
func TestColumns(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		s := open(t, address)
		found := schema(t, s)
		for _, problem := range columnProblems(found) {
			t.Error(problem)
		}
		want := map[string]string{"pulse.id": "bigint", "pulse.beats": "bigint"} // the others are what backups and forgetting know
		for _, one := range tables() {
			for _, column := range one.texts {
				want[one.name+"."+column] = "text"
			}
			for _, column := range one.numbers {
				want[one.name+"."+column] = "bigint"
			}
		}
		is(t, want)(found, nil)
	})
}

// TestColumnsChecker shows that the check can fail: an id of a member's is found, whatever the type that holds it.
func TestColumnsChecker(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		s := open(t, address)
		raw(t, s, `ALTER TABLE votes ADD COLUMN member BIGINT`)
		raw(t, s, `CREATE TABLE askers (member BIGINT)`)
		raw(t, s, `ALTER TABLE votes DROP COLUMN unhelpful`)
		is(t, []string{
			"askers.member, bigint: say why, if it is needed", "votes.member, bigint: say why, if it is needed",
			"votes.unhelpful is allowed and there is none",
		})(columnProblems(schema(t, s)), nil)
	})
}

// columnProblems compares the columns of a schema to those that are allowed.
func columnProblems(found map[string]string) (problems []string) {
	allowed := allowedColumns()
	for _, column := range slices.Sorted(maps.Keys(found)) {
		if allowed[column] == "" {
			problems = append(problems, column+", "+found[column]+": say why, if it is needed")
		}
	}
	for _, column := range slices.Sorted(maps.Keys(allowed)) {
		if found[column] == "" {
			problems = append(problems, column+" is allowed and there is none")
		}
	}
	return problems
}

// schema returns the type of every column but goose's.
func schema(t *testing.T, s *Store) map[string]string {
	t.Helper()
	query := `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()`
	if s.kind == KindSQLite {
		query = `SELECT m.name, c.name, lower(c.type) FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
	}
	found := map[string]string{}
	_, err := list(t.Context(), s.reader, func(rows *sql.Rows, _ *struct{}) error {
		var table, column, kind string
		err := rows.Scan(&table, &column, &kind)
		if table != "goose_db_version" && !strings.HasPrefix(table, "sqlite_") {
			found[table+"."+column] = kind
		}
		return err
	}, query)
	ok(t, err)
	return found
}

// versions are goose's, in the order in which they were applied.
func versions(t *testing.T, s *Store) []int64 {
	t.Helper()
	found, err := list(t.Context(), s.reader, func(rows *sql.Rows, version *int64) error { return rows.Scan(version) },
		`SELECT version_id FROM goose_db_version ORDER BY id`)
	ok(t, err)
	return found
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx := t.Context()
		old, err := connect(address)
		ok(t, err, old.migrate(ctx, 1))
		is(t, []int64{0, 1})(versions(t, old), nil)
		// As the program wrote it when there was nothing else.
		raw(t, old, `INSERT INTO settings (guild, alert_channel, alerts_on, country, locale, cooldown_ms, retention_days)
			VALUES ('100', '3', 1, 'GB', 'en', 20000, 30)`)
		raw(t, old, `INSERT INTO settings_ids (guild, list, id) VALUES ('100', 'ask-roles', '5')`)
		raw(t, old, `INSERT INTO pins (channel, card, guild, message, hash, state, checked) VALUES ('5', 'card/help', '100', '77', 'af', 'live', 1000)`)
		raw(t, old, `INSERT INTO counts (guild, day, kind, entry, n) VALUES ('100', '2026-03-10', 'answer', 'sleep/dreams', 41)`)
		raw(t, old, `INSERT INTO votes (guild, day, entry, helpful, unhelpful) VALUES ('100', '2026-03-10', 'sleep/dreams', 3, 4)`)
		before := map[string][]string{}
		for _, name := range []string{"settings", "settings_ids", "pins", "counts", "votes"} {
			before[name] = all(t, old, name)
		}
		ok(t, old.Close())

		s := open(t, address)
		is(t, []int64{0, 1, 2, 3})(versions(t, s), nil)
		for name, rows := range before {
			is(t, rows)(all(t, s, name), nil)
		}
		ok(t, s.Count(ctx, guild, "answer", "sleep/dreams", noon), s.Donate(ctx, guild, "what helps?", noon))
		is(t, []Count{{"2026-03-10", "answer", "sleep/dreams", 42}})(s.Counts(ctx, guild, noon, noon))
		again := open(t, address)
		is(t, []int64{0, 1, 2, 3})(versions(t, again), nil)
	})
}

// TestBrokenUpgrade shows that nothing is left of an upgrade that fails, and that it can be done once the cause has gone.
func TestBrokenUpgrade(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx := t.Context()
		old, err := connect(address)
		ok(t, err, old.migrate(ctx, 1))
		raw(t, old, `CREATE TABLE audit (guild BIGINT)`) // in the way of the second half of the second migration
		_, err = Open(ctx, address)
		says(t, err, "open database", "audit")
		is(t, []int64{0, 1})(versions(t, old), nil)
		if _, ok := schema(t, old)["topics.guild"]; ok {
			t.Error("a part of the failed upgrade is there")
		}
		raw(t, old, `DROP TABLE audit`)
		ok(t, old.Close())
		is(t, []int64{0, 1, 2, 3})(versions(t, open(t, address)), nil)
	})
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		s := open(t, address)
		insert := `INSERT INTO goose_db_version (version_id, is_applied) VALUES (4, true)`
		raw(t, s, insert)
		_, err := Open(t.Context(), address)
		says(t, err, s.place, "version 4", "knows 3", "newer faqbot")
	})
}
