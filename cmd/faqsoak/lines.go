package main

// line is something that a member types.
type line struct {
	text   string
	urgent bool
}

// lines are made up. The urgent ones are checked against the bot before a run starts.
func lines() []line {
	var all []line
	for _, text := range []string{
		"how long does withdrawal last", "i cant sleep since i stopped ketamine", "i have vivid nightmares every night",
		"can i quit cold turkey on my own", "brain fog is killing my focus at work", "why am i so tired all day now",
		"do the cravings ever stop", "what helps with sweating at night", "my mood is so low since last week",
		"what is ketamine withdrawal anyway", "how do i tell my doctor about it", "how much ketamine should i take",
		"my bladder hurts when i pee", "i just feel so alone today",
		// off topic
		"what is the wifi password", "who won the football last night", "recommend me a pizza place", "blorp",
		"can you write a poem about ducks", "when is the next server event",
	} {
		all = append(all, line{text: text})
	}
	for _, text := range []string{
		"i want to kill myself", "my friend is unconscious and not breathing", "i took too much ketamine and my chest hurts",
		"i am going to end my life tonight",
	} {
		all = append(all, line{text: text, urgent: true})
	}
	return all
}

// prefixes are what is typed into a command that completes titles.
func prefixes() []string {
	return []string{"", "s", "sle", "insomina", "crav", "how", "legs", "walk", "zzzzqqqq", "i want to die"}
}
