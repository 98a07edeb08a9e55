package discord

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
)

// view says who sees a message and what can be done with it.
type view struct {
	// public is set for messages that others see too: danger is spoken of there only where seconds count.
	public bool
	// neutral is set for what nobody asked: then danger is not spoken of, whatever it is.
	neutral bool
	// share offers to post the card in the channel, without a name.
	share bool
	// owner is the tag of the one who may dismiss a public message; empty in private.
	owner string
	// card is the id of the interaction or message that is answered, where members are asked about the answer; empty where nobody is.
	card string
}

// Words of the platform's own controls. All else that a member reads comes from cards.
const (
	labelNone      = "None of these"
	labelDismiss   = "Dismiss"
	labelShare     = "Share with the channel"
	labelPublish   = "Yes, share it"
	labelCancel    = "No, keep it private"
	labelAgain     = "Try again"
	labelBack      = "Back to the card"
	labelHelp      = "Where to get help"
	labelTopics    = "All topics"
	labelOpen      = "Open it, only for me"
	labelCountry   = "Choose your country"
	labelElsewhere = "Another country"
	labelAlert     = "Ask a moderator"
	labelPick      = "Choose a topic"
	labelPrevious  = "Previous"
	labelNext      = "Next"
	labelHelpful   = "Did this help? Yes"
	labelUnhelpful = "Not really"
	labelWrong     = "Something wrong?"
	labelDonate    = "Send this question to the team, without your name"

	textShare     = "Share this card with everyone in this channel? It is posted without your name."
	textShared    = "Done. The card is in the channel, without your name."
	textDismissed = "Put away."
	textNotAway   = "It could not be put away just now, and is still there."
	textNotYours  = "Only the person who asked, or a moderator, can put this away."
	textNotShared = "It could not be posted here: the bot may not write in this channel."
	textNotPosted = "Discord did not take it just now."
	// What a member reads after asking for a moderator. The words go without a promise: moderators are volunteers.
	textTold = "The volunteer moderators have been told where you are, and not what you wrote. They may not see it straight away, " +
		"so please don't wait for them: " + textMeanwhile
	textToldAlready = "You asked a moment ago, and the volunteer moderators were told then. They were not told again. They may not see it " +
		"straight away, so please don't wait for them: " + textMeanwhile
	textNobodyTold = "No moderator could be reached from here, and nobody has been told. Please don't wait: " + textMeanwhile
	textNobodyHere = "The bot knows no moderators here, and nobody has been told. Please don't wait: " + textMeanwhile
	textMeanwhile  = "if anyone may be in danger now, call your local emergency number (112 in the EU, 911 in the US and Canada, 999 in " +
		"the UK, 000 in Australia). The card has more ways to reach a person, and someone you trust can stay with you."
	// textPublic stands in public in place of an urgent card.
	textPublic = "This is for a person, not a bot. If anyone may be in danger now, please call your local emergency number " +
		"(112 in the EU, 911 in the US and Canada, 999 in the UK, 000 in Australia). The button shows more, only to you."
)

// accent is the colour of cards: a calm blue-green.
const accent = 0x4C9A94

// render draws a reply. It fails for a reply without a card, which nobody may see.
func render(r answer.Reply, v view, countries []answer.Option) (api.Body, error) {
	switch r := r.(type) {
	case answer.Urgent:
		return renderUrgent(r, v, countries), checkCard(r.Card)
	case answer.Answer:
		return renderAnswer(r, v), checkCard(r.Card)
	case answer.Choose:
		return renderChoose(r, v), checkCard(r.Card)
	case answer.Decline:
		m := cardMessage(r.Card)
		m.Components = api.Rows(linkButtons(r.Card), related(r.Card), controls("", v, r.Notice != answer.NoticeNone), opinions(r.Card.ID(), v))
		return m, checkCard(r.Card)
	case answer.CheckIn:
		m := plainMessage(r.Card)
		m.Components = api.Rows(linkButtons(r.Card), controls("", v, true))
		return m, checkCard(r.Card)
	case answer.NoAnswer:
		m := cardMessage(r.Card)
		m.Components = api.Rows(linkButtons(r.Card),
			append(api.Buttons(api.Button(labelTopics, pathTopics+"/0", discordgo.SecondaryButton)), controls("", v, true)...), opinionsNone(r, v))
		return m, checkCard(r.Card)
	case answer.Silence:
		return api.Body{}, errors.New("silence has nothing to draw")
	}
	return api.Body{}, fmt.Errorf("no drawing of a %T", r)
}

func checkCard(c answer.Card) error {
	if c.IsZero() {
		return errors.New("the card is empty")
	}
	return nil
}

// renderUrgent writes everything as plain text, readable where embeds are switched off. In public it shows one neutral line and a
// button, but for what cannot wait.
func renderUrgent(r answer.Urgent, v view, countries []answer.Option) api.Body {
	if v.public && (!r.Immediate || v.neutral) {
		return api.Body{
			Content:    textPublic,
			Components: api.Rows(api.Buttons(api.Button(labelOpen, pathUrgent+"/"+r.Key, discordgo.PrimaryButton))),
		}
	}
	m := plainMessage(r.Card)
	ask := api.Buttons(api.Button(labelAlert, pathAlert+"/"+r.Key, discordgo.SecondaryButton))
	if !v.public { // in public it stays: others may need it, and nobody is to take it from them
		ask = append(ask, controls("", v, false)...)
	}
	m.Components = api.Rows(linkButtons(r.Card), countryMenu(pathUrgent+"/"+r.Key, countries), ask)
	return m
}

func renderAnswer(r answer.Answer, v view) api.Body {
	m := cardMessage(r.Card)
	m.Components = api.Rows(linkButtons(r.Card), related(r.Card), controls(r.Card.ID(), v, r.Notice != answer.NoticeNone), opinions(r.Card.ID(), v))
	return m
}

func renderChoose(r answer.Choose, v view) api.Body {
	m := cardMessage(r.Card)
	var choices []discordgo.MessageComponent
	for _, o := range r.Options {
		choices = append(choices, api.Button(o.Title, pathChoose+"/"+o.ID, discordgo.PrimaryButton))
	}
	choices = append(choices, api.Button(labelNone, strings.TrimSuffix(pathNone+"/"+v.card, "/"), discordgo.SecondaryButton))
	m.Components = api.Rows(choices, controls("", v, r.Notice != answer.NoticeNone))
	return m
}

// cardMessage draws a card: a neutral line and the notices as text, the rest as an embed, in the order of Card.Text. When to get help
// is no field of the embed: those stand behind all other text, and the reminder is to close the card.
func cardMessage(c answer.Card) api.Body {
	parts := []string{c.Body()}
	if help := c.GetHelp(); help != "" {
		parts = append(parts, "**"+answer.HelpHeading+"**\n"+help)
	}
	for _, part := range []string{c.ContactText(), c.Reminder(), c.Note()} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	e := &discordgo.MessageEmbed{
		Title: c.Title(), Description: strings.Join(parts, "\n\n"), Color: accent,
		Footer: &discordgo.MessageEmbedFooter{Text: strings.TrimSpace(c.SourceLine() + "\n" + c.Foot())},
	}
	return api.Body{Content: strings.Join(append([]string{c.Lead()}, c.Notices()...), "\n\n"), Embeds: []*discordgo.MessageEmbed{e}}
}

// plainMessage draws a card as text alone. It may be too long: the check of content finds that, and plainer cuts it.
func plainMessage(c answer.Card) api.Body {
	return api.Body{Content: c.Text()}
}

// plainer lists what to send in turn while Discord refuses it: the message, its words alone, the card of last resort. The words of a message
// with a file would tell of what is not there.
func plainer(m api.Body) []api.Body {
	m.Content = api.Cut(m.Content, api.MaxContentRunes)
	static := plainMessage(answer.Static())
	static.Content = api.Cut(static.Content, api.MaxContentRunes)
	if len(m.Files) > 0 {
		return []api.Body{m, static}
	}
	return []api.Body{m, plainText(m), static}
}

// plainText writes what a message shows as text alone, for when Discord refuses the rest.
func plainText(m api.Body) api.Body {
	parts := []string{m.Content}
	for _, e := range m.Embeds {
		parts = append(parts, e.Title+"\n"+e.Description)
		if e.Footer != nil {
			parts = append(parts, e.Footer.Text)
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return api.Body{Content: api.Cut(strings.Join(parts, "\n\n"), api.MaxContentRunes), Flags: m.Flags}
}

// controls are the buttons under a card that do not depend on its topic.
func controls(id string, v view, help bool) []discordgo.MessageComponent {
	var out []discordgo.MessageComponent
	if help {
		out = append(out, api.Button(labelHelp, pathHelp, discordgo.PrimaryButton))
	}
	if v.share && id != "" {
		out = append(out, api.Button(labelShare, pathShare+"/"+id, discordgo.SecondaryButton))
	}
	path := pathDismiss
	if v.public {
		path += "/" + v.owner
	}
	return append(out, api.Button(labelDismiss, path, discordgo.SecondaryButton))
}

// hideable adds to a private message what puts it away, where there is room; what was put away stays as it is.
func hideable(m api.Body) api.Body {
	if m.Content != textDismissed {
		m.Components = api.With(m.Components, discordgo.Button{Label: labelDismiss, Style: discordgo.SecondaryButton, CustomID: pathDismiss})
	}
	return m
}

// related are the buttons that open the entries a card points to.
func related(c answer.Card) []discordgo.MessageComponent {
	var out []discordgo.MessageComponent
	for _, o := range c.Related() {
		if len(out) == api.MaxButtonsPerRow {
			break
		}
		out = append(out, api.Button(o.Title, pathEntry+"/"+o.ID, discordgo.SecondaryButton))
	}
	return out
}

// linkButtons open the https pages of the card's contacts. Numbers stay plain text: Discord refuses telephone links.
func linkButtons(c answer.Card) []discordgo.MessageComponent {
	var out []discordgo.MessageComponent
	for _, contact := range c.Contacts() {
		if contact.Link != "" && len(out) < api.MaxButtonsPerRow {
			out = append(out, api.Link(contact.Name, contact.Link))
		}
	}
	return out
}

// countryMenu asks for the country; nothing is guessed from a language.
func countryMenu(path string, countries []answer.Option) []discordgo.MessageComponent {
	menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: path, Placeholder: labelCountry}
	for _, c := range countries[:min(len(countries), api.MaxSelectOptions-1)] {
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: api.Cut(c.Title, api.MaxSelectLabelRunes), Value: c.ID})
	}
	menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: labelElsewhere, Value: elsewhere})
	return []discordgo.MessageComponent{menu}
}

// elsewhere is the menu's value for a country without lines.
const elsewhere = "-"
