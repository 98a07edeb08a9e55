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
		"tel:0770 090 0123":                                       "",
		"(555)123 4567ok then":                                    "then",
		"ring me on 07700-then 900 123":                           "ring me on",
		"call 0770 and then 090 then 0123":                        "call and then then",
		"it is 555 or maybe it was 123, 4567":                     "it is or maybe it was",
		"call 555 123 4567 days ago":                              "call days ago",
		"on 0770-090-0123h":                                       "on",
		"0770 oh 900 oh 123 in 3 days":                            "oh oh in 3 days",
		"on 07-70-09-00-12-34 or 10000":                           "on or",
		"07 70 then 09 00 12 then 3":                              "then then",
		"jo [at] proton.me please":                                "please",
		"jo at gmail dot com please":                              "please",
		"i am jo dot doe (at) mail dot example dot com":           "i am",
		"jo[at]proton[dot]me, jo (@) x.y":                         "",
		"write jo at proton.me or jo @ example.info":              "write or",
		"jo_at_gmail_dot_com and JO AT GMAIL":                     "and",
		"on example dot com, example [dot] foo":                   "on",
		"jo at home at a@b gmail":                                 "jo at",
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

// TestForDonationKeeps: ordinary numbers, and words that addresses are written with, stay.
func TestForDonationKeeps(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"day 12", "3 weeks", "19 years old", "at 4am", "24/7", "im 19, on day 12, 3 weeks off, up at 4am, sweating 24/7",
		"50mg 100mg 150mg 200mg in a row", "did 200 then 300 then 500 that night", "2x100mg and then 2x150mg, 4:30am to 5:30pm",
		"from 2019 to 2024 and again in 2025", "should i call 112 or 911 or 999, or 116 123", "took 2000 mg, 3 days later 1750 mg, then 1250 mg",
		"at 4.30 i woke at home.then it got worse", "i stared at the dot on the wall", "a blue dot in my eye at night", "look at me", "weeks 1, 2, 3 and 4",
		"100-200mg or 0.5g, 20mg/kg", "is 118/76 high, it was 158/97 on day 3", "90% of 1000 people", "the 1990s, 3rd time, 2nd day",
	} {
		if got := text.ForDonation(text.New(in)); got != in {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func FuzzForDonation(f *testing.F) {
	for _, s := range []string{"a@b", "555 123 4567", "x\u200d5\u200d5551234", "<@1>", "´a", "\xff#1234", "e\u200d\u0301", "½½½½½", "https://a", "a [at] b dot c", "1234 a 123 b 1234", "j@o at gmail"} {
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
