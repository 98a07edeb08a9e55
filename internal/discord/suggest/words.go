package suggest

// What moderators read on a preview. The first line shows in notifications, so that it names no topic.
const (
	textPreview  = "Only you see this. If you confirm, everybody here sees this card:"
	textUnsure   = "Only you see this. **I am not sure that this card fits.** Please read it first, pick another, or search:"
	textDeclined = "Only you see this. I don't answer this kind of question. If you confirm, everybody here sees this card:"
	textNothing  = "Only you see this. I found no answer for this message. You can search in your own words."
	textDanger   = "**This may be about danger. Please look after the person first.** Only you see this. No answer is offered. If you confirm, " +
		"everybody here sees one neutral line, with a button that opens this card for the one who presses it:"
	textDangerNow = "**This may be about danger, and seconds may count.** Only you see this. No answer is offered. If you confirm, everybody here " +
		"sees this card:"
	textDoubt = "**This person may not be safe; I am not certain. Please ask them.** Only you see this. No answer is offered. If you confirm, " +
		"everybody here sees this card:"
	textDoctor    = "**A doctor should look at this.** Each card that you choose says so first."
	textStale     = "That card is no longer there. Please use the command on the message again."
	textCancelled = "Nothing was sent."
	textSent      = "Done. The card is posted: %s"
	textOffered   = "Done. The offer is posted: %s Only the one who wrote the message can open the card."

	labelPick   = "Pick another card"
	labelSend   = "Send as a reply"
	labelOffer  = "Offer by direct message"
	labelSearch = "Search"
	labelCancel = "Cancel"

	formTitle = "Search the FAQ"
	formLabel = "Your own words"
	formHint  = "They are not stored and not shown to anybody."
)

// What moderators read of Discord's refusals.
const (
	textGone      = "⚠ Nothing was sent: that message is gone, or nobody can reply to it."
	textForbidden = "⚠ Nothing was sent: I may not post here. Please give me View Channel, Send Messages (in a thread: Send Messages in Threads), " +
		"Embed Links and Read Message History. Then press again."
	textChannelGone = "⚠ Nothing was sent: this channel is gone, or I can't see it."
	textArchived    = "⚠ Nothing was sent: this thread is archived. Please open it again first, then press again."
	textLocked      = "⚠ Nothing was sent: this thread is locked. Please unlock it first, then press again."
	textFiltered    = "⚠ Nothing was sent: this server's AutoMod does not let it through. Please allow my messages in its settings, then press again."
	textLimited     = "⚠ Nothing was sent: I have posted a lot just now, and Discord wants me to wait. Please press again in a minute."
	textUnanswered  = "⚠ Discord did not answer in time. Please look whether it was posted. If it was not, press again."
	textRefused     = "⚠ Nothing was sent: Discord did not accept it. Please tell the people who run me."
)

// What members read.
const (
	textOffer = "A moderator has an answer from the FAQ for you. Press the button to get it in a direct message that only you see."

	labelTake    = "Send it to me"
	labelDismiss = "Dismiss"

	textNotYours    = "This is for somebody else. You can ask your own question with /ask: only you see the answer."
	textOfferStale  = "Sorry, that card is no longer there. You can ask with /ask: only you see the answer."
	textDelivered   = "Done. You have it in your direct messages."
	textNoDirect    = "Your settings do not let me send you direct messages, so here it is. Only you see it."
	textDirectFails = "Discord did not let me send you a direct message just now, so here it is. Only you see it."
)
