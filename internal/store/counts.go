package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// Count is how often something happened on a day.
type Count struct {
	Day         string // 2006-01-02
	Kind, Entry string
	N           int64
}

// Count adds one to what happened on the day of an instant. The entry may be empty.
func (s *Store) Count(ctx context.Context, guild, kind, entry string, at time.Time) error {
	_, err := s.commit(ctx, "count", []error{maybe(snowflake, "server", guild), name("kind", kind), maybe(name, "entry", entry)},
		to(`INSERT INTO counts (guild, day, kind, entry, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (guild, day, kind, entry) DO UPDATE SET n = counts.n + 1`, guild, day(at), kind, entry))
	return err
}

// Counts returns a server's counts of the days of both instants and between them, by day, kind and entry.
func (s *Store) Counts(ctx context.Context, guild string, from, to time.Time) ([]Count, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, c *Count) error {
		return rows.Scan(&c.Day, &c.Kind, &c.Entry, &c.N)
	}, `SELECT day, kind, entry, n FROM counts WHERE guild = $1 AND day BETWEEN $2 AND $3`, guild, day(from), day(to))
	slices.SortFunc(found, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Entry, b.Entry))
	})
	return found, s.explain("read counts", err)
}

// Votes are what members thought of an entry on a day. Nobody can tell who voted, or that one voted twice.
type Votes struct {
	Day                string // 2006-01-02
	Entry              string
	Helpful, Unhelpful int64
}

// Vote counts one vote.
func (s *Store) Vote(ctx context.Context, guild, entry string, helpful bool, at time.Time) error {
	_, err := s.commit(ctx, "vote", []error{maybe(snowflake, "server", guild), name("entry", entry)},
		to(`INSERT INTO votes (guild, day, entry, helpful, unhelpful) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (guild, day, entry)
		DO UPDATE SET helpful = votes.helpful + excluded.helpful, unhelpful = votes.unhelpful + excluded.unhelpful`,
			guild, day(at), entry, number(helpful), number(!helpful)))
	return err
}

// Votes returns a server's votes of the days of both instants and between them, by day and entry.
func (s *Store) Votes(ctx context.Context, guild string, from, to time.Time) ([]Votes, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, v *Votes) error {
		return rows.Scan(&v.Day, &v.Entry, &v.Helpful, &v.Unhelpful)
	}, `SELECT day, entry, helpful, unhelpful FROM votes WHERE guild = $1 AND day BETWEEN $2 AND $3`, guild, day(from), day(to))
	slices.SortFunc(found, func(a, b Votes) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Entry, b.Entry)) })
	return found, s.explain("read votes", err)
}

// TopicState is what moderators have done about a topic.
type TopicState string

// The states that there are.
const (
	TopicNew     TopicState = "new"
	TopicPending TopicState = "pending"
	TopicDone    TopicState = "done"
	TopicIgnored TopicState = "ignored"
)

// TopicStates lists every TopicState.
func TopicStates() []TopicState { return []TopicState{TopicNew, TopicPending, TopicDone, TopicIgnored} }

// Topic is what went unanswered: of the question nothing but the entry nearest to it.
type Topic struct {
	Entry string
	Count int64
	State TopicState
}

// CountTopic counts an unanswered question by the entry nearest to it.
func (s *Store) CountTopic(ctx context.Context, guild, nearest string, at time.Time) error {
	_, err := s.commit(ctx, "count topic", []error{maybe(snowflake, "server", guild), name("entry", nearest)},
		to(`INSERT INTO topics (guild, day, entry, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (guild, day, entry) DO UPDATE SET n = topics.n + 1`, guild, day(at), nearest))
	return err
}

// Topics returns what went unanswered on the days of both instants and between them, the most frequent first.
func (s *Store) Topics(ctx context.Context, guild string, from, to time.Time) ([]Topic, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, t *Topic) error {
		return rows.Scan(&t.Entry, &t.Count, &t.State)
	}, `SELECT t.entry, CAST(sum(t.n) AS BIGINT), coalesce(s.state, 'new')
		FROM topics t LEFT JOIN topic_states s ON s.guild = t.guild AND s.entry = t.entry
		WHERE t.guild = $1 AND t.day BETWEEN $2 AND $3 GROUP BY t.entry, s.state`, guild, day(from), day(to))
	slices.SortFunc(found, func(a, b Topic) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Entry, b.Entry)) })
	return found, s.explain("read topics", err)
}

// SetTopicState notes what moderators do about a topic. The state stays while the topic is asked about within the server's retention.
func (s *Store) SetTopicState(ctx context.Context, guild, entry string, state TopicState, by Audit) error {
	by.Guild = guild
	_, err := s.commit(ctx, "set topic state", []error{name("entry", entry), within("state", state, TopicStates()), by.check()},
		to(`INSERT INTO topic_states (guild, entry, state) VALUES ($1, $2, $3)
		ON CONFLICT (guild, entry) DO UPDATE SET state = excluded.state`, guild, entry, string(state)), by.change())
	return err
}
