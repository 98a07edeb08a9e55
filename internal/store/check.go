package store

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	snowflakePattern = regexp.MustCompile(`^[0-9]{1,20}$`)
	namePattern      = regexp.MustCompile(`^[a-z0-9]+([_/.-][a-z0-9]+)*$`)
	countryPattern   = regexp.MustCompile(`^[A-Z]{2}$`)
	localePattern    = regexp.MustCompile(`^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,3}$`)
)

// maxName bounds names.
const maxName = 100

// check is the problem of a value; nil for none. It does not quote the value, which may be a member's words.
type check func(what, value string) error

func snowflake(what, value string) error { return like(snowflakePattern, what, value, "a Discord id") }

func name(what, value string) error {
	return like(namePattern, what, value, "a short name such as sleep/insomnia")
}

func country(what, value string) error {
	return like(countryPattern, what, value, "a country such as GB")
}

func locale(what, value string) error {
	return like(localePattern, what, value, "a language such as en-GB")
}

func like(pattern *regexp.Regexp, what, value, example string) error {
	if len(value) > maxName || !pattern.MatchString(value) {
		return fmt.Errorf("the %s is not %s", what, example)
	}
	return nil
}

// maybe lets a value be empty.
func maybe(problem check, what, value string) error {
	if value == "" {
		return nil
	}
	return problem(what, value)
}

// words checks text that somebody wrote to be stored.
func words(what, value string, limit int) error {
	switch {
	case strings.TrimSpace(value) == "":
		return fmt.Errorf("the %s is empty", what)
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return fmt.Errorf("the %s is not text", what)
	case utf8.RuneCountInString(value) > limit:
		return fmt.Errorf("the %s is longer than %d letters", what, limit)
	}
	return nil
}

// within checks a value of a closed set.
func within[T comparable](what string, value T, set []T) error {
	if !slices.Contains(set, value) {
		return fmt.Errorf("the %s is unknown", what)
	}
	return nil
}

// day is the day of an instant in UTC.
func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// instant brings a stored instant back.
type instant time.Time

// Scan takes milliseconds since 1970.
func (i *instant) Scan(stored any) error {
	milliseconds, ok := stored.(int64)
	if !ok {
		return errors.New("an instant is no number")
	}
	*i = instant(time.UnixMilli(milliseconds).UTC())
	return nil
}

// number is how a switch is stored.
func number(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
