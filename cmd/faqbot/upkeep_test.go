package main

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/store"
)

// TestUpkeep: after a start what is older than the retention is gone, and so is all of a server that the bot left while it did not run.
func TestUpkeep(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{Validate: openapi.Validator(t)})
	database := filepath.Join(t.TempDir(), "faqbot.db")
	st, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	old, now := time.Now().AddDate(0, 0, -store.DefaultRetention-2), time.Now()
	err = errors.Join(
		st.Count(t.Context(), fake.GuildID, "answer", dreams, old), st.Count(t.Context(), fake.GuildID, "answer", dreams, now),
		st.Count(t.Context(), "4711", "answer", dreams, now),
	)
	if err != nil {
		t.Fatal(err)
	}
	r := startOn(t, fake, database)
	r.log.wait(r.ctx, t, "the bot has left a server")
	guilds, err := st.Guilds(t.Context())
	if err != nil || !slices.Equal(guilds, []string{fake.GuildID}) {
		t.Errorf("of servers %v is something kept (%v)", guilds, err)
	}
	counts, err := st.Counts(t.Context(), fake.GuildID, old.AddDate(0, 0, -1), now.AddDate(0, 0, 1))
	if err != nil || len(counts) != 1 {
		t.Errorf("counted are %v (%v)", counts, err)
	}
}
