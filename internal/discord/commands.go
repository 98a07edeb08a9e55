package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
)

// Names of options.
const (
	optionQuestion = "question"
	optionTopic    = "topic"
	optionGroup    = "group"
	optionName     = "name"
	optionCountry  = "country"
)

// Prefixes of ids that commands are about.
const (
	prefixSymptom  = "symptom/"
	prefixSymptoms = "symptoms/"
	prefixCoping   = "coping/"
)

// command is one slash command and who answers it. Names and descriptions are neutral, because they show over a member's shoulder.
type command struct {
	name, description string
	option            *api.Option
	handle            handler
	// completes are the prefixes of the ids that autocomplete offers.
	completes []string
}

// commands is the table of slash commands. The countries are the choices of /help-now.
func commands(bot *answer.Bot) []command {
	countries := choices(bot.Countries())
	return []command{
		{
			name: "ask", description: "Ask in your own words. Only you see the answer.", handle: commandAsk,
			option: &api.Option{Name: optionQuestion, Description: "Your question", Required: true, MaxLength: api.MaxContentRunes}, // as a message has
		},
		{
			name: "faq", description: "Open one of the reviewed answers.", handle: commandEntry(optionTopic),
			option: &api.Option{Name: optionTopic, Description: "Start typing, then pick", Required: true, Autocomplete: true},
		},
		{
			name: "symptoms", description: "The list, by group.", handle: commandSymptoms,
			option: &api.Option{Name: optionGroup, Description: "One group of the list", Choices: choices(groups(bot))},
		},
		{
			name: "symptom", description: "Open one from the list.", handle: commandEntry(optionName),
			option:    &api.Option{Name: optionName, Description: "Start typing, then pick", Required: true, Autocomplete: true},
			completes: []string{prefixSymptom},
		},
		{
			name: "coping", description: "Ways of getting through it.", handle: commandCoping,
			option:    &api.Option{Name: optionTopic, Description: "Start typing, then pick", Autocomplete: true},
			completes: []string{prefixCoping},
		},
		{
			name: "help-now", description: "Where to turn, by country.", handle: showHelp,
			option: &api.Option{Name: optionCountry, Description: "Your country", Choices: countries},
		},
		{name: "about", description: "What this bot is and is not.", handle: commandFixed(content.CardAbout)},
		{name: "privacy", description: "What happens with what you type.", handle: commandFixed(content.CardPrivacy)},
	}
}

func commandAsk(ctx context.Context, a *adapter, in input) (response, error) {
	return a.askWords(ctx, in.options[optionQuestion], in)
}

// commandEntry opens the entry whose id the option holds, where moderators want that; a value that is no id is a question in the member's
// words. Where to get help is opened everywhere.
func commandEntry(option string) handler {
	return func(ctx context.Context, a *adapter, in input) (response, error) {
		id := in.options[option]
		out, ok := a.bot.Entry(id, in.question)
		switch {
		case !ok:
			return a.askWords(ctx, id, in)
		case out.Reply.Shown().ID() != answer.EntryHelplines && !a.serves(ctx, in):
			return in.respond(api.Body{Content: textElsewhere}), nil
		}
		return a.drawOutcome(out, in)
	}
}

// commandList opens the first page of a list, where moderators want that.
func (a *adapter) commandList(ctx context.Context, list string, in input) (response, error) {
	if !a.serves(ctx, in) {
		return in.respond(api.Body{Content: textElsewhere}), nil
	}
	return a.topics(list, 0, in)
}

func commandSymptoms(ctx context.Context, a *adapter, in input) (response, error) {
	switch group := in.options[optionGroup]; {
	case group == "":
		return a.commandList(ctx, prefixSymptoms, in)
	case len(a.members(group)) > 0:
		return a.commandList(ctx, group, in)
	}
	return commandEntry(optionGroup)(ctx, a, in)
}

func commandCoping(ctx context.Context, a *adapter, in input) (response, error) {
	if in.options[optionTopic] == "" {
		return a.commandList(ctx, prefixCoping, in)
	}
	return commandEntry(optionTopic)(ctx, a, in)
}

func commandFixed(id string) handler {
	return func(_ context.Context, a *adapter, in input) (response, error) { return a.fixed(id, in) }
}

// choices turns entries into choices of an option, at most as many as Discord takes.
func choices(list []answer.Option) []api.Choice {
	var out []api.Choice
	for _, o := range list[:min(len(list), api.MaxChoices)] {
		out = append(out, api.Choice{Name: api.Cut(o.Title, api.MaxChoiceRunes), Value: o.ID})
	}
	return out
}

// registration returns what is registered. Commands work in servers, in direct messages with the bot and, where a member installed
// the bot for themselves, everywhere; Discord knows contexts for global commands only.
func registration(table []command, global bool) []api.Command {
	var out []api.Command
	for _, c := range table {
		r := api.Command{Type: int(discordgo.ChatApplicationCommand), Name: c.name, Description: c.description}
		if c.option != nil {
			o := *c.option
			o.Type = int(discordgo.ApplicationCommandOptionString)
			r.Options = []*api.Option{&o}
		}
		if global {
			r.Contexts = []int{int(discordgo.InteractionContextGuild), int(discordgo.InteractionContextBotDM), int(discordgo.InteractionContextPrivateChannel)}
			r.IntegrationTypes = []int{int(discordgo.ApplicationIntegrationGuildInstall), int(discordgo.ApplicationIntegrationUserInstall)}
		}
		out = append(out, r)
	}
	return out
}
