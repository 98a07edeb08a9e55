package feedback

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// pathStats is the first word of what stands below the figures: stats/topic, a menu of topics; stats/state/{entry}, one of states;
// stats/csv and stats/donations, files; stats/delete, see deletePath.
const pathStats = "stats"

// What moderators read.
const (
	descriptionStats = "For moderators: what was asked, what helped, what is missing."

	textModerators = "The figures are for people who may manage this server, and for its moderators' roles in /settings."
	textAdmins     = "Donated questions are for those who manage this server."
	textNoFigures  = "The figures cannot be read just now. Answers are not affected."
	textNotSaved   = "It could not be saved just now. Nothing was changed."
	textFigures    = "Here are the figures of the last 30 days. Only you see them."
	textWhatState  = "What about the topic `%s`?"
	textState      = "The topic `%s` is now marked %s."
	textFile       = "Here is the file. Only you see it."
	textNoGifts    = "Nobody in this server has sent a question to the team so far."
	textNoExport   = "The file was not made: the export could not be noted for the other moderators."

	labelTopic     = "Change what is done about a topic"
	labelState     = "What is done about it"
	labelCSV       = "As a file (CSV)"
	labelDonations = "Donated questions (CSV)"
	labelNew       = "new: nobody is on it"
	labelPending   = "pending: an answer is being written"
	labelDone      = "done: there is an answer now"
	labelIgnored   = "ignored: it needs no answer"
)

// manageMessages is who sees the command by default, as Discord wants it, which knows nothing of moderators by role. Who may use it is
// refusal's to say.
const manageMessages = "8192"

func command() api.Command {
	const chatInput, inServers, installedThere = 1, 0, 0
	return api.Command{
		Type: chatInput, Name: pathStats, Description: descriptionStats, Permissions: manageMessages,
		Contexts: []int{inServers}, IntegrationTypes: []int{installedThere},
	}
}

// plain is a response of words alone.
func plain(words string) (interact.Response, error) {
	return interact.Response{Body: api.Body{Content: words}}, nil
}

// refusal says why a member may not see figures; empty when it is fine. Discord's own permission for the command can be changed by a
// server, so that it is no more than a default.
func (f *Feedback) refusal(ctx context.Context, r interact.Request) string {
	if r.IsModerator(nil) {
		return ""
	}
	settings, err := f.Store.Settings(ctx, r.Guild)
	switch {
	case err == nil && r.IsModerator(settings.ModeratorRoles):
		return ""
	case err != nil && r.Guild != "":
		f.Log.WarnContext(ctx, "settings could not be read", "guild_id", r.Guild, "error", err)
		return textNoFigures
	}
	return textModerators
}

// stats shows the figures. Looking at pins may take longer than a first response has.
func (f *Feedback) stats(ctx context.Context, r interact.Request) (interact.Response, error) {
	if why := f.refusal(ctx, r); why != "" {
		return plain(why)
	}
	return interact.Response{Later: func(ctx context.Context) api.Body {
		found, err := f.figures(ctx, r.Guild)
		if err != nil {
			f.Log.WarnContext(ctx, "figures could not be read", "guild_id", r.Guild, "error", err)
			return api.Body{Content: textNoFigures}
		}
		body := f.card(ctx, found)
		body.Components = below(found.topics, r)
		return body
	}}, nil
}

// below are the controls under the figures.
func below(topics []store.Topic, r interact.Request) api.Components {
	var choices []api.MenuOption
	for _, t := range topics {
		choices = append(choices, api.MenuOption{Label: t.Entry + " (" + string(t.State) + ")", Value: t.Entry})
	}
	files := api.Buttons(api.Quiet(labelCSV, pathStats+"/csv"))
	if r.IsAdmin() {
		files = append(files, api.Quiet(labelDonations, pathStats+"/donations"), api.Quiet(labelDelete, pathStats+"/"+deletePath))
	}
	return api.Rows(api.Menu(pathStats+"/topic", labelTopic, choices), files)
}

// statsPath answers what stands below the figures.
func (f *Feedback) statsPath(ctx context.Context, r interact.Request) (interact.Response, error) {
	if why := f.refusal(ctx, r); why != "" {
		return plain(why)
	}
	what, arg, _ := strings.Cut(r.Arg, "/")
	picked := strings.Join(r.Values, "")
	switch {
	case what == "csv":
		return interact.Response{Later: func(ctx context.Context) api.Body { return f.exportFigures(ctx, r) }}, nil
	case what == "donations" && !r.IsAdmin():
		return plain(textAdmins)
	case what == "donations":
		return interact.Response{Later: func(ctx context.Context) api.Body { return f.exportDonations(ctx, r) }}, nil
	case what == deletePath:
		return f.deleteDonations(ctx, r, arg)
	case what == "state" && picked != "":
		return f.setState(ctx, r, arg, store.TopicState(picked))
	case what == "topic" && picked != "":
		return f.askState(ctx, r, picked)
	}
	return plain(textStale)
}

// askState asks what to do about a topic that there is.
func (f *Feedback) askState(ctx context.Context, r interact.Request, entry string) (interact.Response, error) {
	topics, err := f.topics(ctx, r.Guild)
	switch {
	case err != nil:
		f.Log.WarnContext(ctx, "topics could not be read", "guild_id", r.Guild, "error", err)
		return plain(textNoFigures)
	case indexOf(topics, entry) < 0:
		return plain(textStale)
	}
	var choices []api.MenuOption
	for _, s := range states() {
		choices = append(choices, api.MenuOption{Label: s.label, Value: string(s.state)})
	}
	return interact.Response{Body: api.Body{
		Content: fmt.Sprintf(textWhatState, entry), Components: api.Rows(api.Menu(pathStats+"/state/"+entry, labelState, choices)),
	}}, nil
}

// topics are those of the days that figures go back.
func (f *Feedback) topics(ctx context.Context, guild string) ([]store.Topic, error) {
	to := f.Now().UTC()
	return f.Store.Topics(ctx, guild, to.AddDate(0, 0, 1-days), to) //nolint:wrapcheck // the store says what it was for
}

func indexOf(topics []store.Topic, entry string) int {
	return slices.IndexFunc(topics, func(t store.Topic) bool { return t.Entry == entry })
}

// labelled is a state and what moderators read of it.
type labelled struct {
	state store.TopicState
	label string
}

func states() []labelled {
	return []labelled{
		{store.TopicNew, labelNew}, {store.TopicPending, labelPending}, {store.TopicDone, labelDone}, {store.TopicIgnored, labelIgnored},
	}
}

// setState notes what moderators do about a topic, and offers the next one.
func (f *Feedback) setState(ctx context.Context, r interact.Request, entry string, state store.TopicState) (interact.Response, error) {
	topics, err := f.topics(ctx, r.Guild)
	at := indexOf(topics, entry)
	switch {
	case err != nil:
	case at < 0:
		return plain(textStale)
	default:
		topics[at].State = state
		err = f.Store.SetTopicState(ctx, r.Guild, entry, state, store.Audit{Actor: r.User, Action: store.ActionTopic, Target: entry, At: r.At})
	}
	if err != nil {
		f.Log.WarnContext(ctx, "a topic's state was not saved", "guild_id", r.Guild, "error", err)
		return plain(textNotSaved)
	}
	return interact.Response{Body: api.Body{Content: fmt.Sprintf(textState, entry, state), Components: below(topics, r)}}, nil
}
