package discord

import (
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
		r.Answer = discordtest.RateLimited(time.Duration(number(3))*time.Millisecond, f[4])
	case "unavailable": // STATUS
		r.Answer = discordtest.Unavailable(number(3))
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
	case "repeat":
		p.fake.Gateway.Repeat()
	default:
		p.t.Fatalf("unknown trouble %q", what)
	}
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
