package doctor

import (
	"slices"
	"strings"

	"faqbot/internal/discord/api"
)

// Permission bits of Discord's.
const (
	administrator int64 = 1 << 3
	viewChannel   int64 = 1 << 10
	sendMessages  int64 = 1 << 11
	embedLinks    int64 = 1 << 14
	readHistory   int64 = 1 << 16
	sendInThreads int64 = 1 << 38
	pinMessages   int64 = 1 << 51 // of its own since 23 February 2026; Manage Messages no longer pins
)

// What the bot needs where it does what.
const (
	answering = viewChannel | sendMessages | embedLinks | readHistory
	everyday  = answering | sendInThreads
	alerting  = viewChannel | sendMessages // an alert is plain text
	pinning   = answering | pinMessages
)

// names of the bits as Discord's settings show them, in their order.
func names(bits int64) string {
	var out []string
	for _, p := range []struct {
		bit  int64
		name string
	}{
		{viewChannel, "View Channels"},
		{sendMessages, "Send Messages"},
		{sendInThreads, "Send Messages in Threads"},
		{embedLinks, "Embed Links"},
		{readHistory, "Read Message History"},
		{pinMessages, "Pin Messages"},
	} {
		if bits&p.bit != 0 {
			out = append(out, p.name)
		}
	}
	return strings.Join(out, ", ")
}

// member is the bot in a server.
type member struct {
	guild, id string
	roles     []string
	all       []api.Role // of the server
}

// everywhere is what the bot may where no channel says otherwise.
func (m member) everywhere() int64 {
	var bits int64
	for _, r := range m.all {
		if r.ID == m.guild || slices.Contains(m.roles, r.ID) {
			bits |= r.Permissions
		}
	}
	return bits
}

// in is what the bot may in a channel, by Discord's rules: an administrator everything; else what is allowed or denied to everyone, then
// to any of the roles, where allowing wins, then to the member. Who cannot see a channel can do nothing there.
func (m member) in(c api.Channel) int64 {
	bits := m.everywhere()
	if bits&administrator != 0 {
		return ^0
	}
	for _, applies := range []func(id string) bool{
		func(id string) bool { return id == m.guild },
		func(id string) bool { return id != m.guild && slices.Contains(m.roles, id) },
		func(id string) bool { return id == m.id },
	} {
		var allow, deny int64
		for _, o := range c.Overwrites {
			if applies(o.ID) {
				allow, deny = allow|o.Allow, deny|o.Deny
			}
		}
		bits = bits&^deny | allow
	}
	if bits&viewChannel == 0 {
		return 0
	}
	return bits
}
