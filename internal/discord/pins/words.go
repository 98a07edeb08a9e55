package pins

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

// What the command says of itself. It shows over a moderator's shoulder.
const (
	aboutCommand = "Keep cards pinned in your channels."
	aboutPin     = "Pin a card in this channel and keep it up to date."
	aboutUnpin   = "Take a pinned card away."
	aboutList    = "Show what is pinned in this server."
	aboutRefresh = "Check all pinned cards of this server now."
	aboutEntry   = "Start typing, then pick"
)

// What moderators read.
const (
	textModerators = "Only people who may manage this server, and its moderators' roles in /settings, can use this."
	textPick       = "That is not in the list. Please start typing and pick one of the cards that are offered."
	textMissing    = "I can't pin a card here yet. Please give me in this channel: %s. Then try again."
	textPinned     = "Done. The card is pinned, and I keep it up to date: %s"
	textAlready    = "This card is pinned here already, and it is up to date: %s"
	textAgain      = "The card was no longer pinned. It is now: %s"
	textLater      = "Discord is not answering as it should right now. I have noted the card and will try again within the hour. " +
		"You can see how it goes with /resource list."
	textBusy        = "Discord is not answering as it should right now, so nothing has changed. Please try again in a few minutes."
	textTrouble     = "The bot's database did not answer just now. Please try again in a minute."
	textNotPinned   = "I have no card like that pinned here. /resource list shows where cards are pinned."
	textUnpinned    = "Done. The card is gone from the channel."
	textLeft        = "Done. I no longer look after this card. I can't reach its message, so please delete it yourself: %s"
	textNone        = "No cards are pinned in this server yet. /resource pin adds one to the channel you are in."
	textList        = "Cards that I keep pinned in this server:"
	textMore        = "And %d more."
	textGood        = "I have checked the pinned cards of this server. Up to date: %d of %d."
	textUnfinished  = "I did not get to %d of them. I look at all cards every hour."
	textElsewhere   = "%s (in another channel, ends in %s)"
	textProblems    = "Please have a look at these:"
	textListLine    = "- **%s** in <#%s>: %s. %s %s"
	textProblemLine = "- **%s** in <#%s>: %s %s"
)

// What moderators read of a pin's state.
const (
	textStatePending   = "not posted yet; I try again every hour"
	textStateLive      = "up to date"
	textStateDrifted   = "not as it should be; use /resource pin in that channel to put it right, or /resource unpin"
	textStateDeleted   = "somebody deleted it; use /resource pin in that channel to post it again, or /resource unpin to forget it"
	textStateForbidden = "I can't get to it; check my permissions in that channel, then use /resource pin there"
)

// What moderators read of a look at a pin.
const (
	textUnpinnedByHand = "it is no longer pinned. Use /resource pin in that channel to pin it again, or /resource unpin to take it away."
	textDeletedByHand  = "somebody deleted it. Use /resource pin in that channel to post it again, or /resource unpin to forget it."
	textEntryGone      = "there is no such card any more, so its text may be out of date. Please use /resource unpin."
)

// What moderators read of Discord's refusals.
const (
	textNoAccess     = "I can't see this channel. Please give me View Channel and Read Message History."
	textNoPosting    = "I am not allowed to post here. Please give me Send Messages and Embed Links; in a thread, Send Messages in Threads."
	textNoPinning    = "I am not allowed to pin here. Please give me Pin Messages. Manage Messages alone is no longer enough."
	textNoReading    = "I am not allowed to read here. Please give me View Channel and Read Message History."
	textFull         = "This channel has all the pins that Discord allows, 250. Please unpin something first."
	textArchived     = "This thread is archived. Please open it again first."
	textLocked       = "This thread is locked. Please unlock it first."
	textFiltered     = "This server's AutoMod does not let the card through. Please allow my messages in its settings."
	textOldEdit      = "Discord limits changes to older messages. I try again within the hour."
	textChannelGone  = "This channel is gone."
	textNotAccepted  = "Discord did not accept the card. Please tell the people who run me."
	textNothingNoted = "Nothing was pinned."
)

// Names of permissions, as Discord shows them in English.
const (
	nameView    = "View Channel"
	nameSend    = "Send Messages"
	nameEmbed   = "Embed Links"
	nameHistory = "Read Message History"
	namePin     = "Pin Messages"
)

// explain says what Discord's refusal means, and what a moderator can do.
func explain(err error) string {
	switch {
	case rest.IsCode(err, api.CodeTooManyPins):
		return textFull
	case rest.IsCode(err, api.CodeThreadArchived):
		return textArchived
	case rest.IsCode(err, api.CodeThreadLocked):
		return textLocked
	case rest.IsCode(err, api.CodeUnknownChannel):
		return textChannelGone
	case rest.IsCode(err, api.CodeMissingAccess):
		return textNoAccess
	case rest.IsCode(err, api.CodeBlockedByAutoMod, api.CodeBlockedByAutoModTitle, api.CodeBlockedLink):
		return textFiltered
	case rest.IsCode(err, api.CodeTooManyOldEdits):
		return textOldEdit
	}
	answered, ok := errors.AsType[*rest.Error](err)
	switch {
	case !ok || !final(err):
		return textBusy
	case answered.Status != http.StatusForbidden:
		return textNotAccepted
	case strings.HasPrefix(answered.Route, http.MethodPut), strings.HasPrefix(answered.Route, http.MethodDelete):
		return textNoPinning
	case strings.HasPrefix(answered.Route, http.MethodPost), strings.HasPrefix(answered.Route, http.MethodPatch):
		return textNoPosting
	}
	return textNoReading
}

// words say what is known of a pin. One whose card is gone from the content cannot be put right by pinning it again.
func (p *Pins) words(pin store.Pin) string {
	if _, ok := p.bot().Entry(pin.Card, answer.Question{At: p.now()}); !ok {
		return textEntryGone
	}
	return stateWords(pin.State)
}

// stateWords says what a state means.
func stateWords(state store.PinState) string {
	switch state {
	case store.PinPending:
		return textStatePending
	case store.PinLive:
		return textStateLive
	case store.PinDrifted:
		return textStateDrifted
	case store.PinDeleted:
		return textStateDeleted
	case store.PinForbidden:
		return textStateForbidden
	}
	return string(state)
}

// linkTo is the address of a pin's message, or its channel's where there is none.
func linkTo(pin store.Pin) string {
	return strings.TrimSuffix(fmt.Sprintf("https://discord.com/channels/%s/%s/%s", pin.Guild, pin.Channel, pin.Message), "/")
}
