package complete_test

import (
	"strings"
	"testing"

	"faqbot/internal/complete"
)

func TestComplete(t *testing.T) {
	t.Parallel()
	c := complete.New([]complete.Title{
		{ID: "1", Title: "Trouble sleeping", Aliases: []string{"insomnia"}}, {ID: "2", Title: "Vivid dreams"}, {ID: "3", Title: "Sweating"},
	})
	ids := func(pattern string, limit int) string {
		var out []string
		for _, t := range c.Complete(pattern, limit) {
			out = append(out, t.ID)
		}
		return strings.Join(out, "")
	}
	for pattern, want := range map[string]string{
		"": "123", "viv": "2", "INSOM": "1", "insomina": "1", "dreams": "2", "zzzz": "", strings.Repeat("a", 500): "", "\xff": "123",
	} {
		if got := ids(pattern, 25); got != want {
			t.Errorf("%q finds %q, want %q", pattern, got, want)
		}
	}
	if got := ids("", 2); got != "12" {
		t.Errorf("a limit of 2 gives %q", got)
	}
}
