package discordtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Rule answers requests in place of the fake's own logic: a fault, or a canned answer for a route the fake does not know.
type Rule struct {
	Method string        // empty for any
	Prefix string        // of the path below /api/v10, such as "/channels/"; empty for any
	Times  int           // how many requests it answers before it is spent; 0 for one, negative for all
	Answer Answer        // what is sent; with Status 0 the fake's own answer, which only makes sense together with Delay
	Delay  time.Duration // before the answer is sent; the request is in the log, and done, already
	Drop   bool          // close the connection instead of answering
	Apply  bool          // do what the request asks before answering: the case of a lost or wrong answer to a successful call
}

// Answer is an HTTP answer. A body that starts with "{" or "[" is sent as JSON, any other as HTML, unless Header says otherwise.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// RateLimited is a 429 of Discord itself; scope is "user", "shared" or "global".
func RateLimited(after time.Duration, scope string) Answer {
	h := http.Header{}
	// The header counts whole seconds, the body fractions; like Discord, round up.
	h.Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	h.Set("X-RateLimit-Scope", scope)
	if scope == "global" {
		h.Set("X-RateLimit-Global", "true")
	} else {
		h.Set("X-RateLimit-Limit", "5")
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(time.Now().Add(after).UnixMilli())/1000))
		h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", after.Seconds()))
		h.Set("X-RateLimit-Bucket", "fa4e0000000000000000000000000000")
	}
	body := fmt.Sprintf(`{"message":"You are being rate limited.","retry_after":%.3f,"global":%t}`, after.Seconds(), scope == "global")
	return Answer{Status: http.StatusTooManyRequests, Header: h, Body: body}
}

// Banned is the 429 of the proxy in front of Discord: HTML, after too many invalid requests.
func Banned(after time.Duration) Answer {
	h := http.Header{"Retry-After": {strconv.Itoa(int(after / time.Second))}, "Server": {"cloudflare"}}
	return Answer{http.StatusTooManyRequests, h, "<!DOCTYPE html><title>Access denied | error code: 1015</title>"}
}

// Unavailable is a 5xx from the proxy, with its HTML page.
func Unavailable(status int) Answer {
	return Answer{Status: status, Body: fmt.Sprintf("<html><head><title>%d %s</title></head></html>", status, http.StatusText(status))}
}

// Failure is an error in Discord's format, such as Failure(403, 50007, "Cannot send messages to this user").
func Failure(status, code int, message string) Answer {
	return jsonAnswer(status, Object{"message": message, "code": code})
}

// Inject adds a rule. Of several that match, the oldest wins until it is spent.
func (s *Server) Inject(r Rule) {
	if r.Times == 0 {
		r.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &r)
}

// ClearRules forgets every rule.
func (s *Server) ClearRules() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// rule takes the rule for a request, or returns nil.
func (s *Server) rule(method, path string) *Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.rules {
		if (r.Method == "" || r.Method == method) && strings.HasPrefix(path, r.Prefix) {
			if r.Times--; r.Times == 0 {
				s.rules = append(s.rules[:i:i], s.rules[i+1:]...)
			}
			taken := *r
			return &taken
		}
	}
	return nil
}
