package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// call is one request on its way through the server.
type call struct {
	Request
	http   *http.Request               // for its path values
	now    time.Time                   // by Discord's clock
	own    bool                        // the fake's own logic is to act, not only an injected rule
	handle func(*Server, *call) Answer // what is to act; nil when the answer is decided already
	answer Answer
	after  []func() // run without the server's lock, once the request is in the log
}

type callKey struct{}

// A route's check runs before its handler, without the lock, and sees the body; its handler holds Server.mu.
type route struct {
	pattern string
	check   func(*checker, *call)
	handle  func(*Server, *call) Answer
}

func (s *Server) newRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	routes := []route{
		{"GET /gateway", nil, (*Server).getGateway},
		{"GET /gateway/bot", nil, (*Server).getGateway},
		{"GET /users/@me", nil, (*Server).getMe},
		{"GET /users/@me/guilds", nil, (*Server).getGuilds},
		{"GET /applications/@me", nil, (*Server).getApplication},
		{"POST /users/@me/channels", nil, (*Server).openDM},
		{"/", nil, (*Server).unknownRoute},
	}
	routes = append(routes, messageRoutes()...)
	routes = append(routes, interactionRoutes()...)
	routes = append(routes, commandRoutes()...)
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(_ http.ResponseWriter, r *http.Request) {
			c := r.Context().Value(callKey{}).(*call)
			c.http = r
			if c.answer.Status == 0 && (rt.check == nil || s.checked(rt, c)) && c.own {
				c.handle = rt.handle
			}
		})
	}
	return mux
}

// checked runs a route's own check; what it finds becomes a problem and a refusal.
func (s *Server) checked(rt route, c *call) bool {
	var found checker
	rt.check(&found, c)
	if len(found.found) == 0 {
		return true
	}
	s.refuse(c, errors.Join(found.found...))
	return false
}

// refuse records a problem and answers like Discord's validation.
func (s *Server) refuse(c *call, err error) {
	s.problem(fmt.Errorf("%s %s: %w", c.Method, c.Path, err))
	c.answer = jsonAnswer(http.StatusBadRequest, Object{
		"message": "Invalid Form Body", "code": 50035,
		"errors": Object{"_errors": []Object{{"code": "DISCORDTEST", "message": err.Error()}}},
	})
}

func (s *Server) unknownRoute(c *call) Answer {
	s.problems = append(s.problems, fmt.Errorf("%s %s: unknown route", c.Method, c.Path))
	return Failure(http.StatusNotFound, 0, "404: Not Found")
}

// serveREST answers one request: the doorman's checks, then the injected rule if there is one, then the route.
func (s *Server) serveREST(w http.ResponseWriter, r *http.Request, version, path string) {
	req, raw, bodyErr := readRequest(r, version, path)
	c := &call{Request: req, now: s.now()}
	w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat))
	inner := r.Clone(context.WithValue(r.Context(), callKey{}, c))
	inner.URL.Path, inner.URL.RawPath = path, ""
	_, c.Route = s.routes.Handler(inner)

	rule := s.rule(c.Method, c.Path)
	c.own = rule == nil || rule.Apply || (rule.Answer.Status == 0 && !rule.Drop)
	s.admit(c, r, raw, bodyErr)
	s.routes.ServeHTTP(discard{}, inner)
	answer := s.settle(c, rule)
	for _, f := range c.after {
		f()
	}
	if s.opts.Observe != nil {
		s.opts.Observe(c.Request)
	}
	if rule != nil {
		s.signal.sleep(r.Context(), rule.Delay)
	}
	if answer.Status == 0 {
		panic(http.ErrAbortHandler) // the one way to make net/http hang up without an answer
	}
	answer.write(w, c)
}

// settle lets the route act, decides the answer and records the request, in one step: who sees an effect finds its request in the log.
func (s *Server) settle(c *call, rule *Rule) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case c.handle != nil:
		c.answer = c.handle(s, c)
		c.Done = c.answer.Status < http.StatusMultipleChoices
	case c.answer.Status == 0 && c.own: // the mux itself answered: an unclean path
		c.answer = Failure(http.StatusNotFound, 0, "404: Not Found")
	}
	answer := c.answer
	if rule != nil {
		c.Ruled = true
		if rule.Drop {
			answer = Answer{}
		} else if rule.Answer.Status != 0 {
			answer = rule.Answer
		}
	}
	c.Status = answer.Status
	s.record(&c.Request)
	return answer
}

var (
	userAgent = regexp.MustCompile(`^DiscordBot \([^\s,]+, [^)]+\)`)
	// noToken are the routes whose path carries a token already, and the one that is public.
	noToken = regexp.MustCompile(`^/(interactions/[^/]+/[^/]+/callback|webhooks/[^/]+/[^/]+(/.*)?|gateway)$`)
)

// admit makes the checks that hold for all routes; a refusal becomes the call's answer.
func (s *Server) admit(c *call, r *http.Request, raw []byte, bodyErr error) {
	switch {
	case bodyErr != nil:
		s.refuse(c, bodyErr)
		if errors.Is(bodyErr, errJSON) {
			c.answer = Failure(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
		}
	case !userAgent.MatchString(r.UserAgent()):
		s.refuse(c, fmt.Errorf("user agent %q is not of the form DiscordBot (url, version)", r.UserAgent()))
		c.answer = Failure(http.StatusForbidden, 40333, "internal network error")
	case !noToken.MatchString(c.Path) && r.Header.Get("Authorization") != "Bot "+s.Token:
		c.answer = Failure(http.StatusUnauthorized, 0, "401: Unauthorized")
	case s.opts.Validate != nil && c.Route != "/":
		v := r.Clone(r.Context())
		v.Body = io.NopCloser(bytes.NewReader(raw))
		if err := s.opts.Validate(v, raw); err != nil {
			s.refuse(c, err)
		}
	}
}

func jsonAnswer(status int, v any) Answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("discordtest: answer: %v", err)) // only values that came from JSON, or were written by us, get here
	}
	return Answer{Status: status, Body: string(body)}
}

func (a Answer) write(w http.ResponseWriter, c *call) {
	h := w.Header()
	switch {
	case a.Body == "":
	case strings.HasPrefix(a.Body, "{"), strings.HasPrefix(a.Body, "["):
		h.Set("Content-Type", "application/json")
	default:
		h.Set("Content-Type", "text/html; charset=UTF-8")
	}
	if !c.Ruled && !strings.HasPrefix(c.Path, "/interactions/") {
		bucket := fnv.New64a()
		_, _ = io.WriteString(bucket, c.Route)
		h.Set("X-RateLimit-Bucket", fmt.Sprintf("%032x", bucket.Sum64()))
		h.Set("X-RateLimit-Limit", "50")
		h.Set("X-RateLimit-Remaining", "49")
		h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(c.now.Add(time.Second).UnixMilli())/1000))
		h.Set("X-RateLimit-Reset-After", "1.000")
	}
	for name, values := range a.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body)
}

// discard is the writer that routes get: their answers travel in the call.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func (s *Server) getGateway(c *call) Answer {
	if c.Path == "/gateway" {
		return jsonAnswer(http.StatusOK, Object{"url": s.GatewayURL()})
	}
	return jsonAnswer(http.StatusOK, Object{
		"url": s.GatewayURL(), "shards": 1,
		"session_start_limit": Object{
			"total": 1000, "remaining": max(0, 1000-len(s.Gateway.Stats().Identifies)), "reset_after": 86_400_000, "max_concurrency": 1,
		},
	})
}

func (s *Server) getMe(*call) Answer {
	me := s.botUser()
	me["verified"], me["mfa_enabled"], me["locale"] = true, true, "en-US"
	return jsonAnswer(http.StatusOK, me)
}

// getGuilds lists the bot's one server.
func (s *Server) getGuilds(c *call) Answer {
	if c.http.URL.Query().Get("after") >= s.GuildID {
		return jsonAnswer(http.StatusOK, []Object{})
	}
	return jsonAnswer(http.StatusOK, []Object{{
		"id": s.GuildID, "name": "a server", "icon": nil, "banner": nil, "owner": false, "permissions": "0", "features": []string{},
	}})
}

func (s *Server) getApplication(*call) Answer {
	return jsonAnswer(http.StatusOK, Object{
		"id": s.AppID, "name": "fake", "icon": nil, "description": "", "type": nil, "bot": s.botUser(), "bot_public": true,
		"bot_require_code_grant": false, "verify_key": strings.Repeat("0", 64), "flags": 1 << 19, "flags_new": "524288",
		"owner": user(s.UserID, "member", false), "team": nil, "redirect_uris": []string{}, "interactions_endpoint_url": nil,
		"role_connections_verification_url": nil, "integration_types_config": Object{"0": Object{}}, "explicit_content_filter": 0,
		"approximate_guild_count": 1, "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"eligible_oauth2_scopes": []string{},
	})
}

func (s *Server) openDM(c *call) Answer {
	var body struct {
		Recipient string `json:"recipient_id"`
	}
	if err := json.Unmarshal(c.Body, &body); err != nil || body.Recipient == "" {
		return Failure(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	id := s.DMID
	if body.Recipient != s.UserID {
		// The same person has the same channel each time; a nonce's memory is as good a place as any for that.
		key := "dm " + body.Recipient
		known, ok := s.nonces.get(key)
		if id = known; !ok {
			id = s.ids.next()
			s.nonces.put(key, id)
		}
	}
	s.channels.put(id, "")
	return jsonAnswer(http.StatusOK, Object{
		"id": id, "type": 1, "last_message_id": nil, "flags": 0,
		"recipients": []Object{user(body.Recipient, "member", false)},
	})
}
