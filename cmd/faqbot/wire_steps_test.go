package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/discord/discordtest"
)

// step plays one line.
func (s *stage) step(line string) {
	s.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	steps := map[string]func(string){
		"write":   func(words string) { s.write(discordtest.Post{Content: words}) },
		"robot":   func(words string) { s.write(discordtest.Post{Content: words, Bot: true}) },
		"mention": func(words string) { s.say("mention", discordtest.Post{Content: words, Mentions: true}) },
		"tell": func(words string) {
			s.say("direct message", discordtest.Post{From: discordtest.From{Place: discordtest.InDM}, Content: words})
		},
		"think": func(words string) {
			s.say("unasked", discordtest.Post{From: discordtest.From{ChannelID: s.listening}, Content: words})
		},
		"edit":     s.edit,
		"delete":   func(string) { s.delete() },
		"as":       s.as,
		"use":      func(string) { s.do(s.fake.MessageCommand(s.from, "Answer from the FAQ", s.target)) },
		"type":     func(rest string) { s.do(s.fake.Autocomplete(s.from, commandOf(rest), argsOf(rest, true)...)) },
		"press":    s.press,
		"pick":     s.pick,
		"fill":     s.fill,
		"forge":    s.forge,
		"refuse":   s.refuse,
		"restart":  func(string) { s.stop(); s.launch() },
		"keep":     func(name string) { s.kept[name] = s.current },
		"on":       func(name string) { s.current = s.kept[name] },
		"list":     s.list,
		"see":      func(string) { s.see() },
		"alerted":  s.alerted,
		"audit":    func(string) { s.audit() },
		"counts":   func(string) { s.counts() },
		"database": func(string) { _ = s.store.Close() },
	}
	if strings.HasPrefix(line, "/") {
		s.do(s.fake.Command(s.from, commandOf(line), argsOf(line, false)...))
		return
	}
	play, ok := steps[verb]
	if !ok {
		s.Fatalf("unknown step %q", line)
	}
	play(rest)
}

// commandOf and argsOf read "/command [subcommand] [option: value | option: value]".
func commandOf(line string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	return name
}

func argsOf(line string, typing bool) []discordtest.Arg {
	m := regexp.MustCompile(`^/\S+((?: [a-z]+)*)((?: [a-z]+:.*)?)$`).FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	var args []discordtest.Arg
	for part := range strings.SplitSeq(strings.TrimSpace(m[2]), " | ") {
		name, value, ok := strings.Cut(part, ":")
		if !ok {
			continue
		}
		arg := discordtest.Arg{Name: name, Value: strings.TrimSpace(value), Focused: typing}
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && name == "days" {
			arg.Value = n
		}
		args = append(args, arg)
	}
	if sub := strings.TrimSpace(m[1]); sub != "" {
		return []discordtest.Arg{{Name: sub, Options: args}}
	}
	return args
}

// write makes a member's message the target.
func (s *stage) write(p discordtest.Post) {
	s.Helper()
	s.begin()
	if p.UserID == "" {
		p.UserID = s.from.UserID
	}
	s.typed = append(s.typed, p.Content)
	s.target = s.fake.MessageCreate(p)
	if err := s.fake.Gateway.Dispatch("MESSAGE_CREATE", s.target); err != nil {
		s.Fatal(err)
	}
}

// say writes a message that is answered, and makes the answer the current message.
func (s *stage) say(feature string, p discordtest.Post) {
	s.Helper()
	s.write(p)
	s.replied(feature)
}

func (s *stage) replied(feature string) {
	s.Helper()
	id, _ := s.target["id"].(string)
	channel, _ := s.target["channel_id"].(string)
	if !s.finished("message_id="+id, feature) {
		fmt.Fprintln(&s.seen, "  (no answer)")
		return
	}
	posted := s.posted(channel)
	s.current = posted[len(posted)-1]
	fmt.Fprintln(&s.seen, s.readable(s.current))
}

// edit changes the target to words of danger, which is answered anew.
func (s *stage) edit(words string) {
	s.Helper()
	s.begin()
	s.typed = append(s.typed, words)
	from, _ := s.target["content"].(string)
	mention, _, _ := strings.Cut(from, " ")
	if !strings.HasPrefix(mention, "<@") {
		mention = ""
	}
	done := len(s.log.String())
	if err := s.fake.Gateway.Dispatch("MESSAGE_UPDATE", s.fake.MessageUpdate(s.target, strings.TrimSpace(mention+" "+words))); err != nil {
		s.Fatal(err)
	}
	s.since = done
	s.replied("edited")
}

// as changes who acts and where: the member who wrote, a moderator, an admin or anybody else, with "directly" for direct messages.
func (s *stage) as(who string) {
	name, directly := strings.CutSuffix(who, " directly")
	s.from = discordtest.From{UserID: s.person(name)}
	if directly {
		s.from.Place = discordtest.InDM
	}
	s.from.Permissions = map[string]string{"moderator": "8192", "admin": "32"}[name]
}

func (s *stage) press(label string) {
	s.Helper()
	for _, c := range s.controls() {
		if c.Label == label {
			s.do(s.fake.Button(s.from, s.current, c.Path))
			return
		}
	}
	s.Fatalf("no button %q on %s", label, s.current)
}

// pick picks an option, or a place or a role by "MENU = NAME ...".
func (s *stage) pick(label string) {
	s.Helper()
	menu, names, ok := strings.Cut(label, " = ")
	for _, c := range s.controls() {
		if ok && c.Placeholder == menu {
			var values []string
			for name := range strings.FieldsSeq(names) {
				id, place := s.place(name)
				if !place {
					id = s.person(name)
				}
				values = append(values, id)
			}
			const roles = 6
			if c.Type == roles {
				s.do(s.fake.SelectRoles(s.from, s.current, c.Path, values...))
			} else {
				s.do(s.fake.SelectChannels(s.from, s.current, c.Path, values...))
			}
			return
		}
		for _, o := range c.Options {
			if o.Label == label {
				s.do(s.fake.Select(s.from, s.current, c.Path, o.Value))
				return
			}
		}
	}
	s.Fatalf("no option %q on %s", label, s.current)
}

// forge presses a button that the current message does not have.
func (s *stage) forge(path string) { s.do(s.fake.Button(s.from, s.current, path)) }

// fill sends the form that is open.
func (s *stage) fill(words string) {
	s.Helper()
	s.typed = append(s.typed, words)
	in := s.fake.ModalSubmit(s.from, s.form, false, discordtest.Field{CustomID: s.field, Value: words})
	var on discordtest.Object
	s.unmarshal(s.on, &on)
	in.Payload["message"] = on
	s.do(in)
}

// refuse reads "WHERE STATUS CODE [TIMES]", for the next step: the answer to an interaction, what it promised, the deletion of messages, a look
// at channels, pins, or messages in a place. The status 0 is a connection that is closed.
func (s *stage) refuse(how string) {
	s.Helper()
	s.begin()
	f := strings.Fields(how)
	rules := map[string]discordtest.Rule{
		"answers":   {Method: http.MethodPost, Prefix: "/interactions/"},
		"promises":  {Method: http.MethodPatch, Prefix: "/webhooks/"},
		"deletions": {Method: http.MethodDelete, Prefix: "/channels/"},
		"looks":     {Method: http.MethodGet, Prefix: "/channels/"},
		"pins":      {Method: http.MethodPut, Prefix: "/channels/"},
		"edits":     {Method: http.MethodPatch, Prefix: "/channels/"},
		"opening":   {Method: http.MethodPost, Prefix: "/users/@me/channels"},
	}
	rule, ok := rules[f[0]]
	if id, place := s.place(f[0]); place {
		rule, ok = discordtest.Rule{Method: http.MethodPost, Prefix: "/channels/" + id + "/messages"}, true
	}
	var numbers []int
	for _, word := range f[1:] {
		n, err := strconv.Atoi(word)
		if err != nil {
			s.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	if !ok || len(numbers) < 2 {
		s.Fatalf("cannot refuse %q", how)
	}
	switch status := numbers[0]; {
	case status == 0:
		rule.Drop = true
	case status == http.StatusTooManyRequests:
		rule.Answer = discordtest.RateLimited(time.Minute, "user")
	case status >= http.StatusInternalServerError:
		rule.Answer = discordtest.Unavailable(status)
	default:
		rule.Answer = discordtest.Failure(status, numbers[1], "no")
	}
	if len(numbers) > 2 {
		rule.Times = numbers[2]
	}
	s.fake.Inject(rule)
}

// list writes what the bot has posted in a place, and makes the latest the current message.
func (s *stage) list(where string) {
	s.Helper()
	channel, ok := s.place(where)
	if !ok {
		s.Fatalf("unknown place %q", where)
	}
	id, _ := s.target["id"].(string)
	for _, raw := range s.posted(channel) {
		s.current = raw
		if s.target != nil && s.read(raw).Reference.ID == id {
			fmt.Fprintln(&s.seen, "  (in reply to the message)")
		}
		fmt.Fprintln(&s.seen, s.readable(raw))
	}
}

// see writes the current message as it is now.
func (s *stage) see() {
	s.Helper()
	m := s.read(s.current)
	now, ok := s.fake.Message(m.Channel, m.ID)
	if !ok {
		s.Fatalf("the message is gone: %s", s.current)
	}
	fmt.Fprintln(&s.seen, s.readable(now))
}

// alerted waits until so many posts into the moderators' channel have been tried.
func (s *stage) alerted(times string) {
	s.Helper()
	n := 0
	_, err := s.fake.WaitFor(s.ctx, func(r discordtest.Request) bool {
		if r.Method == http.MethodPost && r.Path == "/channels/"+s.alerts+"/messages" {
			n++
		}
		return strconv.Itoa(n) == times
	})
	if err != nil {
		s.Fatal(err, s.log.String())
	}
}

func (s *stage) audit() {
	s.Helper()
	notes, err := s.store.Audits(s.ctx, s.fake.GuildID, 10)
	if err != nil {
		s.Fatal(err)
	}
	names := map[string]string{s.fake.UserID: "member"}
	for name, id := range s.people {
		names[id] = name
	}
	for _, n := range notes {
		if n.Actor != "" {
			fmt.Fprintln(&s.seen, " ", names[n.Actor], n.Action, n.Target)
		}
	}
}

// counts stops the bot, which then has counted all, tells what, and starts it anew.
func (s *stage) counts() {
	s.Helper()
	s.stop()
	from, to := time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1)
	all, err := s.store.Counts(s.ctx, s.fake.GuildID, from, to)
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range all {
		fmt.Fprintln(&s.seen, " ", c.Kind, c.Entry, c.N)
	}
	votes, err := s.store.Votes(s.ctx, s.fake.GuildID, from, to)
	if err != nil {
		s.Fatal(err)
	}
	for _, v := range votes {
		fmt.Fprintln(&s.seen, "  votes", v.Entry, v.Helpful, v.Unhelpful)
	}
	given, err := s.store.Donations(s.ctx, s.fake.GuildID)
	if err != nil {
		s.Fatal(err)
	}
	if len(given) > 0 {
		fmt.Fprintln(&s.seen, "  given", len(given))
	}
	s.launch()
}

// delete deletes the target, and waits until the bot has tried to take back what it posted.
func (s *stage) delete() {
	s.Helper()
	s.begin()
	channel, _ := s.target["channel_id"].(string)
	id, _ := s.target["id"].(string)
	posted := s.posted(channel)
	if err := s.fake.Gateway.Dispatch("MESSAGE_DELETE", s.fake.MessageDelete(s.target)); err != nil {
		s.Fatal(err)
	}
	for _, raw := range posted {
		if m := s.read(raw); m.Reference.ID == id {
			path := "/channels/" + channel + "/messages/" + m.ID
			if _, err := s.fake.WaitFor(s.ctx, discordtest.Is(http.MethodDelete, path)); err != nil {
				s.Fatal(err, s.log.String())
			}
		}
	}
	s.account("deleted")
}
