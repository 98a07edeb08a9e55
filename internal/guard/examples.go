package guard

import (
	_ "embed"
	"strings"
)

var (
	//go:embed examples/need.txt
	needText string
	//go:embed examples/harmless.txt
	harmlessText string
)

// Need returns messages of people in need, more than the guard's phrases cover: the matcher learns them as a class of their own, so
// that what no phrase confirms is at least asked about.
func Need() []string { return lines(needText) }

// Harmless returns messages that hold words of danger and mean none, the counterpart of Need.
func Harmless() []string { return lines(harmlessText) }

// lines returns the lines of a file that are neither empty nor comments.
func lines(file string) []string {
	var out []string
	for line := range strings.Lines(file) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
