package discord

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/discord/discordtest"
)

// inject reads "METHOD PREFIX ANSWER [ARGUMENT ...]".
func (p *player) inject(s string) {
	p.t.Helper()
	f := strings.Fields(s)
	r := discordtest.Rule{Method: f[0], Prefix: f[1], Times: 1}
	number := func(i int) int {
		n, err := strconv.Atoi(f[i])
		if err != nil {
			p.t.Fatal(err)
		}
		return n
	}
	switch f[2] {
	case "limited": // MILLISECONDS SCOPE
		after := time.Duration(number(3)) * time.Millisecond
		r.Answer = discordtest.RateLimited(after, f[4])
		reset := time.Now().Add(p.options.Ahead + after) // by Discord's clock
		r.Answer.Header.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	case "banned": // SECONDS
		r.Answer = discordtest.Banned(time.Duration(number(3)) * time.Second)
	case "unavailable": // STATUS [TIMES]
		r.Answer = discordtest.Unavailable(number(3))
		if len(f) > 4 {
			r.Times = number(4)
		}
	case "hangup":
		r.Drop = true
	case "hangup-after": // the call is carried out, and the answer lost
		r.Drop, r.Apply = true, true
	case "unavailable-after":
		r.Answer, r.Apply = discordtest.Unavailable(number(3)), true
	case "refused": // STATUS CODE TIMES
		r.Answer, r.Times = discordtest.Failure(number(3), number(4), "no"), number(5)
	case "slow": // MILLISECONDS
		r.Delay = time.Duration(number(3)) * time.Millisecond
	default:
		p.t.Fatalf("unknown fault %q", f[2])
	}
	p.fake.Inject(r)
}

// count waits for so many new calls.
func (p *player) count(method, path string, n int) {
	p.t.Helper()
	seen := 0
	last := p.shown
	_, err := p.fake.WaitFor(p.ctx, func(r discordtest.Request) bool {
		if r.N > last && r.Method == method && r.Path == path {
			last = r.N
			seen++
		}
		return seen >= n
	})
	if err != nil {
		p.t.Fatal(err, "\n", p.log.String())
	}
}

func (p *player) live(enough func(discordtest.Stats) bool) {
	p.t.Helper()
	if _, err := p.fake.Gateway.Wait(p.ctx, enough); err != nil {
		p.t.Fatal(err, "\n", p.log.String())
	}
}

// gateway makes trouble and waits until the bot has a session again.
func (p *player) gateway(what string) {
	p.t.Helper()
	before := p.fake.Gateway.Stats()
	resumed := func(st discordtest.Stats) bool { return st.Resumed > before.Resumed && st.Live == 1 }
	fresh := func(st discordtest.Stats) bool { return st.Ready > before.Ready && st.Live == 1 }
	switch what {
	case "op 7":
		p.fake.Gateway.SendOp7()
		p.live(resumed)
	case "op 9 resumable":
		p.fake.Gateway.SendOp9(true)
		p.live(resumed)
	case "op 9":
		p.fake.Gateway.SendOp9(false)
		p.live(fresh)
	case "drop":
		p.fake.Gateway.Drop()
		p.live(resumed)
	case "drop without waiting":
		p.fake.Gateway.Drop()
	case "half-open":
		p.fake.Gateway.Halt()
	case "repeat":
		p.fake.Gateway.Repeat()
	default:
		p.t.Fatalf("unknown trouble %q", what)
	}
}

// altered reads "FIELD=JSON [FIELD=JSON ...] STEP": an event with fields that Discord has given other values. A field is a path such as
// data.options, and its value holds no blanks. Of messages only "unheard" can be altered.
func (p *player) altered(s string) {
	p.t.Helper()
	changes := map[string]json.RawMessage{}
	for {
		first, rest, _ := strings.Cut(s, " ")
		field, value, ok := strings.Cut(first, "=")
		if !ok || !json.Valid([]byte(value)) {
			break
		}
		changes[field], s = json.RawMessage(value), rest
	}
	verb, text, _ := strings.Cut(s, " ")
	switch verb {
	case "mention", "write":
		p.say(p.alter(p.post(discordtest.Post{Content: text, Mentions: verb == "mention"}), changes), want{})
	case "unheard":
		p.dispatch("MESSAGE_CREATE", p.alter(p.post(discordtest.Post{Content: text, Mentions: true}), changes), false)
	default:
		in := p.parse(s)
		in.Payload = p.alter(in.Payload, changes)
		p.interact(in, want{})
	}
}

func (p *player) alter(payload discordtest.Object, changes map[string]json.RawMessage) discordtest.Object {
	p.t.Helper()
	raw, err := json.Marshal(payload)
	var changed discordtest.Object
	if err == nil {
		err = json.Unmarshal(raw, &changed)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	for field, value := range changes {
		at := changed
		path := strings.Split(field, ".")
		for _, key := range path[:len(path)-1] {
			at = at[key].(discordtest.Object)
		}
		at[path[len(path)-1]] = value
	}
	return changed
}

// changeCommands edits a command behind the bot's back, as another version of it would have.
func (p *player) changeCommands() {
	p.t.Helper()
	body := strings.NewReader(`{"description":"as it was before"}`)
	url := p.fake.URL() + "/api/v10/applications/" + p.fake.AppID + "/commands/" + p.fake.CommandID("ask")
	r, err := http.NewRequestWithContext(p.ctx, http.MethodPatch, url, body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+p.fake.Token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatal(err, res)
	}
	_ = res.Body.Close()
}
