package discord

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"strconv"
	"strings"

	"faqbot/internal/discord/api"
)

// tag names the owner of a public message so that only this bot can tell who it is: everyone can read a button's id, and a card is
// shared without a name. salt is an id that no other tag has, so that two tags of one member look unrelated. Tags survive a restart.
func (a *adapter) tag(salt, user string) string {
	const digits = 16
	sum := hmac.New(sha256.New, a.key[:])
	sum.Write([]byte(salt + "\n" + user))
	return salt + "." + hex.EncodeToString(sum.Sum(nil))[:digits]
}

// owns reports whether a tag was made for the user.
func (a *adapter) owns(tag, user string) bool {
	salt, _, ok := strings.Cut(tag, ".")
	return ok && user != "" && hmac.Equal([]byte(a.tag(salt, user)), []byte(tag))
}

// nonceOf makes one nonce of ids: the same ones give the same nonce, so that Discord takes two presses of a button for one.
func nonceOf(ids ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return hex.EncodeToString(sum[:])[:api.MaxNonceRunes]
}

// panicPlace says where the panic happened that is being recovered: function and line.
func panicPlace() string {
	const deepest = 64
	pcs := make([]uintptr, deepest)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	panicked := false
	for {
		f, more := frames.Next()
		if panicked && !strings.HasPrefix(f.Function, "runtime.") {
			return f.Function + ":" + strconv.Itoa(f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic"
		if !more {
			return "unknown"
		}
	}
}
