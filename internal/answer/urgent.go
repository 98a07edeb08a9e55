package answer

import (
	"slices"
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/guard"
)

// The texts in this file are compiled in, so that broken content cannot take them away. Their source is the project's safety notes;
// like all drafts they wait for a clinician's review.

// The ids of urgent cards.
const (
	crisisSuicide  = "crisis/suicide"
	crisisOverdose = "crisis/overdose"
	crisisMedical  = "crisis/medical"
	crisisHarm     = "crisis/harm"
)

// urgentText is the fixed text of a category's card; {E} stands for the emergency number.
type urgentText struct {
	id    string
	lead  string
	body  string
	roles []string // the help lines on the card after the emergency number, by preference
}

const (
	urgentTitle    = "Please reach a person now"
	urgentReminder = "A doctor, a crisis worker or someone you trust can help with this."
	// localEmergency is the emergency number where the country is unknown (section 2 of the safety notes, rule b).
	localEmergency = "your local emergency number (112 in the EU, 911 in the US and Canada, 999 in the UK, 000 in Australia)"
)

// urgentTexts returns the card's text of every urgent category.
func urgentTexts(c guard.Category) urgentText {
	switch c {
	case guard.Overdose:
		return urgentText{
			crisisOverdose, "Call {E} now.",
			"If it is someone else: stay with them. If they are breathing, roll them on their side. If not, the person on the phone will guide you. " +
				"If it is you: unlock the door and get someone to you. Say honestly what was taken.",
			[]string{content.RoleCrisis},
		}
	case guard.Medical:
		return urgentText{
			crisisMedical, "This needs medical help now: call {E}.",
			"Don't drive yourself. Tell them what was used and when, alcohol and medicines too. If it is someone else, stay with them.",
			[]string{content.RoleCrisis},
		}
	case guard.Suicide:
		return urgentText{
			crisisSuicide, "If you might act on this, or already have, call {E}.",
			"I'm glad you wrote it. This needs a person, not a bot. Get near someone you trust, and away from anything you could use. " +
				"\"I'm not safe\" is enough to say. If it is someone else: stay with them and ask directly.",
			[]string{content.RoleCrisis, content.RoleCrisis},
		}
	case guard.SelfHarm:
		return urgentText{
			crisisSuicide, "Thank you for saying this. You deserve care, not blame.",
			"If a wound is deep or won't stop bleeding, call {E}. If the urge is here, the line below listens without judging. " +
				"You don't have to explain it well.",
			[]string{content.RoleCrisis, content.RoleCrisis},
		}
	case guard.Thoughts:
		return urgentText{
			crisisSuicide, "I'm glad you said this. You deserve a person to talk to.",
			"You don't have to be sure, or in danger this minute, to call. If it gets closer to acting, call {E}. " +
				"If it is someone else: stay with them and ask directly.",
			[]string{content.RoleCrisis, content.RoleCrisis},
		}
	case guard.Psychosis:
		return urgentText{
			crisisHarm, "If you or anyone could get hurt, call {E}.",
			"That sounds frightening, and you don't have to face it alone. If nobody is in danger, reach the line below or a doctor today. " +
				"Can someone you trust sit with you?",
			[]string{content.RoleHealth, content.RoleCrisis},
		}
	case guard.Harm, guard.SeeDoctor, guard.CheckIn, guard.Topic, guard.Venting: // only Harm is urgent
	}
	return urgentText{
		crisisHarm, "If there is danger now, call {E}.",
		"Nobody deserves to be hurt, and it is not your fault. Get to a safe place if you can. If you might hurt someone, step away from them first.",
		[]string{content.RoleChild, content.RoleCrisis},
	}
}

// maxContacts is how many contacts an urgent card shows: few, because lists of hotlines are rarely used (section 0.6 of the notes).
const maxContacts = 3

// urgentCard builds the card of an assessment with a hit: the text of its first category, and the help lines of the others too.
func urgentCard(lib *content.Library, a guard.Assessment, q Question) Card {
	t := urgentTexts(a.First())
	roles := slices.Clone(t.roles)
	for _, h := range a.Hits[1:] {
		if h.Category.Level() == guard.LevelUrgent {
			roles = append(roles, urgentTexts(h.Category).roles...)
		}
	}
	contacts, emergency := contactsFor(lib, q, roles, maxContacts)
	return newCard(Card{
		id: t.id, title: urgentTitle, lead: strings.ReplaceAll(t.lead, "{E}", emergency), body: strings.ReplaceAll(t.body, "{E}", emergency),
		contacts: contacts, reminder: urgentReminder, review: draftState, hash: content.TextHash(t.id, t.lead, t.body),
	})
}

// urgent builds the reply of an assessment.
func urgent(lib *content.Library, a guard.Assessment, q Question) Urgent {
	r := Urgent{Card: urgentCard(lib, a, q), Immediate: a.Has(guard.Overdose) || a.Has(guard.Medical)}
	for _, h := range a.Hits {
		if h.Category.Level() == guard.LevelUrgent {
			if r.Key != "" {
				r.Key += keySeparator
			}
			r.Key += string(h.Category)
		}
	}
	return r
}

// keySeparator stands between the categories of a key.
const keySeparator = "."

// assessmentOf reads a key back; what is no urgent category is left out.
func assessmentOf(key string) guard.Assessment {
	var a guard.Assessment
	for _, c := range guard.Urgent() {
		if slices.Contains(strings.Split(key, keySeparator), string(c)) {
			a.Hits = append(a.Hits, guard.Hit{Category: c})
		}
	}
	return a
}

// contactsFor picks the emergency number and the help lines with the wanted roles of the question's country, limit in all. Without lines
// for the country it gives the international directories. emergency is what to write in a sentence.
func contactsFor(lib *content.Library, q Question, roles []string, limit int) (contacts []Contact, emergency string) {
	if lib == nil {
		return []Contact{lastResort()}, localEmergency
	}
	lines := linesOf(lib, q.Country)
	if len(lines) == 0 {
		for _, d := range lib.Directories() {
			contacts = append(contacts, Contact{Name: d.Name, Link: d.Site, For: d.For, Since: d.CheckedOn})
		}
		return contacts[:min(limit, len(contacts))], localEmergency
	}
	used := make([]bool, len(lines))
	take := func(role string) {
		for i, l := range lines {
			if l.Role == role && !used[i] && len(contacts) < limit {
				used[i] = true
				contacts = append(contacts, q.contact(l))
				return
			}
		}
	}
	take(content.RoleEmergency)
	for _, role := range roles {
		take(role)
	}
	return contacts, strings.Join(lines[0].Call, " or ")
}

// lastResort is the directory that is compiled in, for when there is no content at all.
func lastResort() Contact {
	return Contact{Name: "Find A Helpline", Link: "https://findahelpline.com", For: "free lines by country", Since: "2026-11-23"}
}

// contactOf turns a help line into what a card shows.
func contactOf(l content.Helpline) Contact {
	var reach []string
	if len(l.Call) > 0 {
		reach = append(reach, "call "+strings.Join(l.Call, " or "))
	}
	if l.Text != "" {
		reach = append(reach, "text "+l.Text)
	}
	link := l.Chat
	if link == "" && len(reach) == 0 {
		link = l.Site
	}
	return Contact{Name: l.Name, Reach: strings.Join(reach, ", "), Link: link, For: l.For, Hours: l.Hours, Since: l.CheckedOn}
}

// Static is the card of last resort, which needs neither content nor guard: it is shown when something in the bot is broken or slow.
func Static() Card {
	const title, body = "Something went wrong here", "The bot could not read your message properly, so it has no answer for you. " +
		"If anyone may be in danger, hurt or hard to wake, call " + localEmergency + ". To talk to someone, the page below lists free lines by country."
	return newCard(Card{
		title: title, lead: "The bot is having trouble right now.", body: body, contacts: []Contact{lastResort()},
		reminder: urgentReminder, review: draftState, hash: content.TextHash(title, body),
	})
}
