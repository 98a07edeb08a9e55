package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"faqbot/internal/discord/api"
)

// server is a server and what its settings and pins ask for.
type server struct {
	api.Guild

	needs   map[string]int64 // permissions by channel
	alerts  string           // the channel of alerts; empty for none
	unasked int              // channels to be answered in unasked
}

func (s server) subject() string { return fmt.Sprintf("server %q (%s)", s.Name, s.ID) }

// servers judges the application and every server that the bot is in.
func (d Discord) servers(ctx context.Context, me string) []Finding {
	guilds, err := d.Guilds(ctx)
	if err != nil {
		return append(d.application(ctx, -1), bad("servers", err.Error(), "Try again"))
	}
	var all, problems []Finding
	unasked := 0
	for _, g := range guilds {
		s, err := d.server(ctx, g)
		if err != nil {
			problems = append(problems, bad(s.subject(), err.Error(), "Mend the database first"))
			continue
		}
		unasked += s.unasked
		all = append(all, d.permissions(ctx, me, s)...)
	}
	if d.Settings == nil || len(problems) > 0 {
		unasked = -1
	}
	if len(guilds) == 0 {
		problems = append(problems, doubtful("servers", "the bot is in none", "Open the install link of the developer portal, page Installation"))
	}
	return slices.Concat(d.application(ctx, unasked), all, problems)
}

// server reads what is set for a server.
func (d Discord) server(ctx context.Context, g api.Guild) (server, error) {
	s := server{Guild: g, needs: map[string]int64{}}
	if d.Settings == nil {
		return s, nil
	}
	settings, err := d.Settings(ctx, g.ID)
	if err != nil {
		return s, err
	}
	pins, err := d.Pins(ctx, g.ID)
	if err != nil {
		return s, err
	}
	for _, c := range slices.Concat(settings.AskChannels, settings.UnaskedChannels) {
		s.needs[c] |= answering
	}
	if s.alerts = settings.AlertChannel; s.alerts != "" {
		s.needs[s.alerts] |= alerting
	}
	for _, p := range pins {
		s.needs[p.Channel] |= pinning
	}
	s.unasked = len(settings.UnaskedChannels)
	return s, nil
}

// permissions judges what the bot may in a server, and in the channels that settings and pins name.
func (d Discord) permissions(ctx context.Context, me string, s server) []Finding {
	m := member{guild: s.ID, id: me}
	var channels []api.Channel
	var err error
	if m.all, err = d.Roles(ctx, s.ID); err == nil {
		m.roles, err = d.MemberRoles(ctx, s.ID, me)
	}
	if err == nil && len(s.needs) > 0 {
		channels, err = d.Channels(ctx, s.ID)
	}
	if err != nil {
		return []Finding{bad(s.subject(), err.Error(), "Try again; if it stays, invite the bot anew")}
	}
	out := []Finding{s.everywhere(m.everywhere())}
	for _, id := range slices.Sorted(maps.Keys(s.needs)) {
		out = append(out, d.channel(ctx, s, m, channels, id)...)
	}
	return out
}

// everywhere judges what the bot may where no channel says otherwise. What is missing may be allowed in the channels that matter, and
// commands need none of it.
func (s server) everywhere(bits int64) Finding {
	switch missing := everyday &^ bits; {
	case bits&administrator != 0:
		return doubtful(s.subject(), "the bot is an administrator, which it never needs to be", "Take Administrator from its role")
	case missing != 0:
		return doubtful(s.subject(), "the bot's roles lack "+names(missing),
			"Allow that for its role in Server Settings, page Roles, unless the channels where it answers allow it")
	}
	return good(s.subject(), "the bot's roles allow what it needs")
}
