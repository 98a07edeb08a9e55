package lexicon

import "strings"

// stopWords are English function words, after normalising: on their own they say nothing of a topic. "Not", "stop" and "help" are
// none. A question of nothing else is not ranked, whatever the examples hold.
const stopWords = " a about after again all also am an and any anyone are aren as at be because been before being both but by can " +
	"could did didnt do does doesnt doing done dont down each else even ever every few for from further get gets getting go goes going " +
	"got had has hasnt have havent having he her here hers herself hi him himself his how i id if ill im in into is isnt it its itself " +
	"ive just kind let like lol me might more most much must my myself no nor now of off oh ok okay on once one only or other our ours " +
	"out over own please pls quite rather really same she should so some someone something soon still such than thanks that thats the " +
	"their them then there theres these they thing things this those though through to too under until up us very was we well were " +
	"what whats when where which while who whom why will with would yeah yes yet you your yours yourself "

// IsStopWord reports whether a token is a function word.
func IsStopWord(token string) bool { return in(stopWords, token) }

// in reports whether a token is in a list of words between blanks.
func in(list, token string) bool { return strings.Contains(list, " "+token+" ") }
