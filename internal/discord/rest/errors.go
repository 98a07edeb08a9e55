package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	// ErrUnauthorized says that Discord refused the token. Nothing is sent with it any more.
	ErrUnauthorized = errors.New("discord refuses the token: replace it and start again")
	// errTooManyInvalid: so many calls were refused lately that more would get the IP address blocked.
	errTooManyInvalid = errors.New("too many refused calls in ten minutes: holding all calls back")
)

// CodeAlreadyAcknowledged is Discord's code for an interaction that has had its first response.
const CodeAlreadyAcknowledged = 40060

// Error is a refusal by Discord. It holds no token, no id and nothing of what was sent.
type Error struct {
	Status     int           // of HTTP; 429 also for a call that was held back because of a limit known already
	Code       int           // Discord's own, 0 if there is none
	Message    string        // Discord's own, or the status in words
	Route      string        // method and route template
	Fields     []string      // for code 50035: paths into the payload with their codes
	RetryAfter time.Duration // for 429 and 5xx, if Discord says so
}

// Error says what Discord says.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %d %q", e.Route, e.Status, e.Message)
	if e.Code != 0 {
		s += fmt.Sprintf(" (code %d)", e.Code)
	}
	if len(e.Fields) > 0 {
		s += " [" + strings.Join(e.Fields, ", ") + "]"
	}
	if e.RetryAfter > 0 {
		s += fmt.Sprintf(", again after %s", e.RetryAfter)
	}
	return s
}

// IsCode reports whether err is Discord's error of one of the codes.
func IsCode(err error, codes ...int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.Contains(codes, e.Code)
}

// newError reads an answer that is no success.
func newError(c Call, got reply) *Error {
	e := &Error{Status: got.status, Message: http.StatusText(got.status), Route: c.String()}
	var body struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(got.body, &body) == nil {
		const maxMessage = 200
		e.Code = body.Code
		if body.Message != "" {
			e.Message = cutBytes(body.Message, maxMessage)
		}
		var fields any
		_ = json.Unmarshal(body.Errors, &fields)
		e.Fields = fieldErrors(nil, "", fields)
	}
	return e
}

// fieldErrors flattens the tree of a refused form into at most ten "path: CODE". The messages stay out: they may quote.
func fieldErrors(found []string, path string, node any) []string {
	const most = 10
	object, _ := node.(map[string]any)
	if list, ok := object["_errors"].([]any); ok {
		for _, item := range list {
			if one, ok := item.(map[string]any); ok && len(found) < most {
				found = append(found, cutBytes(fmt.Sprintf("%s: %v", path, one["code"]), 100))
			}
		}
	}
	keys := make([]string, 0, len(object))
	for key := range object {
		if key != "_errors" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		found = fieldErrors(found, strings.TrimPrefix(path+"."+key, "."), object[key])
	}
	return found
}

func cutBytes(s string, limit int) string {
	return strings.ToValidUTF8(s[:min(len(s), limit)], "")
}

// transportError is a call without an answer. Errors of net/http quote the URL, and with it an interaction's token; so only the
// cause's text is kept, and of the cause itself only a context's error.
type transportError struct {
	Route string

	text  string
	cause error // context.Canceled, context.DeadlineExceeded or nil
}

func (e *transportError) Error() string { return e.Route + ": no answer: " + e.text }

func (e *transportError) Unwrap() error { return e.cause }

func (c *Client) transportError(ctx context.Context, call Call, err error) *transportError {
	e := &transportError{Route: call.String()}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	for _, cause := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, cause) || errors.Is(ctx.Err(), cause) {
			e.cause = cause
		}
	}
	e.text = c.scrub(call, err.Error())
	return e
}

// scrub takes the token and every argument of the call out of a text.
func (c *Client) scrub(call Call, s string) string {
	const most = 300
	for _, secret := range append([]string{c.config.Token}, call.Args...) {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "***")
			s = strings.ReplaceAll(s, url.PathEscape(secret), "***")
		}
	}
	return cutBytes(s, most)
}

// retryAfter reads how long a 429 asks for: the body's fraction if it is JSON, else the header's seconds, else a second, or a
// minute for the proxy's page. At most a day.
func retryAfter(got reply) (after time.Duration, fromDiscord bool) {
	var body struct {
		RetryAfter float64 `json:"retry_after"`
	}
	fromDiscord = json.Unmarshal(got.body, &body) == nil
	seconds := body.RetryAfter
	if seconds <= 0 {
		seconds, _ = strconv.ParseFloat(got.header.Get("Retry-After"), 64)
	}
	const day = 24 * 60 * 60
	switch {
	case seconds > 0 && seconds <= day:
	case seconds > day:
		seconds = day
	case fromDiscord:
		seconds = 1
	default:
		seconds = 60
	}
	return time.Duration(seconds * float64(time.Second)), fromDiscord
}
