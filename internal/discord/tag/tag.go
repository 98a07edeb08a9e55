// Package tag names things in the ids of public buttons so that only this bot can tell what they are.
//
// Everybody can read such an id, and a card is shared without a name. It knows a key and texts, and nothing of what they stand for.
package tag

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// digits is the length of what stands behind a tag's salt, in hexadecimal digits.
const digits = 16

// Key makes tags and knows them again. The zero Key is one that everybody has.
type Key [sha256.Size]byte

// NewKey makes a key of the bot's token: tags survive a restart, and not a new token.
func NewKey(token string) Key {
	return sha256.Sum256([]byte("owner of a public message\n" + token))
}

// Of makes a tag for a name. The salt stands in it as it is: it is an id, and two tags of one name with two salts look unrelated.
func (k Key) Of(salt, name string) string {
	sum := hmac.New(sha256.New, k[:])
	sum.Write([]byte(salt + "\n" + name))
	return salt + "." + hex.EncodeToString(sum.Sum(nil))[:digits]
}

// Names reports whether a tag was made for the name, which is not empty.
func (k Key) Names(tag, name string) bool {
	salt, _, ok := strings.Cut(tag, ".")
	return ok && name != "" && hmac.Equal([]byte(k.Of(salt, name)), []byte(tag))
}
