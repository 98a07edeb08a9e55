package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"faqbot/internal/discord/rest"
)

// IsRefused reports whether Discord, or a server's AutoMod, did not like what was sent, so that something plainer may pass.
func IsRefused(err error) bool {
	answered, ok := errors.AsType[*rest.Error](err)
	bad := ok && (answered.Status == http.StatusBadRequest || answered.Status == http.StatusRequestEntityTooLarge)
	return IsBlocked(err) || bad && answered.Code != rest.CodeAlreadyAcknowledged
}

// IsBlocked reports whether AutoMod kept a text out.
func IsBlocked(err error) bool {
	return rest.IsCode(err, CodeBlockedByAutoMod, CodeBlockedByAutoModTitle, CodeBlockedLink)
}

// IsForbidden reports whether the bot may not do what it tried, whatever the text.
func IsForbidden(err error) bool {
	answered, ok := errors.AsType[*rest.Error](err)
	return ok && answered.Status == http.StatusForbidden && !IsBlocked(err)
}

// IsGone reports whether a message could not be posted because Discord does not let the other one be answered: mostly it was deleted.
func IsGone(err error) bool {
	refused, ok := errors.AsType[*rest.Error](err)
	return ok && (refused.Code == CodeUnknownMessage ||
		slices.ContainsFunc(refused.Fields, func(f string) bool { return strings.HasPrefix(f, "message_reference") }))
}
