// Package rest makes calls of Discord's REST API, version 10.
//
// It knows HTTP, Discord's rate limits, the shape of its errors, and when a call is made again. It must not know which calls the bot
// makes, or what is in them. No token gets into an error or a log line.
//
// It stands on net/http and not on discordgo's Session, which holds a lock a route while a call is in flight, keeps memory for each
// interaction token, sleeps past contexts, and puts tokens into its errors.
package rest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	defaultAPI = "https://discord.com"
	apiPath    = "/api/v10"

	// maxTries bounds one call that sets no Tries, whatever goes wrong.
	maxTries = 3
	// callTimeout bounds one try of a call that sets no Timeout.
	callTimeout = 10 * time.Second
	// maxHold is the longest that a call waits for a rate limit when its context sets no deadline.
	maxHold = 30 * time.Second
	// retryBase is the mean scale of the first wait after a 5xx or a broken connection; it doubles with each try.
	retryBase = 250 * time.Millisecond
	// maxAnswerBytes is far above any answer the bot asks for.
	maxAnswerBytes = 8 << 20
)

// Config says how a Client is built. API and Jitter may be empty.
type Config struct {
	API        string // origin without path, such as http://127.0.0.1:8080; empty for Discord's own
	Token      string // the bot's, without the prefix "Bot "
	ProjectURL string // for the User-Agent: where the program comes from
	Version    string // for the User-Agent
	Log        *slog.Logger
	Jitter     func() float64 // in [0,1), spreads the waits between tries; tests replace it

	// For this package's tests:
	transport http.RoundTripper
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error // returns the context's error when that ends first
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
	limits *limits
	agent  string
	auth   string

	figures figures
}

// New fails for an origin, a token or a User-Agent that Discord would not take.
func New(c Config) (*Client, error) {
	if c.API == "" {
		c.API = defaultAPI
	}
	origin, err := url.Parse(c.API)
	if err != nil || origin.Host == "" || origin.User != nil || strings.Trim(origin.Path, "/") != "" || origin.RawQuery != "" ||
		(origin.Scheme != "http" && origin.Scheme != "https") {
		return nil, errors.New("the API must be an origin such as https://discord.com, without a path")
	}
	c.API = origin.Scheme + "://" + origin.Host
	if c.Token == "" || strings.ContainsAny(c.Token, " \t\r\n") {
		return nil, errors.New("the Discord token is empty or has blanks in it")
	}
	if c.ProjectURL == "" || c.Version == "" || strings.ContainsAny(c.ProjectURL+c.Version, " ,()\r\n") {
		return nil, errors.New("the User-Agent needs a URL and a version without blanks, commas and brackets")
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.transport == nil {
		c.transport = newTransport()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	return &Client{
		config: c,
		http: &http.Client{Transport: c.transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // Discord never redirects the API; following would hand the token on
		}},
		limits: newLimits(c.Log, c.now, c.sleep),
		agent:  fmt.Sprintf("DiscordBot (%s, %s)", c.ProjectURL, c.Version),
		auth:   "Bot " + c.Token,
	}, nil
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		// One call in flight for each question is normal; the default of 2 idle connections would dial anew all the time.
		MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
	}
}

// sleep waits for d, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unauthorized is closed once Discord has refused the token. From then on every call that carries it fails with ErrUnauthorized: the
// program should end, because only a new token helps.
func (c *Client) Unauthorized() <-chan struct{} { return c.limits.dead }

// Call is one call. It may reach Discord more than once, after a try whose outcome is unknown: it must do no harm a second time.
type Call struct {
	Method  string
	Route   string   // template such as /channels/{channel}/messages
	Args    []string // in the order of the route's braces; the first is what Discord keeps limits apart by
	Query   url.Values
	Body    any           // sent as JSON unless nil
	Files   []File        // sent beside the body
	Timeout time.Duration // of one try; callTimeout when zero
	Tries   int           // at most; maxTries when zero
	Reason  string        // shown in the server's own audit log; at most 512 letters, empty for none
	// Callback marks the first response to an interaction. It carries the interaction's token in its path, and not ours; so neither
	// the global limit nor a bucket holds it up. CodeAlreadyAcknowledged after a try of unknown outcome means that this try had
	// arrived.
	Callback bool
}

// File is a file that goes with a message. Its number, from 0, is its id in the body's attachments.
type File struct {
	Name, Type string // such as chart.png and image/png
	Data       []byte
}

// String names a call without its arguments, which may hold tokens.
func (c Call) String() string { return c.Method + " " + c.Route }

// path fills the route. Arguments are escaped, so that none can lead to another route.
func (c Call) path() (string, error) {
	parts, args := strings.Split(c.Route, "/"), c.Args
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		if len(args) == 0 || args[0] == "" || args[0] == "." || args[0] == ".." {
			return "", fmt.Errorf("%s: %s is missing", c, part)
		}
		parts[i], args = url.PathEscape(args[0]), args[1:]
	}
	path := strings.Join(parts, "/")
	if len(c.Query) > 0 {
		path += "?" + c.Query.Encode()
	}
	return path, nil
}

// reply is what one try brought back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// Do makes a call and returns the body of its success. It fails with an *Error when Discord refuses the call or a known limit holds it
// back too long, with an error that wraps ErrUnauthorized, or without an answer; then a context's error is wrapped. It waits for rate
// limits and between tries, but gives up at once when a wait would outlast the context.
func (c *Client) Do(ctx context.Context, call Call) ([]byte, error) {
	path, err := call.path()
	if err != nil {
		return nil, err
	}
	body, kind, err := call.body()
	if err != nil {
		return nil, err
	}
	tries := cmp.Or(call.Tries, maxTries)
	unsure := false // whether an earlier try may have arrived
	for try := 1; ; try++ {
		if err := c.limits.admit(ctx, call); err != nil {
			return nil, err
		}
		sent := c.config.now()
		got, err := c.once(ctx, call, path, kind, body)
		c.figures.note(got, err, sent, c.config.now())
		if err == nil {
			err = c.limits.judge(ctx, call, got)
		}
		answered, _ := errors.AsType[*Error](err)
		switch {
		case err == nil:
			return got.body, nil
		case unsure && call.Callback && IsCode(err, CodeAlreadyAcknowledged):
			return nil, nil
		case try == tries || ctx.Err() != nil || !retryable(err):
			return nil, err
		}
		unsure = unsure || answered == nil || answered.Status >= http.StatusInternalServerError
		if !c.pause(ctx, call, try, answered) {
			return nil, err // what went wrong says more than that time ran out
		}
	}
}

// pause waits before the next try; it returns false when there is no time for that. answered is nil when there was no answer.
func (c *Client) pause(ctx context.Context, call Call, try int, answered *Error) bool {
	wait, status := c.wait(try, answered), 0
	if answered != nil {
		status = answered.Status
	}
	c.config.Log.WarnContext(ctx, "discord call failed", "route", call.String(), "try", try, "status", status, "wait_ms", wait.Milliseconds())
	return !holdsTooLong(ctx, c.config.now(), wait) && c.config.sleep(ctx, wait) == nil
}

// retryable reports whether a failed call may be made again: a 429 was not carried out, and everything else may come twice.
func retryable(err error) bool {
	if answered, ok := errors.AsType[*Error](err); ok {
		return answered.Status == http.StatusTooManyRequests || answered.Status >= http.StatusInternalServerError
	}
	_, broken := errors.AsType[*transportError](err)
	return broken
}

// wait is the time before the next try: what Discord says, or full jitter below a doubling scale.
func (c *Client) wait(try int, answered *Error) time.Duration {
	if answered != nil && answered.RetryAfter > 0 {
		return answered.RetryAfter
	}
	return time.Duration(c.config.Jitter() * float64(2*retryBase<<(try-1)))
}

// holdsTooLong reports whether a wait would outlast the context, or maxHold where that has no deadline.
func holdsTooLong(ctx context.Context, now time.Time, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	if !ok {
		return wait > maxHold
	}
	return now.Add(wait).After(deadline)
}

// once makes one try.
func (c *Client) once(ctx context.Context, call Call, path, kind string, body []byte) (reply, error) {
	timeout := call.Timeout
	if timeout == 0 {
		timeout = callTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, call.Method, c.config.API+apiPath+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, fmt.Errorf("%s: the arguments make no URL", call) // err quotes it, tokens included
	}
	req.Header.Set("User-Agent", c.agent)
	if !call.Callback {
		req.Header.Set("Authorization", c.auth)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if call.Reason != "" {
		req.Header.Set("X-Audit-Log-Reason", url.PathEscape(call.Reason))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{}, c.transportError(ctx, call, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return reply{}, c.transportError(ctx, call, err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: data}, nil
}
