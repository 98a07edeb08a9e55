package text_test

import (
	"strings"
	"testing"
	"unicode"

	"faqbot/internal/text"
)

// TestForDonation: what tells of a person goes, what is asked stays.
func TestForDonation(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                   "",
		"How long  do the\nsweats last?":     "How long do the sweats last?",
		"i took 2000mg in 2024, is that bad": "i took 2000mg in 2024, is that bad",
		"mail me: jo.doe@example.org please": "mail me: please",
		"call 555-1234 or +44 (0) 7700 900 123 now":               "call or now",
		"dm @someone, or <@123456789012345678> <#123> <:x:1> <b>": "dm or <b>",
		"my friend somebody#1234 said":                            "my friend said",
		"see https://example.org/a and www.example.org ok":        "see and ok",
		"see discord.gg/abc t.me/abc [x](http://a.b) example.com": "see",
		"born 12/03/1994 in 90210":                                "born in",
		"days.what then e.g. this":                                "days.what then e.g. this",
		"5 5 5 1 2 3 4":                                           "",
		"555 jo@example.org 1234":                                 "",
		"for 3 to 4 weeks, 10 days, 112":                          "for 3 to 4 weeks, 10 days, 112",
		"call ٠٧٧٠٠٩٠٠١٢٣":                                        "call",
		"jo＠example.org and j\u200bo\u200b@x":                     "and",
	} {
		if got := text.ForDonation(text.New(in)); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if text.ForDonation(text.Words{}) != "" {
		t.Error("no words have a text")
	}
}

func FuzzForDonation(f *testing.F) {
	for _, s := range []string{"a@b", "555 123 4567", "x\u200d5\u200d5551234", "<@1>", "´a", "\xff#1234", "e\u200d\u0301", "½½½½½", "https://a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := text.ForDonation(text.New(s))
		if again := text.ForDonation(text.New(got)); again != got && len([]rune(got)) < text.MaxRunes-1 {
			t.Fatalf("%q, and again %q", got, again)
		}
		run := 0
		for _, r := range got {
			switch {
			case unicode.IsControl(r):
				t.Fatalf("%q holds %q", got, r)
			case unicode.IsNumber(r):
				run++
			default:
				run = 0
			}
			if run >= 5 {
				t.Fatalf("%q has a long number", got)
			}
		}
		if strings.ContainsRune(got, '@') || strings.Contains(got, "://") {
			t.Fatalf("%q", got)
		}
	})
}
