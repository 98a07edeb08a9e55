package store

import (
	"slices"
	"strconv"
	"strings"
)

// table is what backups and forgetting need to know of a table. Its texts come from tables alone.
type table struct {
	name    string
	texts   []string // columns of text
	numbers []string // columns of figures, instants and switches
}

// tables are all tables but pulse, those that others refer to first.
func tables() []table {
	f := strings.Fields
	return []table{
		{"settings", f("guild alert_channel country locale"), f("alerts_on cooldown_ms retention_days")},
		{"settings_ids", f("guild list id"), nil},
		{"pins", f("channel card guild message hash state"), f("checked")},
		{"counts", f("guild day kind entry"), f("n")},
		{"votes", f("guild day entry"), f("helpful unhelpful")},
		{"topics", f("guild day entry"), f("n")},
		{"topic_states", f("guild entry state"), nil},
		{"overrides", f("guild line name phone url by_user"), f("expires")},
		{"donations", f("guild day words"), nil},
		{"audit", f("guild actor action target"), f("at")},
		{"countries", f("member country since"), nil},
	}
}

// tablesWith are the tables that have a column of text.
func tablesWith(column string) []table {
	return slices.DeleteFunc(tables(), func(t table) bool { return !slices.Contains(t.texts, column) })
}

// columns are all columns, texts first.
func (t table) columns() []string { return slices.Concat(t.texts, t.numbers) }

func (t table) deleteGuild() string { return "DELETE FROM " + t.name + " WHERE guild = $1" }

// prune deletes what is older than a day of the servers with a retention, one of which is what holds where nothing is set.
func (t table) prune() string {
	return "DELETE FROM " + t.name + " WHERE day < $1 AND $2 = coalesce((SELECT retention_days FROM settings s WHERE s.guild = " +
		t.name + ".guild), " + strconv.Itoa(DefaultRetention) + ")"
}

func (t table) selectAll() string {
	return "SELECT " + strings.Join(t.columns(), ", ") + " FROM " + t.name
}
