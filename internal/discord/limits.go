package discord

import "time"

// Discord's limits, from its documentation of 6 August 2026. Text limits count code points unless the name says otherwise. They
// stand in one place because what builds messages and what checks them must agree on them.

// Messages.
const (
	maxContentRunes     = 2000 // for bots; the OpenAPI description's 4000 does not hold
	maxEmbeds           = 10
	maxEmbedTotalRunes  = 6000 // title, description, fields, footer and author over all embeds of a message
	maxEmbedTitleRunes  = 256
	maxEmbedTextRunes   = 4096 // description
	maxEmbedFields      = 25
	maxFieldNameRunes   = 256
	maxFieldValueRunes  = 1024
	maxEmbedFooterRunes = 2048
	maxNonceRunes       = 25
)

// Components.
const (
	maxCustomIDRunes          = 100
	maxRows                   = 5
	maxButtonsPerRow          = 5
	maxButtonLabelRunes       = 80
	maxButtonURLRunes         = 512
	maxSelectOptions          = 25
	maxSelectLabelRunes       = 100
	maxSelectValueRunes       = 100
	maxSelectPlaceholderRunes = 150
)

// Choices of commands.
const (
	maxChoices     = 25
	maxChoiceRunes = 100 // of a name, and of a value: the OpenAPI description's 6000 does not hold
)

// responseWindow is the time for the first response to an interaction, after which Discord answers 404 with code 10062.
const responseWindow = 3 * time.Second

// Codes of Discord's JSON errors that the bot acts on.
const (
	codeUnknownMessage        = 10008
	codeMissingPermissions    = 50013
	codeCannotReply           = 160002 // the permission to read the channel's history is missing
	codeBlockedByAutoMod      = 200000
	codeBlockedByAutoModTitle = 200001
	codeBlockedLink           = 240000
)
