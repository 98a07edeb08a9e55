package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"faqbot/internal/discord/discordtest"
)

// namer gives ids names that are the same in every run.
type namer struct{ pairs []string }

func newNamer(s *discordtest.Server) namer {
	return namer{[]string{
		s.AppID, "{application}", s.BotID, "{bot}", s.UserID, "{member}", s.GuildID, "{server}", s.ChannelID, "{channel}", s.DMID, "{dm}",
	}}
}

// add names an id by its kind and its number among those.
func (n *namer) add(kind, id string) {
	if id == "" || slices.Contains(n.pairs, id) {
		return
	}
	count := 1
	for _, s := range n.pairs {
		if strings.HasPrefix(s, "{"+kind) {
			count++
		}
	}
	n.pairs = append(n.pairs, id, fmt.Sprintf("{%s%d}", kind, count))
}

var (
	ownerTag  = regexp.MustCompile(`dismiss/[^"]*?\.[0-9a-f]{16}`)
	anyID     = regexp.MustCompile(`[0-9]{17,20}`)
	hashNonce = regexp.MustCompile(`"nonce": "([0-9a-f]{25})"`)
)

func (n *namer) replace(s string) string {
	s = ownerTag.ReplaceAllString(s, "dismiss/{owner}")
	for _, found := range hashNonce.FindAllStringSubmatch(s, -1) {
		n.add("nonce", found[1])
	}
	s = strings.NewReplacer(n.pairs...).Replace(s)
	return anyID.ReplaceAllString(s, "{id}")
}

// pretty writes JSON for readers: what fits on a line stands on one.
func pretty(raw json.RawMessage) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return string(raw)
	}
	var b bytes.Buffer
	prettyValue(&b, v, "")
	return b.String()
}

func prettyValue(b *bytes.Buffer, v any, indent string) {
	const width = 130
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v)
	compact := strings.TrimSpace(line.String())
	compact = strings.NewReplacer(`":`, `": `, `,"`, `, "`).Replace(compact)
	inner := indent + "  "
	switch v := v.(type) {
	case map[string]any:
		if len(indent)+len(compact) <= width {
			break
		}
		b.WriteString("{\n")
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for i, k := range keys {
			fmt.Fprintf(b, "%s%q: ", inner, k)
			prettyValue(b, v[k], inner)
			b.WriteString(comma(i, len(keys)))
		}
		b.WriteString(indent + "}")
		return
	case []any:
		if len(indent)+len(compact) <= width {
			break
		}
		b.WriteString("[\n")
		for i, e := range v {
			b.WriteString(inner)
			prettyValue(b, e, inner)
			b.WriteString(comma(i, len(v)))
		}
		b.WriteString(indent + "]")
		return
	}
	b.WriteString(compact)
}

func comma(i, n int) string {
	if i < n-1 {
		return ",\n"
	}
	return "\n"
}
