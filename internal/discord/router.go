package discord

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/text"
)

// Custom ids are paths: the first word finds the handler, the rest is its argument. They hold ids alone, so that they survive a
// restart and say nothing of a member.
const (
	pathEntry   = "entry"   // entry/{id}: a related entry
	pathChoose  = "choose"  // choose/{id}: did you mean
	pathNone    = "none"    // none of these
	pathHelp    = "help"    // where to turn
	pathCountry = "country" // menu on the where-to-turn card
	pathUrgent  = "urgent"  // urgent/{key}: button and country menu of an urgent card
	pathAlert   = "alert"   // alert/{key}: ask a moderator, from an urgent card
	pathTopics  = "topics"  // topics/{page}[/{group}]: a page of the list
	pathPick    = "pick"    // menu of a list
	pathShare   = "share"   // share/{id}: asks first
	pathPublish = "publish" // publish/{id}: posts
	pathDismiss = "dismiss" // dismiss[/{owner's tag}]
)

// input is what a handler needs to know of an interaction.
type input struct {
	id       string
	question answer.Question // without words; its country is the member's own, and nobody else may see it
	first    string          // the country that menus begin with
	// arg is the custom id behind its first word, or empty.
	arg string
	// values are the picked values of a menu, options the given ones of a command.
	values  []string
	options map[string]string
	// private is set when only the member sees the message that a component stands on, or when there is none.
	private bool
	// share is set where the card may be posted into the channel.
	share bool
	// guild and channel say where it happened; guild is empty in direct messages, and where api.GuildOf knows none.
	guild, channel string
	user           string
	roles          []string
	permissions    int64
	message        string // the message that a component stands on
	// card is the id that an answer is known by where members are asked about it; else empty.
	card string
}

// response is what goes back for an interaction.
type response struct {
	message api.Body
	// redraw changes the message that was pressed on, instead of sending another; only ever for a private one.
	redraw bool
	// publish is posted into the channel before the response goes out.
	publish *publication
	// remove deletes the public message that was pressed on; others is a moderator's press where that is somebody else's.
	remove bool
	others *interact.Request
	// alert goes to the moderators before the response goes out.
	alert *request
	// asked is reported when the response is out.
	asked *Asked
}

// request asks the moderators for help, with what the member reads when they were told a moment ago, and when nobody could be reached.
type request struct {
	Alert
	already, failed api.Body
}

// publication is a message for the channel, and what the member reads in place of the response when it cannot be posted.
type publication struct {
	api.NewMessage
	forbidden, failed api.Body
}

// handler answers one command or component before the context's deadline. It does no I/O.
type handler func(ctx context.Context, a *adapter, in input) (response, error)

// components is the table of custom ids.
func components() map[string]handler {
	return map[string]handler{
		pathEntry: showEntry, pathChoose: showEntry, pathPick: pick, pathNone: showNone, pathHelp: showHelp, pathCountry: showHelp,
		pathUrgent: showUrgent, pathAlert: askModerator, pathTopics: showTopics, pathShare: askShare, pathPublish: publish, pathDismiss: dismiss,
	}
}

// route finds who answers a command or component, and reads what it needs. It reports false for what nobody answers.
func (a *adapter) route(i *discordgo.Interaction) (handler, input, bool) {
	in := inputOf(i)
	in.card = a.askedAs(in.id)
	switch data := i.Data.(type) {
	case discordgo.ApplicationCommandInteractionData:
		c, ok := a.commands[data.Name]
		_, in.options, _ = optionsOf(data.Options)
		return c.handle, in, ok && data.CommandType != discordgo.UserApplicationCommand && data.CommandType != discordgo.MessageApplicationCommand
	case discordgo.MessageComponentInteractionData:
		path, arg, _ := strings.Cut(data.CustomID, "/")
		handle, ok := a.components[path]
		in.arg, in.values = arg, data.Values
		return handle, in, ok
	}
	return nil, in, false
}

// respond makes a response of a message: on the message that was pressed on where only the member sees it, else beside it.
func (in input) respond(m api.Body) response {
	return response{message: m, redraw: in.private && in.message != ""}
}

// draw renders a reply for the one who asked or pressed.
func (a *adapter) draw(r answer.Reply, in input) (response, error) {
	m, err := render(r, view{share: in.share, card: in.card}, local.First(a.bot.Countries(), in.first))
	return in.respond(m), err
}

// drawOutcome renders an answer, to be reported when it is out.
func (a *adapter) drawOutcome(out answer.Outcome, in input) (response, error) {
	r, err := a.draw(out.Reply, in)
	r.asked = &Asked{in.guild, in.channel, in.user, in.id, out, in.question.Words, in.question.At}
	return r, err
}

// drawEntry shows an entry by id; an id that is gone gets the no-answer card.
func (a *adapter) drawEntry(id string, in input) (response, error) {
	if out, ok := a.bot.Entry(id, in.question); ok {
		return a.drawOutcome(out, in)
	}
	return a.fixed(content.CardNoAnswer, in)
}

// askWords answers a member's words.
func (a *adapter) askWords(ctx context.Context, words string, in input) (response, error) {
	in.question.Words = text.New(words)
	out, err := a.ask(ctx, in.question)
	if err != nil {
		return response{}, err
	}
	if !alarms(out.Reply) {
		if why := a.reluctance(ctx, in.guild, in.channel, in.user, in.roles, in.question.At); why != "" {
			return in.respond(api.Body{Content: why}), nil
		}
	}
	return a.drawOutcome(out, in)
}

func showEntry(_ context.Context, a *adapter, in input) (response, error) {
	return a.drawEntry(in.arg, in)
}

// pick opens an entry of a list; that of a group opens the group's own list.
func pick(_ context.Context, a *adapter, in input) (response, error) {
	id := strings.Join(in.values, "")
	if len(a.members(id)) > 0 {
		return a.topics(id, 0, in)
	}
	return a.drawEntry(id, in)
}

func showNone(_ context.Context, a *adapter, in input) (response, error) {
	if !api.TimeOf(in.arg).IsZero() { // anybody can forge a path
		in.id, in.card = in.arg, in.arg
	}
	card, _ := a.bot.Fixed(content.CardNoAnswer, in.question)
	in.share = false
	return a.drawOutcome(answer.Outcome{Reply: answer.NoAnswer{Card: card}}, in)
}

// fixed shows one of the bot's own cards.
func (a *adapter) fixed(id string, in input) (response, error) {
	card, _ := a.bot.Fixed(id, in.question)
	in.share, in.card = false, ""
	r, err := a.draw(answer.NoAnswer{Card: card}, in)
	r.message = local.WithPage(r.message, id, a.local.Page)
	return r, err
}

// showHelp shows where to turn, with a menu of countries.
func showHelp(_ context.Context, a *adapter, in input) (response, error) {
	own, shown := in.question.Country, in.question.Country
	if chosen := strings.Join(append(in.values, in.options[optionCountry]), ""); chosen != "" {
		shown = parseCountry(chosen)
	}
	card := a.bot.Help(shown, in.question)
	m := cardMessage(card)
	var memory api.Components
	if a.toolPaths[local.PathKeep] != nil {
		memory = local.Buttons(shown, own)
	}
	menu := countryMenu(pathCountry, local.First(a.bot.Countries(), in.first))
	m.Components = api.Rows(linkButtons(card), menu, memory, controls("", view{}, false))
	return in.respond(m), checkCard(card)
}

// parseCountry reads a country that a member chose; anything else is the international directory.
func parseCountry(s string) string {
	country, _ := content.ParseCountry(s)
	return country
}

// showUrgent shows the full card of a public line's button, or redraws it for a country.
func showUrgent(_ context.Context, a *adapter, in input) (response, error) {
	if len(in.values) > 0 {
		in.question.Country = parseCountry(in.values[0])
	}
	r, ok := a.bot.Urgent(in.arg, in.question)
	if !ok {
		return a.draw(answer.NoAnswer{Card: answer.Static()}, in)
	}
	return a.draw(r, in)
}

// askModerator asks the server's moderators for help. The member is told what really happened.
func askModerator(_ context.Context, a *adapter, in input) (response, error) {
	card, ok := a.bot.Urgent(in.arg, in.question)
	if !ok {
		return a.draw(answer.NoAnswer{Card: answer.Static()}, in)
	}
	back := api.Rows(api.Buttons(api.Button(labelBack, pathUrgent+"/"+card.Key, discordgo.PrimaryButton)))
	tell := func(s string) api.Body { return api.Body{Content: s, Components: back} }
	switch {
	case in.guild == "":
		return in.respond(tell(textNobodyHere)), nil
	case a.alert == nil:
		return in.respond(tell(textNobodyTold)), nil
	}
	r := in.respond(tell(textTold))
	r.alert = &request{
		Alert: Alert{
			Categories: strings.Split(card.Key, "."), Guild: in.guild, Channel: in.channel, Message: in.message, Private: in.private,
			Member: in.user, At: in.question.At,
		},
		already: tell(textToldAlready), failed: tell(textNobodyTold),
	}
	return r, nil
}

// topicsPerPage is how many topics one page of a list shows: what fits a phone's screen.
const topicsPerPage = 10

// showTopics shows a page of all topics or of one group, as a menu.
func showTopics(_ context.Context, a *adapter, in input) (response, error) {
	number, group, _ := strings.Cut(in.arg, "/")
	page, err := strconv.Atoi(number)
	if err != nil {
		page = 0
	}
	return a.topics(group, page, in)
}

// topics draws one page of the list of a group, of all groups, of all entries below a prefix such as "coping/", or of everything.
func (a *adapter) topics(group string, page int, in input) (response, error) {
	list := a.members(group)
	switch {
	case len(list) > 0:
	case group == prefixSymptoms:
		list = groups(a.bot)
	case group == "":
		list = ungrouped(a.bot, "")
	default:
		list = a.bot.Topics(group)
	}
	pages := max(1, (len(list)+topicsPerPage-1)/topicsPerPage)
	page = min(max(page, 0), pages-1)
	first := min(page*topicsPerPage, len(list))
	shown := list[first:min(first+topicsPerPage, len(list))]

	card := a.listCard(group, in)
	m := cardMessage(card)
	var paging []discordgo.MessageComponent
	path := func(n int) string {
		if group == "" {
			return pathTopics + "/" + strconv.Itoa(n)
		}
		return pathTopics + "/" + strconv.Itoa(n) + "/" + group
	}
	if page > 0 {
		paging = append(paging, api.Button(labelPrevious, path(page-1), discordgo.SecondaryButton))
	}
	if page < pages-1 {
		paging = append(paging, api.Button(labelNext, path(page+1), discordgo.SecondaryButton))
	}
	placeholder := labelPick
	if pages > 1 {
		placeholder = fmt.Sprintf("%s (%d of %d)", labelPick, page+1, pages)
	}
	m.Components = api.Rows(topicMenu(shown, placeholder), paging, controls(card.ID(), view{share: in.share}, false))
	return in.respond(m), checkCard(card)
}

// listCard finds the card that introduces a list: the group's own, the overview of a prefix, or how to use the bot.
func (a *adapter) listCard(group string, in input) answer.Card {
	for _, id := range []string{group, group + "overview"} {
		if out, ok := a.bot.Entry(id, in.question); ok {
			return out.Reply.Shown()
		}
	}
	card, _ := a.bot.Fixed(content.CardHelp, in.question)
	return card
}

// members lists what a group's card stands for; nothing for any other id.
func (a *adapter) members(group string) []answer.Option {
	if group == "" { // what has no group is no group
		return nil
	}
	return a.bot.Members(group)
}

// groups lists the cards of groups, and behind them the symptoms that stand alone.
func groups(bot *answer.Bot) []answer.Option {
	var out []answer.Option
	for _, o := range bot.Topics("") {
		if len(bot.Members(o.ID)) > 0 {
			out = append(out, o)
		}
	}
	return append(out, ungrouped(bot, prefixSymptom)...)
}

// ungrouped lists the entries below a prefix that no group's card leads to.
func ungrouped(bot *answer.Bot, prefix string) []answer.Option {
	listed := map[string]bool{}
	for _, o := range bot.Topics("") {
		for _, m := range bot.Members(o.ID) {
			listed[m.ID] = true
		}
	}
	return slices.DeleteFunc(bot.Topics(prefix), func(o answer.Option) bool { return listed[o.ID] })
}

// topicMenu lists entries to pick from.
func topicMenu(list []answer.Option, placeholder string) []discordgo.MessageComponent {
	if len(list) == 0 {
		return nil
	}
	menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: pathPick, Placeholder: placeholder}
	for _, o := range list[:min(len(list), api.MaxSelectOptions)] {
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: api.Cut(o.Title, api.MaxSelectLabelRunes), Value: o.ID})
	}
	return []discordgo.MessageComponent{menu}
}

// askShare asks before anything becomes public.
func askShare(ctx context.Context, a *adapter, in input) (response, error) {
	if _, ok := a.bot.Entry(in.arg, in.question); !ok || !in.share {
		return in.respond(api.Body{Content: textNotShared}), nil
	}
	if !a.serves(ctx, in) {
		return in.keepPrivate(), nil
	}
	return in.respond(api.Body{Content: textShare, Components: api.Rows(api.Buttons(
		api.Button(labelPublish, pathPublish+"/"+in.arg, discordgo.PrimaryButton),
		api.Button(labelCancel, pathEntry+"/"+in.arg, discordgo.SecondaryButton),
	))}), nil
}

// keepPrivate says that moderators do not want a card in this channel. Danger is no card that can be shared, and is shown everywhere.
func (in input) keepPrivate() response {
	back := api.Button(labelBack, pathEntry+"/"+in.arg, discordgo.SecondaryButton)
	return in.respond(api.Body{Content: textNotHere, Components: api.Rows(api.Buttons(back))})
}

// publish posts a card into the channel, without a name.
func publish(ctx context.Context, a *adapter, in input) (response, error) {
	in.question.Country = "" // which everybody would see
	out, ok := a.bot.Entry(in.arg, in.question)
	if !ok || !in.share {
		return in.respond(api.Body{Content: textNotShared}), nil
	}
	if !a.serves(ctx, in) { // the question may have stood there since before they chose
		return in.keepPrivate(), nil
	}
	m, err := render(out.Reply, view{public: true, owner: a.key.Of(in.id, in.user), card: in.card}, local.First(a.bot.Countries(), in.first))
	back := api.Button(labelBack, pathEntry+"/"+in.arg, discordgo.SecondaryButton)
	again := api.Button(labelAgain, pathPublish+"/"+in.arg, discordgo.PrimaryButton)
	r := in.respond(api.Body{Content: textShared, Components: api.Rows(api.Buttons(back))})
	r.publish = &publication{
		NewMessage: api.NewMessage{Body: m, Nonce: api.Nonce(cmp.Or(in.message, in.id), in.arg)},
		forbidden:  api.Body{Content: textNotShared, Components: api.Rows(api.Buttons(back))},
		failed:     api.Body{Content: textNotPosted, Components: api.Rows(api.Buttons(again, back))},
	}
	return r, err
}

// dismiss puts a message away: a private one at once, a public one for its owner or a moderator.
func dismiss(ctx context.Context, a *adapter, in input) (response, error) {
	switch r := in.request(); {
	case in.private:
		return in.respond(api.Body{Content: textDismissed}), nil
	case a.key.Names(in.arg, in.user):
		return response{message: api.Body{Content: textDismissed}, remove: true}, nil
	case r.ModeratesHere() || r.IsAdmin() || a.moderates != nil && a.moderates(ctx, r):
		return response{message: api.Body{Content: textDismissed}, remove: true, others: &r}, nil
	}
	return response{message: api.Body{Content: textNotYours}}, nil
}

// inputOf reads what handlers need from an interaction.
func inputOf(i *discordgo.Interaction) input {
	in := input{
		id: i.ID, question: answer.Question{Locale: string(i.Locale), Heard: answer.Addressed, At: api.TimeOf(i.ID)},
		options: map[string]string{}, private: true, guild: api.GuildOf(i), channel: i.ChannelID,
	}
	if i.Member != nil {
		in.roles, in.permissions = i.Member.Roles, i.Member.Permissions
		if i.Member.User != nil {
			in.user = i.Member.User.ID
		}
	}
	if i.User != nil {
		in.user = i.User.ID
	}
	if i.Message != nil {
		in.message = i.Message.ID
		in.private = i.Message.Flags&discordgo.MessageFlagsEphemeral != 0 || i.Context == discordgo.InteractionContextBotDM
	}
	in.share = mayShare(i)
	return in
}

// request is the input as tools know it.
func (in input) request() interact.Request {
	return interact.Request{
		ID: in.id, Guild: in.guild, Channel: in.channel, User: in.user, Message: in.message, Private: in.private,
		Permissions: in.permissions, Roles: in.roles, Locale: in.question.Locale, At: in.question.At,
	}
}

// mayShare reports whether the bot itself can post where the interaction happened: in a server that installed it, with permission.
func mayShare(i *discordgo.Interaction) bool {
	const needed = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionEmbedLinks
	_, installed := i.AuthorizingIntegrationOwners[discordgo.ApplicationIntegrationGuildInstall]
	return i.GuildID != "" && installed && i.AppPermissions&needed == needed
}

// completions are the entries below one of the prefixes that what was typed may mean, best first.
func (a *adapter) completions(typed string, prefixes []string) []answer.Option {
	var out []answer.Option
	for _, o := range a.bot.Complete(typed, allEntries) {
		if len(prefixes) == 0 || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(o.ID, p) }) {
			out = append(out, o)
		}
	}
	return out
}

// allEntries asks the completer for everything.
const allEntries = 1 << 20
