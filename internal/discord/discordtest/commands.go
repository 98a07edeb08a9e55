package discordtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
)

func commandRoutes() []route {
	var all []route
	for _, base := range []string{"/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"} {
		all = append(
			all,
			route{"GET " + base, nil, (*Server).listCommands},
			route{"PUT " + base, checkCommands, (*Server).putCommands},
			route{"POST " + base, checkCommand, (*Server).postCommand},
			route{"GET " + base + "/{command}", nil, (*Server).getCommand},
			route{"PATCH " + base + "/{command}", checkCommandEdit, (*Server).patchCommand},
			route{"DELETE " + base + "/{command}", nil, (*Server).deleteCommand},
		)
	}
	return all
}

// Commands returns what is registered, as GET with localizations would; guildID is empty for global commands.
func (s *Server) Commands(guildID string) []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []json.RawMessage
	for _, c := range s.commands[guildID] {
		all = append(all, raw(c))
	}
	return all
}

// CommandID returns the id of a registered command, a guild's before a global one; empty when there is none.
func (s *Server) CommandID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, guild := range []string{s.GuildID, ""} {
		for _, c := range s.commands[guild] {
			if c["name"] == name {
				return c["id"].(string)
			}
		}
	}
	return ""
}

// foreign refuses another application's routes.
func (s *Server) foreign(c *call) (Answer, bool) {
	if c.http.PathValue("app") == s.AppID {
		return Answer{}, false
	}
	return Failure(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application"), true
}

func (s *Server) listCommands(c *call) Answer {
	if refusal, foreign := s.foreign(c); foreign {
		return refusal
	}
	all := []any{}
	for _, cmd := range s.commands[c.http.PathValue("guild")] {
		if c.http.URL.Query().Get("with_localizations") == "true" {
			all = append(all, cmd)
		} else {
			all = append(all, withoutLocalizations(cmd))
		}
	}
	return jsonAnswer(http.StatusOK, all)
}

func (s *Server) putCommands(c *call) Answer {
	if refusal, foreign := s.foreign(c); foreign {
		return refusal
	}
	var wanted []Object
	if err := json.Unmarshal(c.Body, &wanted); err != nil {
		return Failure(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	scope := c.http.PathValue("guild")
	next := []Object{}
	for _, w := range wanted {
		cmd, _ := s.register(scope, w)
		next = append(next, cmd)
	}
	s.commands[scope] = next
	return jsonAnswer(http.StatusOK, next)
}

func (s *Server) postCommand(c *call) Answer {
	if refusal, foreign := s.foreign(c); foreign {
		return refusal
	}
	scope := c.http.PathValue("guild")
	cmd, fresh := s.register(scope, object(c.Body))
	if !fresh {
		i := slices.IndexFunc(s.commands[scope], func(o Object) bool { return o["id"] == cmd["id"] })
		s.commands[scope][i] = cmd
		return jsonAnswer(http.StatusOK, cmd)
	}
	s.commands[scope] = append(s.commands[scope], cmd)
	return jsonAnswer(http.StatusCreated, cmd)
}

// find gives the place of a route's command, or the refusal.
func (s *Server) find(c *call) (*Object, Answer) {
	if refusal, foreign := s.foreign(c); foreign {
		return nil, refusal
	}
	all := s.commands[c.http.PathValue("guild")]
	for i := range all {
		if all[i]["id"] == c.http.PathValue("command") {
			return &all[i], Answer{}
		}
	}
	return nil, Failure(http.StatusNotFound, 10063, "Unknown application command")
}

func (s *Server) getCommand(c *call) Answer {
	cmd, refusal := s.find(c)
	if cmd == nil {
		return refusal
	}
	return jsonAnswer(http.StatusOK, *cmd)
}

func (s *Server) patchCommand(c *call) Answer {
	cmd, refusal := s.find(c)
	if cmd == nil {
		return refusal
	}
	merged := maps.Clone(*cmd)
	maps.Copy(merged, object(c.Body))
	*cmd = s.complete(c.http.PathValue("guild"), merged, *cmd)
	return jsonAnswer(http.StatusOK, *cmd)
}

func (s *Server) deleteCommand(c *call) Answer {
	cmd, refusal := s.find(c)
	if cmd == nil {
		return refusal
	}
	scope, id := c.http.PathValue("guild"), (*cmd)["id"]
	s.commands[scope] = slices.DeleteFunc(s.commands[scope], func(o Object) bool { return o["id"] == id })
	return Answer{Status: http.StatusNoContent}
}

// register completes a command; one of the same type and name keeps its id, and its version too if nothing changed.
func (s *Server) register(scope string, in Object) (cmd Object, fresh bool) {
	if in["type"] == nil {
		in["type"] = 1.0
	}
	for _, old := range s.commands[scope] {
		if old["name"] == in["name"] && old["type"] == in["type"] {
			return s.complete(scope, in, old), false
		}
	}
	return s.complete(scope, in, nil), true
}

// complete writes a command as Discord returns it: defaults filled in, what is false or empty left out of options. old is the
// command that it replaces, or nil.
func (s *Server) complete(scope string, in, old Object) Object {
	cmd := Object{
		"id": s.ids.next(), "application_id": s.AppID, "version": s.ids.next(), "type": in["type"], "name": in["name"],
		"name_localizations": in["name_localizations"], "description": orAny(in["description"], ""),
		"description_localizations": in["description_localizations"], "nsfw": in["nsfw"] == true,
		"default_member_permissions": nil,
	}
	if p := in["default_member_permissions"]; p != nil {
		cmd["default_member_permissions"] = fmt.Sprint(p)
	}
	if options := completeOptions(in["options"]); len(options) > 0 {
		cmd["options"] = options
	}
	if scope == "" {
		cmd["dm_permission"] = true
		cmd["contexts"], cmd["integration_types"] = in["contexts"], orAny(in["integration_types"], []any{0.0})
	} else {
		cmd["guild_id"] = scope
	}
	if old != nil {
		cmd["id"] = old["id"]
		fresh := cmd["version"]
		if cmd["version"] = old["version"]; !reflect.DeepEqual(cmd, old) {
			cmd["version"] = fresh
		}
	}
	return cmd
}

func completeOptions(v any) []any {
	options, _ := v.([]any)
	var all []any
	for _, o := range options {
		in, _ := o.(Object)
		out := Object{"name_localizations": nil, "description_localizations": nil}
		for key, v := range in {
			if v != nil && v != false {
				out[key] = v
			}
		}
		delete(out, "options")
		if nested := completeOptions(in["options"]); len(nested) > 0 {
			out["options"] = nested
		}
		delete(out, "choices")
		if choices := completeChoices(in["choices"]); len(choices) > 0 {
			out["choices"] = choices
		}
		if types, ok := out["channel_types"].([]any); ok && len(types) == 0 {
			delete(out, "channel_types")
		}
		all = append(all, out)
	}
	return all
}

func completeChoices(v any) []any {
	choices, _ := v.([]any)
	var all []any
	for _, ch := range choices {
		in, _ := ch.(Object)
		all = append(all, Object{"name": in["name"], "value": in["value"], "name_localizations": in["name_localizations"]})
	}
	return all
}

// withoutLocalizations is a copy as GET gives it unless asked for localizations.
func withoutLocalizations(v any) any {
	switch v := v.(type) {
	case Object:
		out := Object{}
		for key, inner := range v {
			if key != "name_localizations" && key != "description_localizations" {
				out[key] = withoutLocalizations(inner)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutLocalizations(v[i])
		}
		return out
	default:
		return v
	}
}

func orAny(v, otherwise any) any {
	if v == nil {
		return otherwise
	}
	return v
}
