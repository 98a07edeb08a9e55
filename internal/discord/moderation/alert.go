package moderation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

// What moderators read in the alert channel: about what, when and where, and no word of what was written.
const (
	textAsked = "A member pressed \"Ask a moderator\" on a crisis card (%s) at <t:%d:t>: %s"
	textSeen  = "A message in public got a crisis card (%s) at <t:%d:t>: %s"
	textTest  = "This is a test alert, sent from /settings at <t:%d:t>. Nobody needs help."
	textCare  = "\n\nWhat was written is not passed on. The steps are in docs/moderators.md. Look after yourself too: you may hand this over to " +
		"another moderator at any time."
	// textBare goes out where a filter of the server keeps the other out.
	textBare = "A member may need a moderator (%s), <t:%d:t>, in <#%s>. The steps are in docs/moderators.md. Look after yourself too."
)

// What /settings says of an alert that did not get through.
const (
	troubleForbidden = "alert channel: the bot cannot write there"
	troubleFiltered  = "alert channel: a filter of the server kept the last alert out"
	troubleBusy      = "alert channel: Discord did not take the last alert"
)

const (
	// alertWithin bounds all tries of one alert, whatever the caller's context allows.
	alertWithin = 10 * time.Second
	// alertEvery is for how long the same is not told again: the moderators are looking there already, and a flood would hide the rest.
	alertEvery = time.Minute
)

// telling is an alert that is being sent, or was.
type telling struct {
	done chan struct{} // closed once err is set
	err  error
	at   time.Time
}

// trouble is why a channel's last alert failed.
type trouble struct{ channel, text string }

// Alert tells a server's moderators that a member asks for one. It is for discord.Config. Nil says that they have been told; an error that
// nobody is known to have been, but for discord.ErrToldAlready, where the same member asked for the same within a minute. It wraps
// ErrNobody where nothing is set up, as in direct messages.
func (d *Desk) Alert(ctx context.Context, a discord.Alert) error {
	s, err := d.alertSettings(ctx, a.Guild)
	switch {
	case err != nil:
		return err
	case a.Guild == "" || s.AlertChannel == "":
		return ErrNobody
	}
	already, err := d.once(ctx, keyOf(asked, a), func() error { return d.send(ctx, s.AlertChannel, asked, a) })
	if err == nil && already {
		return discord.ErrToldAlready
	}
	return err
}

// AlertUnasked tells a server's moderators of a message that may mean danger, without its author's asking: only of one that everybody
// can see, only where the server has switched that on. It is told as rarely as by Alert. It reports whether they have been told; an error
// says that they should have been.
func (d *Desk) AlertUnasked(ctx context.Context, a discord.Alert) (bool, error) {
	if a.Guild == "" || a.Private {
		return false, nil
	}
	s, err := d.alertSettings(ctx, a.Guild)
	if err != nil {
		return false, err
	}
	if !s.AlertsOn {
		return false, nil
	}
	if s.AlertChannel == "" {
		return false, ErrNobody
	}
	_, err = d.once(ctx, keyOf(seen, a), func() error { return d.send(ctx, s.AlertChannel, seen, a) })
	return err == nil, err
}

// alertSettings are a server's settings. A database that failed a moment ago is asked once more: somebody may be in danger.
func (d *Desk) alertSettings(ctx context.Context, guild string) (store.Settings, error) {
	s, err := d.Settings(ctx, guild)
	if err != nil {
		s, err = d.freshSettings(ctx, guild)
	}
	if err != nil {
		return s, fmt.Errorf("find the alert channel: %w", err)
	}
	return s, nil
}

// kind is who wanted an alert.
type kind bool

const (
	asked kind = true  // a member
	seen  kind = false // nobody: the bot saw it
)

// keyOf is the same for alerts that need not be told apart. That a member asks is news even where the bot has just told of the message, and
// that another one does is news always.
func keyOf(k kind, a discord.Alert) string {
	return fmt.Sprint(k, "/", a.Guild, "/", a.Channel, "/", a.Member, "/", strings.Join(a.Categories, "."))
}

// nonceOf lets two processes, or two tries, tell of the same once. All who read the alert see it: it must not tell who asked.
func nonceOf(what string, k kind, a discord.Alert, at time.Time) string {
	minute := fmt.Sprint(at.Unix() / int64(alertEvery/time.Second))
	return api.Nonce(what, fmt.Sprint(k), a.Guild, a.Channel, a.Message, strings.Join(a.Categories, "."), minute)
}

// once tells of an alert unless that was done a moment ago, which it reports. Who comes while it is being sent waits, and learns the same.
func (d *Desk) once(ctx context.Context, key string, send func() error) (already bool, err error) {
	d.mu.Lock()
	now := d.Now()
	maps.DeleteFunc(d.told, func(_ string, t *telling) bool { return !t.at.IsZero() && now.Sub(t.at) >= alertEvery })
	t, already := d.told[key]
	if !already {
		t = &telling{done: make(chan struct{})}
		d.told[key] = t
	}
	d.mu.Unlock()
	if already {
		select {
		case <-t.done:
			return true, t.err
		case <-ctx.Done():
			return true, fmt.Errorf("wait for the same alert: %w", ctx.Err())
		}
	}
	t.err = errors.New("the alert was cut short") // stays if send panics
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if t.at = d.Now(); t.err != nil {
			delete(d.told, key)
		}
		close(t.done)
	}()
	t.err = send()
	return false, t.err
}

// send posts an alert, and remembers how that went.
func (d *Desk) send(ctx context.Context, channel string, k kind, a discord.Alert) error {
	text := textSeen
	if k == asked {
		text = textAsked
	}
	at := a.At
	if at.IsZero() {
		at = d.Now()
	}
	about := categories(a.Categories)
	full := fmt.Sprintf(text, about, at.Unix(), link(a)) + textCare
	err := d.post(ctx, a.Guild, channel, nonceOf("alert", k, a, at), full)
	if filtered(err) {
		bare := fmt.Sprintf(textBare, strings.Join(known(a.Categories), ", "), at.Unix(), a.Channel)
		err = d.post(ctx, a.Guild, channel, nonceOf("bare", k, a, at), bare)
	}
	return err
}

// post writes into the alert channel, and remembers for /settings how that went.
func (d *Desk) post(ctx context.Context, guild, channel, nonce, text string) error {
	ctx, cancel := context.WithTimeout(ctx, alertWithin)
	defer cancel()
	_, err := d.Calls.CreateMessage(ctx, channel, api.NewMessage{Body: api.Body{Content: text}, Nonce: nonce})
	d.remember(guild, channel, err)
	if err != nil {
		d.Log.ErrorContext(ctx, "an alert was not sent", "guild_id", guild, "channel_id", channel, "error", err)
		return fmt.Errorf("write into the alert channel: %w", err)
	}
	return nil
}

// remember keeps why an alert failed, until one does not.
func (d *Desk) remember(guild, channel string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err == nil:
		delete(d.trouble, guild)
		return
	case len(d.trouble) >= maxCached:
		clear(d.trouble)
	}
	d.trouble[guild] = trouble{channel, troubleOf(err)}
}

// troubleOf says in words why an alert failed.
func troubleOf(err error) string {
	answered, ok := errors.AsType[*rest.Error](err)
	switch {
	case filtered(err):
		return troubleFiltered
	case ok && (answered.Status == http.StatusForbidden || answered.Status == http.StatusNotFound):
		return troubleForbidden
	}
	return troubleBusy
}

// filtered reports whether a server's own filter kept a text out.
func filtered(err error) bool {
	return rest.IsCode(err, api.CodeBlockedByAutoMod, api.CodeBlockedByAutoModTitle, api.CodeBlockedLink)
}

// troubled says what is wrong with a server's alert channel; empty for nothing known.
func (d *Desk) troubled(guild, channel string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.trouble[guild]; t.channel == channel {
		return t.text
	}
	return ""
}

// link leads to the message, or to its channel where others do not see the message.
func link(a discord.Alert) string {
	to := "https://discord.com/channels/" + a.Guild + "/" + a.Channel
	if a.Private || a.Message == "" {
		return to
	}
	return to + "/" + a.Message
}

// meanings are the categories of the safety taxonomy that get an urgent card, in words.
func meanings() map[string]string {
	return map[string]string{
		"C1": "suicide", "C2": "thoughts of suicide", "C3": "self-harm", "C4": "overdose", "C5": "medical emergency",
		"C6": "frightening experiences", "C7": "danger to or from others",
	}
}

// known are the categories that may stand in an alert: anybody can forge the path of a button.
func known(ids []string) []string {
	var out []string
	for _, id := range ids {
		if meanings()[id] != "" {
			out = append(out, id)
		}
	}
	return out
}

func categories(ids []string) string {
	var out []string
	for _, id := range known(ids) {
		out = append(out, id+", "+meanings()[id])
	}
	return strings.Join(out, "; ")
}
