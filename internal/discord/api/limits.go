package api

import "time"

// Discord's limits, from its documentation of 6 August 2026. Text limits count code points unless the name says otherwise. They
// stand in one place because what builds messages and what checks them must agree on them.

// Messages.
const (
	MaxContentRunes     = 2000 // for bots; the OpenAPI description's 4000 does not hold
	MaxEmbeds           = 10
	MaxEmbedTotalRunes  = 6000 // title, description, fields, footer and author over all embeds of a message
	MaxEmbedTitleRunes  = 256
	MaxEmbedTextRunes   = 4096 // description
	MaxEmbedFields      = 25
	MaxFieldNameRunes   = 256
	MaxFieldValueRunes  = 1024
	MaxEmbedFooterRunes = 2048
	MaxNonceRunes       = 25
	MaxAltRunes         = 1024 // of a picture's description
	MaxModalLabelRunes  = 45   // of a form's title and its labels
	MaxModalHintRunes   = 100  // of what stands below a label
)

// Components.
const (
	MaxCustomIDRunes          = 100
	MaxRows                   = 5
	MaxButtonsPerRow          = 5
	MaxButtonLabelRunes       = 80
	MaxButtonURLRunes         = 512
	MaxSelectOptions          = 25
	MaxSelectLabelRunes       = 100
	MaxSelectValueRunes       = 100
	MaxSelectPlaceholderRunes = 150
)

// Choices of commands.
const (
	MaxChoices     = 25
	MaxChoiceRunes = 100 // of a name, and of a value: the OpenAPI description's 6000 does not hold
)

// ResponseWindow is the time for the first response to an interaction, after which Discord answers 404 with code 10062.
const ResponseWindow = 3 * time.Second

// Codes of Discord's JSON errors that the bot acts on.
const (
	CodeUnknownChannel        = 10003
	CodeUnknownMessage        = 10008
	CodeTooManyPins           = 30003
	CodeTooManyOldEdits       = 30046 // of messages older than an hour
	CodeMissingAccess         = 50001
	CodeNoDirect              = 50007 // somebody takes no direct messages of the bot's
	CodeMissingPermissions    = 50013
	CodeThreadArchived        = 50083
	CodeThreadLocked          = 160005
	CodeCannotReply           = 160002 // the permission to read the channel's history is missing
	CodeBlockedByAutoMod      = 200000
	CodeBlockedByAutoModTitle = 200001
	CodeBlockedLink           = 240000
)
