// Package doctor finds what a bot lacks to run, and says how to mend it.
//
// It knows what must hold on this machine and on Discord, and is handed the ways to look: it opens nothing and prints nothing. It must not
// know the token.
package doctor

import "fmt"

// Level says how much a finding matters.
type Level int

// The levels. With OK nothing need be done; with Warn members are answered, and somebody should look; with Fail something that was set up
// does not work.
const (
	OK Level = iota
	Warn
	Fail
)

// String is ok, warn or fail.
func (l Level) String() string {
	switch l {
	case OK:
		return "ok"
	case Warn:
		return "warn"
	case Fail:
		return "fail"
	}
	return "unknown"
}

// MarshalText gives what String does.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Finding is what a check found. It holds no token and no words of members; names of servers and channels are quoted.
type Finding struct {
	Level   Level  `json:"level"`
	Subject string `json:"subject"` // what was looked at
	Text    string `json:"text"`    // what was found
	Mend    string `json:"mend"`    // what to do; empty for OK
}

// String is the finding in one line.
func (f Finding) String() string {
	s := fmt.Sprintf("%-4s  %s: %s", f.Level, f.Subject, f.Text)
	if f.Mend != "" {
		s += ". " + f.Mend
	}
	return s
}

func good(subject, format string, args ...any) Finding {
	return Finding{OK, subject, fmt.Sprintf(format, args...), ""}
}

func doubtful(subject, text, mend string) Finding { return Finding{Warn, subject, text, mend} }

func bad(subject, text, mend string) Finding { return Finding{Fail, subject, text, mend} }
