package store

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// stuff puts something into every table, for two servers and a member.
func stuff(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	for _, g := range []string{guild, other} {
		note := by(ActionSettings)
		pin, _, err := s.BeginPin(ctx, g, g+"5", "card/help", noon)
		ok(t, err)
		_, err = s.SetPinMessage(ctx, pin, g+"77", "0af", noon)
		ok(t, err,
			s.SaveSettings(ctx, Settings{
				Guild: g, AskRoles: []string{"2", "3"}, AlertChannel: "4", AlertsOn: true, Country: "GB", Locale: "en",
				Cooldown: time.Second, Retention: 30,
			}, note),
			s.Count(ctx, g, "answer", "sleep/dreams", noon), s.Vote(ctx, g, "sleep/dreams", true, noon),
			s.CountTopic(ctx, g, "sleep/dreams", noon), s.SetTopicState(ctx, g, "sleep/dreams", TopicDone, note),
			s.SetOverride(ctx, Override{g, "gb/frank", "Fränk “<&>”", "1", "", noon.Add(time.Hour), moderator}, note),
			s.Donate(ctx, g, "first line\n\"second\" \\ \u2028 \U0001F600 <b>", noon), s.Donate(ctx, g, "again", noon), s.Donate(ctx, g, "again", noon))
	}
	ok(t, s.SaveCountry(ctx, moderator, "GB", noon), s.SaveCountry(ctx, "901", "DE", noon), s.Count(ctx, "", "answer", "", noon))
}

// has returns the tables in which something has a text.
func has(t *testing.T, s *Store, text string) []string {
	t.Helper()
	var found []string
	for _, one := range tables() {
		if slices.ContainsFunc(all(t, s, one.name), func(row string) bool { return slices.Contains(strings.Split(row, "|"), text) }) {
			found = append(found, one.name)
		}
	}
	return found
}

func TestForgetGuild(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		s := open(t, address)
		stuff(t, s)
		var everywhere []string
		for _, one := range tablesWith("guild") {
			everywhere = append(everywhere, one.name)
		}
		is(t, everywhere)(has(t, s, guild), nil)
		is(t, []string{guild, other})(s.Guilds(t.Context()))
		ok(t, s.ForgetGuild(t.Context(), guild), s.ForgetGuild(t.Context(), guild))
		is[[]string](t, nil)(has(t, s, guild), nil)
		is(t, []string{other})(s.Guilds(t.Context()))
		is(t, everywhere)(has(t, s, other), nil)
	})
}

// TestCountryGrowsOld: a country goes a year after its member last asked for it.
func TestCountryGrowsOld(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		later := noon.AddDate(0, 0, 100)
		ok(t, s.SaveCountry(ctx, "901", "DE", noon), s.SaveCountry(ctx, "902", "GB", noon), s.SaveCountry(ctx, "902", "GB", later))
		is[int64](t, 0)(s.Prune(ctx, noon.AddDate(0, 0, countryDays)))
		is(t, "DE")(s.Country(ctx, "901"))
		is[int64](t, 1)(s.Prune(ctx, noon.AddDate(0, 0, countryDays+1)))
		is(t, "")(s.Country(ctx, "901"))
		is(t, "GB")(s.Country(ctx, "902"))
	})
}

func TestForgetMember(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		stuff(t, s)
		ok(t, s.AddAudit(ctx, Audit{Guild: guild, Actor: "901", Action: ActionExport, Target: moderator, At: noon}))
		is(t, "GB")(s.Country(ctx, moderator))
		is(t, []string{"overrides", "audit", "countries"})(has(t, s, moderator), nil)
		ok(t, s.ForgetMember(ctx, moderator), s.ForgetMember(ctx, moderator))
		is[[]string](t, nil)(has(t, s, moderator), nil)
		is(t, "")(s.Country(ctx, moderator))
		is(t, "DE")(s.Country(ctx, "901"))
		is(t, 7)(len(all(t, s, "audit")), nil)
		is(t, 2)(len(all(t, s, "overrides")), nil)
		ok(t, s.SaveCountry(ctx, "901", "AT", noon))
		is(t, "AT")(s.Country(ctx, "901"))
		ok(t, s.SaveCountry(ctx, "901", "", noon))
		is(t, "")(s.Country(ctx, "901"))
	})
}

func TestDonations(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		long := strings.Repeat("ä", MaxDonation)
		ok(t, s.Donate(ctx, guild, "b", noon), s.Donate(ctx, guild, "a", noon), s.Donate(ctx, other, long, noon))
		is(t, []Donation{{guild, "2026-03-10", "a"}, {guild, "2026-03-10", "b"}})(s.Donations(ctx, guild))
		is(t, []Donation{{guild, "2026-03-10", "a"}, {guild, "2026-03-10", "b"}, {other, "2026-03-10", long}})(s.Donations(ctx, ""))
		by := Audit{Actor: "900", Action: ActionDeleteDonations, At: noon}
		ok(t, s.DeleteDonations(ctx, guild, by))
		is(t, []Donation{{other, "2026-03-10", long}})(s.Donations(ctx, ""))
		by.Guild = guild
		is(t, []Audit{by})(s.Audits(ctx, guild, 9))
		for _, wrong := range []error{s.DeleteDonations(ctx, "", by), s.DeleteDonations(ctx, other, Audit{Action: "nothing", At: noon})} {
			if wrong == nil {
				t.Error("it is deleted, and no note says by whom")
			}
		}
		is(t, 1)(len(all(t, s, "donations")), nil)
	})
}

// TestErased looks into the files for what was deleted.
func TestErased(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	ctx, s := t.Context(), open(t, path)
	const words, member = "words nobody else has", "987654321987654321"
	ok(t, s.Donate(ctx, guild, words, noon), s.SaveCountry(ctx, member, "GB", noon),
		s.AddAudit(ctx, Audit{Guild: guild, Actor: member, Action: ActionPin, At: noon}))
	found := func(text string) bool {
		for _, suffix := range []string{"", "-wal"} {
			content, err := os.ReadFile(path + suffix)
			ok(t, err)
			if bytes.Contains(content, []byte(text)) {
				return true
			}
		}
		return false
	}
	if !found(words) || !found(member) {
		t.Fatal("it is not in the files before")
	}
	ok(t, s.DeleteDonations(ctx, guild, Audit{Action: ActionDeleteDonations, At: noon}), s.ForgetMember(ctx, member))
	if found(words) || found(member) {
		t.Error("it is in the files afterwards")
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		ok(t, s.SaveSettings(ctx, Settings{Guild: guild, Retention: 7}, Audit{Action: ActionSettings, At: noon}))
		const longer = "300"
		ok(t, s.SaveSettings(ctx, Settings{Guild: longer, Retention: 200}, Audit{Action: ActionSettings, At: noon}))
		for _, days := range []int{0, 7, 8, 90, 91, 200, 201, 365, 366} {
			at := noon.AddDate(0, 0, -days)
			for _, g := range []string{guild, other, longer} {
				ok(t, s.Count(ctx, g, "answer", "", at), s.Vote(ctx, g, "a", true, at), s.CountTopic(ctx, g, "a", at), s.Donate(ctx, g, "a", at))
			}
			ok(t, s.Count(ctx, "", "answer", "", at), s.AddAudit(ctx, Audit{Guild: guild, Action: ActionPin, At: at}))
		}
		long := noon.AddDate(0, 0, -8)
		ok(t, s.CountTopic(ctx, guild, "old", long), s.SetTopicState(ctx, guild, "old", TopicIgnored, by(ActionTopic)),
			s.SetTopicState(ctx, guild, "a", TopicDone, by(ActionTopic)))
		for line, expires := range map[string]time.Time{"gone": noon, "there": noon.Add(time.Second)} {
			ok(t, s.SetOverride(ctx, Override{guild, line, "x", "1", "", expires, ""}, by(ActionOverride)))
		}
		// Of nine days each: two are left with a retention of 7, four with 90, six with 200; one note is too old.
		const gone = 4*(7+5+3) + 5 + 1 + 1 + 1 + 1
		is(t, int64(gone))(s.Prune(ctx, noon))
		is(t, int64(0))(s.Prune(ctx, noon))
		for g, want := range map[string]int{guild: 2, other: 4, longer: 6, "": 4} {
			found, err := s.Counts(ctx, g, noon.AddDate(-2, 0, 0), noon)
			is(t, want)(len(found), err)
		}
		is(t, []string{"100|a|done"})(all(t, s, "topic_states"), nil)
		is(t, 2+8+2+2)(len(all(t, s, "audit")), nil)
		is(t, 1)(len(all(t, s, "overrides")), nil)
		is(t, 12)(len(all(t, s, "donations")), nil)
	})
}
