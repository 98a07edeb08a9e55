package toolbox_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/toolbox"
	"faqbot/internal/store"
)

// TestToolsKnowModerators: with a database, those whom /settings names as moderators are, and what they put away is noted.
func TestToolsKnowModerators(t *testing.T) {
	t.Parallel()
	const guild, channel, moderator, role = "1000000000000000001", "1000000000000000002", "1000000000000000003", "1000000000000000004"
	ctx := t.Context()
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "faqbot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	settings := store.Defaults(guild)
	settings.ModeratorRoles = []string{role}
	if err := st.SaveSettings(ctx, settings, store.Audit{Action: store.ActionSettings, At: time.Now().Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	var config discord.Config
	toolbox.New(st, nil, slog.New(slog.DiscardHandler)).Into(&config)
	config.Tools(&api.Client{})
	r := interact.Request{Guild: guild, Channel: channel, User: moderator, Roles: []string{"1000000000000000005"}}
	if config.Moderates(ctx, r) {
		t.Error("a member is a moderator")
	}
	r.Roles = []string{role}
	if !config.Moderates(ctx, r) {
		t.Error("a moderator by role is none")
	}
	config.PutAway(ctx, r)
	notes, err := st.Audits(ctx, guild, 1)
	if err != nil || len(notes) != 1 || notes[0].Action != store.ActionDismiss || notes[0].Actor != moderator || notes[0].Target != channel {
		t.Errorf("noted %+v, %v", notes, err)
	}
}
