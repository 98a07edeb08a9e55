package lexicon

import (
	"slices"
	"strings"
)

// What opens and closes a message and says nothing of its subject. Left in, "hey bot" made chatter of one question in ten.
const (
	greetings  = " hey hi hello hiya heya hullo yo please pls plz "
	addressees = " bot faqbot guys all everyone everybody folks people ppl there mate mates lads friends team mods "
	// names are common first names that are no other word; they are dropped after a greeting alone.
	names = " aaron adam aisha alan alex alice amanda amir amy andrea andrew andy anna anthony ashley ben beth bob brandon brian " +
		"carol charlie chloe chris claire connor craig dan daniel dave david emily emma eric ethan fatima gary george hannah " +
		"harry helen holly isaac jack jake james jamie jane jason jen jenny jess jessica jim joe john jon josh julia karen kate " +
		"katie kelly ken kevin kim kyle laura lauren leah lee lewis liam linda lisa lucy luke maria martin mary matt megan mia " +
		"michael mike mohammed nathan neil nick nicole noah oliver olivia omar paul peter phil priya rachel rebecca richard rob " +
		"robert ryan sally sam samantha sara sarah scott sean sophie steph steve stuart susan thomas tim tom tony tracy tyler " +
		"vicky zoe "
	closings = " please pls plz thanks thank thx ty tysm cheers lol lmao jk haha help you "
)

// Core drops a greeting with whom it addresses, and thanks and pleas at the end. A closing "help" goes only beside a plea, and "you" only
// after thanks. Where nothing else is left, all stays.
func Core(tokens []string) []string {
	tokens = withoutExcuse(tokens)
	from, to := 0, len(tokens)
	for from < to && (in(greetings, tokens[from]) || from > 0 && (in(addressees, tokens[from]) || in(names, tokens[from]))) {
		from++
	}
	for to > from && in(closings, tokens[to-1]) {
		to--
	}
	if ending := tokens[to:]; len(ending) > 0 && !slices.ContainsFunc(ending, isPlea) {
		to = len(tokens)
	}
	if from >= to {
		return tokens
	}
	return tokens[from:to]
}

// excuse is said of a question for oneself.
const excuse = "asking for a friend"

// withoutExcuse drops the excuse from the beginning and the end, where something else is left.
func withoutExcuse(tokens []string) []string {
	words := strings.Fields(excuse)
	n := len(words)
	switch {
	case len(tokens) <= n:
	case slices.Equal(tokens[:n], words):
		return tokens[n:]
	case slices.Equal(tokens[len(tokens)-n:], words):
		return tokens[:len(tokens)-n]
	}
	return tokens
}

// isPlea reports whether a word of a closing is more than "help" or "you", which also end questions.
func isPlea(token string) bool { return token != "help" && token != "you" }
