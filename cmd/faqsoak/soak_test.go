package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	for want, all := range map[int][][]string{
		exitGood:  {{"--help"}},
		exitUsage: {{"--for", "1ms"}, {"--rate", "0"}, {"--rate", "fast"}, {"more"}},
	} {
		for _, args := range all {
			if got := run(t.Context(), args, io.Discard, io.Discard); got != want {
				t.Errorf("%v: exit code %d, want %d", args, got, want)
			}
		}
	}
}

// call is a call of the bot as the ledger hears of it.
func call(path string, status int, done, ruled bool, body string) discordtest.Request {
	return discordtest.Request{Method: http.MethodPost, Path: path, Status: status, Done: done, Ruled: ruled, Body: json.RawMessage(body)}
}

// TestLedger plays what can become of what a member sends.
func TestLedger(t *testing.T) {
	t.Parallel()
	const callback, channel = "/interactions/1/t/callback", "/channels/2/messages"
	const card, reply = `{"type":4,"data":{"content":"help"}}`, `{"content":"help","enforce_nonce":true,"nonce":"1","message_reference":{"message_id":"1"}}`
	other := strings.Replace(reply, `"nonce":"1"`, `"nonce":"2"`, 1)
	for name, test := range map[string]struct {
		kind  kind
		calls []discordtest.Request
		want  tally
		span  bool
	}{
		"answered":                {command, []discordtest.Request{call(callback, 204, true, false, card)}, tally{answered: 1}, false},
		"lost":                    {command, nil, tally{lost: 1}, false},
		"a fault explains it":     {command, nil, tally{impossible: 1}, true},
		"all tries spoilt":        {command, []discordtest.Request{call(callback, 503, false, true, card)}, tally{impossible: 1}, false},
		"refused":                 {command, []discordtest.Request{call(callback, 400, false, false, card)}, tally{lost: 1}, false},
		"answered by a 2nd try":   {command, []discordtest.Request{call(callback, 503, false, true, card), call(callback, 204, true, false, card)}, tally{answered: 1}, false},
		"answer lost, tried anew": {command, []discordtest.Request{call(callback, 0, true, true, card), call(callback, 400, false, false, card)}, tally{answered: 1}, false},
		"answered twice":          {command, []discordtest.Request{call(callback, 204, true, false, card), call(callback, 400, false, false, card)}, tally{answered: 1, doubled: 1}, false},
		"message":                 {mention, []discordtest.Request{call(channel, 200, true, false, reply), call(channel, 200, true, false, reply)}, tally{answered: 1}, false},
		"two messages":            {mention, []discordtest.Request{call(channel, 200, true, false, reply), call(channel, 200, true, false, other)}, tally{answered: 1, doubled: 1}, false},
		"message of somebody":     {mention, []discordtest.Request{call(channel, 200, true, false, `{}`)}, tally{lost: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger("help")
			l.send("1", "t", &item{kind: test.kind, urgent: true})
			if test.span {
				l.end(l.begin(func(*item) bool { return true }), time.Now().Add(time.Second))
			}
			for _, r := range test.calls {
				l.observe(r)
			}
			l.judge(true)
			test.want.sent = 1
			if got := l.kinds[test.kind]; got != test.want || l.urgent != test.want || l.wrong != 0 {
				t.Errorf("got %+v, %d wrong, want %+v", got, l.wrong, test.want)
			}
		})
	}
}

// TestLedgerPromises: a promised answer has to come, and an urgent question gets the card for it.
func TestLedgerPromises(t *testing.T) {
	t.Parallel()
	l := newLedger("help")
	for _, id := range []string{"kept", "broken"} {
		l.send(id, id+"-token", &item{urgent: true})
		l.observe(call("/interactions/"+id+"/"+id+"-token/callback", 204, true, false, `{"type":5}`))
	}
	patch := call("/webhooks/9/kept-token/messages/@original", 200, true, false, `{}`)
	patch.Method = http.MethodPatch
	l.observe(patch)
	l.judge(true)
	if l.broken != 1 || l.wrong != 2 {
		t.Errorf("%d broken, %d wrong", l.broken, l.wrong)
	}
}

func TestLogbook(t *testing.T) {
	t.Parallel()
	var copied bytes.Buffer
	b := newLogbook(&copied, []string{"secret"})
	for _, line := range []string{
		"time=1 level=DEBUG msg=answered\n", "time=1 level=WARN msg=\"a call failed\" n=1\n", "time=1 level=WARN msg=\"a call failed\" n=2\n",
		"time=1 level=ERROR msg=\"panic in the adapter\" at=secret\n",
	} {
		if _, err := b.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.counts) != 2 || b.counts["WARN a call failed"] != 2 || b.leaks != 1 || b.panics != 1 || strings.Count(copied.String(), "\n") != 4 {
		t.Errorf("%+v", b)
	}
}

// TestReport: each thing that may not happen fails the run and is named.
func TestReport(t *testing.T) {
	t.Parallel()
	good := report{start: sample{20, 50 << 20}, end: sample{21, 51 << 20}}
	if bad := good.failures(); len(bad) > 0 {
		t.Errorf("a good run fails: %v", bad)
	}
	bad := good
	bad.kinds[button] = tally{sent: 3, lost: 1, doubled: 2}
	bad.urgent.lost, bad.wrong, bad.broken, bad.panics, bad.leaks = 1, 1, 1, 1, 1
	bad.problems, bad.end = []error{io.EOF}, sample{100, 90 << 20}
	var out bytes.Buffer
	bad.print(&out)
	if n := strings.Count(out.String(), "FAILED"); n != 10 || n != len(bad.failures()) {
		t.Errorf("%d failures in\n%s", n, out.String())
	}
}

// TestSoak soaks for a moment: what matters is that all of it is wired; .ci/run soaks for longer.
func TestSoak(t *testing.T) {
	t.Parallel()
	if os.Getenv("FAQBOT_TEST_ALL") == "" {
		t.Skip("FAQBOT_TEST_ALL=1 soaks for half a minute; .ci/run does it with the command")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out, complaints bytes.Buffer
	if code := run(ctx, []string{"--for", "3s", "--seed", "1"}, &out, &complaints); code != exitGood || !strings.Contains(out.String(), "good:") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), complaints.String())
	}
}
