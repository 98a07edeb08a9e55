-- Read by SQLite and PostgreSQL alike: text and bigint alone, no generated keys, no functions but length.
-- Instants are milliseconds since 1970; days are 2006-01-02 in UTC; switches are 0 and 1.
-- +goose Up
CREATE TABLE settings (
	guild TEXT NOT NULL PRIMARY KEY,
	alert_channel TEXT NOT NULL CHECK (length(alert_channel) <= 20),
	alerts_on BIGINT NOT NULL CHECK (alerts_on IN (0, 1)),
	country TEXT NOT NULL CHECK (length(country) <= 2),
	locale TEXT NOT NULL CHECK (length(locale) <= 35),
	cooldown_ms BIGINT NOT NULL CHECK (cooldown_ms >= 0),
	retention_days BIGINT NOT NULL CHECK (retention_days BETWEEN 7 AND 365)
);

CREATE TABLE settings_ids (
	guild TEXT NOT NULL REFERENCES settings (guild) ON DELETE CASCADE,
	list TEXT NOT NULL CHECK (list IN ('moderator-roles', 'ask-channels', 'ask-roles', 'unasked-channels')),
	id TEXT NOT NULL CHECK (length(id) <= 20),
	PRIMARY KEY (guild, list, id)
);

-- The message is empty until it is known: a row is there before anything is posted.
CREATE TABLE pins (
	channel TEXT NOT NULL CHECK (length(channel) <= 20),
	card TEXT NOT NULL CHECK (length(card) <= 100),
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	message TEXT NOT NULL CHECK (length(message) <= 20),
	hash TEXT NOT NULL CHECK (length(hash) <= 100),
	state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'drifted', 'deleted', 'forbidden')),
	checked BIGINT NOT NULL,
	PRIMARY KEY (channel, card)
);
CREATE INDEX pins_guild ON pins (guild);

CREATE TABLE counts (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	day TEXT NOT NULL CHECK (length(day) = 10),
	kind TEXT NOT NULL CHECK (length(kind) <= 100),
	entry TEXT NOT NULL CHECK (length(entry) <= 100),
	n BIGINT NOT NULL CHECK (n > 0),
	PRIMARY KEY (guild, day, kind, entry)
);

CREATE TABLE votes (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	day TEXT NOT NULL CHECK (length(day) = 10),
	entry TEXT NOT NULL CHECK (length(entry) <= 100),
	helpful BIGINT NOT NULL CHECK (helpful >= 0),
	unhelpful BIGINT NOT NULL CHECK (unhelpful >= 0),
	PRIMARY KEY (guild, day, entry)
);
