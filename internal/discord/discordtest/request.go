package discordtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxBody is Discord's cap on a request.
const maxBody = 25 << 20

// Request is one REST request of the bot together with the status of its answer. It enters the log when its answer is decided
// and its effects are done, before the answer is sent.
type Request struct {
	N       int             // its number in the log, from 1
	Time    time.Time       // of arrival
	Method  string          // such as POST
	Path    string          // below /api/v10, such as /channels/123/messages
	Route   string          // the pattern it matched, such as "POST /channels/{channel}/messages"; "/" for an unknown route
	Version string          // of the API: 10 or 9
	Query   string          // raw query
	Header  http.Header     // as received
	Body    json.RawMessage // JSON body, or payload_json of a multipart one; nil when there is none
	Files   []File          // uploads of a multipart body
	Status  int             // of the answer; 0 when the connection was closed instead
	Ruled   bool            // the answer came from an injected rule
	Done    bool            // what it asks for was done, whatever was answered
}

// File is an uploaded file.
type File struct {
	Name string
	Data []byte
}

// Is matches requests by method and path, where "*" in path stands for one segment: Is("POST", "/channels/*/messages").
// It is meant for WaitFor.
func Is(method, path string) func(Request) bool {
	want := strings.Split(path, "/")
	return func(r Request) bool {
		got := strings.Split(r.Path, "/")
		return r.Method == method && slices.EqualFunc(want, got, func(w, g string) bool { return w == "*" || w == g })
	}
}

// Requests returns the log, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// WaitFor returns the first request in the whole log that matches, waiting for it as long as the context lasts. To wait for a
// later one, let match look at Request.N. The error lists what came instead.
func (s *Server) WaitFor(ctx context.Context, match func(Request) bool) (Request, error) {
	var found Request
	next := 0
	err := s.signal.await(ctx, func() bool {
		for _, r := range s.Requests() {
			if r.N > next {
				next = r.N
				if match(r) {
					found = r
					return true
				}
			}
		}
		return false
	})
	return found, s.explain("request", err)
}

// explain adds the log to the error of a wait, so that a failing test says what happened instead.
func (s *Server) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	const tail = 20
	var seen []string
	all := s.Requests()
	for _, r := range all[max(0, len(all)-tail):] {
		seen = append(seen, fmt.Sprintf("%s %s -> %d", r.Method, r.Path, r.Status))
	}
	return fmt.Errorf("waiting for %s: %w; requests so far: [%s], problems: %v", what, err, strings.Join(seen, ", "), s.Problems())
}

// record needs the lock.
func (s *Server) record(r *Request) {
	s.number++
	r.N = s.number
	if len(s.requests) >= s.opts.Kept {
		s.requests = s.requests[1:]
	}
	s.requests = append(s.requests, *r)
	s.signal.fire()
}

// errJSON is a body that is no JSON, which Discord answers with a code of its own.
var errJSON = errors.New("the request body contains invalid JSON")

// readRequest reads the body whole, so that it can be checked, logged and read again. raw is what Options.Validate gets.
func readRequest(r *http.Request, version, path string) (req Request, raw []byte, err error) {
	req = Request{
		Time: time.Now(), Method: r.Method, Path: path, Version: version,
		Query: r.URL.RawQuery, Header: r.Header.Clone(),
	}
	raw, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return req, nil, fmt.Errorf("read body: %w", err)
	}
	if len(raw) > maxBody {
		return req, raw, fmt.Errorf("body exceeds %d bytes", maxBody)
	}
	if len(raw) == 0 {
		return req, raw, nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return req, raw, fmt.Errorf("content type: %w", err)
	case kind == "multipart/form-data":
		err = req.readForm(multipart.NewReader(bytes.NewReader(raw), params["boundary"]))
	case kind == "application/json":
		req.Body = raw
	default:
		err = fmt.Errorf("content type %q", kind)
	}
	if err == nil && req.Body != nil && !json.Valid(req.Body) {
		req.Body = nil
		err = errJSON
	}
	return req, raw, err
}

func (r *Request) readForm(form *multipart.Reader) error {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("multipart: %w", err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return fmt.Errorf("multipart: %w", err)
		}
		switch {
		case part.FormName() == "payload_json":
			r.Body = data
		case strings.HasPrefix(part.FormName(), "file"):
			r.Files = append(r.Files, File{Name: part.FileName(), Data: data})
		default:
			return fmt.Errorf("multipart: unknown part %q", part.FormName())
		}
	}
}
