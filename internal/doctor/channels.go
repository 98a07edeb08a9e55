package doctor

import (
	"context"
	"fmt"
	"slices"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/rest"
)

// channel judges what the bot may in a channel or thread that a server's settings or pins name. The list is of all channels, without threads.
func (d Discord) channel(ctx context.Context, s server, m member, list []api.Channel, id string) []Finding {
	c, err := d.find(ctx, list, id)
	gone := rest.IsCode(err, api.CodeUnknownChannel)
	switch {
	case gone && id == s.alerts:
		return []Finding{bad(s.subject(), fmt.Sprintf("alerts go to the channel %s, which is no longer there", id),
			"Choose another one in /settings: until then moderators are told nothing")}
	case gone:
		return []Finding{doubtful(s.subject(), fmt.Sprintf("the settings or pins name the channel %s, which is no longer there", id),
			"Choose the channels anew in /settings; its cards go with /resource unpin")}
	case rest.IsCode(err, api.CodeMissingAccess):
		return []Finding{bad(s.subject(), fmt.Sprintf("the settings or pins name the thread %s, which the bot cannot see", id),
			"Allow View Channels for the bot's role in the channel of the thread; to a private thread, add the bot by mentioning it there")}
	case err != nil:
		return []Finding{bad(s.subject(), fmt.Sprintf("the channel %s: %s", id, err), "Try again")}
	}
	what, where := "channel", "the channel's settings"
	if c.IsThread() {
		what, where = "thread", "the settings of its channel"
	}
	if missing := needed(s.needs[id], c) &^ m.in(c); missing != 0 {
		return []Finding{bad(fmt.Sprintf("%s %q (%s) of %s", what, c.Name, id, s.subject()), "the bot lacks "+names(missing),
			"Allow that for the bot's role in "+where+", page Permissions")}
	}
	return nil
}

// find returns the channel with an id, asking for it where it is in no list of channels, as threads are. Who may do what in a thread is
// what its channel says.
func (d Discord) find(ctx context.Context, list []api.Channel, id string) (api.Channel, error) {
	of := func(id string) int { return slices.IndexFunc(list, func(c api.Channel) bool { return c.ID == id }) }
	if at := of(id); at >= 0 {
		return list[at], nil
	}
	c, err := d.Channel(ctx, id)
	if err != nil || !c.IsThread() {
		return c, err
	}
	if at := of(c.Parent); at >= 0 {
		c.Overwrites = list[at].Overwrites
	}
	return c, nil
}

// needed is what is needed in a channel of its kind: in threads, and so in forums, Send Messages has no effect.
func needed(bits int64, c api.Channel) int64 {
	if c.HasThreadsAlone() || c.IsThread() {
		return bits&^sendMessages | sendInThreads
	}
	return bits
}
