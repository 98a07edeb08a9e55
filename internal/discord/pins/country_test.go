package pins

import (
	"strings"
	"testing"
	"time"

	"faqbot/internal/store"
)

// TestCountryFirst: the menu of a pinned card begins with the country that the server sets, from the next look on.
func TestCountryFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.says(b.ask(p, b.request("pin", cardHelplines)), textPinned)
	menu := func() string {
		var out []string
		for _, row := range b.one().Components {
			for _, c := range row.Components {
				for _, o := range c.Options {
					out = append(out, o.Value)
				}
			}
		}
		return strings.Join(out, " ")
	}
	before := menu()
	if strings.HasPrefix(before, "US ") || !strings.Contains(before, " US ") {
		t.Fatalf("the menu is %s", before)
	}
	if err := b.store.SaveSettings(t.Context(), store.Settings{
		Guild: b.fake.GuildID, Country: "US", Cooldown: store.DefaultCooldown, Retention: store.DefaultRetention,
	}, store.Audit{Actor: moderator, Action: store.ActionSettings, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b.round(p)
		if want := "US " + strings.Replace(before, " US ", " ", 1); menu() != want {
			t.Errorf("the menu is %s, want %s", menu(), want)
		}
	}
	if n := b.sent("PATCH", "/channels/*/messages/*"); n != 1 {
		t.Errorf("%d edits", n)
	}
}
