package suggest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"faqbot/internal/discord/interact"
)

// about is the message that a preview is about. It stands in the preview's buttons, short enough for the longest id of a card beside it,
// and nothing else remembers it.
type about struct {
	message, author uint64 // ids; no author is one who cannot press a button
	doctor          bool   // the guard found that a doctor should look at it
}

const aboutBytes = 17

// aboutMessage reads ids; a bot is no author, as it presses nothing.
func aboutMessage(t *interact.Target) (a about, err error) {
	if a.message, err = strconv.ParseUint(t.ID, 10, 64); err != nil {
		return about{}, fmt.Errorf("read the message's id: %w", err)
	}
	if !t.Bot {
		a.author, _ = strconv.ParseUint(t.Author, 10, 64) // without one there is nobody to offer it to
	}
	return a, nil
}

// String is for a button's id.
func (a about) String() string {
	out := make([]byte, 0, aboutBytes)
	out = binary.BigEndian.AppendUint64(out, a.message)
	out = binary.BigEndian.AppendUint64(out, a.author)
	var flags byte
	if a.doctor {
		flags = 1
	}
	return base64.RawURLEncoding.EncodeToString(append(out, flags))
}

// parseAbout reads what String wrote.
func parseAbout(s string) (about, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) != aboutBytes {
		return about{}, errors.New("a preview's button does not say what it is about")
	}
	return about{binary.BigEndian.Uint64(raw), binary.BigEndian.Uint64(raw[8:]), raw[16] == 1}, nil
}

// target is the message's id.
func (a about) target() string { return strconv.FormatUint(a.message, 10) }

// member is the author's id, empty for nobody.
func (a about) member() string {
	if a.author == 0 {
		return ""
	}
	return strconv.FormatUint(a.author, 10)
}
