package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"faqbot/internal/answer"
	"faqbot/internal/content"
)

// contentFlags say which content is meant.
type contentFlags struct {
	FAQ    string `name:"faq" placeholder:"DIR" help:"Content folder in place of the built-in one."`
	Locale string `default:"en" help:"Language of the content."`
}

// modelFlags say where learnt models are kept, for commands that match.
type modelFlags struct {
	Cache     string `placeholder:"DIR" help:"Folder for the learnt models of custom content; by default in the user's cache folder."`
	NoEncoder bool   `help:"Match by words alone, without the sentence encoder: faster and smaller, and worse."`
}

// askingFlags say what is known of the asking, for commands that show cards.
type askingFlags struct {
	Country country `placeholder:"CODE" help:"Country of the help lines, as an ISO 3166-1 alpha-2 code such as GB."`
	Now     day     `placeholder:"DAY" help:"Day that review dates are judged against, such as 2026-11-23; by default today."`
}

// answerFlags are those of every command that answers.
type answerFlags struct {
	contentFlags
	modelFlags
	askingFlags
}

// question returns what the flags say of the asking.
func (f askingFlags) question(locale string) answer.Question {
	at := time.Time(f.Now)
	if at.IsZero() {
		at = time.Now().UTC()
	}
	return answer.Question{Locale: locale, Country: string(f.Country), At: at}
}

// country is a country code as help lines are keyed by it; empty when it was not given.
type country string

// UnmarshalText refuses what is no code; a code without help lines is fine.
func (c *country) UnmarshalText(raw []byte) error {
	code, ok := content.ParseCountry(string(raw))
	if !ok {
		return fmt.Errorf("%q is no country code: two letters, such as GB", raw)
	}
	*c = country(code)
	return nil
}

// day is a day at midnight UTC; zero when it was not given.
type day time.Time

// UnmarshalText refuses what is no day.
func (d *day) UnmarshalText(raw []byte) error {
	at, err := time.Parse(time.DateOnly, strings.TrimSpace(string(raw)))
	if err != nil {
		return fmt.Errorf("%q is no day such as 2026-11-23", raw)
	}
	*d = day(at)
	return nil
}

// variable names the environment variable of a flag.
func variable(flag string) string {
	return "FAQBOT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// helpFlag is the one flag without a variable: it asks for something else than the command.
const helpFlag = "help"

// environment gives flags that are not on the command line the value of their variable; an empty variable counts as unset. It reads
// the environment that run was given, which kong's own support does not.
func environment(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if flag.Name == helpFlag {
			return nil, nil //nolint:nilnil // kong's way to say that there is no value
		}
		if v := getenv(variable(flag.Name)); v != "" {
			return v, nil
		}
		return nil, nil //nolint:nilnil // as above
	})
}

// withVariable adds a flag's variable to its help.
func withVariable(value *kong.Value) string {
	if value.Flag == nil || value.Name == helpFlag {
		return value.Help
	}
	return value.Help + " ($" + variable(value.Name) + ")"
}
