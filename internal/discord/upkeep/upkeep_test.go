package upkeep

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/discord/api"
)

// shelf is a store of servers.
type shelf struct {
	guilds []string
	pruned []time.Time
	broken error
	panics bool
}

func (s *shelf) Prune(_ context.Context, at time.Time) (int64, error) {
	s.pruned = append(s.pruned, at)
	if s.panics {
		panic("of a member")
	}
	return 1, s.broken
}

func (s *shelf) Guilds(context.Context) ([]string, error) { return slices.Clone(s.guilds), s.broken }

func (s *shelf) ForgetGuild(_ context.Context, guild string) error {
	s.guilds = slices.DeleteFunc(s.guilds, func(id string) bool { return id == guild })
	return nil
}

// run keeps a shelf for a time, with the bot in some servers.
func run(t *testing.T, s *shelf, lasts time.Duration, servers func() ([]api.Guild, error)) string {
	t.Helper()
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), lasts)
		defer cancel()
		Upkeep{
			Store: s, Servers: func(context.Context) ([]api.Guild, error) { return servers() }, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: time.Now,
		}.Run(ctx)
	})
	return log.String()
}

func in(ids ...string) func() ([]api.Guild, error) {
	var out []api.Guild
	for _, id := range ids {
		out = append(out, api.Guild{ID: id})
	}
	return func() ([]api.Guild, error) { return out, nil }
}

// TestRounds: what is too old goes at the start and every six hours, and what fails once is tried again.
func TestRounds(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*shelf{"well": {}, "broken": {broken: errors.New("no disk")}, "panics": {panics: true}} {
		log := run(t, s, 13*time.Hour, in())
		if len(s.pruned) != 3 || s.pruned[1].Sub(s.pruned[0]) != every {
			t.Errorf("%s: at %v", name, s.pruned)
		}
		if strings.Contains(log, "of a member") || (name != "well") != strings.Contains(log, "could not be deleted") {
			t.Errorf("%s: the log says %s", name, log)
		}
	}
}

func TestForgetLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   func() ([]api.Guild, error)
		want []string
		says string
	}{
		"left one":    {in("1", "3", "4"), []string{"1", "3"}, "has left a server"},
		"in all":      {in("1", "2", "3"), []string{"1", "2", "3"}, "rows=1"},
		"in none":     {in("4"), []string{"1", "2", "3"}, "another bot"},
		"not known":   {func() ([]api.Guild, error) { return nil, errors.New("503") }, []string{"1", "2", "3"}, "could not be told"},
		"half a list": {func() ([]api.Guild, error) { return []api.Guild{{ID: "1"}}, errors.New("503") }, []string{"1", "2", "3"}, "could not be told"},
	} {
		s := &shelf{guilds: []string{"1", "2", "3"}}
		log := run(t, s, time.Minute, c.in)
		if !slices.Equal(s.guilds, c.want) || !strings.Contains(log, c.says) || strings.Contains(log, "has left a server") != (name == "left one") {
			t.Errorf("%s: left are %v, and the log says %s", name, s.guilds, log)
		}
	}
}
