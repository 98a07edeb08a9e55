package internal_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// privacyPage is docs/privacy.md.
func privacyPage(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(moduleRoot, "docs", "privacy.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// program is the source of all that runs, without the fake Discord, with one blank for any.
func program(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, p := range tree(t) {
		if strings.HasPrefix(p.path, "internal/discord/discordtest") {
			continue
		}
		for _, f := range p.files {
			all.WriteString(strings.Join(strings.Fields(f.source), " ") + "\n")
		}
	}
	return all.String()
}

// TestPrivacyOfLogs: the page names each kind of ids that is logged.
func TestPrivacyOfLogs(t *testing.T) {
	t.Parallel()
	_, logs, _ := strings.Cut(privacyPage(t), "## What is logged\n")
	logs, _, _ = strings.Cut(logs, "\n## ")
	named := map[string]string{ // by what stands in a log line
		"interaction_id": "interactions", "message_id": "messages", "channel_id": "channels", "guild_id": "servers",
		"card_id": "interactions, messages", // that a card answers
	}
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([a-z]+_id)", [a-zA-Z]`).FindAllStringSubmatch(program(t), -1) {
		found[m[1]] = true
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if what := named[id]; what == "" || !strings.Contains(logs, what) {
			t.Errorf("%s is logged, and the page does not say so", id)
		}
	}
	if len(found) != len(named) {
		t.Errorf("logged are %v", found)
	}
}

// TestPrivacyOfMemory: the page says how much is remembered of members in memory.
func TestPrivacyOfMemory(t *testing.T) {
	t.Parallel()
	page, source := privacyPage(t), program(t)
	for bound, says := range map[string]string{ // by what stands in the code
		"rememberEvents = 4096": "the last 4,096 ids of events", "maxPaced = 10_000": "the last 10,000 members",
		"maxReplies = 2000": "the ids of the last 2,000", "maxSeen = 20000": "the last 20,000 presses",
		"remembered = 1024": "the last 1,024 of what was sent", "keepFor = 15 * time.Minute": "up to 15 minutes",
	} {
		if !strings.Contains(source, bound) || !strings.Contains(page, says) {
			t.Errorf("the code must have %q, and the page %q", bound, says)
		}
	}
}
