package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestOpenLater: a store whose database is not there yet refuses everything, and once it is there does everything. Whoever calls meanwhile
// gets one or the other.
func TestOpenLater(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "later")
	s := New(filepath.Join(folder, "faqbot.db"))
	calls := map[string]func(context.Context) error{
		"ping database": s.Ping,
		"count":         func(ctx context.Context) error { return s.Count(ctx, guild, "answer", "sleep/dreams", noon) },
		"read counts":   func(ctx context.Context) error { _, err := s.Counts(ctx, guild, noon, noon); return err },
		"read settings": func(ctx context.Context) error { _, err := s.Settings(ctx, guild); return err },
		"change settings": func(ctx context.Context) error {
			return s.SaveSettings(ctx, Defaults(guild), by(ActionSettings))
		},
		"list servers": func(ctx context.Context) error { _, err := s.Guilds(ctx); return err },
		"prune":        func(ctx context.Context) error { _, err := s.Prune(ctx, noon); return err },
		"forget member": func(ctx context.Context) error {
			return s.ForgetMember(ctx, moderator)
		},
	}
	says(t, s.Open(t.Context()), "open database", folder)
	for verb, call := range calls {
		err := call(t.Context())
		says(t, err, verb, "could not be opened yet")
		is(t, true)(errors.Is(err, errWaiting), nil)
	}
	ok(t, s.Close()) // of nothing

	ok(t, os.Mkdir(folder, 0o700))
	var meanwhile sync.WaitGroup
	for verb, call := range calls {
		meanwhile.Go(func() {
			for errors.Is(call(t.Context()), errWaiting) {
			}
			if err := call(t.Context()); err != nil {
				t.Errorf("%s: %v", verb, err)
			}
		})
	}
	ok(t, s.Open(t.Context()))
	meanwhile.Wait()
	is(t, KindSQLite)(s.Kind(), nil)
	ok(t, s.Close())
}
