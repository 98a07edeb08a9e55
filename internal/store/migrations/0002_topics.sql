-- +goose Up
CREATE TABLE topics (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	day TEXT NOT NULL CHECK (length(day) = 10),
	entry TEXT NOT NULL CHECK (length(entry) <= 100),
	n BIGINT NOT NULL CHECK (n > 0),
	PRIMARY KEY (guild, day, entry)
);

-- Only states that somebody has set; every other topic is new.
CREATE TABLE topic_states (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	entry TEXT NOT NULL CHECK (length(entry) <= 100),
	state TEXT NOT NULL CHECK (state IN ('new', 'pending', 'done', 'ignored')),
	PRIMARY KEY (guild, entry)
);

CREATE TABLE overrides (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	line TEXT NOT NULL CHECK (length(line) <= 100),
	name TEXT NOT NULL CHECK (length(name) <= 100),
	phone TEXT NOT NULL CHECK (length(phone) <= 40),
	url TEXT NOT NULL CHECK (length(url) <= 300),
	expires BIGINT NOT NULL,
	by_user TEXT NOT NULL CHECK (length(by_user) <= 20),
	PRIMARY KEY (guild, line)
);
CREATE INDEX overrides_by_user ON overrides (by_user);

-- No key and no instant: a row must not tell who gave it, or when on its day.
CREATE TABLE donations (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	day TEXT NOT NULL CHECK (length(day) = 10),
	words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 2000)
);
CREATE INDEX donations_guild ON donations (guild, day);

CREATE TABLE audit (
	guild TEXT NOT NULL CHECK (length(guild) <= 20),
	at BIGINT NOT NULL,
	actor TEXT NOT NULL CHECK (length(actor) <= 20),
	action TEXT NOT NULL CHECK (length(action) <= 100),
	target TEXT NOT NULL CHECK (length(target) <= 100)
);
CREATE INDEX audit_guild ON audit (guild, at);
CREATE INDEX audit_actor ON audit (actor);

CREATE TABLE countries (
	member TEXT NOT NULL PRIMARY KEY CHECK (length(member) <= 20),
	country TEXT NOT NULL CHECK (length(country) = 2)
);

-- What Ping writes to. No backup holds it.
CREATE TABLE pulse (
	id BIGINT NOT NULL PRIMARY KEY,
	beats BIGINT NOT NULL
);
